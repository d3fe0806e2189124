"""What is arranged for one learner at one assignment. The row says how it stands; beside it are
logs of who arranged what, when and why, which are only ever added to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from quizzes.models import Attempt
from studyguide.accounts.models import AppendOnly, User
from studyguide.courses.models.assignments import Assignment, Stale
from studyguide.courses.models.course import CourseRefused, Membership


class Arrangement(models.Model):
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="arrangements")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="arrangements")
    is_chosen = models.BooleanField(default=False)  # of an assignment for chosen learners
    due_at = models.DateTimeField(null=True)  # null: as everybody's
    closes_at = models.DateTimeField(null=True)
    extra_tries = models.PositiveSmallIntegerField(default=0)
    time_multiplier = models.FloatField(default=1.0)
    excused_at = models.DateTimeField(null=True)
    score = models.FloatField(null=True)  # a share that a tutor set; null: as worked for
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "membership"], name="arrangement_once_a_learner"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=1),
                name="arrangement_score_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(time_multiplier__gte=1, time_multiplier__lte=10),
                name="arrangement_multiplier_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} for {self.membership_id}"

    @classmethod
    def at(cls, assignment: Assignment, membership: Membership) -> Arrangement:
        """The row of a learner, made when there is none. Members of this course only."""
        if assignment.course_id != membership.course_id:
            raise Membership.DoesNotExist
        row, _is_new = cls.objects.get_or_create(assignment=assignment, membership=membership)
        row.assignment, row.membership = assignment, membership
        return row

    def move(self, base_revision: int, act: str, *, by: User, now: datetime, **values: Any) -> None:
        """Write columns over the revision that was read (Stale), and record the act. Call it in
        a transaction."""
        self.assignment.course.refuse_if_closed()
        moved = Arrangement.objects.filter(pk=self.pk, revision=base_revision).update(
            **values, revision=base_revision + 1
        )
        if moved != 1:
            raise Stale
        self.revision = base_revision + 1
        for name, value in values.items():
            setattr(self, name, value)
        self.assignment.course.record(
            act,
            by=by,
            now=now,
            assignment=self.assignment.public_id,
            member=self.membership.user_id,
            revision=self.revision,
        )

    def extend(
        self,
        *,
        base_revision: int,
        reason: str,
        by: User,
        now: datetime,
        due_at: datetime | None = None,
        closes_at: datetime | None = None,
        extra_tries: int = 0,
        time_multiplier: float = 1.0,
    ) -> Extension:
        """Arrange other dates, more tries, more time; with everything as usual, take that back.
        An attempt under way is given the new deadline. Raises Stale, CourseRefused."""
        due_here, closes_here = due_at or self.assignment.due_at, closes_at
        if due_here and closes_here and closes_here < due_here:
            raise CourseRefused(_g("It cannot close before it is due."))
        with transaction.atomic():
            values = {
                "due_at": due_at,
                "closes_at": closes_at,
                "extra_tries": extra_tries,
                "time_multiplier": time_multiplier,
            }
            self.move(base_revision, "assignment.extend", by=by, now=now, **values)
            extension = Extension.objects.create(
                arrangement=self, revision=self.revision, reason=reason, by=by, at=now, **values
            )
            self.extend_begun(by=by, reason=reason, now=now)
            return extension

    def extend_begun(self, *, by: User, reason: str, now: datetime) -> None:
        mine = Attempt.objects.filter(
            context=self.assignment.context, user=self.membership.user_id, released_at=None
        )
        rules = self.assignment.rules_for(self.membership, self)
        for attempt in mine.select_for_update():
            attempt.follow(rules, by=by, reason=reason, now=now)

    def excuse(
        self, *, is_excused: bool, base_revision: int, reason: str, by: User, now: datetime
    ) -> Excusal:
        with transaction.atomic():
            self.move(
                base_revision,
                "assignment.excuse",
                by=by,
                now=now,
                excused_at=now if is_excused else None,
            )
            return Excusal.objects.create(
                arrangement=self,
                revision=self.revision,
                is_excused=is_excused,
                reason=reason,
                by=by,
                at=now,
            )

    def override(
        self, score: float | None, *, base_revision: int, reason: str, by: User, now: datetime
    ) -> MarkOverride:
        """Set the score (a share), or with None let the work count again. Raises Stale when
        another tutor was here since `base_revision` was read, and stores nothing."""
        if not reason.strip():
            raise CourseRefused(_g("Say why: the learner sees the reason with the mark."))
        with transaction.atomic():
            before = self.score
            self.move(base_revision, "mark.override", by=by, now=now, score=score)
            return MarkOverride.objects.create(
                arrangement=self,
                revision=self.revision,
                before=before,
                score=score,
                reason=reason.strip(),
                by=by,
                at=now,
            )


@dataclass(frozen=True)
class Mark:
    """A score to be set over the revision that was read."""

    assignment: Assignment
    membership: Membership
    score: float
    base_revision: int


def set_marks(marks: Iterable[Mark], *, reason: str, by: User, now: datetime) -> int:
    """Override each of them, or none: raises Stale as soon as one was changed meanwhile. How
    many were set."""
    # In one order, so that two tutors at once do not wait for each other.
    ordered = sorted(marks, key=lambda each: (each.assignment.pk, each.membership.pk))
    with transaction.atomic():
        for mark in ordered:
            Arrangement.at(mark.assignment, mark.membership).override(
                mark.score, base_revision=mark.base_revision, reason=reason, by=by, now=now
            )
    return len(ordered)


def choose(assignment: Assignment, memberships: list[Membership]) -> None:
    """Set it for exactly these learners of its course."""
    wanted = {m.pk for m in memberships if m.course_id == assignment.course_id}
    with transaction.atomic():
        assignment.arrangements.exclude(membership__in=wanted).update(is_chosen=False)
        Arrangement.objects.bulk_create(
            [Arrangement(assignment=assignment, membership_id=pk) for pk in wanted],
            ignore_conflicts=True,
        )
        assignment.arrangements.filter(membership__in=wanted).update(is_chosen=True)


class Logged(models.Model):
    """An entry of a log about an arrangement: one for each revision it made."""

    arrangement = models.ForeignKey(Arrangement, models.PROTECT, related_name="%(class)ss")
    revision = models.PositiveIntegerField()
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.arrangement_id} r{self.revision}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **options)


class Extension(Logged):
    due_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    extra_tries = models.PositiveSmallIntegerField(default=0)
    time_multiplier = models.FloatField(default=1.0)

    class Meta(Logged.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["arrangement", "revision"], name="extension_once_a_revision"
            )
        ]


class Excusal(Logged):
    is_excused = models.BooleanField()

    class Meta(Logged.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["arrangement", "revision"], name="excusal_once_a_revision"
            )
        ]


class MarkOverride(Logged):
    before = models.FloatField(null=True)
    score = models.FloatField(null=True)  # null: the work counts again

    class Meta(Logged.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["arrangement", "revision"], name="override_once_a_revision"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=1),
                name="override_is_a_share",
            ),
        ]


class Comment(models.Model):
    """What a tutor says to one learner about one assignment."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="comments")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="comments")
    text = models.TextField(_("comment to the learner"), max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.membership_id}"

    @classmethod
    def say(
        cls, assignment: Assignment, membership: Membership, *, text: str, by: User, now: datetime
    ) -> Comment:
        assignment.course.refuse_if_closed()
        with transaction.atomic():
            said = cls.objects.create(
                assignment=assignment, membership=membership, text=text, by=by, at=now
            )
            assignment.course.record(
                "assignment.comment",
                by=by,
                now=now,
                assignment=assignment.public_id,
                member=membership.user_id,
            )
            return said
