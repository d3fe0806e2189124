"""The doors into a course: codes, invitations, and handing it over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from quizzes.models.bank import ALPHABET
from studyguide.accounts.models import User
from studyguide.courses.models.course import Course, CourseRefused, Membership, Role

CODE_LENGTH = 10  # of 31 signs: 49.5 bits
CODE_LASTS = timedelta(days=120)
INVITATION_LASTS = timedelta(days=30)


@dataclass(frozen=True)
class Guest:
    """Who is asked in: `email` or `username` says whom, the other is empty."""

    email: str = ""
    username: str = ""
    name: str = ""

    def __str__(self) -> str:
        return self.email or self.username


def new_code() -> str:
    return get_random_string(CODE_LENGTH, ALPHABET)


def new_token() -> str:
    return get_random_string(32, ALPHABET)


class JoinCodeQuerySet(models.QuerySet["JoinCode"]):
    def live(self, now: datetime) -> Self:
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            revoked_at=None,
            course__archived_at=None,
            course__deleted_at=None,
        )

    def typed(self, text: str, now: datetime) -> JoinCode | None:
        """The live code that somebody typed, with whatever case, spaces and hyphens. Count the
        try first: limits.may_try_code()."""
        code = "".join(sign for sign in text.lower() if sign.isalnum())
        if len(code) != CODE_LENGTH:
            return None
        return self.live(now).select_related("course").filter(code=code).first()


class JoinCode(models.Model):
    """Lets whoever has it in as a learner. The link and the QR code carry the same code."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="codes")
    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code)
    seats = models.PositiveIntegerField(_("at most so many learners"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = JoinCodeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.printed

    @property
    def printed(self) -> str:
        """In groups, for eyes and projectors: K7MQX-2WRTA."""
        half = CODE_LENGTH // 2
        return f"{self.code[:half]}-{self.code[half:]}".upper()

    @classmethod
    def make(
        cls,
        course: Course,
        *,
        by: User,
        now: datetime,
        expires_at: datetime | None = None,
        seats: int | None = None,
    ) -> JoinCode:
        course.refuse_if_closed()
        with transaction.atomic():
            code = cls.objects.create(
                course=course,
                by=by,
                made_at=now,
                expires_at=expires_at or now + CODE_LASTS,
                seats=seats,
            )
            course.record("course.code", by=by, now=now, code=code.pk)
            return code

    def revoke(self, *, by: User, now: datetime) -> bool:
        with transaction.atomic():
            moved = JoinCode.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)
            if moved == 1:
                self.revoked_at = now
                self.course.record("course.code_revoke", by=by, now=now, code=self.pk)
            return moved == 1

    def join(self, user: User, *, now: datetime) -> Membership:
        """Come in by this code, or wait for approval. Raises CourseRefused."""
        with transaction.atomic():
            # Orders those who come at once, so that the last seat is taken once.
            course = Course.objects.select_for_update().get(pk=self.course_id)
            if not JoinCode.objects.live(now).filter(pk=self.pk).exists():
                raise CourseRefused(_g("This code is no longer valid. Ask your tutor for another."))
            known = course.memberships.filter(user=user).first()
            is_new = known is None or known.state not in {
                Membership.State.ACTIVE,
                Membership.State.PENDING,
            }
            if is_new:
                self.refuse_if_full()
            if known is not None and not is_new:
                return known
            return course.admit(
                user,
                way=Membership.Way.CODE,
                now=now,
                is_pending=course.is_approval_needed,
                code=self,
            )

    def refuse_if_full(self) -> None:
        if self.seats is not None and self.taken >= self.seats:
            raise CourseRefused(_g("All places of this code are taken. Ask your tutor."))

    @property
    def taken(self) -> int:
        return self.memberships.filter(
            state__in=[Membership.State.ACTIVE, Membership.State.PENDING]
        ).count()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: datetime) -> Self:
        return self.filter(
            accepted_at=None,
            withdrawn_at=None,
            expires_at__gt=now,
            course__archived_at=None,
            course__deleted_at=None,
        )

    def may_be_used_by(self, user: User) -> Self:
        """With the link. One to a user name is for that account alone; one by e-mail is for
        whoever was given the link."""
        by_name = Q(user=None, username=user.username.lower())
        return self.filter(Q(user=None, username="") | Q(user=user) | by_name)

    def for_newcomers(self, now: datetime) -> Self:
        """Those by which whoever has the link may make an account."""
        return self.open(now).filter(user=None, username="")

    def waiting_for(self, user: User, now: datetime) -> Self:
        """Those that a signed-in person is shown without the link: to his account, or to an
        address that he was proved to read. Any other address is no proof of a person."""
        proved = EmailAddress.objects.filter(user=user, verified=True)
        addresses = proved.annotate(low=Lower("email")).values("low")
        by_name = Q(user=None, username=user.username.lower())
        here = Membership.objects.active().filter(user=user)
        return (
            self.open(now)
            .filter(Q(user=user) | by_name | Q(email__in=addresses))
            .exclude(course__in=here.values("course"))
        )


class Invitation(models.Model):
    """One person asked in: by an address, or by the user name of an account.

    A user name is kept as it was typed, whether or not there is such an account: what a tutor
    sees is the same either way.
    """

    course = models.ForeignKey(Course, models.PROTECT, related_name="invitations")
    email = models.EmailField(blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="invitations"
    )
    username = models.CharField(max_length=150, blank=True)  # in lower case
    name = models.CharField(max_length=80, blank=True)  # as the tutor wrote it
    role = models.CharField(max_length=10, choices=Role, default=Role.LEARNER)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, username="") & ~Q(email="")
                | Q(email="") & (Q(user__isnull=False) | ~Q(username="")),
                name="invitation_is_to_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(role="tutor"), name="invitation_hands_nothing_over"
            ),
            models.UniqueConstraint(
                fields=["course", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None) & ~Q(email=""),
                name="invitation_once_an_address",
            ),
            models.UniqueConstraint(
                fields=["course", "username"],
                condition=Q(accepted_at=None, withdrawn_at=None) & ~Q(username=""),
                name="invitation_once_a_name",
            ),
            models.UniqueConstraint(
                fields=["course", "user"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_once_an_account",
            ),
        ]

    def __str__(self) -> str:
        return self.email or self.username

    @classmethod
    def send(
        cls,
        course: Course,
        *,
        by: User,
        now: datetime,
        email: str = "",
        username: str = "",
        name: str = "",
        role: str = Role.LEARNER,
    ) -> Invitation:
        """Ask somebody in, or give back the invitation that is open, its time begun anew. Sends
        no mail itself."""
        course.refuse_if_closed()
        email, username = email.strip().lower(), username.strip().lower()
        user = User.objects.filter(username__iexact=username).first() if username else None
        values: dict[str, Any] = {
            "user": user,
            "by": by,
            "at": now,
            "expires_at": now + INVITATION_LASTS,
            "role": role,
            "name": name,
        }
        with transaction.atomic():
            invitation, is_new = cls.objects.update_or_create(
                course=course,
                email=email,
                username=username,
                accepted_at=None,
                withdrawn_at=None,
                defaults=values,
            )
            if is_new:
                course.record("course.invite", by=by, now=now, invitation=invitation.pk, role=role)
            return invitation

    @classmethod
    def send_all(
        cls,
        course: Course,
        guests: Iterable[Guest],
        *,
        by: User,
        now: datetime,
        role: str = Role.LEARNER,
    ) -> list[Invitation]:
        """Ask in each of them, or nobody."""
        with transaction.atomic():
            return [
                cls.send(
                    course,
                    by=by,
                    now=now,
                    role=role,
                    email=guest.email,
                    username=guest.username,
                    name=guest.name,
                )
                for guest in guests
            ]

    def accept(self, user: User, *, now: datetime) -> Membership:
        """Come in; or wait, where a tutor removed this person after it was sent. Raises
        CourseRefused when it is used, withdrawn, expired or another's."""
        with transaction.atomic():
            moved = (
                Invitation.objects.open(now)
                .may_be_used_by(user)
                .filter(pk=self.pk)
                .update(accepted_at=now, accepted_by=user)
            )
            if moved != 1:
                raise CourseRefused(
                    _g("This invitation is no longer valid. Ask your tutor for another.")
                )
            self.refresh_from_db()
            removed = self.course.memberships.filter(
                user=user, state=Membership.State.REMOVED, left_at__gt=self.at
            )
            by = None if removed.exists() else self.by
            return self.course.admit(
                user, way=Membership.Way.INVITATION, role=self.role, by=by, now=now
            )

    def withdraw(self, *, by: User, now: datetime) -> bool:
        with transaction.atomic():
            moved = Invitation.objects.filter(
                pk=self.pk, accepted_at=None, withdrawn_at=None
            ).update(withdrawn_at=now)
            if moved == 1:
                self.withdrawn_at = now
                self.course.record("course.uninvite", by=by, now=now, invitation=self.pk)
            return moved == 1


class HandoverQuerySet(models.QuerySet["Handover"]):
    def open(self) -> Self:
        return self.filter(accepted_at=None, declined_at=None)


class Handover(models.Model):
    """An owner's offer of the course to another tutor in it, who must accept."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="handovers")
    to = models.ForeignKey(Membership, models.PROTECT, related_name="handovers")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)  # by either side

    objects = HandoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(accepted_at=None, declined_at=None),
                name="handover_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.course_id} to {self.to_id}"

    @classmethod
    def offer(cls, to: Membership, *, by: User, now: datetime) -> Handover:
        """Offer the course to a co-tutor; an earlier offer falls."""
        if to.role != Role.CO_TUTOR or to.state != Membership.State.ACTIVE:
            raise CourseRefused(_g("Make that person a co-tutor first."))
        with transaction.atomic():
            cls.objects.open().filter(course=to.course_id).update(declined_at=now)
            handover = cls.objects.create(course=to.course, to=to, by=by, at=now)
            to.course.record("course.offer", by=by, now=now, member=to.user_id)
            return handover

    def accept(self, *, now: datetime) -> bool:
        """Change places: the new owner owns, the old one stays as co-tutor."""
        with transaction.atomic():
            Course.objects.select_for_update().get(pk=self.course_id)
            members = self.course.memberships.active()
            if not members.filter(pk=self.to_id, role=Role.CO_TUTOR).exists():
                return False
            if Handover.objects.open().filter(pk=self.pk).update(accepted_at=now) != 1:
                return False
            self.accepted_at = now
            members.filter(role=Role.TUTOR).update(role=Role.CO_TUTOR)
            members.filter(pk=self.to_id).update(role=Role.TUTOR)
            self.course.record("course.owner", by=self.to.user, now=now, member=self.to.user_id)
            return True

    def decline(self, *, now: datetime) -> bool:
        return Handover.objects.open().filter(pk=self.pk).update(declined_at=now) == 1
