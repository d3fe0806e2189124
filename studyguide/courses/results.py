"""How a course stands: every learner at every assignment.

Results ask the database four times, however many learners there are; what is asked there is judged
by `judging.judge()`, for every page and every export.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from quizzes.prepared import Prepared
from studyguide.courses import columns as shown
from studyguide.courses.columns import Column, Frame, SectionColumn
from studyguide.courses.evidence import NOBODY, Found, gather
from studyguide.courses.judging import NO_TERMS, Cell, State, judge, weighted
from studyguide.courses.keeping import look
from studyguide.courses.models import Course, Membership


class Share(NamedTuple):
    """One learner in one section: marked read, and questions answered, told apart."""

    read: int
    passages: int
    answered: int
    questions: int
    last_at: datetime | None

    @property
    def is_begun(self) -> bool:
        return bool(self.read or self.answered)

    @property
    def is_read(self) -> bool:
        return self.read >= self.passages

    @property
    def is_answered(self) -> bool:
        return self.answered >= self.questions

    @property
    def is_whole(self) -> bool:
        return self.is_read and self.is_answered

    @property
    def amounts(self) -> tuple[int, int]:
        return self.read, self.answered

    @property
    def part_read(self) -> float:
        return min(1.0, self.read / self.passages) if self.passages else 0.0


@dataclass(frozen=True)
class Learner:
    pk: int  # of the membership: what rows and addresses go by
    user: int
    name: str
    time_zone: str
    groups: frozenset[int]
    version: frozenset[str] = field(default=frozenset(), compare=False)  # of his work
    group_names: Mapping[int, str] = field(default_factory=dict, compare=False)
    held: Membership | None = field(default=None, compare=False)

    @cached_property
    def membership(self) -> Membership:
        """With its user and course. At hand where single learners were asked for."""
        if self.held is not None:
            return self.held
        return Membership.objects.select_related("user", "course").get(pk=self.pk)


@dataclass(frozen=True)
class Results:
    """Cells and shares are made when asked for, so that a page pays for what it shows."""

    course: Course
    as_at: datetime
    learners: Sequence[Learner]  # by name
    frame: Frame
    found: Found
    blanks: dict[int, Cell] = field(default_factory=dict, compare=False)

    @cached_property
    def columns(self) -> Sequence[Column]:
        """In the order of the course."""
        return [each.of(self.course) for each in self.frame.columns]

    @property
    def sections(self) -> Sequence[SectionColumn]:
        """All of the course's articles."""
        return self.frame.sections

    def cell(self, learner: Learner, column: Column) -> Cell | None:
        """None: the assignment is not meant for this learner."""
        return self.cells(learner, (column,))[0]

    def row(self, learner: Learner) -> list[Cell | None]:
        return self.cells(learner, self.frame.columns)

    def cells(self, learner: Learner, columns: Sequence[Column]) -> list[Cell | None]:
        record, zone, as_at = self.found.of(learner.user), self.course.time_zone, self.as_at
        terms_of, goes = record.terms.get, record.goes
        found: list[Cell | None] = []
        for column in columns:
            terms = terms_of(column.pk, NO_TERMS)
            if not column.is_for_all and not column.is_for(learner.groups, terms):
                found.append(None)
            elif column.is_quiz and terms is NO_TERMS and column.pk not in goes:
                found.append(self.blank(column))
            else:
                found.append(judge(column, record, terms, zone, as_at))
        return found

    def blank(self, column: Column) -> Cell:
        """Of those who did nothing at a quiz and for whom nothing is arranged: all the same."""
        cell = self.blanks.get(column.pk)
        if cell is None:
            zone = self.course.time_zone
            cell = self.blanks[column.pk] = judge(column, NOBODY, NO_TERMS, zone, self.as_at)
        return cell

    def rows(self) -> Iterator[tuple[Learner, list[Cell | None]]]:
        for learner in self.learners:
            yield learner, self.row(learner)

    def share(self, learner: Learner, column: SectionColumn) -> Share:
        record = self.found.of(learner.user)
        read, answered = record.read.get(column.pk), record.answered.get(column.pk)
        last = max((each.last for each in (read, answered) if each), default=None)
        return Share(
            min(read.size, column.passages) if read else 0,
            column.passages,
            min(answered.size, column.questions) if answered else 0,
            column.questions,
            last,
        )

    def shares(self, learner: Learner) -> list[tuple[SectionColumn, Share]]:
        return [(each, self.share(learner, each)) for each in self.sections]

    def section(self, article: str, slug: str) -> SectionColumn | None:
        return next(
            (
                each
                for each in self.sections
                if (each.section.article.slug, each.section.slug) == (article, slug)
            ),
            None,
        )

    def learner(self, membership: int) -> Learner | None:
        return next((each for each in self.learners if each.pk == membership), None)

    def column(self, public_id: str) -> Column | None:
        return next((c for c in self.columns if c.public_id == public_id), None)

    def total(self, cells: Sequence[Cell | None]) -> float | None:
        """The weighted mean of the scores there are, a share. `cells`: of one learner, a row."""
        pairs = [
            (column.weight, cell.score)
            for column, cell in zip(self.columns, cells, strict=True)
            if cell is not None
        ]
        return weighted(pairs)

    def tally(self, cells: Sequence[Cell | None]) -> dict[State, int]:
        """How many of the cells are in each state; of a row or of a column."""
        states = [cell.state for cell in cells if cell is not None]
        return {state: states.count(state) for state in State}


def results(
    course: Course,
    *,
    now: datetime,
    as_at: datetime | None = None,
    members: Sequence[int] | None = None,
    learners: Sequence[Learner] | None = None,
    has_drafts: bool = False,
) -> Results:
    """How a course stands, or stood. Four queries, for one learner or a thousand.

    `members`: ids of memberships, for one learner or some of them; None: all learners.
    `learners`: the same, when they are at hand; `members` then says of whom work is asked for.
    `as_at`: what was done after it is left out; what is arranged and released is as it is now.
    """
    asked = shown.asked(course, now, has_drafts=has_drafts)
    kinds = asked.kinds
    if learners is None:  # before their work, which may be newer than their versions, never older
        learners = people(course, members)
    if as_at is None:
        found = look(course, learners, members=members, kinds=kinds, now=now)
    else:
        found = gather(course, members=members, kinds=kinds, as_at=as_at, now=now)
    return Results(
        course=course,
        as_at=as_at or now,
        learners=learners,
        frame=shown.frame_of(asked, found.places),
        found=found,
    )


def people(course: Course, members: Sequence[int] | None = None) -> list[Learner]:
    """Learners by name."""
    held: dict[int, Membership] = {}
    if members is None:
        rows = list(EVERYBODY.rows(course=course.pk))
    else:
        asked: Iterable[Any] = (
            course.memberships.learners()
            .filter(pk__in=members)
            .select_related("user")
            .annotate(in_group=F("places__group"), group_name=F("places__group__name"))
        )
        rows = []
        for one in asked:
            one.course = course
            held[one.pk] = one
            user = one.user
            who = (one.pk, user.pk, user.display_name, user.username, user.time_zone)
            rows.append((*who, one.in_group, one.group_name, None))
    found: dict[int, tuple[Any, dict[int, str], set[str]]] = {}
    for *values, group, group_name, mark in rows:
        _values, groups, version = found.setdefault(values[0], (values, {}, set()))
        if group is not None:
            groups[group] = group_name
        if mark is not None:
            version.add(mark)
    learners = [
        Learner(
            *(pk, user, shown_name or username, zone),
            *(frozenset(groups), frozenset(version), groups, held.get(pk)),
        )
        for (pk, user, shown_name, username, zone), groups, version in found.values()
    ]
    return sorted(learners, key=lambda each: (each.name.casefold(), each.pk))


def learners_of(course: int) -> QuerySet[Membership, tuple[Any, ...]]:
    """Once for every group that a learner is in, and every mark of his version."""
    return (
        Membership.objects.learners()
        .filter(course=course)
        .values_list(
            "pk",
            "user",
            "user__display_name",
            "user__username",
            "user__time_zone",
            "places__group",
            "places__group__name",
            "user__work_versions",
        )
    )


EVERYBODY = Prepared(learners_of)
