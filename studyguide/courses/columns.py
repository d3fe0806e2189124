"""The columns of a course: its assignments, and the sections of its articles.

Every page of results asks for them, and they seldom change. So their rows are read once: what is
made of them is kept by the very rows that the database gave, and one that differs in anything is
read anew.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple, Self, cast

from django.db.models import F, QuerySet

from quizzes.prepared import Compiled, Prepared, Row
from quizzes.rules import Counts
from studyguide.courses.evidence import Places, Terms
from studyguide.courses.models import Assignment, AssignmentSection, Course, closing
from studyguide.library.models import Section

# Of a quiz: what no column says, and each would read again.
UNASKED = (
    *("source", "external_id", "owner", "about", "group", "section", "minutes", "position"),
    *("rules", "draws", "made_at", "retired_at"),
)
SOON = timedelta(days=2)  # before it is due, who has not begun is pointed out


@dataclass(frozen=True)
class SectionColumn:
    section: Section
    passages: int
    questions: int

    @cached_property
    def pk(self) -> int:
        return self.section.pk


class Column:
    """An assignment. What every cell asks for stands here, looked up once; the row itself is made
    when it is asked for, anew for every course that is looked at."""

    course: Course

    def __init__(
        self, one: Assignment, sections: Sequence[AssignmentSection], make: Callable[[], Any]
    ) -> None:
        self.make = make
        self.sections = tuple(sections)  # with what must be done in each by now
        self.pk: int = one.pk
        self.public_id = one.public_id
        self.title = one.title
        self.kind = one.kind
        self.is_quiz = one.kind == Assignment.Kind.QUIZ
        self.is_review = one.kind == Assignment.Kind.REVIEW
        self.is_reading = one.kind == Assignment.Kind.READ
        self.audience = one.audience
        self.is_for_all = one.audience == Assignment.Audience.ALL
        self.group_id = one.group_id
        self.opens_at, self.due_at = one.opens_at, one.due_at
        self.own_closes_at = one.closes_at
        # For those for whom nothing else is arranged.
        self.closes_at = closing(one.due_at, one.closes_at, one.late)
        self.late, self.late_penalty = one.late, one.late_penalty
        self.has_penalty = one.late == Assignment.Late.PENALTY
        self.weight, self.days = one.weight, one.days
        self.required_score = one.required_score
        # Which of several attempts counts.
        self.counts = Counts(one.rules.get("counts", Counts.BEST))
        name = "passages" if self.is_reading else "questions"
        # Sections, and how much must be read or answered in each.
        self.asked = tuple((each.section_id, getattr(each, name)) for each in self.sections)
        self.needed = sum(wanted for _section, wanted in self.asked)

    def of(self, course: Course) -> Self:
        found = object.__new__(type(self))
        found.__dict__.update(self.__dict__, course=course)
        return found

    @cached_property
    def assignment(self) -> Assignment:
        found: Assignment = self.make()
        found.course = self.course
        return found

    @cached_property
    def sentence(self) -> str:
        return self.assignment.sentence(self.sections)

    def is_for(self, groups: frozenset[int], terms: Terms) -> bool:
        match self.audience:
            case Assignment.Audience.GROUP:
                return self.group_id in groups
            case Assignment.Audience.CHOSEN:
                return terms.is_chosen
            case _:
                return True


@dataclass(frozen=True, eq=False)
class Frame:
    """The columns of a course as they stood when somebody looked. Nobody changes them."""

    columns: Sequence[Column]  # in the order of the course
    sections: Sequence[SectionColumn]  # all of the course's articles
    heads: dict[Any, str] = field(default_factory=dict)  # of tables, as they were written

    @cached_property
    def moments(self) -> list[datetime]:
        """When a cell may come to say something else though nobody did anything."""
        found: set[datetime] = set()
        for each in self.columns:
            if each.opens_at is not None:
                found.add(each.opens_at)
            if each.due_at is not None:
                found |= {each.due_at, each.due_at - SOON}
        return sorted(found)

    def span(self, at: datetime) -> int | None:
        """Between which of the moments an instant falls; None: on one of them."""
        found = bisect_left(self.moments, at)
        return found if found == bisect_right(self.moments, at) else None


class Asked(NamedTuple):
    """What the database says of the columns of a course, as it came."""

    of_sections: Compiled
    sections: tuple[Row, ...]
    of_columns: Compiled
    columns: tuple[Row, ...]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset([row[KIND] for row in self.columns])


KIND = [each.name for each in Assignment._meta.concrete_fields].index("kind")  # noqa: SLF001


def asked(course: Course, now: datetime, *, has_drafts: bool = False) -> Asked:
    """Two queries."""
    sections = SECTIONS.raw(course=course.pk)
    if has_drafts:
        assignments = DRAFTS_TOO.raw(course=course.pk)
    else:
        assignments = PUBLISHED.raw(course=course.pk, now=now)
    return Asked(
        cast(Compiled, sections[0]),
        tuple(sections[1]),
        cast(Compiled, assignments[0]),
        tuple(assignments[1]),
    )


@lru_cache(maxsize=64)
def frame_of(rows: Asked, places: Places) -> Frame:
    known = {}
    for row in rows.of_sections.objects(rows.sections):
        known[row.pk] = SectionColumn(row, places.sizes[row.pk], places.asked[row.pk])
    of_columns, columns = rows.of_columns, rows.columns
    found: dict[int, tuple[Assignment, Row, list[AssignmentSection]]] = {}
    for values in of_columns.read(columns):
        row = of_columns.make(values)
        _row, _values, asked = found.setdefault(row.pk, (row, values, []))
        place = known.get(row.asked)
        if place is not None:
            asked.append(
                AssignmentSection(
                    section=place.section,
                    position=row.asked_position,
                    passages=min(row.asked_passages, place.passages),
                    questions=min(row.asked_questions, place.questions),
                )
            )
    made = [
        Column(row, asked, partial(of_columns.make, values))
        for row, values, asked in found.values()
    ]
    return Frame(made, list(known.values()))


def sections_of(course: int) -> QuerySet[Section]:
    return (
        Section.objects.current()
        .filter(article__course_articles__course=course)
        .order_by("article__course_articles__position", "number")
        .select_related("article", "chapter")
        .only("number", "slug", "title", "article__slug", "article__title", "chapter__slug")
    )


def with_sections(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Each once for every section that it asks for."""
    return (
        rows.select_related("quiz", "group")
        .defer(*(f"quiz__{name}" for name in UNASKED))
        .annotate(
            asked=F("sections__section"),
            asked_position=F("sections__position"),
            asked_passages=F("sections__passages"),
            asked_questions=F("sections__questions"),
        )
        .order_by("position", "pk", "asked_position")
    )


SECTIONS = Prepared(sections_of)
PUBLISHED = Prepared(
    lambda course, now: with_sections(Assignment.objects.filter(course=course).published(now))
)
DRAFTS_TOO = Prepared(
    lambda course: with_sections(Assignment.objects.filter(course=course).existing())
)
