"""What is asked of the database to say how a class's questions behave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import (
    Count,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from quizzes.models import Attempt, AttemptQuestion, ItemTally, QuestionVersion, Turnout
from quizzes.tallying import NUMBERS, UNIT, Sums
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


class Pooled(NamedTuple):
    """The same question in other courses."""

    answers: int
    facility: float  # per cent


@dataclass
class Answered:
    """What was answered of a question, in all versions that ask and accept the same."""

    sums: Sums
    details: list[str]
    versions: dict[int, int]  # answers to each

    @property
    def last(self) -> int:
        return max(version for version, answers in self.versions.items() if answers > 0)


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
    rows = (
        ItemTally.objects.of_context(scope, context)
        if context
        else ItemTally.objects.of_scope(scope)
    )
    if questions:
        rows = rows.filter(version__question__in=questions)
    turnout = Turnout.objects.filter(scope=scope, context=context, is_whole=not context)
    found: dict[tuple[int, str], Answered] = {}
    stands: dict[tuple[int, str], int] = defaultdict(int)
    taken: dict[str, int] = {}
    learners = 0
    asked = rows.annotate(
        learners=Subquery(turnout.values("learners")), details=Cast("chosen", TextField())
    ).values_list(
        *("version__question", "version__core_digest", "version", "turnout__context"),
        *("turnout__is_whole", "turnout__attempts", "learners", "details"),
        *NUMBERS,
        "spread",
    )
    for question, core, version, where, is_whole, attempts, learners, details, *columns in asked:  # noqa: B007
        sums = Sums(*columns)
        if not is_whole:
            stands[question, where] += sums.asked
            taken[where] = attempts
        known = found.get((question, core))
        if known is None:
            found[question, core] = Answered(sums, [details], {version: sums.answers})
        else:
            known.sums.take(sums)
            known.details.append(details)
            known.versions[version] = known.versions.get(version, 0) + sums.answers
    drawn = {question for (question, where), n in stands.items() if n < taken[where]}
    return {key: one for key, one in found.items() if one.sums.answers}, drawn, learners


class Over(Subquery):
    """A figure of the rows of a subquery."""

    template = "(SELECT %(figure)s FROM (%(subquery)s) AS each_course)"


def versions_of(
    course: Course, versions: Collection[int], *, is_few: bool
) -> dict[int, QuestionVersion]:
    """With how many challenges wait, and how the question goes elsewhere."""
    waiting = (
        Challenge.objects.open()
        .filter(course=course, attempt_question__question=OuterRef("question"))
        .order_by()
        .values("course")
        .annotate(n=Count("pk"))
        .values("n")
    )
    found: QuerySet[QuestionVersion] = QuestionVersion.objects.select_related("question").annotate(
        waiting=Coalesce(Subquery(waiting), 0)
    )
    if is_few:
        shows = Course.objects.filter(is_demonstration=True)
        made_up = shows.annotate(name=Concat(Value("course:"), "public_id")).values("name")
        elsewhere = (
            ItemTally.objects.filter(
                version__question=OuterRef("question"),
                version__core_digest=OuterRef("core_digest"),
                turnout__scope__startswith="course:",
            )
            .exclude(turnout__scope=course.scope)
            .exclude(turnout__scope__in=made_up)
            .order_by()
            .values("turnout__scope")
            .annotate(n=Sum("answers"), marks=Sum("mark_sum"))
            .filter(n__gte=FACES)
            .values("n", "marks")
        )
        whole = IntegerField()
        found = found.annotate(
            others=Over(elsewhere, figure="SUM(n)", output_field=whole),
            courses=Over(elsewhere, figure="COUNT(*)", output_field=whole),
            marks=Over(elsewhere, figure="SUM(marks)", output_field=whole),
        )
    return {version.pk: version for version in found.filter(pk__in=versions)}


def pooled_of(version: Any) -> Pooled | None:
    """Only courses of at least five learners who answered; so nobody in two of them makes these
    look like more."""
    if version.courses < OTHERS:
        return None
    return Pooled(version.others, 100 * version.marks / UNIT / version.others)


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
    for user, name, username, where, fraction, value in rows.order_by(
        "attempt", "position"
    ).values_list(
        *("attempt__user", "attempt__user__display_name", "attempt__user__username"),
        *("attempt__context", "first_fraction", "response__value"),
    ):
        found.setdefault(user, Answer(user, name or username, where, fraction or 0.0, value))
    return list(found.values())
