"""What one learner knows of a source, in one query: levels of cards and checked answers.

Every screen that speaks of mastery asks here, and counts with `quizzes.mastery`. Which questions
belong to what (a passage, a section, a term) is the caller's to say, as `Ids`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from quizzes import mastery
from quizzes.mastery import Level, Standing
from quizzes.models import AttemptQuestion, Question, QuestionVersion, Review, ReviewCard
from quizzes.models.attempts import Attempt

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
        for is_card, question, number, firm_until, has_answer, prompt in rows_of(
            user, source, questions
        ):
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


CARDS = """
SELECT 1, card.question_id, card.stability, card.firm_until_on, CASE
    WHEN card.stability IS NOT NULL THEN 1
    WHEN EXISTS (
        SELECT 1 FROM {row} AS done JOIN {attempt} AS at_it ON at_it.id = done.attempt_id
        WHERE at_it.user_id = %s AND done.question_id = card.question_id
            AND done.is_released AND done.fraction IS NOT NULL
    ) THEN 1 ELSE 0 END, ''
FROM {card} AS card JOIN {question} AS question ON question.id = card.question_id
WHERE card.user_id = %s AND question.retired_at IS NULL AND question.source = %s
"""
CHECKS = """
UNION ALL
SELECT 0, done.question_id, done.fraction, NULL, 1, {prompt}
FROM {row} AS done JOIN {attempt} AS at_it ON at_it.id = done.attempt_id
    JOIN {version} AS version ON version.id = done.version_id
WHERE at_it.user_id = %s AND at_it.purpose = %s AND at_it.source = %s
    AND done.fraction IS NOT NULL
"""


def rows_of(user: Any, source: str, questions: Collection[int] | None) -> Iterable[Any]:
    """Two kinds of rows in one question to the database: cards with stability, the last firm day
    and whether there is an answer; checkpoints with worth and prompt.

    SQL by hand, because this is asked on the pages that are read most: 0.2 ms where building the
    same query through the ORM takes 2.1.
    """
    names = {
        "row": AttemptQuestion._meta.db_table,  # noqa: SLF001
        "attempt": Attempt._meta.db_table,  # noqa: SLF001
        "card": ReviewCard._meta.db_table,  # noqa: SLF001
        "question": Question._meta.db_table,  # noqa: SLF001
        "version": QuestionVersion._meta.db_table,  # noqa: SLF001
        "prompt": "''" if questions is None else "version.prompt",
    }
    cards, checks = CARDS.format(**names), CHECKS.format(**names)
    some = [] if questions is None else list(questions)
    if questions is not None:
        marks = ", ".join(["%s"] * len(some)) or "NULL"
        cards += f"AND card.question_id IN ({marks})"
        checks += f"AND done.question_id IN ({marks})"
    of_cards = [user.pk, user.pk, source, *some]
    of_checks = [user.pk, Attempt.Purpose.CHECKPOINT.value, source, *some]
    with connection.cursor() as cursor:
        cursor.execute(cards + checks, [*of_cards, *of_checks])
        rows = cursor.fetchall()
    return [(*row[:3], day_in(row[3]), *row[4:]) for row in rows]


def day_in(value: date | str | None) -> date | None:
    """SQLite gives a date as the text it keeps."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def revision_of(user: Any) -> dict[str, Any]:
    """Subqueries that change when a learner's levels do, but for what time alone changes."""
    reviews = Review.objects.filter(user=user, undone_at=None).order_by("-day_on", "-pk")
    cards = ReviewCard.objects.filter(user=user).order_by("-pk")
    return {"reviewed": reviews.values("pk")[:1], "carded": cards.values("pk")[:1]}
