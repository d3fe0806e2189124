"""All that the learners of a course did, and what was arranged for them, in one question.

Apart, these were five questions, and the matrix page may ask seven in all, with session, header
and access. Rows of all sources have the same nine columns; the database groups them, so that
1,000 learners of 80 passages come as 12 rows each. This is the one place that knows the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    FloatField,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast

from quizzes.models import Attempt, AttemptQuestion, Grade, Review
from studyguide.courses.models import Arrangement, Course
from studyguide.courses.models.course import Membership
from studyguide.library.models import ReadingState

COLUMNS = ("what", "who", "key", "number", "first", "last", "shown", "points", "top")
GRACE = timedelta(seconds=5)  # before an open attempt whose time is up is taken for handed in


class Amount(NamedTuple):
    """So many passages read, or checkpoints answered, from when to when."""

    size: int
    first: datetime
    last: datetime


class Go(NamedTuple):
    """One attempt at the quiz of an assignment."""

    number: int
    started_at: datetime
    ended_at: datetime | None  # handed in
    released_at: datetime | None
    score: float | None
    max_score: float | None

    @property
    def share(self) -> float | None:
        if self.ended_at is None or self.score is None or not self.max_score:
            return None
        return min(1.0, max(0.0, self.score / self.max_score))


class Terms(NamedTuple):
    """What is arranged for a learner at an assignment."""

    revision: int = 0
    due_at: datetime | None = None
    closes_at: datetime | None = None
    excused_at: datetime | None = None
    score: float | None = None
    is_chosen: bool = False


@dataclass
class Found:
    """By user and section, user and day, user and assignment."""

    read: dict[tuple[int, int], Amount] = field(default_factory=dict)
    answered: dict[tuple[int, int], Amount] = field(default_factory=dict)
    reviewed: dict[int, dict[date, datetime]] = field(default_factory=dict)
    goes: dict[tuple[int, int], list[Go]] = field(default_factory=dict)
    terms: dict[tuple[int, int], Terms] = field(default_factory=dict)


def gather(course: Course, *, users: Sequence[int] | None, as_at: datetime, now: datetime) -> Found:
    """What these people (None: all learners) did up to a moment. One query."""
    parts = [
        ("read", read(course, as_at)),
        ("answered", answered(course, as_at)),
        ("reviewed", reviewed(course, as_at)),
        ("go", goes(course, as_at, now)),
        ("terms", terms(course)),
    ]
    if users is not None:
        parts = [(what, part.filter(who__in=users)) for what, part in parts]
    return collect(parts)


def earlier(membership: Membership, now: datetime) -> Found:
    """What a learner did before his work counts, and would count if he said so. One query."""
    course = membership.course
    parts = [
        ("read", read(course, now, counts=not_yet)),
        ("answered", answered(course, now, counts=not_yet)),
        ("reviewed", reviewed(course, now, counts=not_yet)),
    ]
    return collect([(what, part.filter(who=membership.user_id)) for what, part in parts])


def collect(parts: Sequence[tuple[str, QuerySet[Any, Any]]]) -> Found:
    first, *others = (
        part.annotate(what=Cast(Value(what), CharField())).order_by().values_list(*COLUMNS)
        for what, part in parts
    )
    found = Found()
    for what, who, key, number, begun, ended, shown, points, top in first.union(*others, all=True):
        match what:
            case "read":
                found.read[who, int(key)] = Amount(number, begun, ended)
            case "answered":
                found.answered[who, int(key)] = Amount(number, begun, ended)
            case "reviewed":
                found.reviewed.setdefault(who, {})[date.fromisoformat(key)] = begun
            case "go":
                go = Go(number, begun, ended, shown, points, top)
                found.goes.setdefault((who, int(key.rpartition(":")[2])), []).append(go)
            case _:
                found.terms[who, int(key)] = Terms(number, begun, ended, shown, points, bool(top))
    for each in found.goes.values():
        each.sort()
    return found


def text(name: str) -> Cast:
    return Cast(F(name), CharField())


def nothing() -> dict[str, Cast]:
    """Columns that a source has not; typed, because PostgreSQL asks."""
    return {
        "shown": Cast(Value(None), DateTimeField()),
        "points": Cast(Value(None), FloatField()),
        "top": Cast(Value(None), FloatField()),
    }


def learners(course: Course, person: str, at: str) -> Exists:
    """Learners of the course, and what they did since their work counts. `person`, `at`: the
    columns that say who and when. A join would go through the table of users, which PostgreSQL
    then reads once for each row."""
    mine = Membership.objects.learners().filter(course=course, user=OuterRef(person))
    return Exists(
        mine.filter(Q(counted_before_at__isnull=False) | Q(counts_from_at__lte=OuterRef(at)))
    )


def not_yet(course: Course, person: str, at: str) -> Exists:
    """Learners of the course, and what they did before that."""
    mine = Membership.objects.learners().filter(course=course, user=OuterRef(person))
    return Exists(mine.filter(counted_before_at=None, counts_from_at__gt=OuterRef(at)))


Counting = Callable[[Course, str, str], Exists]


def read(course: Course, as_at: datetime, *, counts: Counting = learners) -> QuerySet[Any, Any]:
    """Passages that stand as read, by section."""
    return (
        ReadingState.objects.read()
        .filter(
            counts(course, "user", "read_at"),
            read_at__lte=as_at,
            article__in=course.course_articles.values("article"),
            passage__retired_at=None,
        )
        .values(who=F("user"), key=text("passage__section"))
        .annotate(number=Count("pk"), first=Min("read_at"), last=Max("read_at"), **nothing())
    )


def answered(course: Course, as_at: datetime, *, counts: Counting = learners) -> QuerySet[Any, Any]:
    """Checkpoints that were graded at least once, by section; each dated by its first grade,
    because answering again for practice makes nobody late."""
    first = Grade.objects.filter(attempt_question=OuterRef("pk")).order_by("pk").values("at")[:1]
    # Only what was tried again has to ask the log: 60,000 look-ups were 7 s on PostgreSQL.
    at = Case(
        When(tries__lte=1, then="graded_at"),
        default=Subquery(first),
        output_field=DateTimeField(),
    )
    return (
        AttemptQuestion.objects.filter(
            attempt__purpose=Attempt.Purpose.CHECKPOINT, fraction__isnull=False
        )
        .annotate(answered_at=at)
        .filter(
            counts(course, "attempt__user", "answered_at"),
            answered_at__lte=as_at,
            question__library_evidence__position=0,
            question__library_evidence__article__in=course.course_articles.values("article"),
        )
        .values(who=F("attempt__user"), key=text("question__library_evidence__passage__section"))
        .annotate(
            number=Count("pk"), first=Min("answered_at"), last=Max("answered_at"), **nothing()
        )
    )


def reviewed(course: Course, as_at: datetime, *, counts: Counting = learners) -> QuerySet[Any, Any]:
    """Days on which cards of the course's articles were reviewed."""
    slugs = course.course_articles.values("article__slug")
    return (
        Review.objects.counted()
        .filter(counts(course, "user", "at"), at__lte=as_at, card__source__in=slugs)
        .values(who=F("user"), key=text("day_on"))
        .annotate(number=Count("pk"), first=Min("at"), last=Max("at"), **nothing())
    )


def goes(course: Course, as_at: datetime, now: datetime) -> QuerySet[Any, Any]:
    """Attempts at the quizzes of assignments, one row each."""
    return (
        Attempt.objects.at_quizzes()
        .filter(scope=course.scope, started_at__lte=as_at)
        .annotate(
            who=F("user"),
            key=text("context"),
            first=F("started_at"),
            last=Case(
                When(submitted_at__lte=as_at, then="submitted_at"),
                When(submitted_at=None, deadline_at__lt=as_at - GRACE, then="deadline_at"),
                output_field=DateTimeField(),
            ),
            shown=Case(
                When(released_at__isnull=False, then="released_at"),
                When(release_on__lte=now, then="release_on"),
                output_field=DateTimeField(),
            ),
            points=F("score"),
            top=F("max_score"),
        )
    )


def terms(course: Course) -> QuerySet[Any, Any]:
    """What is arranged, as it stands."""
    return Arrangement.objects.filter(assignment__course=course).annotate(
        who=F("membership__user"),
        key=text("assignment"),
        number=Cast("revision", IntegerField()),
        first=F("due_at"),
        last=F("closes_at"),
        shown=F("excused_at"),
        points=F("score"),
        top=Case(When(is_chosen=True, then=1.0), default=0.0, output_field=FloatField()),
    )
