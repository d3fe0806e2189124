"""Which paragraph of a copy is which passage of the pack.

The pack holds no text of the article, only facts: how long each paragraph is, which
notes it carries, and salted hashes of its figures and capitalised words. They say
which is which, also where a copy lacks, joins or splits paragraphs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from studyguide.library.originals.parse import Paragraph, Parsed
from studyguide.library.packs.schema import PassageFacts
from studyguide.library.sentences import sentences

MARK = re.compile(r"\[\^\d+\]")
WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
SKIP = -0.15  # the price of leaving a paragraph or a passage over
LEAST = 0.25  # likeness below which two are not one
UNSURE = 0.5  # below which the reader is asked to look


@dataclass
class Alignment:
    refs: list[str | None]  # for each paragraph of the copy its passage
    missing: list[str] = field(default_factory=list)  # passages the copy lacks
    unsure: list[str] = field(default_factory=list)

    @property
    def left_over(self) -> list[int]:
        """Indexes of paragraphs that fit no passage."""
        return [i for i, ref in enumerate(self.refs) if ref is None]


def facts_of(paragraph: Paragraph, *, salt: str) -> PassageFacts:
    text = MARK.sub("", paragraph.text)
    return PassageFacts(
        words=max(1, len(WORD.findall(text))),
        sentences=max(1, len(sentences(paragraph.text))),
        notes=tuple(paragraph.notes),
        quotation=paragraph.is_quotation,
        marks=tuple(sorted(marks_of(text, salt=salt))),
    )


def marks_of(text: str, *, salt: str) -> set[str]:
    """Eight hex digits for each figure and capitalised word: enough to tell paragraphs
    apart, too little to read one back."""
    words = {word for word in WORD.findall(text) if word[0].isdigit() or word[0].isupper()}
    return {hashlib.sha256(f"{salt} {word}".encode()).hexdigest()[:8] for word in words}


def align(parsed: Parsed, facts: Mapping[str, PassageFacts], *, salt: str) -> Alignment:
    """`facts` in the order of the article. Without facts, counting decides."""
    paragraphs = parsed.paragraphs
    refs = list(facts)
    own = [facts_of(paragraph, salt=salt) for paragraph in paragraphs]
    alike = [[likeness(mine, facts[ref]) for ref in refs] for mine in own]
    pairs = best_pairs(alike, len(paragraphs), len(refs))
    found: list[str | None] = [None] * len(paragraphs)
    unsure = []
    for i, j in pairs:
        found[i] = refs[j]
        if alike[i][j] < UNSURE:
            unsure.append(refs[j])
    attach(found, own, facts)
    missing = [ref for ref in refs if ref not in found]
    return Alignment(found, missing, unsure)


def likeness(mine: PassageFacts, theirs: PassageFacts) -> float:
    """0 to 1: marks shared, lengths alike, the same notes."""
    a, b = set(mine.marks), set(theirs.marks)
    if a and b and not a & b:
        return 0.0
    shared = len(a & b) / len(a | b) if a | b else 1.0
    length = min(mine.words, theirs.words) / max(mine.words, theirs.words)
    notes = 1.0 if set(mine.notes) == set(theirs.notes) else 0.0
    return 0.6 * shared + 0.3 * length + 0.1 * notes


def best_pairs(alike: Sequence[Sequence[float]], rows: int, columns: int) -> list[tuple[int, int]]:
    """Needleman and Wunsch: the pairing in order that is worth most in all."""
    worth = [[SKIP * (i + j) for j in range(columns + 1)] for i in range(rows + 1)]
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            worth[i][j] = max(
                worth[i - 1][j - 1] + gain(alike[i - 1][j - 1]),
                worth[i - 1][j] + SKIP,
                worth[i][j - 1] + SKIP,
            )
    pairs = []
    i, j = rows, columns
    while i and j:
        here = worth[i][j]
        if here == worth[i - 1][j - 1] + gain(alike[i - 1][j - 1]):
            i, j = i - 1, j - 1
            if alike[i][j] >= LEAST:
                pairs.append((i, j))
        elif here == worth[i - 1][j] + SKIP:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def gain(likeness: float) -> float:
    return likeness if likeness >= LEAST else -1.0


def attach(
    found: list[str | None],
    own: Sequence[PassageFacts],
    facts: Mapping[str, PassageFacts],
) -> None:
    """A paragraph left over beside one that is too short for its passage, and that
    shares marks with it, is the rest of it."""
    for i, ref in enumerate(found):
        if ref is not None:
            continue
        for neighbour in (i - 1, i + 1):
            near = found[neighbour] if 0 <= neighbour < len(found) else None
            if near is None:
                continue
            theirs = facts[near]
            held = sum(o.words for o, r in zip(own, found, strict=True) if r == near)
            shared = len(set(own[i].marks) & set(theirs.marks))
            is_rest = own[i].marks and shared * 2 >= len(own[i].marks)
            if is_rest and held + own[i].words <= theirs.words * 1.15:
                found[i] = near
                break
