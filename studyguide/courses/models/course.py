"""A course, who is in it and in which part. Access begins here: every look-up starts from the
person, so that a course is a wall."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from quizzes.models.bank import new_public_id
from studyguide.accounts.models import AuditEntry, User
from studyguide.library.models import Article, OriginalGrant

if TYPE_CHECKING:
    from studyguide.courses.models.originals import CourseOriginal

UNDO = timedelta(days=30)  # how long a deleted course can be taken back


class CourseRefused(Exception):  # noqa: N818
    """An act that the state of the course does not allow; the message says why and what to do."""


class CourseQuerySet(models.QuerySet["Course"]):
    def existing(self) -> Self:
        return self.filter(deleted_at=None)

    def for_user(self, user: User) -> Self:
        """Courses that this person is in, in whatever role. Others do not exist for him."""
        return self.of_roles(user, Role.values)

    def taught_by(self, user: User) -> Self:
        return self.of_roles(user, TEACHING)

    def learned_by(self, user: User) -> Self:
        return self.of_roles(user, [Role.LEARNER])

    def of_roles(self, user: User, roles: Iterable[str]) -> Self:
        mine = Membership.objects.active().filter(user=user, role__in=list(roles))
        return self.existing().filter(pk__in=mine.values("course"))

    def current(self) -> Self:
        return self.filter(archived_at=None)

    def deleted_by_owner(self, user: User, now: datetime) -> Self:
        """Deleted courses of this owner that can still be taken back."""
        owned = Membership.objects.active().filter(user=user, role=Role.TUTOR)
        return self.filter(pk__in=owned.values("course"), deleted_at__gt=now - UNDO)


class Role(models.TextChoices):
    LEARNER = "learner", _("learner")
    TUTOR = "tutor", _("tutor")  # the one who owns the course
    CO_TUTOR = "co_tutor", _("co-tutor")


TEACHING = (Role.TUTOR, Role.CO_TUTOR)


class Course(models.Model):
    """A tutor's group working through articles."""

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id)
    title = models.CharField(_("name"), max_length=120)
    about = models.TextField(_("about this class"), blank=True, max_length=4000)
    time_zone = models.CharField(_("time zone"), max_length=64)
    shows_names = models.BooleanField(_("learners see each other's names"), default=False)
    is_approval_needed = models.BooleanField(_("I approve who joins by code"), default=False)
    is_demonstration = models.BooleanField(default=False)
    articles = models.ManyToManyField(
        Article, through="courses.CourseArticle", related_name="courses"
    )
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies")
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="course_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("course", args=[self.public_id])

    @property
    def scope(self) -> str:
        """What rulings, regrades, grants and audit entries of this course go by."""
        return f"course:{self.public_id}"

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def gone_at(self) -> datetime:
        """When a deleted course can no longer be taken back."""
        assert self.deleted_at is not None  # noqa: S101
        return self.deleted_at + UNDO

    @property
    def owner(self) -> User:
        return self.memberships.active().select_related("user").get(role=Role.TUTOR).user

    def record(self, act: str, *, by: User | None, now: datetime, **details: Any) -> None:
        AuditEntry.record(act=act, by=by, about=self.scope, details=details, now=now)

    @classmethod
    def start(
        cls,
        *,
        by: User,
        title: str,
        time_zone: str,
        articles: Iterable[Article],
        now: datetime,
        **more: Any,
    ) -> Course:
        """A new course, owned by whoever starts it."""
        with transaction.atomic():
            course = cls.objects.create(title=title, time_zone=time_zone, made_at=now, **more)
            course.set_articles(articles)
            Membership.objects.create(
                course=course,
                user=by,
                role=Role.TUTOR,
                way=Membership.Way.STARTED,
                state=Membership.State.ACTIVE,
                asked_at=now,
                joined_at=now,
                counts_from_at=now,
            )
            course.record("course.start", by=by, now=now)
            return course

    def set_articles(self, articles: Iterable[Article]) -> None:
        """Work on these. One that assignments speak of stays: leaving it out changes nothing."""
        wanted = [article.pk for article in articles]
        used = self.assignments.exclude(article=None).values("article")
        self.course_articles.exclude(article__in=wanted).exclude(article__in=used).delete()
        known = set(self.course_articles.values_list("article", flat=True))
        CourseArticle.objects.bulk_create(
            CourseArticle(course=self, article_id=pk, position=position)
            for position, pk in enumerate(wanted)
            if pk not in known
        )

    # Coming and going

    def admit(
        self,
        user: User,
        *,
        way: str,
        now: datetime,
        role: str = Role.LEARNER,
        is_pending: bool = False,
        by: User | None = None,
        **more: Any,
    ) -> Membership:
        """Let somebody in, or note that he asked. Whoever is in already stays as he is; whoever
        left or was removed comes back, and his work counts from now on. One who was removed is
        always pending until a tutor agrees. `more`: code, is_account_made_here."""
        with transaction.atomic():
            course = Course.objects.select_for_update().get(pk=self.pk)
            course.refuse_if_closed()
            known = self.memberships.filter(user=user).first()
            if known is not None and known.state == Membership.State.ACTIVE:
                return known
            if known is not None and known.state == Membership.State.REMOVED and by is None:
                is_pending = True
            membership = known or Membership(course=self, user=user)
            membership.role = role
            membership.way = way
            membership.asked_at = now
            membership.state = Membership.State.PENDING
            membership.left_at = None
            for name, value in more.items():
                setattr(membership, name, value)
            membership.save()
            if not is_pending:
                membership.activate(by=by or user, now=now)
            return membership

    def refuse_if_closed(self) -> None:
        if self.deleted_at is not None:
            raise CourseRefused(_g("This class has been deleted."))
        if self.archived_at is not None:
            raise CourseRefused(_g("This class is archived: it can be read, but not changed."))

    # The course as a whole

    def archive(self, *, by: User, now: datetime) -> bool:
        """Nobody changes it any more, and texts that were shared with it are not read in it."""
        return self.move("course.archive", {"archived_at": None}, {"archived_at": now}, by, now)

    def restore(self, *, by: User, now: datetime) -> bool:
        """Take it out of the archive."""
        if self.archived_at is None:
            return False
        before = {"archived_at": self.archived_at}
        return self.move("course.restore", before, {"archived_at": None}, by, now)

    def remove(self, *, by: User, now: datetime) -> bool:
        """Delete for everybody. Learners' work stays theirs; for 30 days it can be taken back."""
        return self.move("course.delete", {"deleted_at": None}, {"deleted_at": now}, by, now)

    def take_back(self, *, by: User, now: datetime) -> bool:
        if self.deleted_at is None or now >= self.gone_at:
            return False
        before = {"deleted_at": self.deleted_at}
        return self.move("course.undelete", before, {"deleted_at": None}, by, now)

    def settle_grants(self) -> None:
        """Members read what is shared while the course is open, and nobody after."""
        OriginalGrant.objects.filter(source=self.scope).delete()
        if self.archived_at is None and self.deleted_at is None:
            members = list(self.memberships.active().values_list("user", flat=True))
            for shared in self.originals.filter(withdrawn_at=None):
                shared.let_in(members)

    def move(
        self, act: str, before: dict[str, Any], after: dict[str, Any], by: User, now: datetime
    ) -> bool:
        """Change a state once, whoever asks at the same time, and record it."""
        with transaction.atomic():
            if Course.objects.filter(pk=self.pk, **before).update(**after) != 1:
                return False
            for name, value in after.items():
                setattr(self, name, value)
            self.settle_grants()
            self.record(act, by=by, now=now)
            return True


class CourseArticle(models.Model):
    """An article that a course works on."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="course_articles")
    article = models.ForeignKey(Article, models.PROTECT, related_name="course_articles")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["course", "article"], name="article_once_a_course")
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.article_id}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(state=Membership.State.ACTIVE)

    def pending(self) -> Self:
        return self.filter(state=Membership.State.PENDING)

    def learners(self) -> Self:
        return self.active().filter(role=Role.LEARNER)

    def tutors(self) -> Self:
        return self.active().filter(role__in=TEACHING)


class Membership(models.Model):
    """A person in a course. One row each, whoever comes and goes; it is never deleted."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for approval")
        ACTIVE = "active", _("in the class")
        LEFT = "left", _("left")
        REMOVED = "removed", _("removed")

    class Way(models.TextChoices):
        STARTED = "started", _("started the class")
        CODE = "code", _("by code or link")
        INVITATION = "invitation", _("by invitation")
        ROSTER = "roster", _("from a list")

    course = models.ForeignKey(Course, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.LEARNER)
    state = models.CharField(max_length=10, choices=State)
    way = models.CharField(max_length=10, choices=Way)
    code = models.ForeignKey(
        "courses.JoinCode", models.PROTECT, null=True, related_name="memberships"
    )
    is_account_made_here = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    # Work before this does not count, unless the learner said so, and when.
    counts_from_at = models.DateTimeField(null=True)
    counted_before_at = models.DateTimeField(null=True)
    # Adjustments: between the learner and the tutors, in no export.
    time_multiplier = models.FloatField(
        _("time at quizzes, times"),
        default=1.0,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )
    is_untimed_practice = models.BooleanField(
        _("no time limit where nothing is marked"), default=False
    )
    note = models.CharField(_("note to tutors and learner"), max_length=300, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "user"], name="membership_once"),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(role="tutor", state="active"),
                name="course_has_one_owner",
            ),
            models.CheckConstraint(
                condition=~Q(state="active")
                | Q(joined_at__isnull=False, counts_from_at__isnull=False),
                name="membership_in_a_course_has_joined",
            ),
            models.CheckConstraint(
                condition=Q(time_multiplier__gte=1, time_multiplier__lte=10),
                name="membership_multiplier_is_sane",
            ),
        ]
        indexes = [models.Index(fields=["user", "state"], name="membership_user_state")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.course_id}"

    @property
    def is_teaching(self) -> bool:
        return self.role in TEACHING

    @property
    def has_adjustments(self) -> bool:
        return self.time_multiplier > 1 or self.is_untimed_practice

    @staticmethod
    def counts(at: str, through: str) -> Q:
        """Work of the moment `at` that counts for the membership that is reached `through`: from
        joining on, and all of it once the learner said so."""
        since = Q(**{f"{at}__gte": F(f"{through}__counts_from_at")})
        return Q(**{f"{through}__counted_before_at__isnull": False}) | since

    def activate(self, *, by: User, now: datetime) -> bool:
        """Let in one who is waiting. Grants of the course's originals come with it."""
        with transaction.atomic():
            moved = Membership.objects.filter(pk=self.pk, state=self.State.PENDING).update(
                state=self.State.ACTIVE,
                joined_at=now,
                counts_from_at=now,
                counted_before_at=None,
                left_at=None,
            )
            if moved != 1:
                return False
            self.refresh_from_db()
            for shared in self.shared_originals():
                shared.let_in([self.user_id])
            self.course.record("course.join", by=by, now=now, member=self.user_id, role=self.role)
            return True

    def shared_originals(self) -> models.QuerySet[CourseOriginal]:
        return self.course.originals.filter(withdrawn_at=None)

    def withdraw_originals(self, *, by: User, now: datetime) -> None:
        """What a tutor shared goes with her."""
        for shared in self.shared_originals().filter(by=self.user_id):
            shared.withdraw(by=by, now=now)

    def leave(self, *, now: datetime) -> bool:
        """Go oneself. The owner hands over first: CourseRefused."""
        return self.depart(self.State.LEFT, by=self.user, now=now)

    def expel(self, *, by: User, now: datetime) -> bool:
        """Remove, or turn away who is waiting. What he did stays on record."""
        return self.depart(self.State.REMOVED, by=by, now=now)

    def depart(self, state: str, *, by: User, now: datetime) -> bool:
        if self.role == Role.TUTOR:
            raise CourseRefused(_g("Hand the class over to somebody else first, or archive it."))
        with transaction.atomic():
            moved = (
                Membership.objects.filter(
                    pk=self.pk, state__in=[self.State.ACTIVE, self.State.PENDING]
                )
                .exclude(role=Role.TUTOR)
                .update(state=state, left_at=now)
            )
            if moved != 1:
                return False
            self.state, self.left_at = state, now
            OriginalGrant.objects.filter(user=self.user_id, source=self.course.scope).delete()
            self.withdraw_originals(by=by, now=now)
            act = "course.leave" if state == self.State.LEFT else "course.remove_member"
            self.course.record(act, by=by, now=now, member=self.user_id, role=self.role)
            return True

    def set_role(self, role: str, *, by: User, now: datetime) -> bool:
        """Make a member co-tutor or learner. The owner changes by handing over only."""
        if Role.TUTOR in {role, self.role}:
            raise CourseRefused(_g("Who owns the class is changed by handing it over."))
        with transaction.atomic():
            moved = (
                Membership.objects.active()
                .filter(pk=self.pk, role=self.role)
                .exclude(role=role)
                .update(role=role)
            )
            if moved != 1:
                return False
            before, self.role = self.role, role
            if not self.is_teaching:
                self.withdraw_originals(by=by, now=now)
            self.course.record(
                "course.role", by=by, now=now, member=self.user_id, role=role, before=before
            )
            return True

    def count_before(self, *, now: datetime) -> bool:
        """Let what was done before joining count. The learner's own act, once, and dated."""
        with transaction.atomic():
            self.course.refuse_if_closed()
            moved = (
                Membership.objects.learners()
                .filter(pk=self.pk, counted_before_at=None)
                .update(counted_before_at=now)
            )
            if moved != 1:
                return False
            self.counted_before_at = now
            self.course.record("course.count_before", by=self.user, now=now, member=self.user_id)
            return True

    def adjust(
        self,
        *,
        time_multiplier: float,
        is_untimed_practice: bool,
        note: str,
        by: User,
        now: datetime,
    ) -> None:
        """Set what is arranged for this learner. The record says that it changed, not what."""
        with transaction.atomic():
            self.time_multiplier = time_multiplier
            self.is_untimed_practice = is_untimed_practice
            self.note = note
            self.save(update_fields=["time_multiplier", "is_untimed_practice", "note"])
            self.course.record("course.adjust", by=by, now=now, member=self.user_id)


class Group(models.Model):
    """Some learners of a course, to filter by and to set work for."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="groups")
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="group_name_once")]

    def __str__(self) -> str:
        return self.name

    def set_members(self, memberships: Iterable[Membership]) -> None:
        """Exactly these; members of other courses are passed over."""
        wanted = {m.pk for m in memberships if m.course_id == self.course_id}
        with transaction.atomic():
            self.places.exclude(membership__in=wanted).delete()
            GroupPlace.objects.bulk_create(
                [GroupPlace(group=self, membership_id=pk) for pk in wanted], ignore_conflicts=True
            )


class GroupPlace(models.Model):
    """A member in a group."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="places")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="places")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "membership"], name="group_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} in {self.group_id}"
