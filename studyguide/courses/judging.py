"""What a learner's work comes to at an assignment: a cell. Pure.

The learner's page, the matrix, the gradebook, the report and the exports all have their cells from
`judge()`, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quizzes.rules import Counts, counted
from studyguide.courses import due
from studyguide.courses.columns import Column
from studyguide.courses.evidence import Amount, Go, Record, Terms
from studyguide.courses.models import closing


class State(StrEnum):
    """What a cell says. Whether there was an extension is said beside it."""

    NOT_YET = "not_yet"  # nothing done, not due
    STARTED = "started"  # something done, not due
    DONE = "done"  # in time
    LATE = "late"  # done, late
    MISSING = "missing"  # due, and not done
    EXCUSED = "excused"

    __hash__ = str.__hash__  # an enumeration's own is slow, and every cell of a matrix asks

    @property
    def label(self) -> Promise:
        return LABELS[self]

    @property
    def is_done(self) -> bool:
        return self is DONE or self is LATE


# To look up a member of an enumeration is slow too.
NOT_YET, STARTED, DONE, LATE, MISSING, EXCUSED = State
LABELS: dict[State, Promise] = {
    State.NOT_YET: _("not yet"),
    State.STARTED: _("started"),
    State.DONE: _("done in time"),
    State.LATE: _("done late"),
    State.MISSING: _("missing"),
    State.EXCUSED: _("excused"),
}


class Cell(NamedTuple):
    """One learner at one assignment. Scores are shares of 1."""

    state: State
    done: int  # passages read, checkpoints answered, days of review, attempts handed in
    needed: int
    score: float | None  # what counts; None: nothing to count yet, or excused
    worked: float | None  # the same before a tutor's override
    is_released: bool  # whether the learner may see score and worked
    done_at: datetime | None
    due_at: datetime | None  # his own, extension included
    closes_at: datetime | None  # after this nothing counts
    days_late: int
    terms: Terms
    goes: tuple[Go, ...] = ()
    last_at: datetime | None = None  # of the work for it

    @property
    def is_extended(self) -> bool:
        return self.terms.due_at is not None or self.terms.closes_at is not None

    @property
    def is_overridden(self) -> bool:
        return self.terms.score is not None

    @property
    def shown_score(self) -> float | None:
        """What the learner sees: the same number, once it is released."""
        return self.score if self.is_released else None


NO_TERMS = Terms()


class Work(NamedTuple):
    """What somebody did for an assignment, whatever its kind."""

    done: int
    needed: int
    done_at: datetime | None  # when it was complete
    last_at: datetime | None
    score: float | None  # None: nothing to score
    is_released: bool = True
    goes: tuple[Go, ...] = ()


def judge(column: Column, record: Record, terms: Terms, zone: str, as_at: datetime) -> Cell:
    """The cell of one learner. Excused comes before all; then whether it is done, and when; a
    tutor's override changes the score, never whether it was done."""
    due_at, closes_at = column.due_at, column.closes_at
    is_usual = terms is NO_TERMS  # of nearly all
    if not is_usual and (terms.due_at is not None or terms.closes_at is not None):
        due_at = terms.due_at or due_at
        closes_at = closing(due_at, terms.closes_at or column.own_closes_at, column.late)
    if column.is_quiz:
        work = attempts(column, record.goes.get(column.pk, ()), due_at, closes_at, zone)
    elif column.is_review:
        work = days(column, record.reviewed, due_at, zone)
    else:
        found = record.read if column.is_reading else record.answered
        work = amounts(column.asked, column.needed, found, closes_at)
    done, needed, done_at, last_at, worked, is_released, goes = work
    late = 0
    if due_at is not None and done_at is not None and done_at > due_at:
        late = due.days_late(due_at, done_at, zone)
    if not is_usual and terms.excused_at is not None:
        state = EXCUSED
    elif done_at is not None:
        state = LATE if late else DONE
    elif due_at is not None and as_at > due_at:
        state = MISSING
    else:
        state = STARTED if done or goes else NOT_YET
    if not column.is_quiz:
        worked = worth(column, state, late)
    elif worked is None and state is MISSING and not is_pending(goes):
        worked = 0.0
    if is_usual:
        score = worked
    else:
        score = None if state is EXCUSED else worked if terms.score is None else terms.score
    return Cell(
        state,
        done,
        needed,
        score,
        worked,
        is_released,
        done_at,
        due_at,
        closes_at,
        late,
        terms,
        goes,
        last_at,
    )


def worth(column: Column, state: State, late: int) -> float | None:
    """A quiz is worth its score (late days are taken off each attempt before one is counted);
    everything else is worth 1 when it is done, late days taken off, and 0 when it is missing."""
    if state is DONE or state is LATE:
        return less(1.0, column, late)
    return 0.0 if state is MISSING else None


def is_pending(goes: Sequence[Go]) -> bool:
    """Whether something was handed in that has not been graded."""
    return any(go.ended_at is not None and go.share is None for go in goes)


def less(score: float, column: Column, late: int) -> float:
    if not late or not column.has_penalty:
        return score
    return score * max(0.0, 1 - column.late_penalty * late)


def amounts(
    asked: Sequence[tuple[int, int]],
    needed: int,
    found: Mapping[int, Amount],
    closes_at: datetime | None,
) -> Work:
    """Complete when every section is, at the moment of the last of them. What was not asked for,
    as the text had not yet got it, makes nobody late."""
    done, is_whole, last, done_at = 0, bool(asked), None, None
    for section, wanted in asked:
        amount = found.get(section)
        if amount is None:
            is_whole = is_whole and not wanted
            continue
        if amount.size < wanted:
            is_whole = False
            done += amount.size
        else:
            done += wanted
            at = amount.at(wanted or 1)
            done_at = at if done_at is None or at > done_at else done_at
        if last is None or amount.last > last:
            last = amount.last
    is_in = done_at is not None and (closes_at is None or done_at <= closes_at)
    return Work(done, needed, done_at if is_whole and is_in else None, last, None)


def days(
    column: Column, reviewed: Mapping[date, datetime], due_at: datetime | None, zone: str
) -> Work:
    """Different days of review within the period, in the learner's own study days."""
    if column.opens_at is None or due_at is None:
        return Work(0, column.days or 0, None, None, None)
    first, last = due.day_of(column.opens_at, zone), due.day_of(due_at, zone)
    within = [at for day, at in reviewed.items() if first <= day <= last and at <= due_at]
    within.sort()
    needed = column.days or 1
    done_at = within[needed - 1] if len(within) >= needed else None
    return Work(min(len(within), needed), needed, done_at, within[-1] if within else None, None)


def attempts(
    column: Column,
    goes: Sequence[Go],
    due_at: datetime | None,
    closes_at: datetime | None,
    zone: str,
) -> Work:
    """Complete at the first attempt handed in, or, with a required score, at the first after
    which the score that counts reached it; it must still do so now."""
    if not goes:
        return NOT_TRIED
    handed_in = 0
    is_released = True
    scores: list[float] = []
    reached_at = last_at = None
    required, counts = column.required_score, column.counts
    for go in goes:
        at = go.ended_at
        if last_at is None or (at or go.started_at) > last_at:
            last_at = at or go.started_at
        if at is None or (closes_at is not None and at > closes_at):
            continue
        handed_in += 1
        is_released = is_released and go.is_released
        share = go.share
        if share is not None:
            late = due.days_late(due_at, at, zone) if due_at and column.has_penalty else 0
            scores.append(less(share, column, late))
        if required is None:
            reached_at = reached_at or at
            continue
        so_far = counted(scores, counts)
        is_enough = so_far is not None and so_far >= required - 1e-9
        if not is_enough and counts != Counts.BEST:
            reached_at = None
        elif is_enough and reached_at is None:
            reached_at = at
    score = counted(scores, counts)
    return Work(handed_in, 1, reached_at, last_at, score, is_released, tuple(goes))


NOT_TRIED = Work(0, 1, None, None, None)


def weighted(pairs: Sequence[tuple[float, float | None]]) -> float | None:
    """The mean of the scores there are, each by its weight."""
    weights = sum(weight for weight, score in pairs if score is not None)
    if not weights:
        return None
    return sum(weight * score for weight, score in pairs if score is not None) / weights


def per_cent(score: float | None) -> Decimal | None:
    """A share as it is printed everywhere: per cent with one decimal, halves up, so that the
    screen, the learner's page and the exports agree to the last digit."""
    if score is None:
        return None
    exact = Decimal(repr(round(score * 100, 9)))
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def whole_per_cent(score: float) -> int:
    """The same where there is no room for a decimal, and many are printed."""
    return int(round(score * 100, 9) + 0.5)
