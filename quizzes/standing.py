"""What one learner knows of a source, in one query: levels of cards and checked answers.

Every screen that speaks of mastery asks here, and counts with `quizzes.mastery`. Which questions
belong to what (a passage, a section, a term) is the caller's to say, as `Ids`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Case, Exists, F, Field, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from quizzes import mastery
from quizzes.mastery import Level, Standing
from quizzes.models import AttemptQuestion, Review, ReviewCard
from quizzes.models.attempts import Attempt
from quizzes.prepared import Prepared

BEGUN = -0.5  # days of stability of a card that is not firm today, below zero as those of all
COUNTED_RULE = _(
    "Counted are questions for facts, terms and attributions, which become review cards with "
    "their first answer, and whatever else you chose to remember"
)


NOTHING = 0  # the number of no question


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


class Groups:
    """Many groups of questions that are asked about together, with the way back from a question
    to its groups: so a learner's cards are looked at once, however many groups there are."""

    def __init__(self, groups: Sequence[Ids]) -> None:
        self.sizes = [len(ids.cards) for ids in groups]
        own = places_of([ids.cards for ids in groups])
        others = places_of([ids.others for ids in groups])
        self.places = {  # as one that becomes a card by itself, and as one of the rest
            question: (own.get(question, []), others.get(question, []))
            for question in own.keys() | others.keys()
        }


def places_of(groups: Sequence[Sequence[int]]) -> dict[int, list[int]]:
    """For each question, the places of the groups that it is in."""
    found: dict[int, list[int]] = {}
    for place, questions in enumerate(groups):
        for question in questions:
            found.setdefault(question, []).append(place)
    return found


@dataclass(frozen=True)
class Learned:
    """`levels` by question, of those that are cards of this learner; `answers`: worth and prompt
    of his checkpoints, by question. A visitor has neither."""

    levels: Mapping[int, Level] = field(default_factory=dict)
    answers: Mapping[int, tuple[float, str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        user: Any,
        *,
        source: str,
        on: date,
        questions: Collection[int] | None = None,
        checked: Collection[int] | None = None,
    ) -> Learned:
        """Of a whole source, or of these questions alone, which then come with their prompts.
        `checked`: those of them whose answers are asked for, where that is not all."""
        if not user.is_authenticated:
            return cls()
        levels: dict[int, Level] = {}
        answers: dict[int, tuple[float, str]] = {}
        chosen: dict[str, list[int]] = {}
        if questions is not None:
            asked = questions if checked is None else checked
            chosen = {"questions": [*questions], "checked": [*asked] or [NOTHING]}
        for question, number, *prompt in ROWS.rows(user=user.pk, source=source, on=on, **chosen):
            if number is None:
                levels[question] = Level.NEW
            elif number < 0:
                levels[question] = mastery.level_while(-number)
            else:
                answers[question] = (number, prompt[0] if prompt else "")
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

    def standings(self, groups: Groups) -> list[Standing]:
        """As `standing` of each group."""
        reached = {level: [0] * len(groups.sizes) for level in Level}
        more = [0] * len(groups.sizes)  # cards beside those that come by themselves
        for question, level in self.levels.items():
            if question not in groups.places:
                continue
            counts = reached[level]
            own, others = groups.places[question]
            for place in own:
                counts[place] += 1
            for place in others:
                counts[place] += 1
                more[place] += 1
        begun = [reached[level] for level in Level if level > Level.NEW]
        return [
            mastery.counted(size + extra - sum(counts), *counts)
            for size, extra, *counts in zip(groups.sizes, more, *begun, strict=True)
        ]

    def is_checked(self, ids: Ids) -> bool:
        """Whether every question in the text has been answered there."""
        asked = {*ids.cards, *ids.others}
        return bool(asked) and self.answers.keys() >= asked


def rows_of(
    *,
    user: int,
    source: str,
    on: date,
    questions: Collection[int] | None = None,
    checked: Collection[int] = (),
) -> QuerySet[Any, Any]:
    """(question, number) in one question to the database, and of chosen questions the prompt.

    Of a checkpoint the number is its worth, from 0 on; of a card its stability below zero, as far
    as it holds today, and none where nothing was answered. One number and no words beside it, and
    the database compares the days: measured, rows are most of what this takes, by their columns.
    """
    cards = ReviewCard.objects.of_current_questions().filter(user=user)
    checks = AttemptQuestion.objects.filter(
        attempt__user=user,
        attempt__purpose=Attempt.Purpose.CHECKPOINT,
        attempt__source=source,
        fraction__isnull=False,
    ).order_by()
    answered = AttemptQuestion.objects.filter(
        attempt__user=user, question=OuterRef("question"), is_released=True, fraction__isnull=False
    )
    number = Case(
        When(firm_until_on__gte=on, then=-F("stability")),
        When(Q(stability__isnull=False) | Exists(answered), then=Value(BEGUN)),
        output_field=Field(),  # of a type that nothing is converted from, row by row
    )
    if questions is None:
        mine = cards.filter(source=source).values_list("question_id", number)
        return mine.union(checks.values_list("question_id", "fraction"), all=True)
    mine = cards.filter(question__in=questions).values_list("question_id", number, Value(""))
    given = checks.filter(question__in=checked)
    return mine.union(given.values_list("question_id", "fraction", "version__prompt"), all=True)


ROWS = Prepared(rows_of)


def revision_of(user: int) -> dict[str, Any]:
    """Subqueries that change when a learner's levels do, but for what time alone changes."""
    reviews = Review.objects.filter(user=user, undone_at=None).order_by("-day_on", "-pk")
    cards = ReviewCard.objects.filter(user=user).order_by("-pk")
    return {"reviewed": reviews.values("pk")[:1], "carded": cards.values("pk")[:1]}
