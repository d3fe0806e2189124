"""What is asked of the database to say how a class's questions behave."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    Field,
    OuterRef,
    Subquery,
    Sum,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from quizzes.models import Attempt, AttemptQuestion, ItemTally, QuestionVersion, Turnout
from quizzes.tallying import NUMBERS, UNIT, Reading, Sums, summed
from studyguide.courses.models import Assignment, Challenge, Course

FACES = 5  # learners, below which nothing is said of them
OTHERS = 2  # courses beside this one, so that no figure is one class's


class Answer(NamedTuple):
    """One question in one attempt."""

    user: int
    name: str
    context: str  # of the assignment
    mark: float
    value: Any  # None: blank
    seconds: float | None  # that the question was looked at; None: not known


class Pooled(NamedTuple):
    """The same question in other courses."""

    answers: int
    facility: float  # per cent


class Beside(NamedTuple):
    """What stands beside the figures of a question."""

    challenges: int = 0  # that wait
    pooled: Pooled | None = None


@dataclass
class Answered:
    """What was answered of a question, in all versions that ask and accept the same."""

    sums: Sums  # but for its levels and who chose what, which stand as they are kept
    kept: list[tuple[str, str, str]]  # levels of the rest, of the whole; chosen
    versions: dict[tuple[int, str], int]  # answers to each, by id and digest
    place: tuple[str, int]  # of the question: source and position

    @property
    def last(self) -> tuple[int, str]:
        return max(version for version, answers in self.versions.items() if answers > 0)

    def understood(self, reading: Reading) -> Sums:
        """The sums with the levels of this reading."""
        column = 0 if reading == "rest" else 1
        levels = json.loads(self.kept[0][column])
        for more in self.kept[1:]:
            levels = summed(levels, json.loads(more[column]), 1)
        setattr(self.sums, f"{reading}_levels", levels)
        return self.sums


def quizzes_of(course: Course) -> list[Assignment]:
    name = Concat(Value("assignment:"), Cast(OuterRef("pk"), TextField()))
    held = Attempt.objects.filter(context=name, released_at=None, submitted_at__isnull=False)
    quizzes = course.assignments.existing().filter(kind=Assignment.Kind.QUIZ)
    return list(quizzes.annotate(is_waiting=Exists(held)).order_by("position"))


def tallied(
    scope: str, context: str, questions: Collection[int] = ()
) -> tuple[dict[tuple[int, str], Answered], set[int], int]:
    """By question and what it asks; the questions that were drawn, as they do not stand in every
    attempt; and how many learners there were."""
    tallies = ItemTally.objects
    rows = tallies.of_context(scope, context) if context else tallies.of_scope(scope)
    if questions:
        rows = rows.filter(version__question__in=questions)
    turnout = Turnout.objects.filter(scope=scope, context=context, is_whole=not context)
    asked = rows.annotate(
        learners=Subquery(turnout.values("learners")),
        rest=Cast("rest_levels", TextField()),
        whole=Cast("whole_levels", TextField()),
        who=Cast("chosen", TextField()),
    ).values_list(
        *("version__question", "version__core_digest", "version", "version__digest"),
        *("version__question__source", "version__question__position"),
        *("turnout__context", "turnout__is_whole", "turnout__attempts", "learners"),
        *("rest", "whole", "who", *NUMBERS, "marks", "options"),
    )
    found: dict[tuple[int, str], Answered] = {}
    stands: dict[tuple[int, str], int] = defaultdict(int)
    taken: dict[str, int] = {}
    learners = 0
    for row in asked:
        question, core, version, digest, source, position, where, is_whole, attempts, learners = (
            row[:10]
        )
        sums = Sums(*row[13:])
        if not is_whole:
            stands[question, where] += sums.asked
            taken[where] = attempts
        known = found.get((question, core))
        if known is None:
            known = found[question, core] = Answered(sums, [], {}, (source, position))
        else:
            known.sums.take(sums)
        known.kept.append(row[10:13])
        name = (version, digest)
        known.versions[name] = known.versions.get(name, 0) + sums.answers
    drawn = {question for (question, where), n in stands.items() if n < taken[where]}
    return {key: one for key, one in found.items() if one.sums.answers}, drawn, learners


class Over(Subquery):
    """A figure of the rows of a subquery."""

    template = "(SELECT %(figure)s FROM (%(subquery)s) AS each_course)"


VERSIONS: dict[tuple[int, str], QuestionVersion] = {}
VERSIONS_AT_MOST = 5000


def beside(
    course: Course, names: Collection[tuple[int, str]], *, is_few: bool
) -> dict[int, tuple[QuestionVersion, Beside]]:
    """The versions of these ids and digests, how many challenges wait, and how their questions go
    elsewhere. One query. Versions never change, so that each is made once."""
    waiting = (
        Challenge.objects.open()
        .filter(course=course, attempt_question__question=OuterRef("question"))
        .order_by()
        .values("course")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = QuestionVersion.objects.filter(pk__in=[pk for pk, _digest in names]).order_by()
    rows = rows.annotate(waiting=Coalesce(Subquery(waiting), 0))
    more = ["waiting"]
    if is_few:
        rows, more = rows.annotate(**elsewhere(course)), ["waiting", "others", "courses", "marks"]
    if not all(name in VERSIONS for name in names):
        if len(VERSIONS) + len(names) > VERSIONS_AT_MOST:
            VERSIONS.clear()
        found = list(rows)
        VERSIONS.update({(version.pk, version.digest): version for version in found})
        said = [(each.pk, *(getattr(each, name) for name in more)) for each in found]
    else:
        said = list(rows.values_list("pk", *more))
    versions = {name[0]: VERSIONS[name] for name in names}
    return {pk: (versions[pk], Beside(challenges, pooled_of(*e))) for pk, challenges, *e in said}


def elsewhere(course: Course) -> dict[str, Over]:
    """Answers in other courses: how many, of how many courses, and their marks. Only of courses
    where at least five learners answered, so that nobody who is in two of them makes these look
    like more."""
    shows = Course.objects.filter(is_demonstration=True)
    made_up = shows.annotate(name=Concat(Value("course:"), "public_id")).values("name")
    rows = (
        ItemTally.objects.filter(
            version__question=OuterRef("question"),
            version__core_digest=OuterRef("core_digest"),
            turnout__scope__startswith="course:",
        )
        .exclude(turnout__scope=course.scope)
        .exclude(turnout__scope__in=made_up)
        .order_by()
        .values("turnout__scope")
        .annotate(n=Sum("answers"), m=Sum("mark_sum"))
        .filter(n__gte=FACES)
        .values("n", "m")
    )
    figures = {"others": "SUM(n)", "courses": "COUNT(*)", "marks": "SUM(m)"}
    kind: Field[int, int] = BigIntegerField()
    return {name: Over(rows, figure=sql, output_field=kind) for name, sql in figures.items()}


def pooled_of(others: int = 0, courses: int = 0, marks: int = 0) -> Pooled | None:
    return Pooled(others, 100 * marks / UNIT / others) if courses >= OTHERS else None


def answers_to(scope: str, context: str, version: QuestionVersion) -> list[Answer]:
    """The first of each learner to a question that asks what this version does."""
    rows = AttemptQuestion.objects.filter(
        question=version.question_id,
        version__core_digest=version.core_digest,
        attempt__scope=scope,
        attempt__state=Attempt.State.SUBMITTED,
        attempt__number=1,
        attempt__released_at__isnull=False,
    )
    if context:
        rows = rows.filter(attempt__context=context)
    found: dict[int, Answer] = {}
    for user, name, username, where, fraction, *given in rows.order_by(
        "attempt", "position"
    ).values_list(
        *("attempt__user", "attempt__user__display_name", "attempt__user__username"),
        *("attempt__context", "first_fraction", "response__value", "response__seconds"),
    ):
        found.setdefault(user, Answer(user, name or username, where, fraction or 0.0, *given))
    return list(found.values())
