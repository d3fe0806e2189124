"""Where the notes are marked in a text that lost its superscripts.

A mark is a figure glued to what stands before it: `values.1`, `Congress41`, `1921.12`
(the year 1921, note 12). Figures alone cannot tell, so marks are taken strictly in
order 1 to n, each after the one before, at the least doubtful of all placements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

EXPLICIT = re.compile(r"\ue000(\d+)\ue001")  # a mark that the source itself declared
DIGITS = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
AFTER = re.compile(r"[.,;:!?)\]”’\"']*(?:\s+(.)|$)")
SKIPPED = 10  # the price of a note that is marked nowhere
JOINT = "\n\n"


def place_marks(paragraphs: Sequence[str], count: int) -> tuple[list[str], list[int]]:
    """The paragraphs with each mark as [^n], and the numbers that were not found."""
    if not paragraphs:
        return [], list(range(1, count + 1))
    text = JOINT.join(paragraphs)
    declared = [(int(m.group(1)), m.start(), m.end()) for m in EXPLICIT.finditer(text)]
    declared = [mark for mark in declared if 1 <= mark[0] <= count]
    marks = first_of_each(declared) if len(declared) * 2 >= max(count, 1) else chosen(text, count)
    for number, start, end in sorted(marks, key=lambda mark: -mark[1]):
        text = f"{text[:start]}[^{number}]{text[end:]}"
    text = EXPLICIT.sub("", text)
    found = {number for number, _start, _end in marks}
    return text.split(JOINT), [n for n in range(1, count + 1) if n not in found]


Mark = tuple[int, int, int]  # number, start, end


def first_of_each(marks: Sequence[Mark]) -> list[Mark]:
    return list({mark[0]: mark for mark in reversed(marks)}.values())


def chosen(text: str, count: int) -> list[Mark]:
    """Dynamic programming over candidates in the order of the text: `best[n]` is the
    cheapest way to have placed, or skipped, the notes up to n so far."""
    best: list[tuple[float, tuple[Mark, ...]]] = [(SKIPPED * n, ()) for n in range(count + 1)]
    for match in DIGITS.finditer(text):
        number = int(match.group())
        if not 1 <= number <= count:
            continue
        price = doubt(text, match)
        if price is None:
            continue
        cost, marks = best[number - 1]
        if cost + price < best[number][0]:
            mark = (number, match.start(), match.end())
            best[number] = (cost + price, (*marks, mark))
            for later in range(number + 1, count + 1):
                skipped = best[later - 1][0] + SKIPPED
                if skipped < best[later][0]:
                    best[later] = (skipped, best[later - 1][1])
    return list(best[count][1])


def doubt(text: str, match: re.Match[str]) -> float | None:
    """0 for a figure that can hardly be but a mark, more for one that may be a
    number of the text; nothing for what cannot be a mark."""
    before = text[match.start() - 1 : match.start()]
    two_before = text[match.start() - 2 : match.start() - 1]
    after = AFTER.match(text, match.end())
    if not before or before.isspace() or before in "-–—/$£€#(" or after is None:
        return None
    if before == "," and two_before.isdigit():
        return None
    follows = after.group(1) or ""
    if before == "." and two_before.isdigit():
        # 54.30: an age and a mark, or a decimal? A sentence must end here.
        return 2 if not follows or follows.isupper() or follows in "“‘\"'(" else None
    if before.isalpha():
        return 1
    if follows.islower() and before in ".!?":
        return 1
    return 0
