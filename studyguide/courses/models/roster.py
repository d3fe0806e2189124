"""Accounts that a course makes for its learners, and the slips they first sign in with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Sum
from django.db.models.functions import Lower

from studyguide.accounts.models import User, new_one_time_password
from studyguide.courses.models.course import Course, Membership
from studyguide.courses.models.joining import Guest, Invitation
from studyguide.courses.roster import Row

MOST_A_DAY = 1000  # people that one tutor asks in or makes accounts for


@dataclass(frozen=True)
class Slip:
    """What somebody is handed to sign in with. The password is nowhere else."""

    name: str
    username: str
    password: str


@dataclass(frozen=True)
class Taken:
    """What became of a list."""

    slips: list[Slip]
    invitations: list[Invitation]


class Roster(models.Model):
    """A list that was taken in: once, however often the form was sent."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="rosters")
    token = models.UUIDField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    accounts = models.PositiveIntegerField(default=0)  # that were made
    invitations = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "token"], name="roster_is_taken_in_once")
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.at:%Y-%m-%d}"

    @classmethod
    def take_in(
        cls, course: Course, rows: Sequence[Row], *, by: User, token: UUID, now: datetime
    ) -> Taken | None:
        """Make accounts for user names that nobody has, and ask everybody else in. Whoever is in
        the course by his user name already stays as he is. None: this was done before."""
        course.refuse_if_closed()
        taken = accounts_called(rows)
        passwords = one_time_passwords(
            [row.username for row in rows if row.username and row.username not in taken]
        )
        try:
            return cls.made(course, rows, passwords, by=by, token=token, now=now)
        except IntegrityError:  # somebody took one of the names in between
            return cls.made(course, rows, passwords, by=by, token=token, now=now)

    @classmethod
    def made(
        cls,
        course: Course,
        rows: Sequence[Row],
        passwords: dict[str, tuple[str, str]],
        *,
        by: User,
        token: UUID,
        now: datetime,
    ) -> Taken | None:
        with transaction.atomic():
            Course.objects.select_for_update().get(pk=course.pk).refuse_if_closed()
            roster, is_new = cls.objects.get_or_create(
                course=course, token=token, defaults={"by": by, "at": now}
            )
            if not is_new:
                return None
            here = names_in(course)
            taken = accounts_called(rows) | here  # SQLite knows no capitals but those of ASCII
            free = [r for r in rows if r.username in passwords and r.username not in taken]
            others = [r for r in rows if r not in free and (r.email or r.username not in here)]
            slips = roster.make_accounts(free, passwords)
            invitations = Invitation.send_all(
                course, [Guest(r.email, r.username, r.name) for r in others], by=by, now=now
            )
            roster.accounts, roster.invitations = len(slips), len(invitations)
            roster.save(update_fields=["accounts", "invitations"])
            course.record(
                "course.roster", by=by, now=now, accounts=len(slips), invitations=len(invitations)
            )
            return Taken(slips, invitations)

    def make_accounts(
        self, rows: Sequence[Row], passwords: dict[str, tuple[str, str]]
    ) -> list[Slip]:
        """With their places in the course."""
        people = User.objects.bulk_create(
            User(
                username=row.username,
                display_name=row.name,
                password=passwords[row.username][1],
                has_one_time_password=True,
                time_zone=self.course.time_zone,
            )
            for row in rows
        )
        Membership.objects.bulk_create(
            Membership(
                course=self.course,
                user=person,
                state=Membership.State.ACTIVE,
                way=Membership.Way.ROSTER,
                is_account_made_here=True,
                asked_at=self.at,
                joined_at=self.at,
                counts_from_at=self.at,
            )
            for person in people
        )
        for shared in self.course.originals.filter(withdrawn_at=None):
            shared.let_in([person.pk for person in people])
        for person in people:
            self.course.record("course.account", by=self.by, now=self.at, member=person.pk)
        return [Slip(row.name, row.username, passwords[row.username][0]) for row in rows]

    @property
    def members(self) -> models.QuerySet[Membership]:
        """Whose accounts were made from this list."""
        return self.course.memberships.filter(way=Membership.Way.ROSTER, joined_at=self.at)


def one_time_passwords(usernames: Sequence[str]) -> dict[str, tuple[str, str]]:
    """A password for each, and what is stored of it. Passwords are slow to work on: this is done
    before the database is made to wait, and on all processors."""
    plain = [new_one_time_password() for _name in usernames]
    with ThreadPoolExecutor(4) as pool:
        hashed = pool.map(make_password, plain)
        return dict(zip(usernames, zip(plain, hashed, strict=True), strict=True))


def accounts_called(rows: Sequence[Row]) -> set[str]:
    """Those of the user names that somebody has."""
    names = [row.username for row in rows if row.username]
    low = User.objects.annotate(low=Lower("username")).filter(low__in=names)
    return set(low.values_list("low", flat=True))


def names_in(course: Course) -> set[str]:
    """User names of those in the course."""
    names = course.memberships.active().values_list("user__username", flat=True)
    return {name.lower() for name in names}


def asked_lately(by: User, now: datetime) -> int:
    """How many people somebody asked in or made accounts for within a day."""
    since = now - timedelta(days=1)
    made = Roster.objects.filter(by=by, at__gt=since).aggregate(n=Sum("accounts"))["n"] or 0
    return made + Invitation.objects.filter(by=by, at__gt=since).count()


def kept_by(course: Course) -> models.QuerySet[Membership]:
    """Learners whose accounts this course made and still looks after: it is their only course,
    and they have neither an address nor a second factor. All others are their owners' alone."""
    elsewhere = Membership.objects.exclude(course=course)
    return (
        course.memberships.learners()
        .filter(
            is_account_made_here=True,
            user__email=None,
            user__is_active=True,
            user__is_staff=False,
            user__is_superuser=False,
        )
        .exclude(user__in=elsewhere.values("user"))
        .exclude(user__in=EmailAddress.objects.values("user"))
        .exclude(user__in=Authenticator.objects.values("user"))
        .select_related("user")
        .order_by("user__display_name", "user__username")
    )


def renew_slips(course: Course, members: Collection[int], *, by: User, now: datetime) -> list[Slip]:
    """New one-time passwords for these members. They are signed out wherever they are. Raises
    PermissionDenied where one of the accounts is not the course's to look after."""
    course.refuse_if_closed()
    chosen = list(kept_by(course).filter(pk__in=members))
    slips = [
        Slip(each.user.get_full_name(), each.user.username, each.user.set_one_time_password())
        for each in chosen
    ]
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        if kept_by(course).filter(pk__in=members).count() != len(set(members)):
            raise PermissionDenied
        people = [each.user for each in chosen]
        User.objects.bulk_update(people, ["password", "has_one_time_password"])
        for person in people:
            course.record("course.password", by=by, now=now, member=person.pk)
    return slips
