"""The list of quizzes, each with how it went so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from quizzes.models import Attempt, Question, Quiz
from quizzes.rules import counted

GROUPS = (
    ("section", _("By section")),
    ("chapter", _("By chapter")),
    ("article", _("The whole essay")),
    ("theme", _("By theme")),
    ("own", _("Your own")),
)


@dataclass
class ShelfRow:
    quiz: Quiz
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def open(self) -> Attempt | None:
        return next((a for a in self.attempts if a.state == Attempt.State.OPEN), None)

    @property
    def released(self) -> list[Attempt]:
        done = [a for a in self.attempts if a.released_at is not None and a.max_score]
        return sorted(done, key=lambda a: a.number)

    @property
    def best(self) -> int | None:
        """Per cent of the best attempt (or whichever counts here)."""
        shares = [(a.score or 0.0) / (a.max_score or 1.0) for a in self.released]
        value = counted(shares, self.quiz.own_rules.counts)
        return None if value is None else round(100 * value)


@dataclass
class Shelf:
    groups: list[tuple[str, Any, list[ShelfRow]]]
    questions: int
    taken: int

    @classmethod
    def of(cls, user: Any) -> Shelf:
        quizzes = list(Quiz.objects.current().readable_by(user))
        rows = {quiz.pk: ShelfRow(quiz) for quiz in quizzes}
        if user.is_authenticated:
            attempts = Attempt.objects.at_quizzes().filter(user=user, context="", quiz__in=rows)
            for attempt in attempts:
                rows[attempt.quiz_id].attempts.append(attempt)  # type: ignore[index]
        groups = []
        for name, label in GROUPS:
            found = [row for row in rows.values() if row.quiz.group == name]
            if name == "own":
                found = sorted(found, key=lambda row: row.quiz.made_at, reverse=True)[:20]
            if found:
                groups.append((name, label, found))
        return cls(
            groups,
            questions=Question.objects.drawn().count(),
            taken=sum(bool(row.released) for row in rows.values()),
        )
