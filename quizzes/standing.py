"""What one learner knows of a source, in one query: levels of cards and checked answers.

Every screen that speaks of mastery asks here, and counts with `quizzes.mastery`. Which questions
belong to what (a passage, a section, a term) is the caller's to say, as `Ids`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    DateField,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from quizzes import mastery
from quizzes.mastery import Level, Standing
from quizzes.models import AttemptQuestion, Review, ReviewCard
from quizzes.models.attempts import Attempt
from quizzes.prepared import Prepared

COUNTED_RULE = _(
    "Counted are questions for facts, terms and attributions, which become review cards with "
    "their first answer, and whatever else you chose to remember"
)


class Ids(NamedTuple):
    """Ids of questions: those that become cards by themselves, and the rest, which count once
    they are cards."""

    cards: Sequence[int] = ()
    others: Sequence[int] = ()

    @property
    def all(self) -> list[int]:
        return [*self.cards, *self.others]

    @classmethod
    def of(cls, stored: Sequence[Sequence[int]] | None) -> Ids:
        return cls(*stored) if stored else cls()

    @classmethod
    def together(cls, parts: Iterable[Ids]) -> Ids:
        parts = list(parts)
        return cls([n for p in parts for n in p.cards], [n for p in parts for n in p.others])


@dataclass(frozen=True)
class Learned:
    """`levels` by question, of those that are cards of this learner; `answers`: worth and prompt
    of his checkpoints, by question. A visitor has neither."""

    levels: Mapping[int, Level] = field(default_factory=dict)
    answers: Mapping[int, tuple[float, str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, user: Any, *, source: str, on: date, questions: Collection[int] | None = None
    ) -> Learned:
        """Of a whole source, or of these questions alone, which then come with their prompts."""
        if not user.is_authenticated:
            return cls()
        levels: dict[int, Level] = {}
        answers: dict[int, tuple[float, str]] = {}
        rows = (
            ROWS.rows(user=user.pk, source=source)
            if questions is None
            else ROWS.rows(user=user.pk, source=source, questions=[*questions])
        )
        for is_card, question, number, firm_until, has_answer, prompt in rows:
            if not is_card:
                answers[question] = (number, prompt)
            elif firm_until is None:
                levels[question] = mastery.level(None, on, has_answer=bool(has_answer))
            else:
                levels[question] = mastery.level_of(number, firm_until, on)
        return cls(levels, answers)

    def level(self, question: int) -> Level:
        return self.levels.get(question, Level.NEW)

    def standing(self, ids: Ids) -> Standing:
        return mastery.standing(
            [
                *(self.level(question) for question in ids.cards),
                *(self.levels[question] for question in ids.others if question in self.levels),
            ]
        )

    def is_checked(self, ids: Ids) -> bool:
        """Whether every question in the text has been answered there."""
        asked = ids.all
        return bool(asked) and all(question in self.answers for question in asked)


def rows_of(
    *, user: int, source: str, questions: Collection[int] | None = None
) -> QuerySet[Any, Any]:
    """Two kinds of rows in one question to the database: cards with stability, the last firm day
    and whether there is an answer; checkpoints with worth and prompt."""
    cards = ReviewCard.objects.filter(user=user, question__retired_at=None)
    checks = AttemptQuestion.objects.filter(
        attempt__user=user,
        attempt__purpose=Attempt.Purpose.CHECKPOINT,
        attempt__source=source,
        fraction__isnull=False,
    ).order_by()
    if questions is None:
        cards = cards.filter(question__source=source)
    else:
        cards = cards.filter(question__in=questions)
        checks = checks.filter(question__in=questions)
    answered = AttemptQuestion.objects.filter(
        attempt__user=user, question=OuterRef("question"), is_released=True, fraction__isnull=False
    )
    whole: IntegerField[int, int] = IntegerField()
    mine = cards.annotate(
        is_card=Value(1, output_field=whole),
        has_answer=Case(
            When(Q(stability__isnull=False) | Exists(answered), then=Value(1)),
            default=Value(0),
            output_field=whole,
        ),
        said=Value(""),
    ).values_list("is_card", "question_id", "stability", "firm_until_on", "has_answer", "said")
    prompt = Value("") if questions is None else "version__prompt"
    given = checks.annotate(
        is_card=Value(0, output_field=whole),
        until=Value(None, output_field=DateField()),
        has_answer=Value(1, output_field=whole),
    )
    columns = ["is_card", "question_id", "fraction", "until", "has_answer"]
    if isinstance(prompt, Value):
        return mine.union(given.annotate(said=prompt).values_list(*columns, "said"), all=True)
    return mine.union(given.values_list(*columns, prompt), all=True)


ROWS = Prepared(rows_of)


def revision_of(user: int) -> dict[str, Any]:
    """Subqueries that change when a learner's levels do, but for what time alone changes."""
    reviews = Review.objects.filter(user=user, undone_at=None).order_by("-day_on", "-pk")
    cards = ReviewCard.objects.filter(user=user).order_by("-pk")
    return {"reviewed": reviews.values("pk")[:1], "carded": cards.values("pk")[:1]}
