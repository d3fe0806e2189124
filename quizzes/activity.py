"""What falls due, which days were used, and how sure answers were: one learner's sums, in one
query of four parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, DateField, F, Field, FloatField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from quizzes import certainty
from quizzes.models import Attempt, AttemptQuestion, Review, ReviewCard
from quizzes.prepared import Prepared

SECONDS_A_CARD = 20
DUE, STUDIED, SURE = "due", "studied", "sure"


@dataclass(frozen=True)
class Activity:
    due: Mapping[date, int]  # cards by the day they fall due; earlier than today: waiting
    studied: Mapping[date, int]  # questions answered and cards rated, by study day
    sure: certainty.Summary  # of answers given with a certainty

    @classmethod
    def of(cls, user: Any, *, since: date, until: date) -> Activity:
        due: dict[date, int] = {}
        studied: dict[date, int] = {}
        sure: list[certainty.Sure] = []
        for kind, day, level, fraction, count in ROWS.rows(user=user.pk, since=since, until=until):
            if kind == SURE:
                sure += [certainty.Sure(level, fraction)] * count
            else:
                days = due if kind == DUE else studied
                days[day] = days.get(day, 0) + count
        return cls(due, studied, certainty.summary(sure))

    def due_by(self, today: date) -> dict[date, int]:
        """What waits is put on today."""
        found: dict[date, int] = {}
        for day, count in self.due.items():
            found[max(day, today)] = found.get(max(day, today), 0) + count
        return found

    def review_minutes(self, today: date) -> dict[date, float]:
        return {day: n * SECONDS_A_CARD / 60 for day, n in self.due_by(today).items()}


class Empty(Cast):
    """A column of a type without values, by which nothing is grouped."""

    def __init__(self, field: Field[Any, Any]) -> None:
        super().__init__(Value(None), field)

    def get_group_by_cols(self) -> list[Any]:
        return []


def rows_of(*, user: int, since: date, until: date) -> QuerySet[Any, Any]:
    """(kind, day, certainty, fraction, count)."""
    cards = ReviewCard.objects.active().filter(user=user, due_on__lte=until)
    # By attempt, as the index has them: to put them in order of days took half as long again.
    answers = Attempt.objects.filter(
        user=user, responses__value__isnull=False, responses__day_on__gte=since
    )
    rated = Review.objects.filter(
        user=user, how=Review.How.RATED, undone_at=None, day_on__gte=since
    )
    told = AttemptQuestion.objects.told_to(user).filter(
        attempt__purpose=Attempt.Purpose.QUIZ,  # nothing else asks for it
        response__certainty__isnull=False,
    )
    return summed(cards, DUE, day="due_on").union(
        summed(answers, STUDIED, "pk", day="responses__day_on", what="responses__attempt_question"),
        summed(rated, STUDIED, day="day_on"),
        summed(told, SURE, level="response__certainty", fraction="fraction"),
        all=True,
    )


def summed(
    rows: QuerySet[Any, Any],
    kind: str,
    *by: str,
    day: str = "",
    level: str = "",
    fraction: str = "",
    what: str = "pk",
) -> QuerySet[Any, Any]:
    """Rows counted by what is named, and `by`; the other columns are empty, of the same types."""
    columns = {
        "of_kind": Value(kind),
        "on_day": F(day) if day else Empty(DateField()),
        "at_level": F(level) if level else Empty(IntegerField()),
        "worth": F(fraction) if fraction else Empty(FloatField()),
    }
    grouped = rows.order_by().values(*by, **columns)
    counted: QuerySet[Any, Any] = grouped.annotate(how_many=Count(what, distinct=what != "pk"))
    return counted.values_list(*columns, "how_many")


ROWS = Prepared(rows_of, as_stored=True)
