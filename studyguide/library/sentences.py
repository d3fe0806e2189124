"""Cuts a paragraph into sentences. Evidence counts them, so there is one way to."""

from __future__ import annotations

import re

CLOSERS = "”’\"')]"
# After a full stop comes a new sentence only with a capital, a figure or an opening mark.
BOUNDARY = re.compile(
    rf"(?<=[.!?…])[{re.escape(CLOSERS)}]*(?:\[\^\d+\])*[{re.escape(CLOSERS)}]*(\s+)"
    r"(?=[“‘\"'(\[]*[^\W_a-zà-öø-ÿ])"
)
ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "st",
        "prof",
        "eg",
        "ie",
        "cf",
        "vol",
        "vols",
        "no",
        "nos",
        "p",
        "pp",
        "ed",
        "eds",
        "trans",
        "fig",
        "ch",
        "sec",
        "ca",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
    ]
)
LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)\.$")


def sentences(text: str) -> list[str]:
    """Sentences of one paragraph, each without space at its ends. Footnote marks in the
    form [^18] stay with the sentence that they follow."""
    text = " ".join(text.split())
    found: list[str] = []
    start = 0
    for boundary in BOUNDARY.finditer(text):
        before = text[start : boundary.start(1)]
        if not ends_in_abbreviation(before):
            found.append(before)
            start = boundary.end(1)
    if text[start:]:
        found.append(text[start:])
    return found


def ends_in_abbreviation(text: str) -> bool:
    """`Vol. 3`, `p. 12`, `V. I. Lenin`: the stop belongs to the word."""
    match = LAST_WORD.search(text)
    if match is None:
        return False
    word = match.group(1)
    is_initial = len(word) == 1 and word.isupper()
    if word == "I" and not re.search(r"\b[A-Z]\. I\.$", text):
        is_initial = False  # the pronoun
    return is_initial or word.replace(".", "").casefold() in ABBREVIATIONS
