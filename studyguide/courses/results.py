"""How a course stands: every learner at every assignment, from one function.

The learner's page, the matrix, the gradebook, the report and the exports all ask `results()`, so
that they cannot disagree. It asks the database four times, however many learners there are;
`judge()` and what it calls are pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quizzes.models import Question
from quizzes.rules import Counts, counted
from studyguide.courses import due
from studyguide.courses.evidence import Amount, Found, Go, Terms, gather
from studyguide.courses.models import (
    Assignment,
    AssignmentSection,
    Course,
    Membership,
    closing,
)
from studyguide.library.models import Passage, Section


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
    membership: Membership  # with its user
    groups: frozenset[int]
    group_names: Mapping[int, str] = field(default_factory=dict, compare=False)

    @cached_property
    def pk(self) -> int:
        """Of the membership: what rows and addresses go by."""
        return self.membership.pk

    @cached_property
    def user(self) -> int:
        return self.membership.user_id

    @property
    def name(self) -> str:
        return self.membership.user.get_full_name()


@dataclass(frozen=True)
class Column:
    assignment: Assignment
    sections: tuple[AssignmentSection, ...]  # with what must be done in each by now

    # What every cell asks for is looked up once.

    @cached_property
    def pk(self) -> int:
        return self.assignment.pk

    @cached_property
    def is_quiz(self) -> bool:
        return self.assignment.kind == Assignment.Kind.QUIZ

    @cached_property
    def is_review(self) -> bool:
        return self.assignment.kind == Assignment.Kind.REVIEW

    @cached_property
    def is_reading(self) -> bool:
        return self.assignment.kind == Assignment.Kind.READ

    @cached_property
    def is_for_all(self) -> bool:
        return self.assignment.audience == Assignment.Audience.ALL

    @cached_property
    def has_penalty(self) -> bool:
        return self.assignment.late == Assignment.Late.PENALTY

    @cached_property
    def closes_at(self) -> datetime | None:
        """For those for whom nothing else is arranged."""
        assignment = self.assignment
        return closing(assignment.due_at, assignment.closes_at, assignment.late)

    @cached_property
    def asked(self) -> tuple[tuple[int, int], ...]:
        """Sections, and how much must be read or answered in each."""
        name = "passages" if self.is_reading else "questions"
        return tuple((each.section_id, getattr(each, name)) for each in self.sections)

    @cached_property
    def sentence(self) -> str:
        return self.assignment.sentence(self.sections)

    @cached_property
    def counts(self) -> Counts:
        """Which of several attempts counts."""
        return Counts(self.assignment.rules.get("counts", Counts.BEST))

    def has_work(self, user: int, found: Found) -> bool:
        """Whether there is anything to judge."""
        if self.is_quiz:
            return (user, self.pk) in found.goes
        if self.is_review:
            return user in found.reviewed
        amounts = found.read if self.is_reading else found.answered
        return any((user, section) in amounts for section, _wanted in self.asked)

    def is_for(self, learner: Learner, terms: Terms) -> bool:
        match self.assignment.audience:
            case Assignment.Audience.GROUP:
                return self.assignment.group_id in learner.groups
            case Assignment.Audience.CHOSEN:
                return terms.is_chosen
            case _:
                return True


@dataclass(frozen=True)
class SectionColumn:
    section: Section
    passages: int
    questions: int

    @cached_property
    def pk(self) -> int:
        return self.section.pk


@dataclass(frozen=True)
class Results:
    """Cells and shares are made when asked for, so that a page pays for what it shows."""

    course: Course
    as_at: datetime
    learners: Sequence[Learner]  # by name
    columns: Sequence[Column]  # in the order of the course
    sections: Sequence[SectionColumn]  # all of the course's articles
    found: Found
    # By assignment, of those who did nothing and for whom nothing is arranged: all the same.
    blanks: dict[int, Cell] = field(default_factory=dict, compare=False)

    def cell(self, learner: Learner, column: Column) -> Cell | None:
        """None: the assignment is not meant for this learner."""
        user = learner.user
        terms = self.found.terms.get((user, column.pk), NO_TERMS)
        if not column.is_for_all and not column.is_for(learner, terms):
            return None
        if terms is NO_TERMS and not column.has_work(user, self.found):
            blank = self.blanks.get(column.pk)
            if blank is None:
                blank = self.blanks[column.pk] = self.judged(column, user, terms)
            return blank
        return self.judged(column, user, terms)

    def judged(self, column: Column, user: int, terms: Terms) -> Cell:
        return judge(column, user, terms, self.found, zone=self.course.time_zone, as_at=self.as_at)

    def row(self, learner: Learner) -> list[Cell | None]:
        return [self.cell(learner, column) for column in self.columns]

    def rows(self) -> Iterator[tuple[Learner, list[Cell | None]]]:
        for learner in self.learners:
            yield learner, self.row(learner)

    def share(self, learner: Learner, column: SectionColumn) -> Share:
        key = (learner.user, column.pk)
        read = self.found.read.get(key)
        answered = self.found.answered.get(key)
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
        return next((c for c in self.columns if c.assignment.public_id == public_id), None)

    def total(self, cells: Sequence[Cell | None], *, for_learner: bool = False) -> float | None:
        """The weighted mean of the scores there are, a share. `cells`: of one learner, a row."""
        pairs = [
            (column.assignment.weight, cell.shown_score if for_learner else cell.score)
            for column, cell in zip(self.columns, cells, strict=True)
            if cell is not None
        ]
        return weighted(pairs)

    def tally(self, cells: Sequence[Cell | None]) -> dict[State, int]:
        """How many of the cells are in each state; of a row or of a column."""
        states = [cell.state for cell in cells if cell is not None]
        return {state: states.count(state) for state in State}


NO_TERMS = Terms()


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
    as_at = as_at or now
    sections = section_columns(course)
    asked = columns(course, sections, now, has_drafts=has_drafts)
    kinds = frozenset(each.assignment.kind for each in asked)
    return Results(
        course=course,
        as_at=as_at,
        learners=people(course, members) if learners is None else learners,
        columns=asked,
        sections=sections,
        found=gather(course, members=members, kinds=kinds, as_at=as_at, now=now),
    )


def people(course: Course, members: Sequence[int] | None = None) -> list[Learner]:
    """Learners by name."""
    rows = course.memberships.learners().select_related("user")
    if members is not None:
        rows = rows.filter(pk__in=members)
    found: dict[int, tuple[Membership, dict[int, str]]] = {}
    annotated: Iterable[Any] = rows.annotate(
        in_group=F("places__group"), group_name=F("places__group__name")
    )
    for row in annotated:
        row.course = course
        _row, groups = found.setdefault(row.pk, (row, {}))
        if row.in_group is not None:
            groups[row.in_group] = row.group_name
    learners = [Learner(row, frozenset(groups), groups) for row, groups in found.values()]
    return sorted(learners, key=lambda each: (each.name.casefold(), each.pk))


def section_columns(course: Course) -> list[SectionColumn]:
    passages = (
        Passage.objects.current()
        .filter(section=OuterRef("pk"))
        .order_by()
        .values("section")
        .annotate(n=Count("pk"))
        .values("n")
    )
    questions = (
        Question.objects.current()
        .filter(library_evidence__position=0, library_evidence__passage__section=OuterRef("pk"))
        .order_by()
        .values("library_evidence__passage__section")
        .annotate(n=Count("pk", distinct=True))
        .values("n")
    )
    rows = (
        Section.objects.current()
        .filter(article__course_articles__course=course)
        .order_by("article__course_articles__position", "number")
        .select_related("article", "chapter")
        .only("number", "slug", "title", "article__slug", "article__title", "chapter__slug")
        .annotate(
            now_passages=Coalesce(Subquery(passages), 0),
            now_questions=Coalesce(Subquery(questions), 0),
        )
    )
    return [SectionColumn(row, row.now_passages, row.now_questions) for row in rows]


def columns(
    course: Course, sections: Sequence[SectionColumn], now: datetime, *, has_drafts: bool
) -> list[Column]:
    known = {each.section.pk: each for each in sections}
    rows = course.assignments.existing() if has_drafts else course.assignments.published(now)
    annotated: Iterable[Any] = (
        rows.select_related("quiz", "group")
        .defer("quiz__draws", "quiz__about")  # long, and each column would read them again
        .annotate(
            asked=F("sections__section"),
            asked_position=F("sections__position"),
            asked_passages=F("sections__passages"),
            asked_questions=F("sections__questions"),
        )
        .order_by("position", "pk", "asked_position")
    )
    found: dict[int, tuple[Assignment, list[AssignmentSection]]] = {}
    for row in annotated:
        row.course = course
        _row, asked = found.setdefault(row.pk, (row, []))
        place = known.get(row.asked)
        if place is not None:
            asked.append(
                AssignmentSection(
                    assignment=row,
                    section=place.section,
                    position=row.asked_position,
                    passages=min(row.asked_passages, place.passages),
                    questions=min(row.asked_questions, place.questions),
                )
            )
    return [Column(row, tuple(asked)) for row, asked in found.values()]


# Judging


class Work(NamedTuple):
    """What somebody did for an assignment, whatever its kind."""

    done: int
    needed: int
    done_at: datetime | None  # when it was complete
    last_at: datetime | None
    score: float | None  # None: nothing to score
    is_released: bool = True
    goes: tuple[Go, ...] = ()


def judge(
    column: Column, user: int, terms: Terms, found: Found, *, zone: str, as_at: datetime
) -> Cell:
    """The cell of one learner. Excused comes before all; then whether it is done, and when; a
    tutor's override changes the score, never whether it was done."""
    assignment = column.assignment
    due_at, closes_at = assignment.due_at, column.closes_at
    if terms.due_at is not None or terms.closes_at is not None:
        due_at = terms.due_at or due_at
        closes_at = closing(due_at, terms.closes_at or assignment.closes_at, assignment.late)
    work = work_of(column, user, found, due_at, closes_at, zone)
    late = due.days_late(due_at, work.done_at, zone) if due_at and work.done_at else 0
    state = state_of(work, due_at, late, as_at, is_excused=terms.excused_at is not None)
    worked = worth(column, work, state, late)
    return Cell(
        state=state,
        done=work.done,
        needed=work.needed,
        score=None if state is EXCUSED else worked if terms.score is None else terms.score,
        worked=worked,
        is_released=work.is_released,
        done_at=work.done_at,
        due_at=due_at,
        closes_at=closes_at,
        days_late=late,
        terms=terms,
        goes=work.goes,
        last_at=work.last_at,
    )


def state_of(
    work: Work, due_at: datetime | None, late: int, as_at: datetime, *, is_excused: bool
) -> State:
    if is_excused:
        return EXCUSED
    if work.done_at is not None:
        return LATE if late else DONE
    if due_at is not None and as_at > due_at:
        return MISSING
    return STARTED if work.done or work.goes else NOT_YET


def worth(column: Column, work: Work, state: State, late: int) -> float | None:
    """A quiz is worth its score (late days are taken off each attempt before one is counted);
    everything else is worth 1 when it is done, late days taken off, and 0 when it is missing."""
    if column.is_quiz:
        if work.score is not None or state is not MISSING:
            return work.score
        is_pending = any(go.ended_at is not None and go.share is None for go in work.goes)
        return None if is_pending else 0.0
    if state.is_done:
        return less(1.0, column, late)
    return 0.0 if state is MISSING else None


def less(score: float, column: Column, late: int) -> float:
    if not late or not column.has_penalty:
        return score
    return score * max(0.0, 1 - column.assignment.late_penalty * late)


def work_of(
    column: Column,
    user: int,
    found: Found,
    due_at: datetime | None,
    closes_at: datetime | None,
    zone: str,
) -> Work:
    if column.is_quiz:
        goes = found.goes.get((user, column.pk), ())
        return attempts(column, goes, due_at, closes_at, zone)
    if column.is_review:
        return days(column.assignment, found.reviewed.get(user, {}), due_at, zone)
    done = found.read if column.is_reading else found.answered
    return amounts(column.asked, done, user, closes_at)


def amounts(
    asked: Sequence[tuple[int, int]],
    found: dict[tuple[int, int], Amount],
    user: int,
    closes_at: datetime | None,
) -> Work:
    """Complete when every section is, at the moment of the last of them."""
    done, needed, is_whole, last = 0, 0, bool(asked), None
    for section, wanted in asked:
        amount = found.get((user, section))
        needed += wanted
        if amount is not None:
            done += min(amount.size, wanted)
            last = amount.last if last is None else max(last, amount.last)
        if wanted and (amount is None or amount.size < wanted):
            is_whole = False
    is_in = last is not None and (closes_at is None or last <= closes_at)
    return Work(done, needed, last if is_whole and is_in else None, last, None)


def days(
    assignment: Assignment, reviewed: Mapping[date, datetime], due_at: datetime | None, zone: str
) -> Work:
    """Different days of review within the period, in the learner's own study days."""
    if assignment.opens_at is None or due_at is None:
        return Work(0, assignment.days or 0, None, None, None)
    first, last = due.day_of(assignment.opens_at, zone), due.day_of(due_at, zone)
    within = sorted(at for day, at in reviewed.items() if first <= day <= last and at <= due_at)
    needed = assignment.days or 1
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
    assignment = column.assignment
    handed_in = [
        go
        for go in goes
        if go.ended_at is not None and (closes_at is None or go.ended_at <= closes_at)
    ]
    scores: list[float] = []
    reached_at = None
    required = assignment.required_score
    for go in handed_in:
        assert go.ended_at is not None  # noqa: S101
        share = go.share
        if share is not None:
            late = due.days_late(due_at, go.ended_at, zone) if due_at and column.has_penalty else 0
            scores.append(less(share, column, late))
        so_far = counted(scores, column.counts)
        is_enough = required is None or (so_far is not None and so_far >= required - 1e-9)
        if not is_enough and required is not None and column.counts != Counts.BEST:
            reached_at = None
        elif is_enough and reached_at is None:
            reached_at = go.ended_at
    return Work(
        done=len(handed_in),
        needed=1,
        done_at=reached_at,
        last_at=max((go.ended_at or go.started_at for go in goes), default=None),
        score=counted(scores, column.counts),
        is_released=all(go.is_released for go in handed_in),
        goes=tuple(goes),
    )


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
