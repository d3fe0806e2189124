"""Objections to questions: a learner's to the course, a tutor's to the author of the pack."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from quizzes.models import AttemptQuestion, Question, QuestionVersion, Ruling
from studyguide.accounts.models import User
from studyguide.courses.models.course import Course, CourseRefused, Membership


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def open(self) -> Self:
        return self.filter(state=Challenge.State.OPEN)


class Challenge(models.Model):
    """A learner holds that his answer was judged wrongly. It waits in the queue of the course."""

    class State(models.TextChoices):
        OPEN = "open", _("waiting")
        UPHELD = "upheld", _("agreed")
        DECLINED = "declined", _("not agreed")

    course = models.ForeignKey(Course, models.PROTECT, related_name="challenges")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="challenges")
    attempt_question = models.ForeignKey(AttemptQuestion, models.PROTECT, related_name="challenges")
    text = models.TextField(_("why"), max_length=2000)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    reply = models.TextField(_("reply"), blank=True, max_length=2000)
    ruling = models.ForeignKey(Ruling, models.PROTECT, null=True, related_name="challenges")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt_question"],
                condition=Q(state="open"),
                name="challenge_once_a_question",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | ~Q(state="open") & Q(decided_at__isnull=False),
                name="challenge_decided_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_question_id} {self.state}"

    @classmethod
    def make(
        cls, row: AttemptQuestion, membership: Membership, *, text: str, now: datetime
    ) -> Challenge:
        """Object to how an answer was judged, once its worth may be seen. Raises CourseRefused."""
        is_own = row.attempt.user_id == membership.user_id
        if not is_own or row.attempt.scope != membership.course.scope:
            raise CourseRefused(_g("You can challenge a question of your own attempt only."))
        if not row.is_released:
            raise CourseRefused(_g("Wait until you can see how your answer was judged."))
        membership.course.refuse_if_closed()
        challenge, _is_new = cls.objects.get_or_create(
            attempt_question=row,
            state=cls.State.OPEN,
            defaults={
                "course": membership.course,
                "membership": membership,
                "text": text,
                "made_at": now,
            },
        )
        return challenge

    def ruling_of(self, kind: str, reason: str) -> Ruling:
        """For the course, about this question as it was asked; not yet in force."""
        row = self.attempt_question
        value = row.response.value if kind == Ruling.Kind.ACCEPT and row.response else None
        return Ruling(
            version=row.version,
            scope=self.course.scope,
            kind=kind,
            value=value,
            reason=reason,
        )

    def rule(self, kind: str, *, reply: str, by: User, now: datetime) -> bool:
        """Agree by a ruling that is applied at once. The record of the course tells of both."""
        with transaction.atomic():
            if not Challenge.objects.select_for_update().open().filter(pk=self.pk).exists():
                return False
            ruling = self.ruling_of(kind, reply)
            ruling.apply(by=by, now=now)
            self.course.record("ruling.apply", by=by, now=now, ruling=ruling.pk, kind=kind)
            return self.decide(self.State.UPHELD, reply=reply, by=by, now=now, ruling=ruling)

    def decide(
        self, state: str, *, reply: str, by: User, now: datetime, ruling: Ruling | None = None
    ) -> bool:
        """Agree or not, once. A ruling that follows from it belongs to the same course."""
        if ruling is not None and ruling.scope != self.course.scope:
            raise CourseRefused(_g("That ruling belongs to another class."))
        with transaction.atomic():
            moved = (
                Challenge.objects.open()
                .filter(pk=self.pk)
                .update(state=state, reply=reply, ruling=ruling, decided_by=by, decided_at=now)
            )
            if moved != 1:
                return False
            self.refresh_from_db()
            self.course.record("challenge.decide", by=by, now=now, challenge=self.pk, state=state)
            return True


class PackReport(models.Model):
    """What is wrong in a pack, said to its author. It names the question, never a learner."""

    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="pack_reports")
    version = models.ForeignKey(
        QuestionVersion, models.PROTECT, null=True, related_name="pack_reports"
    )
    source = models.CharField(max_length=100)  # the article's slug
    ref = models.CharField(max_length=10, blank=True)  # p44
    text = models.TextField(_("what is wrong"), max_length=4000)
    course = models.ForeignKey(Course, models.PROTECT, null=True, related_name="pack_reports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pack_reports")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answer = models.TextField(blank=True, max_length=2000)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.source} {self.question_id}"

    @classmethod
    def make(
        cls, version: QuestionVersion, *, course: Course, text: str, by: User, now: datetime
    ) -> PackReport:
        question = version.question
        refs = (item["ref"].rpartition(":")[2] for item in version.evidence)
        return cls.objects.create(
            question=question,
            version=version,
            source=question.source,
            ref=next(refs, "")[:10],
            text=text,
            course=course,
            by=by,
            at=now,
        )

    def settle(self, *, answer: str, by: User, now: datetime) -> bool:
        return (
            PackReport.objects.filter(pk=self.pk, settled_at=None).update(
                settled_at=now, settled_by=by, answer=answer
            )
            == 1
        )
