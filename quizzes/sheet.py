"""An attempt as its pages show it: the sheet while it is open, the results after.

The sheet shows one open question at a time, so that nothing typed elsewhere can be lost when it
is sent without script; above it stand the two before, with their feedback.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from quizzes import certainty, drawings
from quizzes.asked import Asked, asked
from quizzes.grading import is_right, is_wrong
from quizzes.kinds import find
from quizzes.models import Aim, Attempt, AttemptQuestion, Draw, Grade, Quiz, ReviewCard
from quizzes.references import Reference, challenge_url, origin
from quizzes.rules import Behaviour, Rules

SHOWN_BEFORE = 2


class Sheet:
    def __init__(
        self,
        attempt: Attempt,
        *,
        now: datetime,
        at: int = 0,
        trouble: str = "",
        typed: Any = None,
        conflict: Any = None,
        is_answer: bool = False,
        goes_on: bool = False,
        after: int = 0,
    ) -> None:
        self.attempt = attempt
        self.now = now
        self.asked_for = at
        self.trouble = trouble
        self.typed = typed
        self.conflict = conflict
        self.is_answer = is_answer
        self.goes_on = goes_on
        self.just_answered = at if is_answer else after

    @cached_property
    def rules(self) -> Rules:
        return self.attempt.own_rules

    @cached_property
    def states(self) -> list[AttemptQuestion]:
        """All rows without what they ask; the key is not among what is fetched."""
        return list(
            self.attempt.questions.select_related("response", "question").only(
                *("position", "rev", "is_final", "is_released", "fraction", "tries", "attempt"),
                *("response__value", "question__tags"),
            )
        )

    @cached_property
    def at(self) -> int:
        """Position of the question that is asked now."""
        asked_for = self.asked_for
        if self.goes_on:
            row = next((r for r in self.states if r.position == asked_for), None)
            is_retried = row is not None and row.tries > 0 and not row.is_final
            return asked_for if is_retried else self.after(asked_for)
        if 1 <= asked_for <= len(self.states):
            return asked_for
        return self.after(0)

    def after(self, position: int) -> int:
        """The next question that waits for an answer; the last one if none does."""
        later = [p for p in self.waiting if p > position]
        return next(iter(later or self.waiting), len(self.states))

    @cached_property
    def waiting(self) -> list[int]:
        """Positions of the questions that have no answer yet."""
        return sorted(r.position for r in self.states if not self.is_done(r))

    def is_done(self, row: AttemptQuestion) -> bool:
        if self.rules.behaviour == Behaviour.DEFERRED:
            return row.is_answered
        return row.is_final

    @cached_property
    def questions(self) -> list[Asked]:
        """The one that is asked, and before it those just graded."""
        before = range(self.at - SHOWN_BEFORE, self.at)
        shown = {self.at, *before, self.just_answered}
        if self.rules.behaviour == Behaviour.DEFERRED:
            shown = {self.at}
        rows = AttemptQuestion.objects.filter(
            attempt=self.attempt, position__in=shown
        ).select_related("version", "response", "question")
        found = []
        for row in sorted(rows, key=lambda row: (row.position == self.at, row.position)):
            row.attempt = self.attempt
            if row.position != self.at and not row.is_final:
                continue
            is_asked = row.position == self.asked_for
            one = asked(
                row,
                self.attempt,
                now=self.now,
                trouble=self.trouble if is_asked else "",
                typed=self.typed if is_asked else None,
            )
            if is_asked and self.conflict is not None:
                one.conflict = self.conflict_words(one)
            found.append(one)
        remembered(self.attempt, found)
        return found

    def conflict_words(self, one: Asked) -> dict[str, str]:
        kind = find(one.kind)
        mine = kind.words(dict(one.shown), self.conflict)
        stored = one.words
        one.value = self.conflict
        return {"mine": mine, "stored": stored or _("nothing")}

    @property
    def focus(self) -> str:
        """Id of what the reader should be taken to after an answer."""
        if not self.is_answer:
            return ""
        shown = {one.number for one in self.questions}
        return f"q{self.asked_for if self.asked_for in shown else self.at}"

    @property
    def url(self) -> str:
        return f"{self.attempt.get_absolute_url()}?q={self.at}"

    @property
    def next_url(self) -> str:
        # Without script the answered question is asked for by name: it may stand after this one.
        after = f"&after={self.asked_for}" if self.is_answer else ""
        return f"{self.url}{after}#{self.focus or f'q{self.at}'}"

    @property
    def total(self) -> int:
        return len(self.states)

    @property
    def done(self) -> int:
        return sum(self.is_done(row) for row in self.states)

    @property
    def is_complete(self) -> bool:
        return self.done == self.total

    @property
    def seconds_left(self) -> int | None:
        if self.attempt.deadline_at is None:
            return None
        return max(0, int((self.attempt.deadline_at - self.now).total_seconds()))

    @property
    def minutes_left(self) -> int | None:
        seconds = self.seconds_left
        return None if seconds is None else -(-seconds // 60)

    @property
    def minutes(self) -> int:
        if self.attempt.deadline_at is None:
            return 0
        return round((self.attempt.deadline_at - self.attempt.started_at).total_seconds() / 60)

    @cached_property
    def steps(self) -> list[dict[str, Any]]:
        """The grid of numbers: state in a class and in words."""
        return [
            {"number": row.position, "is_here": row.position == self.at, **self.state_of(row)}
            for row in self.states
        ]

    def state_of(self, row: AttemptQuestion) -> dict[str, str]:
        is_told = row.is_final and row.is_released and not self.attempt.is_held
        if is_told and row.fraction is not None:
            if is_right(row.fraction):
                return {"state": "right", "word": _("right")}
            if is_wrong(row.fraction):
                return {"state": "miss", "word": _("another answer")}
            return {"state": "part", "word": _("partly right")}
        if row.is_answered:
            return {"state": "done", "word": _("answered")}
        return {"state": "", "word": ""}

    @property
    def counted(self) -> str:
        """The grid in words and counts."""
        words = [step["word"] for step in self.steps if step["word"]]
        counts = [f"{words.count(word)} {word}" for word in dict.fromkeys(words)]
        return ", ".join(counts) or _("none answered yet")

    @property
    def bar(self) -> SafeString:
        states = [("now" if step["is_here"] else step["state"]) for step in self.steps]
        told = _("Question %(at)d of %(total)d. %(done)d answered.") % {
            "at": self.at,
            "total": self.total,
            "done": self.done,
        }
        return drawings.steps(states, told)


def remembered(attempt: Attempt, shown: Sequence[Asked]) -> None:
    """Tell those with feedback whether they are in the learner's review."""
    told = [one for one in shown if one.feedback is not None]
    if not told:
        return
    states = ReviewCard.objects.states(attempt.user_id, [one.question for one in told])
    for one in told:
        one.memory = states[one.question]


class Results:
    """What came of an attempt. Until it is released: that it was handed in, and no more."""

    def __init__(self, attempt: Attempt, *, now: datetime) -> None:
        self.attempt = attempt
        self.now = now
        self.is_written = attempt.state == Attempt.State.SUBMITTED
        self.is_released = attempt.is_released(now) and not attempt.is_held
        self.shows = (
            attempt.own_rules.shows(
                submitted_at=attempt.submitted_at or attempt.deadline_at, now=now
            )
            if self.is_released
            else frozenset[str]()
        )

    @cached_property
    def rows(self) -> list[AttemptQuestion]:
        rows = list(self.attempt.questions.select_related("version", "response", "question"))
        for row in rows:
            row.attempt = self.attempt
        return rows

    @cached_property
    def questions(self) -> list[tuple[AttemptQuestion, Asked]]:
        if not self.is_released:
            return []
        found = [(row, asked(row, self.attempt, now=self.now)) for row in self.rows]
        remembered(self.attempt, [one for _row, one in found])
        if self.attempt.scope:
            self.tell_of_rulings(found)
        return found

    def tell_of_rulings(self, found: Sequence[tuple[AttemptQuestion, Asked]]) -> None:
        """Where each judgement can be objected to, and the last time a tutor changed it."""
        regraded = dict(
            Grade.objects.filter(attempt_question__attempt=self.attempt, regrade__isnull=False)
            .order_by("pk")
            .values_list("attempt_question", "regrade__reason")
        )
        for row, one in found:
            one.regraded = regraded.get(row.pk, "")
            one.challenge_url = challenge_url(
                self.attempt.public_id, self.attempt.scope, row.question_id
            )

    @cached_property
    def origin(self) -> Reference | None:
        return origin(self.attempt.context, self.attempt.user)

    @cached_property
    def answered(self) -> int:
        return self.attempt.questions.filter(response__value__isnull=False).count()

    @cached_property
    def total(self) -> int:
        return self.attempt.questions.count()

    @property
    def has_marks(self) -> bool:
        return self.is_released and "marks" in self.shows

    @property
    def score(self) -> float:
        return self.attempt.score or 0.0

    @property
    def max_score(self) -> float:
        return self.attempt.max_score or 0.0

    @cached_property
    def counts(self) -> dict[str, int]:
        found = {"right": 0, "part": 0, "miss": 0}
        for row in self.rows:
            if row.is_excluded:
                continue
            fraction = row.fraction or 0.0
            state = "right" if is_right(fraction) else "miss" if is_wrong(fraction) else "part"
            found[state] += 1
        return found

    @property
    def minutes(self) -> int:
        end = self.attempt.submitted_at or self.now
        return max(1, round((end - self.attempt.started_at).total_seconds() / 60))

    @cached_property
    def missed(self) -> list[AttemptQuestion]:
        return [r for r in self.rows if not is_right(r.fraction or 0.0) and not r.is_excluded]

    @cached_property
    def topics(self) -> list[dict[str, Any]]:
        """Points by what the questions aim at."""
        found = []
        for aim in Aim:
            rows = [r for r in self.rows if r.question.aim == aim and not r.is_excluded]
            if rows:
                got = sum(r.fraction or 0.0 for r in rows)
                found.append(
                    {
                        "label": aim.label,
                        "got": got,
                        "of": len(rows),
                        "bar": drawings.meter(got / len(rows)),
                    }
                )
        return found

    @cached_property
    def headline(self) -> str:
        """The finding, in words."""
        topics = [t for t in self.topics if t["of"] >= 2]
        best = max(topics, key=lambda t: t["got"] / t["of"], default=None)
        worst = min(topics, key=lambda t: t["got"] / t["of"], default=None)
        if not self.missed:
            return _("All of it right")
        if best is None or worst is None or best is worst or best["got"] / best["of"] < 0.75:
            return _("Handed in")
        return _("Firm on %(best)s, loose on %(worst)s") % {
            "best": str(best["label"]).lower(),
            "worst": str(worst["label"]).lower(),
        }

    @cached_property
    def sure(self) -> certainty.Summary | None:
        if not self.attempt.own_rules.has_certainty:
            return None
        return certainty.summary(
            certainty.Sure(
                r.response.certainty if r.response else None,
                r.fraction if r.is_answered else None,
            )
            for r in self.rows
            if not r.is_excluded
        )

    @cached_property
    def earlier(self) -> Sequence[Attempt]:
        """The learner's released attempts at this quiz, this one included, first to last."""
        if self.attempt.quiz is None:
            return []
        same = Attempt.objects.submitted().filter(
            user=self.attempt.user_id, quiz=self.attempt.quiz, context=self.attempt.context
        )
        return list(same.exclude(released_at=None).order_by("number"))

    def quiz_of_missed(self) -> Quiz | None:
        missed = [row.question.external_id for row in self.missed if not row.question.retired_at]
        if not missed:
            return None
        title = _("Missed in: %(quiz)s") % {"quiz": self.attempt.quiz}
        return Quiz.objects.make(
            owner=self.attempt.user,
            source=self.attempt.source,
            title=title[:200],
            draws=[Draw(len(missed), questions=missed)],
            rules=Rules(),
        )

    @property
    def again_url(self) -> str:
        return reverse("attempt_again", args=[self.attempt.public_id])
