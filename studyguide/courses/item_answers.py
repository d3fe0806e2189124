"""What is asked of the database to say how a class's questions behave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial, reduce
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    Expression,
    F,
    Field,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from pydantic_core import from_json

from quizzes.models import Attempt, AttemptQuestion, ItemTally, QuestionVersion, Turnout
from quizzes.models.tallies import counted
from quizzes.prepared import Prepared, Row
from quizzes.statistics import ItemStatistics, described_sample
from quizzes.tallying import NUMBERS, UNIT, Reading, Sums, median_time, summed
from studyguide.courses.models import Assignment, Challenge, Course

FACES = 5  # learners, below which nothing is said of them
OTHERS = 2  # courses beside this one, so that no figure is one class's
ATTEMPTS = 100  # that are looked into for the answers that were given most


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


class Beside(NamedTuple):
    """What stands beside the figures of a question."""

    challenges: int = 0  # that wait
    pooled: Pooled | None = None
    given: Sequence[Any] = ()  # answers of the first attempts, None for a blank


class Kept(NamedTuple):
    """What is understood only where it is wanted: JSON as a tally has it."""

    rest: str
    whole: str
    times: str
    chosen: str


@dataclass
class Answered:
    """What was answered of a question, in all versions that ask and accept the same."""

    sums: Sums  # but for what stands as it is kept
    kept: list[Kept]
    versions: dict[tuple[int, str], int]  # answers to each, by id and digest
    place: tuple[str, int]  # of the question: source and position
    question: int
    kind: str
    contexts: set[str] = field(default_factory=set)  # where it was asked

    @cached_property
    def last(self) -> tuple[int, str]:
        return max(version for version, answers in self.versions.items() if answers > 0)

    def understood(self, reading: Reading) -> Sums:
        """The sums with the levels of this reading."""
        setattr(self.sums, f"{reading}_levels", added(self.levels(reading)))
        return self.sums

    def levels(self, reading: Reading) -> tuple[str, ...]:
        return tuple(each.rest if reading == "rest" else each.whole for each in self.kept)

    def statistics(self, reading: Reading) -> ItemStatistics:
        numbers = tuple(getattr(self.sums, name) for name in NUMBERS)
        return figured(reading, self.levels(reading), numbers, tuple(self.sums.marks.items()))

    @cached_property
    def seconds(self) -> int | None:
        """The median time that it took, blanks left out. None while that is of too few."""
        return median_time(added(each.times for each in self.kept), FACES)


def added(lists: Iterable[str]) -> list[int]:
    """As JSON; each of them as long as the others."""
    return reduce(partial(summed, times=1), map(from_json, lists))


@lru_cache(maxsize=2000)
def figured(
    reading: Reading,
    levels: tuple[str, ...],
    numbers: tuple[Any, ...],
    marks: tuple[tuple[str, int], ...],
) -> ItemStatistics:
    """Of sums as they are kept. Most are the same when a page is sorted or looked at again."""
    sums = Sums(*numbers)
    sums.marks = dict(marks)
    setattr(sums, f"{reading}_levels", added(levels))
    return described_sample(sums.sample(reading))


def quizzes_set(course: int) -> QuerySet[Assignment]:
    name = Concat(Value("assignment:"), Cast(OuterRef("pk"), TextField()))
    held = Attempt.objects.filter(context=name, released_at=None, submitted_at__isnull=False)
    quizzes = Assignment.objects.existing().filter(course=course, kind=Assignment.Kind.QUIZ)
    return quizzes.annotate(is_waiting=Exists(held)).order_by("position")


def tallies_of(scope: str, context: str = "") -> QuerySet[ItemTally, Row]:
    tallies = ItemTally.objects
    rows = tallies.of_context(scope, context) if context else tallies.of_scope(scope)
    turnout = Turnout.objects.filter(scope=scope, context=context, is_whole=not context)
    return rows.annotate(learners=Subquery(turnout.values("learners"))).values_list(
        *("version__question", "version__core_digest", "version", "version__digest"),
        *("version__question__source", "version__question__position", "version__kind"),
        *("turnout__context", "turnout__is_whole", "turnout__attempts"),
        *("rest_levels", "whole_levels", "times", "chosen"),
        *(*NUMBERS, "marks", "options", "learners"),
    )


QUIZZES, TALLIES = Prepared(quizzes_set), Prepared(tallies_of)


def quizzes_of(course: Course) -> list[Assignment]:
    compiled, rows = QUIZZES.raw(course=course.pk)
    return compiled.objects(rows) if compiled else []


def tallied(
    scope: str, context: str, questions: Collection[int] = ()
) -> tuple[dict[tuple[int, str], Answered], set[int], int]:
    """By question and what it asks; the questions that were drawn, as they do not stand in every
    attempt; and how many learners there were."""
    where = {"scope": scope, "context": context} if context else {"scope": scope}
    asked: Iterable[Row] = (
        tallies_of(**where).filter(version__question__in=questions)
        if questions
        else TALLIES.rows(**where)
    )
    found: dict[tuple[int, str], Answered] = {}
    stands: dict[tuple[int, str], int] = defaultdict(int)
    taken: dict[str, int] = {}
    learners = 0
    for row in asked:
        question, core, version, digest, source, position, kind = row[:7]
        where, is_whole, attempts = row[7:10]
        *numbers, marks, options, learners = row[14:]
        sums = Sums(*numbers)
        sums.marks, sums.options = from_json(marks), from_json(options)
        if not is_whole:
            stands[question, where] += sums.asked
            taken[where] = attempts
        known = found.get((question, core))
        if known is None:
            place = (source, position)
            known = found[question, core] = Answered(sums, [], {}, place, question, kind)
        else:
            known.sums.take(sums)
        if not is_whole:
            known.contexts.add(where)
        known.kept.append(Kept(*row[10:14]))
        name = (version, digest)
        known.versions[name] = known.versions.get(name, 0) + sums.answers
    drawn = {question for (question, where), n in stands.items() if n < taken[where]}
    return {key: one for key, one in found.items() if one.sums.answers}, drawn, learners


class Over(Subquery):
    """A figure of the rows of a subquery."""

    template = "(SELECT %(figure)s FROM (%(subquery)s) AS each_row)"


TOGETHER = {
    "sqlite": "json_group_array(json_array(learner, said))",
    "postgresql": "CAST(json_agg(json_build_array(learner, said)) AS text)",
}
VERSIONS: dict[tuple[int, str], QuestionVersion] = {}
VERSIONS_AT_MOST = 5000


def beside(
    course: Course,
    names: Collection[tuple[int, str]],
    *,
    is_few: bool,
    told: Answered | None = None,
) -> dict[int, tuple[QuestionVersion, Beside]]:
    """The versions of these ids and digests, how many challenges wait, how their questions go
    elsewhere, and what was answered to the one that is `told`. One query. Versions never change,
    so that each is made once."""
    wanted: dict[str, Any] = {"course": course.pk, "versions": [pk for pk, _digest in names]}
    if is_few or told:
        wanted["scope"] = course.scope
    if told:
        wanted |= {"told": told.last[0], "question": told.question}
        wanted |= {"alike": [pk for pk, _d in told.versions], "contexts": sorted(told.contexts)}
    if not all(name in VERSIONS for name in names):
        if len(VERSIONS) + len(names) > VERSIONS_AT_MOST:
            VERSIONS.clear()
        found = list(figures_beside(is_few=is_few, **wanted))
        VERSIONS.update({(version.pk, version.digest): version for version in found})
        said = [
            (each.pk, *(getattr(each, name) for name in beside_them(is_few=is_few)))
            for each in found
        ]
    else:
        said = list(BESIDE[is_few].rows(**wanted))
    versions = {name[0]: VERSIONS[name] for name in names}
    return {
        pk: (versions[pk], Beside(challenges, pooled_of(*others), firsts(given)))
        for pk, challenges, given, *others in said
    }


def figures_beside(
    course: int, versions: Sequence[int], *, is_few: bool, scope: str = "", **told: Any
) -> QuerySet[QuestionVersion]:
    waiting = (
        Challenge.objects.open()
        .filter(course=course, attempt_question__question=OuterRef("question"))
        .order_by()
        .values("course")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        QuestionVersion.objects.filter(pk__in=versions)
        .annotate(
            waiting=Coalesce(Subquery(waiting), 0),
            given=given(scope, **told) if told else Value(None, TextField()),
            **elsewhere(scope) if is_few else {},
        )
        .order_by()
    )


def beside_them(*, is_few: bool) -> list[str]:
    return ["waiting", "given", *(["others", "courses", "marks"] if is_few else ())]


def prepared(*, is_few: bool) -> Prepared:
    return Prepared(
        lambda **wanted: figures_beside(is_few=is_few, **wanted).values_list(
            "pk", *beside_them(is_few=is_few)
        )
    )


BESIDE = {is_few: prepared(is_few=is_few) for is_few in (False, True)}


def given(
    scope: str, told: int, question: int, alike: Sequence[int], contexts: Sequence[str]
) -> Expression:
    """The answers of attempts that come first by their learners. Each attempt is asked by itself:
    what a planner does with a join of these, at a million answers, takes too long."""
    value = Coalesce(Cast("first_value", TextField()), Value(""), output_field=TextField())
    said = (
        AttemptQuestion.objects.with_first_answers()
        .filter(attempt=OuterRef("pk"), question=question, version__in=alike)
        .order_by()
    )
    attempts = counted(scope).filter(context__in=contexts)
    attempts = attempts.annotate(learner=F("user"), said=Subquery(said.values(v=value)))
    rows = attempts.order_by("user", "pk").values("learner", "said")[:ATTEMPTS]
    together = Over(rows, figure=TOGETHER[connection.vendor], output_field=TextField())
    return Case(When(pk=told, then=together), default=Value(None, TextField()))


def firsts(given: str | None) -> list[Any]:
    """The first answer of each learner who was asked."""
    found: dict[int, str] = {}
    for learner, said in from_json(given or "[]"):
        if said is not None:
            found.setdefault(learner, said)
    return [from_json(said) if said else None for said in found.values()]


def elsewhere(scope: str) -> dict[str, Over]:
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
        .exclude(turnout__scope=scope)
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
    rows = AttemptQuestion.objects.with_first_answers().filter(
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
        *("attempt__context", "first_fraction", "first_value"),
    ):
        found.setdefault(user, Answer(user, name or username, where, fraction or 0.0, *given))
    return list(found.values())
