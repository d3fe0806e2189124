"""A reader's own copy of an article, as text, into chapters, paragraphs and notes.

Takes plain text, a saved HTML page or Markdown, and makes blocks of them (blocks.py);
then finds, in this order: notes at the end, front matter, headings, the signature,
block quotations, and the marks of the notes (marks.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from studyguide.library.originals.blocks import Block, blocks_of
from studyguide.library.originals.marks import EXPLICIT, place_marks

NUMBERED_NOTE = re.compile(r"\s*\[?(\d{1,3})(?:[.)\]]|\s*:)\s+(.*)", re.DOTALL)
NUMBERED_HEADING = re.compile(r"\s*(\d+(?:\.\d+)*)\.?\s+(\S.*)", re.DOTALL)
BACK_ARROWS = re.compile(r"[\s]*[↩↑⤴⏎\ufe0e\ufe0f]+[\s\ufe0e\ufe0f]*$")
SENTENCE_END = re.compile(r"[.!?…][”’\"')\]]*(?:\ue000\d+\ue001|\d{1,3})*[”’\"')\]]*[.,;:]?$")
OPENING, CLOSING = "“«„", "”»"
FEWEST_WORDS = 10  # of a paragraph; below it, and without a stop, it is a line
LONGEST_HEADING = 100  # characters
LONGEST_QUOTATION = 12  # paragraphs


@dataclass
class Paragraph:
    """`text` has the mark of note 18 as [^18]."""

    text: str
    is_quotation: bool = False

    @property
    def notes(self) -> list[int]:
        return [int(number) for number in re.findall(r"\[\^(\d+)\]", self.text)]


@dataclass
class Chapter:
    number: str
    title: str
    paragraphs: list[Paragraph] = field(default_factory=list)


@dataclass
class Parsed:
    front: list[str] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    notes: list[list[str]] = field(default_factory=list)  # each with its paragraphs
    signature: list[str] = field(default_factory=list)
    unmarked: list[int] = field(default_factory=list)  # notes without a place in the text

    @property
    def paragraphs(self) -> list[Paragraph]:
        return [p for chapter in self.chapters for p in chapter.paragraphs]


def parse(source: str) -> Parsed:
    """Raises blocks.Unreadable when it should not be tried."""
    blocks = blocks_of(source)
    body, notes = split_notes(blocks)
    front, body = split_front(body)
    body, signature = split_signature(body)
    parsed = Parsed(
        front=[block.text for block in front],
        notes=notes,
        signature=[block.text for block in signature],
    )
    parsed.chapters = list(chapters(body))
    paragraphs = parsed.paragraphs
    texts, parsed.unmarked = place_marks([p.text for p in paragraphs], len(notes))
    for paragraph, text in zip(paragraphs, texts, strict=True):
        paragraph.text = text
    return parsed


# Notes


def split_notes(blocks: Sequence[Block]) -> tuple[list[Block], list[list[str]]]:
    """The last run of blocks numbered 1, 2, 3 ... to the end of the text; what stands
    between them unnumbered is a further paragraph of the note before it."""
    declared = [block for block in blocks if block.kind == "note"]
    if declared:
        return (
            [block for block in blocks if block.kind != "note"],
            [list(map(bare, block.text.split("\n\n"))) for block in declared],
        )
    for start in reversed(range(len(blocks))):
        match = note_match(blocks[start])
        if match and match.group(1) == "1":
            notes = follow(blocks[start:])
            if notes is not None:
                return list(blocks[:start]), notes
    return list(blocks), []


def note_match(block: Block) -> re.Match[str] | None:
    return NUMBERED_NOTE.fullmatch(block.text) if block.kind == "text" else None


def follow(blocks: Iterable[Block]) -> list[list[str]] | None:
    notes: list[list[str]] = []
    for block in blocks:
        match = note_match(block)
        if match and int(match.group(1)) == len(notes) + 1:
            notes.append([bare(match.group(2))])
        elif block.kind == "heading" or not notes:
            return None
        else:
            notes[-1].append(bare(block.text))
    return [[text for text in note if text] for note in notes]


def bare(text: str) -> str:
    """Without the arrow that leads back to the text."""
    return BACK_ARROWS.sub("", " ".join(text.split()))


# Front, headings, signature


def is_prose(block: Block) -> bool:
    text = " ".join(block.text.split())
    is_aside = text.startswith(("(", "[")) and text.endswith((")", "]"))
    return (
        block.kind in {"text", "quote"}
        and not is_aside
        and len(text.split()) >= FEWEST_WORDS
        and SENTENCE_END.search(text) is not None
    )


def split_front(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """Titles, dates and links before the first paragraph; of headings only those
    that lead straight to it stay."""
    first = next((i for i, block in enumerate(blocks) if is_prose(block)), len(blocks))
    while first and is_heading(blocks[first - 1]) and has_number(blocks[first - 1]):
        first -= 1
    return list(blocks[:first]), list(blocks[first:])


def has_number(block: Block) -> bool:
    return NUMBERED_HEADING.fullmatch(block.text) is not None


def is_heading(block: Block) -> bool:
    if block.kind == "heading":
        return True
    text = " ".join(block.text.split())
    return (
        block.kind == "text"
        and not block.text.startswith((" ", "\t"))
        and has_number(block)
        and len(text) <= LONGEST_HEADING
        and SENTENCE_END.search(text) is None
    )


def split_signature(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """Short lines without a stop after the last paragraph: a name, a date."""
    end = len(blocks)
    while end and not is_prose(blocks[end - 1]) and is_line(blocks[end - 1]):
        end -= 1
    return list(blocks[:end]), list(blocks[end:])


def is_line(block: Block) -> bool:
    text = " ".join(block.text.split())
    return (
        block.kind != "quote" and len(text.split()) < FEWEST_WORDS and not SENTENCE_END.search(text)
    )


def chapters(blocks: Sequence[Block]) -> Iterable[Chapter]:
    """An opening part without a heading is a chapter too."""
    chapter = Chapter("", "")
    quoted = quotations(blocks)
    for index, block in enumerate(blocks):
        if is_heading(block):
            if chapter.paragraphs:
                yield chapter
            text = " ".join(block.text.split())
            match = NUMBERED_HEADING.fullmatch(text)
            chapter = Chapter(match.group(1), match.group(2)) if match else Chapter("", text)
        else:
            text = " ".join(block.text.split())
            chapter.paragraphs.append(Paragraph(text, index in quoted))
    if chapter.paragraphs:
        yield chapter


# Block quotations


def quotations(blocks: Sequence[Block]) -> set[int]:
    """Indexes of paragraphs that are one quotation, or part of one that goes on over
    several: opened in the first and closed in the last, or marked as such."""
    found = {i for i, block in enumerate(blocks) if block.kind == "quote"}
    for index, block in enumerate(blocks):
        if index in found or block.kind != "text":
            continue
        text = without_mark(block.text)
        if is_whole_quotation(text):
            found.add(index)
        elif is_left_open(text):
            end = closing_block(blocks, index)
            if end is not None:
                found.update(range(index, end + 1))
    return found


def without_mark(text: str) -> str:
    text = " ".join(text.split())
    return re.sub(r"(?:\ue000\d+\ue001|(?<=[^\d\s])\d{1,3})$", "", text)


def is_whole_quotation(text: str) -> bool:
    if text[:1] in OPENING:
        depth = 0
        for place, character in enumerate(text):
            depth += (character in OPENING) - (character in CLOSING)
            if depth == 0:
                return place >= len(text.rstrip(".,;")) - 1
        return False
    return text[:1] == '"' and text.rstrip(".,;")[-1:] == '"' and text.count('"') == 2


def is_left_open(text: str) -> bool:
    return text[:1] in OPENING and counted(text, OPENING) == 1 and not counted(text, CLOSING)


def counted(text: str, marks: str) -> int:
    return sum(map(text.count, marks))


def closing_block(blocks: Sequence[Block], start: int) -> int | None:
    """The paragraph that closes what `start` opened: the first that ends in a closing
    mark which it did not open itself."""
    for index in range(start + 1, min(start + LONGEST_QUOTATION, len(blocks))):
        block = blocks[index]
        if is_heading(block):
            return None
        text = without_mark(block.text)
        opened, closed = counted(text, OPENING), counted(text, CLOSING)
        is_reopened = text[:1] in OPENING
        if closed == opened + (not is_reopened) and text[-1:] in CLOSING:
            return index
        if closed > opened:
            return None
    return None


__all__ = ["EXPLICIT", "Chapter", "Paragraph", "Parsed", "parse"]
