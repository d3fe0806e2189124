"""What whoever takes a quiz that is set knows before pressing the button: its rules as they are for
this learner, what was taken already, and why no more can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.models import Attempt
from quizzes.rules import Behaviour, Rules
from studyguide.courses import due
from studyguide.courses.assignment_forms import COUNTS
from studyguide.courses.models import Arrangement, Assignment, Membership

Fact = tuple[str, str]  # what, and how it is


@dataclass(frozen=True)
class Taking:
    rules: Rules
    size: int  # questions that are asked
    attempts: Sequence[Attempt]  # the learner's own, the newest first
    zone: str  # the learner's
    now: datetime

    @classmethod
    def of(
        cls,
        assignment: Assignment,
        membership: Membership,
        arrangement: Arrangement | None,
        now: datetime,
    ) -> Taking:
        """Of an assignment that has a quiz. `arrangement`: the member's, where there is one."""
        mine = Attempt.objects.filter(user=membership.user_id, context=assignment.context)
        return cls(
            assignment.rules_for(membership, arrangement),
            assignment.quiz.size if assignment.quiz else 0,
            list(mine.order_by("-number")),
            membership.user.time_zone,
            now,
        )

    @cached_property
    def open(self) -> Attempt | None:
        return next((one for one in self.attempts if not one.is_over(self.now)), None)

    @property
    def ends(self) -> str:
        """When the open attempt is closed by the clock; '' for never."""
        at = self.open.deadline_at if self.open else None
        return due.words(at, self.zone) if at else ""

    @property
    def refusal(self) -> str:
        """Why no attempt may begin; '' if one may."""
        return Attempt.refusal(self.rules, len(self.attempts), self.now)

    @property
    def is_timed(self) -> bool:
        return self.rules.seconds is not None

    @property
    def facts(self) -> list[Fact]:
        return facts(self.rules, self.size, taken=len(self.attempts))

    @property
    def taken(self) -> list[tuple[Attempt, str, str]]:
        """Each attempt with when it began and what came of it, as far as it may be seen."""
        return [
            (one, due.words(one.started_at, self.zone), self.outcome(one)) for one in self.attempts
        ]

    def outcome(self, attempt: Attempt) -> str:
        if not attempt.is_over(self.now):
            return _("open")
        if not attempt.is_released(self.now) or not attempt.max_score:
            return _("handed in")
        return _("%(score)s of %(max)s") % {
            "score": f"{round(attempt.score or 0.0, 1):g}",
            "max": f"{round(attempt.max_score, 1):g}",
        }


def facts(rules: Rules, size: int, *, taken: int | None = None) -> list[Fact]:
    """The rules of a quiz in words. `taken`: attempts that a learner has made; None for tutors."""
    found = [
        (_("Questions"), str(size)),
        (_("Time"), time_words(rules)),
        (_("Attempts"), attempts_words(rules, taken)),
    ]
    if rules.attempts != 1:
        found.append((_("What counts"), str(dict(COUNTS)[rules.counts])))
    return [*found, (_("How it went"), feedback_words(rules))]


def time_words(rules: Rules) -> str:
    if rules.seconds is None:
        return _("as long as it takes")
    minutes = round(rules.seconds * rules.multiplier / 60)
    said = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if rules.multiplier > 1:
        return _("%(minutes)s, with the time that was arranged") % {"minutes": said}
    return said


def attempts_words(rules: Rules, taken: int | None) -> str:
    if rules.attempts is None:
        return _("as many as you like") if taken is not None else _("as many as they like")
    if taken is None:
        return str(rules.attempts)
    left = max(0, rules.attempts - taken)
    return _("%(left)d left of %(all)d") % {"left": left, "all": rules.attempts}


def feedback_words(rules: Rules) -> str:
    """When the results are seen."""
    if rules.release == "by_hand":
        return _("is seen when a tutor releases it")
    if rules.release == "after_close":
        return _("is seen when the assignment has closed")
    if rules.behaviour == Behaviour.DEFERRED:
        return _("is seen after handing in")
    return _("is seen after each question")
