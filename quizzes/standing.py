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
    Exists,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from quizzes import mastery
from quizzes.mastery import Level, Standing
from quizzes.models import AttemptQuestion, Review, ReviewCard
from quizzes.models.attempts import Attempt
from quizzes.prepared import Prepared

# A card that is firm today, one that is not, one without an answer; an answer in the text.
# In words, which come from the database as they are; numbers would be converted row by row.
HOLDS, BEGUN, UNSEEN, CHECK = "holds", "begun", "unseen", "check"
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


class Groups:
    """Many groups of questions that are asked about together, with the way back from a question
    to its groups: so a learner's cards are looked at once, however many groups there are."""

    def __init__(self, groups: Sequence[Ids]) -> None:
        self.sizes = [len(ids.cards) for ids in groups]
        self.own = places_of([ids.cards for ids in groups])
        self.others = places_of([ids.others for ids in groups])


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
        cls, user: Any, *, source: str, on: date, questions: Collection[int] | None = None
    ) -> Learned:
        """Of a whole source, or of these questions alone, which then come with their prompts."""
        if not user.is_authenticated:
            return cls()
        levels: dict[int, Level] = {}
        answers: dict[int, tuple[float, str]] = {}
        rows = (
            ROWS.rows(user=user.pk, source=source, on=on)
            if questions is None
            else ROWS.rows(user=user.pk, source=source, on=on, questions=[*questions])
        )
        for kind, question, number, prompt in rows:
            if kind == CHECK:
                answers[question] = (number, prompt)
            elif kind == HOLDS:
                levels[question] = mastery.level_while(number)
            else:
                levels[question] = Level.LEARNING if kind == BEGUN else Level.NEW
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
            counts = reached[level]
            for place in groups.own.get(question, ()):
                counts[place] += 1
            for place in groups.others.get(question, ()):
                counts[place] += 1
                more[place] += 1
        begun = [reached[level] for level in Level if level > Level.NEW]
        return [
            mastery.counted(size + extra - sum(counts), *counts)
            for size, extra, *counts in zip(groups.sizes, more, *begun, strict=True)
        ]

    def is_checked(self, ids: Ids) -> bool:
        """Whether every question in the text has been answered there."""
        asked = ids.all
        return bool(asked) and all(question in self.answers for question in asked)


def rows_of(
    *, user: int, source: str, on: date, questions: Collection[int] | None = None
) -> QuerySet[Any, Any]:
    """(kind, question, number, prompt) in one question to the database: cards with stability,
    checkpoints with worth and prompt. The database compares the days, for to make dates of them
    took a third of the time that all this takes."""
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
    begun = Q(stability__isnull=False) | Exists(answered)
    kind = Case(
        When(firm_until_on__gte=on, then=Value(HOLDS)),
        When(begun, then=Value(BEGUN)),
        default=Value(UNSEEN),
        output_field=TextField(),
    )
    mine = cards.annotate(kind=kind, said=Value("")).values_list(
        "kind", "question_id", "stability", "said"
    )
    given = checks.annotate(kind=Value(CHECK))
    if questions is None:
        given = given.annotate(said=Value(""))
    prompt = "said" if questions is None else "version__prompt"
    return mine.union(given.values_list("kind", "question_id", "fraction", prompt), all=True)


ROWS = Prepared(rows_of)


def revision_of(user: int) -> dict[str, Any]:
    """Subqueries that change when a learner's levels do, but for what time alone changes."""
    reviews = Review.objects.filter(user=user, undone_at=None).order_by("-day_on", "-pk")
    cards = ReviewCard.objects.filter(user=user).order_by("-pk")
    return {"reviewed": reviews.values("pk")[:1], "carded": cards.values("pk")[:1]}
