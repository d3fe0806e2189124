"""What the matrix needs of a learner's row, kept as long as it cannot have changed.

A row follows from the columns, from what the database says of the learner, from his groups, and
from where now lies between the moments at which something falls due. So it is kept by these: the
same rows, read again, need no judging, and anything that differs is judged anew. What changes by
time alone is thus never kept, nor a row with dates of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import NamedTuple

from studyguide.courses.columns import SOON, Column
from studyguide.courses.judging import NOT_YET, Cell, State, whole_per_cent
from studyguide.courses.results import Learner, Results

AT_MOST = 5000  # lines, of about a kilobyte


class Mark(NamedTuple):
    """What a cell prints: per cent, or None for nothing yet, and the state. It is kept as one
    character, so that a row is a text, and to write it is to translate it."""

    share: int | None
    state: State | None  # None: not meant for this learner
    is_quiz: bool

    @property
    def is_done(self) -> bool:
        return self.state is not None and self.state.is_done


SHARES = (None, *range(101))
KINDS = (False, True)
ALL_MARKS = [Mark(*each) for each in product(SHARES, State, KINDS)]
ALL_MARKS += [Mark(None, None, is_quiz) for is_quiz in KINDS]
FIRST = 0x100
CHARACTERS: dict[tuple[int | None, State | None, bool], str] = {
    mark: chr(FIRST + n) for n, mark in enumerate(ALL_MARKS)
}
MARKS = {character: Mark(*mark) for mark, character in CHARACTERS.items()}
SHARE_OF = {character: mark.share for character, mark in MARKS.items()}
IS_DONE = {character: mark.is_done for character, mark in MARKS.items()}


class Line(NamedTuple):
    marks: str  # a character for each column
    finished: int
    last_at: datetime | None  # of the work for all of them
    # Where nothing was begun and it is soon due: the column's place, and when.
    unbegun: tuple[tuple[int, datetime], ...]
    # The section, the passage's number, and how many misses.
    stuck: tuple[tuple[int, int, int], ...]


LINES: dict[object, Line] = {}


def line_of(stand: Results, learner: Learner) -> Line:
    key = key_of(stand, learner)
    line = LINES.get(key) if key is not None else None
    if line is None:
        line = written(stand, learner)
        if key is not None:
            if len(LINES) >= AT_MOST:
                LINES.clear()
            LINES[key] = line
    return line


def key_of(stand: Results, learner: Learner) -> object | None:
    """None: it is to be judged anew."""
    frame, found, zone = stand.frame, stand.found, stand.course.time_zone
    span = frame.span(stand.as_at)
    terms = tuple(found.terms.get(learner.user, ()))
    if span is None or any(row[4] is not None or row[5] is not None for row in terms):
        return None  # with dates of his own
    return frame, found.places, found.digest(learner.user), terms, learner.groups, span, zone


def written(stand: Results, learner: Learner) -> Line:
    columns, now = stand.frame.columns, stand.as_at
    cells = stand.row(learner)
    marks = "".join(map(mark_of, columns, cells))
    return Line(
        marks,
        sum(map(IS_DONE.__getitem__, marks)),
        last_of(cells),
        tuple(
            [
                (place, cell.due_at)
                for place, cell in enumerate(cells)
                if cell is not None and cell.state is NOT_YET and cell.due_at
                if is_soon_due(cell.due_at, columns[place], now)
            ]
        ),
        tuple(stand.found.of(learner.user).stuck),
    )


def last_of(cells: Sequence[Cell | None]) -> datetime | None:
    found = [cell.last_at for cell in cells if cell is not None and cell.last_at]
    return max(found) if found else None


def mark_of(column: Column, cell: Cell | None) -> str:
    if cell is None:
        return CHARACTERS[None, None, column.is_quiz]
    if not (cell.done or column.is_quiz):  # of many cells
        return CHARACTERS[None, cell.state, False]
    return CHARACTERS[share_done(column, cell), cell.state, column.is_quiz]


def share_done(column: Column, cell: Cell) -> int | None:
    """What a cell of the matrix prints: per cent, or None for nothing yet. A quiz says its score,
    everything else how much of it is done."""
    if column.is_quiz:
        score = cell.score
        if score is None or not (cell.goes or cell.is_overridden):
            return None
        return whole_per_cent(score)
    if not cell.done:
        return None
    return min(100, 100 * cell.done // max(1, cell.needed))


def is_soon_due(due_at: datetime, column: Column, now: datetime) -> bool:
    return (column.opens_at is None or column.opens_at <= now) and now <= due_at <= now + SOON
