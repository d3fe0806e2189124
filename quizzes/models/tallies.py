"""What the answers of a scope add up to, kept so that nobody has to read them all to say how its
questions behave.

Counted are first attempts at quizzes in a scope, once what they were worth may be seen: rows here
move in the transaction that releases an attempt. All who move them hold the scope's row first, and
read attempts after that, so that two attempts of a learner that are released at once know each
other. `quizzes.recount` makes all of it anew from the attempts, and says what differs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from pydantic_core import from_json

from quizzes.models.bank import QuestionVersion
from quizzes.tallying import (
    COLUMNS,
    LISTS,
    NUMBERS,
    Given,
    Place,
    Sums,
    added_up,
    chosen_options,
    difference,
    in_seconds,
    in_units,
    placed,
)

if TYPE_CHECKING:
    from quizzes.models.attempts import Attempt

FEW = 500  # attempts that are read at once
Where = tuple[str, bool]  # a context; or '' and that it is the whole scope
Crowd = dict[Where, tuple[int, int]]  # attempts and learners


class Turnout(models.Model):
    """How many took part: in a context of a scope, or in the scope as a whole."""

    scope = models.CharField(max_length=100)
    context = models.CharField(max_length=100, blank=True)
    is_whole = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    learners = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "context", "is_whole"], name="turnout_once_a_context"
            ),
            models.CheckConstraint(condition=~Q(scope=""), name="turnout_has_a_scope"),
            models.CheckConstraint(
                condition=Q(is_whole=False) | Q(context=""), name="turnout_whole_has_no_context"
            ),
            models.CheckConstraint(
                condition=Q(learners__lte=F("attempts")), name="turnout_learners_made_attempts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.context or '*'}"

    @classmethod
    def held(cls, scope: str, contexts: Iterable[str]) -> dict[Where, Turnout]:
        """By context and `is_whole`; the whole's is locked until the transaction ends."""
        rows = cls.objects.select_for_update()
        whole, _made = rows.get_or_create(scope=scope, context="", is_whole=True)
        found: dict[Where, Turnout] = {("", True): whole}
        for context in contexts:
            row, _made = cls.objects.get_or_create(scope=scope, context=context, is_whole=False)
            found[context, False] = row
        return found


class ItemTallyQuerySet(models.QuerySet["ItemTally"]):
    def of_scope(self, scope: str) -> Self:
        """Their sum, in each version of a question, is of all first answers in the scope."""
        return self.filter(turnout__scope=scope)

    def of_context(self, scope: str, context: str) -> Self:
        return self.of_scope(scope).filter(turnout__context=context, turnout__is_whole=False)


class ItemTally(models.Model):
    """Sums over the answers to one version of a question in one context. Those of a whole scope
    are what its contexts count too much: answers of learners who had met the question before,
    with a minus. The columns are those of `Sums`."""

    turnout = models.ForeignKey(Turnout, models.CASCADE, related_name="items")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="tallies")
    answers = models.IntegerField()
    asked = models.IntegerField()
    blanks = models.IntegerField()
    mark_sum = models.BigIntegerField()
    mark_squares = models.BigIntegerField()
    rest_sum = models.BigIntegerField()
    rest_squares = models.BigIntegerField()
    rest_products = models.BigIntegerField()
    whole_sum = models.BigIntegerField()
    whole_squares = models.BigIntegerField()
    whole_products = models.BigIntegerField()
    # JSON that is only ever read whole: PostgreSQL takes long to write its own kind of it out.
    marks = models.TextField()
    options = models.TextField()
    rest_levels = models.TextField()
    whole_levels = models.TextField()
    times = models.TextField()
    chosen = models.TextField()

    objects = ItemTallyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["turnout", "version"], name="item_tally_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(asked=0, answers__lte=0) | Q(answers__gte=0, answers__lte=F("asked")),
                name="item_tally_counts_who_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.turnout_id} {self.version_id}"

    @property
    def sums(self) -> Sums:
        lists = (from_json(getattr(self, name)) for name in LISTS)
        return Sums(*(getattr(self, name) for name in NUMBERS), *lists)


def count(attempts: Sequence[Attempt]) -> None:
    """Of attempts that have just been released. Call it inside that transaction."""
    move(attempts, 1)


def uncount(attempts: Sequence[Attempt]) -> None:
    """Of attempts that were released and are no more."""
    move(attempts, -1)


def is_counted(attempt: Attempt) -> bool:
    is_first = attempt.number == 1 and attempt.purpose == attempt.Purpose.QUIZ
    return is_first and bool(attempt.scope)


def move(attempts: Sequence[Attempt], by: int) -> None:
    rows = sorted(filter(is_counted, attempts), key=attrgetter("scope", "pk"))
    for scope, group in groupby(rows, attrgetter("scope")):
        mine = list(group)
        turnouts = Turnout.held(scope, sorted({attempt.context for attempt in mine}))
        delta: dict[Place, Sums] = defaultdict(Sums)
        crowd: Crowd = dict.fromkeys(turnouts, (0, 0))
        for start in range(0, len(mine), FEW):
            weigh(scope, mine[start : start + FEW], by, delta, crowd)
        if any(attempts for attempts, _learners in crowd.values()):
            store(turnouts, delta, crowd)


def weigh(
    scope: str,
    mine: Sequence[Attempt],
    by: int,
    delta: dict[Place, Sums],
    crowd: Crowd,
) -> None:
    """What these attempts change, beside all others of the same learners."""
    ids = {attempt.pk for attempt in mine}
    users = {attempt.user_id for attempt in mine}
    others = [
        row
        for row in counted(scope).filter(user__in=users).values_list("pk", "user", "context")
        if row[0] not in ids
    ]
    rows = given_in(ids, [pk for pk, _user, _context in others])
    before = [row for row in rows if row.attempt not in ids]
    for place, sums in difference(added_up(placed(rows)), added_up(placed(before))).items():
        delta[place].take(sums, by)
    asked = {row.attempt for row in rows}
    known: set[tuple[int, Where]] = set()
    for _pk, user, context in others:
        known |= {(user, (context, False)), (user, ("", True))}
    for attempt in mine:
        if attempt.pk not in asked:
            continue  # without a question
        for where in ((attempt.context, False), ("", True)):
            attempts, learners = crowd[where]
            is_new = (attempt.user_id, where) not in known
            crowd[where] = (attempts + by, learners + by * is_new)
            known.add((attempt.user_id, where))


def counted(scope: str) -> models.QuerySet[Attempt]:
    from quizzes.models.attempts import Attempt

    released = Attempt.objects.submitted().at_quizzes().filter(released_at__isnull=False)
    return released.filter(scope=scope, number=1)


GIVEN = (
    *("attempt", "attempt__user", "attempt__context", "question", "version"),
    *("version__core_digest", "first_fraction", "version__kind", "response", "first_value"),
    *("response__digest", "response__seconds"),
)


def given_in(ids: Iterable[int], others: Sequence[int]) -> list[Given]:
    """All of these attempts, and of those `others` that ask a question of theirs."""
    from quizzes.models.attempts import AttemptQuestion

    known = {*ids}
    if others:
        # Asked by itself: PostgreSQL would read all rows for one that is in this or in that.
        asked = AttemptQuestion.objects.filter(attempt__in=ids).order_by().values("question")
        sharing = AttemptQuestion.objects.filter(attempt__in=others, question__in=asked)
        known.update(sharing.order_by().values_list("attempt", flat=True))
    rows = AttemptQuestion.objects.filter(attempt__in=known).order_by("attempt", "position")
    return [given_of(*row) for row in rows.with_first_answers().values_list(*GIVEN)]


def given_of(
    attempt: int,
    user: int,
    context: str,
    question: int,
    version: int,
    core: str,
    fraction: float | None,
    kind: str,
    response: int | None,
    value: Any,
    digest: str | None,
    seconds: float | None,
) -> Given:
    """An answer in words that was emptied, because its learner is forgotten, was no blank."""
    is_blank = response is None or (value is None and digest != "")
    options = chosen_options(kind, value)
    mark = in_units(fraction)
    took = in_seconds(seconds)
    return Given(attempt, user, context, question, version, core, mark, is_blank, options, took)


def store(turnouts: Mapping[Where, Turnout], delta: Mapping[Place, Sums], crowd: Crowd) -> None:
    known = {
        Place(row.turnout.context, row.version_id, row.turnout.is_whole): row
        for row in ItemTally.objects.select_related("turnout").filter(
            turnout__in=[row.pk for row in turnouts.values()],
            version__in={place.version for place in delta},
        )
    }
    new, gone = [], []
    for place, change in delta.items():
        row = known.get(place)
        sums = row.sums if row else Sums()
        sums.take(change)
        if not sums.is_nothing:
            turnout = turnouts[place.context, place.is_whole]
            new.append(tally_of(turnout, place.version, sums.tidied()))
        elif row:
            gone.append(row.pk)
    put(new)
    if gone:
        ItemTally.objects.filter(pk__in=gone).delete()
    for where, turnout in turnouts.items():
        turnout.attempts += crowd[where][0]
        turnout.learners += crowd[where][1]
    Turnout.objects.bulk_update(turnouts.values(), ["attempts", "learners"])


def tally_of(turnout: Turnout, version: int, sums: Sums) -> ItemTally:
    numbers = {name: getattr(sums, name) for name in NUMBERS}
    lists = {name: json.dumps(getattr(sums, name), separators=(",", ":")) for name in LISTS}
    return ItemTally(turnout=turnout, version_id=version, **numbers, **lists)


def put(rows: Sequence[ItemTally]) -> None:
    ItemTally.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["turnout", "version"],
        update_fields=COLUMNS,
    )


def replace(scope: str, tallies: Mapping[Place, Sums], crowd: Crowd) -> None:
    """Let a scope's rows say this and nothing else. Call it while its turnout is held."""
    with transaction.atomic():
        Turnout.objects.filter(scope=scope).update(attempts=0, learners=0)
        ItemTally.objects.of_scope(scope).delete()
        turnouts = Turnout.held(scope, sorted(c for c, is_whole in crowd if not is_whole))
        for where, (attempts, learners) in crowd.items():
            turnouts[where].attempts, turnouts[where].learners = attempts, learners
        Turnout.objects.bulk_update(turnouts.values(), ["attempts", "learners"])
        put([tally_of(turnouts[p.context, p.is_whole], p.version, s) for p, s in tallies.items()])


def stored(scope: str) -> tuple[dict[Place, Sums], Crowd]:
    """What a scope's rows say; turnouts of nobody are left out."""
    tallies = ItemTally.objects.of_scope(scope).select_related("turnout")
    turnouts = Turnout.objects.filter(scope=scope, attempts__gt=0)
    return (
        {Place(t.turnout.context, t.version_id, t.turnout.is_whole): t.sums for t in tallies},
        {(t.context, t.is_whole): (t.attempts, t.learners) for t in turnouts},
    )
