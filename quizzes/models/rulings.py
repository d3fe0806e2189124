"""A tutor's decision on a question for one scope, and the regrades that apply such decisions.
Grades change only here, on purpose, and can be put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quizzes.grading import Decision
from quizzes.models.attempts import Attempt, AttemptQuestion, Grade
from quizzes.models.bank import QuestionVersion


class RulingQuerySet(models.QuerySet["Ruling"]):
    def in_force(self, scope: str) -> Self:
        return self.filter(scope=scope, withdrawn_at=None).order_by("pk")


class Ruling(models.Model):
    class Kind(models.TextChoices):
        ACCEPT = "accept", _("accept this answer too")
        LEAVE_OUT = "leave_out", _("leave the question out")
        FULL_MARKS = "full_marks", _("full marks for everybody")

    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="rulings")
    scope = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.JSONField(null=True)  # with accept: the answer
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="rulings")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = RulingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="accept") | Q(value__isnull=False), name="ruling_accepts_a_value"
            ),
            models.CheckConstraint(condition=~Q(scope=""), name="ruling_has_a_scope"),
        ]
        indexes = [models.Index(fields=["scope", "version"], name="ruling_scope_version")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.kind} {self.version_id}"

    @property
    def decision(self) -> Decision:
        return Decision(self.kind, self.value)  # type: ignore[arg-type]

    def apply(self, *, by: Any, now: datetime) -> Regrade:
        """Put a new ruling in force, and grade by it."""
        with transaction.atomic():
            self.by, self.at = by, now
            self.save(force_insert=True)
            return Regrade.run(self.scope, by=by, reason=self.reason, now=now)

    def withdraw(self, *, by: Any, now: datetime) -> bool:
        """Take it back, and grade by what is left in force. Once."""
        with transaction.atomic():
            moved = Ruling.objects.filter(pk=self.pk, withdrawn_at=None).update(withdrawn_at=now)
            if moved != 1:
                return False
            self.withdrawn_at = now
            Regrade.run(self.scope, by=by, reason=self.reason, now=now)
            return True


@dataclass(frozen=True)
class Change:
    """What a regrade does (or would do) to one question of one attempt."""

    row: AttemptQuestion
    before: float | None
    after: float
    points: float  # after it
    was_excluded: bool
    is_excluded: bool


class Regrade(models.Model):
    """One time that grades were computed anew for a scope."""

    scope = models.CharField(max_length=100)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="regrades")
    at = models.DateTimeField()
    # What the rows said before, for the way back: [[row, fraction, points, is_excluded]].
    before = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.scope} {self.at:%Y-%m-%d}"

    @staticmethod
    def preview(scope: str, also: Ruling | None = None) -> list[Change]:
        """What would change, by today's rulings and by one `also` that is only thought of. Open
        attempts are not touched: they are graded by the rulings in force when they close, except
        what was already graded in them."""
        rulings = [*Ruling.objects.in_force(scope), *([also] if also else [])]
        rows = (
            AttemptQuestion.objects.filter(attempt__scope=scope, fraction__isnull=False)
            .exclude(attempt__state=Attempt.State.OPEN)
            .exclude(response__digest="")  # emptied: its grade stands as it was
            .select_related("attempt", "version", "response")
            .order_by("pk")
        )
        changes = []
        for row in rows:
            outcome = row.outcome(row.response, rulings)
            fraction, points = row.fraction_for(outcome), row.points_for(outcome, row.response)
            after = (fraction, points, outcome.is_excluded)
            if after != (row.fraction, row.points, row.is_excluded):
                changes.append(
                    Change(
                        row, row.fraction, fraction, points, row.is_excluded, outcome.is_excluded
                    )
                )
        return changes

    @classmethod
    def run(cls, scope: str, *, by: Any, reason: str, now: datetime) -> Regrade:
        """Apply what preview() shows."""
        with transaction.atomic():
            list(Attempt.objects.select_for_update().filter(scope=scope).values_list("pk"))
            changes = cls.preview(scope)
            regrade = cls.objects.create(
                scope=scope,
                reason=reason,
                by=by,
                at=now,
                before=[
                    [c.row.pk, c.row.fraction, c.row.points, c.row.is_excluded] for c in changes
                ],
            )
            for change in changes:
                row = change.row
                row.fraction = change.after
                row.points = change.points
                row.is_excluded = change.is_excluded
                regrade.write(row, now)
            sum_up({change.row.attempt_id for change in changes})
            return regrade

    def undo(self, *, now: datetime) -> bool:
        """Put the rows back as they were. Once."""
        with transaction.atomic():
            moved = Regrade.objects.filter(pk=self.pk, undone_at=None).update(undone_at=now)
            if moved != 1:
                return False
            rows = AttemptQuestion.objects.select_related("response").in_bulk(
                [pk for pk, *_rest in self.before]
            )
            for pk, fraction, points, is_excluded in self.before:
                row = rows[pk]
                row.fraction, row.points, row.is_excluded = fraction, points, is_excluded
                self.write(row, now)
            sum_up({row.attempt_id for row in rows.values()})
            return True

    def write(self, row: AttemptQuestion, now: datetime) -> None:
        row.save(update_fields=["fraction", "points", "is_excluded"])
        Grade.objects.create(
            attempt_question=row,
            response_id=row.response_id,
            version_id=row.version_id,
            fraction=row.fraction or 0.0,
            points=row.points or 0.0,
            is_excluded=row.is_excluded,
            regrade=self,
            at=now,
        )


def sum_up(attempts: set[int]) -> None:
    for attempt in Attempt.objects.filter(pk__in=attempts):
        attempt.sum_up()
