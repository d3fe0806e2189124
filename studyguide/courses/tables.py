"""What cells of results say, in one place for screens, prints and exports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from studyguide.courses import due
from studyguide.courses.access import Access
from studyguide.courses.columns import Column
from studyguide.courses.judging import Cell, State, per_cent
from studyguide.courses.models import Assignment
from studyguide.courses.results import Results, Share, results

Kind = Assignment.Kind


@dataclass(frozen=True)
class Due:
    """An assignment as somebody sees it: with his own dates, and how he stands."""

    column: Column
    cell: Cell | None  # None: a tutor looks
    opens: str
    due: str
    closes: str
    is_open: bool
    is_published: bool

    @classmethod
    def of(
        cls, column: Column, cell: Cell | None, zone: str, now: datetime, own_zone: str = ""
    ) -> Due:
        """`own_zone`: of whoever reads it, where his clock is to be named too."""
        own_zone = own_zone or zone
        assignment = column.assignment
        due_at = cell.due_at if cell else assignment.due_at
        closes_at = cell.closes_at if cell else assignment.closes_for(None)
        has_begun = assignment.opens_at is None or assignment.opens_at <= now
        return cls(
            column,
            cell,
            opens=due.words_for(assignment.opens_at, zone, own_zone) if assignment.opens_at else "",
            due=due.words_for(due_at, zone, own_zone) if due_at else "",
            closes=due.words_for(closes_at, zone, own_zone) if closes_at else "",
            is_open=has_begun and (closes_at is None or now < closes_at),
            is_published=assignment.is_published(now),
        )

    @property
    def assignment(self) -> Assignment:
        return self.column.assignment

    @property
    def sentence(self) -> str:
        return self.column.sentence

    @property
    def progress(self) -> str:
        return "" if self.cell is None else progress(self.column, self.cell)

    @property
    def standing(self) -> tuple[str, str]:
        """The state as the learner may know it, and how it is set. Where a score is asked for, done
        or missing would tell before the release whether it was reached."""
        if self.cell is None:
            return "", ""
        state = self.cell.state
        is_sealed = self.column.required_score is not None and not self.cell.is_released
        if is_sealed and self.cell.done and state is not State.EXCUSED:
            return _("handed in"), ""
        tone = "miss" if state is State.MISSING else "right" if state.is_done else ""
        return str(state.label), tone

    @property
    def score(self) -> str:
        """As the learner may see it, per cent."""
        return "" if self.cell is None else score_text(self.cell.shown_score)


def dues(stand: Results, now: datetime) -> list[Due]:
    """All that is set for the one learner of these results."""
    if not stand.learners:
        return []
    learner = stand.learners[0]
    cells = stand.row(learner)
    return [
        Due.of(column, cell, stand.course.time_zone, now, learner.time_zone)
        for column, cell in zip(stand.columns, cells, strict=True)
        if cell is not None
    ]


def dues_of(access: Access, now: datetime) -> list[Due]:
    """What is set for the learner who has entered, with his own standing."""
    return dues(results(access.course, now=now, members=[access.member.pk]), now)


def section_progress(share: Share) -> str:
    """Read and answered, in the words of assignments."""
    read = _("%(done)d of %(needed)d paragraphs marked as read")
    answered = _("%(done)d of %(needed)d checkpoints answered")
    said = [read % {"done": share.read, "needed": share.passages}]
    if share.questions:
        said.append(answered % {"done": share.answered, "needed": share.questions})
    return ", ".join(said)


def progress(column: Column, cell: Cell) -> str:
    """How much of it is done, in words."""
    values = {"done": cell.done, "needed": cell.needed}
    match column.kind:
        case Kind.READ:
            return _("%(done)d of %(needed)d paragraphs marked as read") % values
        case Kind.ANSWER:
            return _("%(done)d of %(needed)d checkpoints answered") % values
        case Kind.REVIEW:
            return _("reviewed on %(done)d of %(needed)d days") % values
        case _:
            return (
                ngettext("%(done)d attempt handed in", "%(done)d attempts handed in", cell.done)
                % values
            )


def score_text(score: float | None) -> str:
    """Per cent with one decimal; empty where there is nothing."""
    found = per_cent(score)
    return "" if found is None else str(found)


def median_text(shares: Iterable[int | None]) -> str:
    """Of what cells print, those left out who have not begun."""
    begun = sorted(share for share in shares if share is not None)
    return f"{middle(begun):g}" if begun else ""


def middle(ordered: Sequence[int]) -> float:
    """The median, of numbers in their order."""
    half, is_odd = divmod(len(ordered), 2)
    return ordered[half] if is_odd else (ordered[half - 1] + ordered[half]) / 2


def notes(cell: Cell) -> str:
    """The state, and what a tutor arranged."""
    words = words_of(cell.state, get_language())
    if not (cell.is_overridden or cell.is_extended):  # of many cells
        return words
    parts = [words]
    if cell.is_overridden and cell.state != State.EXCUSED:
        parts.append(_("score set by a tutor"))
    if cell.is_extended:
        parts.append(_("extended"))
    return ", ".join(parts)


@cache
def words_of(state: State, language: str | None) -> str:
    """In the language that is spoken now."""
    return str(state.label)
