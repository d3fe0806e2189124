"""What a course is asked to do: in one sentence, by when, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from quizzes.models import Attempt, Question, Quiz, release_all
from quizzes.models.bank import new_public_id
from quizzes.rules import Counts, Rules
from studyguide.accounts.models import User
from studyguide.courses import due
from studyguide.courses.models.course import Course, CourseRefused, Group, Membership
from studyguide.library.models import Article, Passage, Section

if TYPE_CHECKING:
    from studyguide.courses.models.arrangements import Arrangement


DATES = {"due_at", "closes_at", "late"}  # on which it depends until when work counts


class Stale(Exception):  # noqa: N818
    """Somebody else changed it since it was read: nothing was stored."""


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def existing(self) -> Self:
        return self.filter(removed_at=None)

    def published(self, now: datetime) -> Self:
        return self.existing().filter(published_at__lte=now)

    def of_courses_of(self, user: User) -> Self:
        return self.existing().filter(course__in=Course.objects.for_user(user).values("pk"))

    def for_learner(self, membership: Membership, now: datetime) -> Self:
        """Published, and meant for this member."""
        return self.filter(course=membership.course_id).published(now).meant_for([membership.pk])

    def learned_by(self, user: User, now: datetime) -> Self:
        """Published, and meant for this learner, over all his courses."""
        mine = Membership.objects.learners().filter(
            user=user, course__deleted_at=None, course__archived_at=None
        )
        return (
            self.filter(course__in=mine.values("course"))
            .published(now)
            .meant_for(mine.values_list("pk", flat=True))
        )

    def meant_for(self, memberships: Any) -> Self:
        groups = Group.objects.filter(places__membership__in=memberships)
        chosen = Assignment.objects.filter(
            arrangements__membership__in=memberships, arrangements__is_chosen=True
        )
        return self.filter(
            Q(audience=Assignment.Audience.ALL)
            | Q(audience=Assignment.Audience.GROUP, group__in=groups.values("pk"))
            | Q(audience=Assignment.Audience.CHOSEN, pk__in=chosen.values("pk"))
        )

    def for_nobody(self) -> Self:
        """For chosen learners, of whom there is none: as copied to a new term, or all have left."""
        for_somebody = Assignment.objects.filter(
            arrangements__is_chosen=True, arrangements__membership__in=Membership.objects.learners()
        )
        return self.filter(audience=Assignment.Audience.CHOSEN).exclude(
            pk__in=for_somebody.values("pk")
        )


class Assignment(models.Model):
    class Kind(models.TextChoices):
        READ = "read", _("read sections")
        ANSWER = "answer", _("answer checkpoints")
        QUIZ = "quiz", _("take a quiz")
        REVIEW = "review", _("keep up reviews")

    class Late(models.TextChoices):
        FULL = "full", _("late work counts in full, and is shown as late")
        PENALTY = "penalty", _("late work loses a share for each day")
        REFUSED = "refused", _("nothing counts after the due date")

    class Audience(models.TextChoices):
        ALL = "all", _("everybody")
        GROUP = "group", _("a group")
        CHOSEN = "chosen", _("chosen learners")

    course = models.ForeignKey(Course, models.PROTECT, related_name="assignments")
    public_id = models.CharField(max_length=20, unique=True, default=new_public_id)
    position = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)
    instructions = models.TextField(_("instructions"), blank=True, max_length=4000)
    kind = models.CharField(max_length=10, choices=Kind)
    article = models.ForeignKey(
        Article, models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    quiz = models.ForeignKey(
        Quiz, models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    rules = models.JSONField(default=dict, blank=True)  # of the quiz, as quizzes.rules.Rules
    days = models.PositiveSmallIntegerField(null=True, blank=True)  # of review, within the period
    published_at = models.DateTimeField(null=True)  # null: a draft; later: not yet to be seen
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    late = models.CharField(max_length=10, choices=Late, default=Late.FULL)
    late_penalty = models.FloatField(default=0.0)  # of the score, for each day begun
    required_score = models.FloatField(null=True, blank=True)  # a share; quizzes only
    weight = models.FloatField(
        _("weight"), default=1.0, validators=[MinValueValidator(0), MaxValueValidator(1000)]
    )
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.ALL)
    group = models.ForeignKey(
        Group, models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    revision = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="quiz", quiz__isnull=False) | ~Q(kind="quiz") & Q(quiz=None),
                name="assignment_of_a_quiz_has_one",
            ),
            models.CheckConstraint(
                condition=Q(kind="review", days__gte=1, opens_at__isnull=False)
                & Q(due_at__isnull=False)
                | ~Q(kind="review") & Q(days=None),
                name="assignment_of_reviews_has_a_period",
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(due_at=None) | Q(opens_at__lt=F("due_at")),
                name="assignment_opens_before_due",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(closes_at=None) | Q(due_at__lte=F("closes_at")),
                name="assignment_due_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(required_score=None)
                | Q(kind="quiz", required_score__gte=0, required_score__lte=1),
                name="assignment_required_score_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(late_penalty__gte=0, late_penalty__lte=1, weight__gte=0),
                name="assignment_numbers_are_sane",
            ),
            models.CheckConstraint(
                condition=Q(audience="group", group__isnull=False)
                | ~Q(audience="group") & Q(group=None),
                name="assignment_for_a_group_has_one",
            ),
        ]
        indexes = [models.Index(fields=["course", "position"], name="assignment_course_place")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assignment", args=[self.course.public_id, self.public_id])

    @property
    def context(self) -> str:
        """What attempts made for it go by."""
        return f"assignment:{self.pk}"

    @property
    def own_rules(self) -> Rules:
        return Rules.model_validate(self.rules)

    def is_published(self, now: datetime) -> bool:
        return self.published_at is not None and self.published_at <= now

    def is_open(self, now: datetime) -> bool:
        """Whether work may begin, before what is arranged for single learners."""
        has_begun = self.opens_at is None or self.opens_at <= now
        return has_begun and (self.closes_at is None or now < self.closes_at)

    def clean(self) -> None:
        if self.opens_at and self.due_at and self.opens_at >= self.due_at:
            raise ValidationError({"due_at": _("The due date must be after the opening.")})
        if self.due_at and self.closes_at and self.due_at > self.closes_at:
            raise ValidationError({"closes_at": _("It cannot close before it is due.")})
        if self.late == self.Late.PENALTY and not (self.late_penalty and self.due_at):
            raise ValidationError(
                {"late_penalty": _("Say what each late day costs, and when it is due.")}
            )

    # What it asks

    def sentence(self, sections: Sequence[AssignmentSection] | None = None) -> str:
        """The one sentence that says what completes it. `sections`: when they are at hand."""
        match self.kind:
            case self.Kind.READ:
                asked = self.asked_sections(sections)
                return _g("Mark all %(count)d paragraphs of %(sections)s as read.") % {
                    "count": sum(each.passages for each in asked),
                    "sections": section_words(asked),
                }
            case self.Kind.ANSWER:
                asked = self.asked_sections(sections)
                return _g("Answer all %(count)d checkpoints of %(sections)s, rightly or not.") % {
                    "count": sum(each.questions for each in asked),
                    "sections": section_words(asked),
                }
            case self.Kind.REVIEW:
                zone = self.course.time_zone
                return ngettext(
                    "Review on at least %(days)d day from %(first)s to %(last)s.",
                    "Review on at least %(days)d different days from %(first)s to %(last)s.",
                    self.days or 0,
                ) % {
                    "days": self.days,
                    "first": due.date_words(self.opens_at, zone) if self.opens_at else "",
                    "last": due.date_words(self.due_at, zone) if self.due_at else "",
                }
            case _:
                return self.quiz_sentence()

    def quiz_sentence(self) -> str:
        quiz = self.quiz.title if self.quiz else ""
        if self.required_score is None:
            return _g("Hand in the quiz “%(quiz)s” once, whatever the score.") % {"quiz": quiz}
        score = f"{round(self.required_score * 100, 1):g}"
        sentences = {
            Counts.BEST: _g("Reach %(score)s%% in the quiz “%(quiz)s” in any attempt."),
            Counts.LAST: _g("Reach %(score)s%% in your last attempt at the quiz “%(quiz)s”."),
            Counts.FIRST: _g("Reach %(score)s%% in your first attempt at the quiz “%(quiz)s”."),
            Counts.AVERAGE: _g("Reach %(score)s%% on average in the quiz “%(quiz)s”."),
        }
        return sentences[self.own_rules.counts] % {"score": score, "quiz": quiz}

    def asked_sections(
        self, known: Sequence[AssignmentSection] | None = None
    ) -> Sequence[AssignmentSection]:
        return list(self.sections.select_related("section")) if known is None else known

    def set_sections(self, sections: Iterable[Section]) -> None:
        """Ask for these, counted as they stand: what a pack adds later is not asked for, and
        what it takes away need not be done."""
        wanted = list(sections)
        counts = section_counts(wanted)
        with transaction.atomic():
            self.sections.all().delete()
            AssignmentSection.objects.bulk_create(
                AssignmentSection(
                    assignment=self,
                    section=section,
                    position=position,
                    passages=counts[section.pk][0],
                    questions=counts[section.pk][1],
                )
                for position, section in enumerate(wanted)
            )

    # Changing it

    @classmethod
    def make(cls, course: Course, *, by: User, now: datetime, **values: Any) -> Assignment:
        """A draft, behind all others. Raises CourseRefused."""
        with transaction.atomic():
            course.refuse_if_closed()
            made = cls.objects.create(course=course, position=cls.next_position(course), **values)
            course.record("assignment.make", by=by, now=now, assignment=made.public_id)
            return made

    def edit(
        self,
        *,
        base_revision: int,
        by: User,
        now: datetime,
        sections: Iterable[Section] | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """Change columns (and which `sections` it asks for), but only over the revision that was
        read. Returns what they were before. Raises Stale or ValidationError; fetch the row again
        after either."""
        with transaction.atomic():
            self.course.refuse_if_closed()
            before = {name: getattr(self, name) for name in changes}
            for name, value in changes.items():
                setattr(self, name, value)
            others = {field.name for field in self._meta.concrete_fields} - {*changes}
            self.clean_fields(exclude=others)
            self.clean()
            moved = Assignment.objects.filter(pk=self.pk, revision=base_revision).update(
                **changes, revision=base_revision + 1
            )
            if moved != 1:
                raise Stale
            self.revision = base_revision + 1
            if sections is not None:
                self.set_sections(sections)
            if not DATES.isdisjoint(changes):
                self.move_begun(by=by, now=now)
            self.course.record(
                "assignment.edit", by=by, now=now, assignment=self.public_id, fields=[*changes]
            )
            return before

    def move_begun(self, *, by: User, now: datetime) -> None:
        """Attempts that have begun follow the closing: else they would be cut off, or tell the
        answers, while it is open to others; or go on after it, and count for nothing."""
        begun = Attempt.objects.filter(context=self.context, released_at=None)
        members = {
            each.user_id: each
            for each in self.course.memberships.filter(user__in=begun.values("user"))
        }
        arranged = {each.membership_id: each for each in self.arrangements.all()}
        for attempt in begun.order_by("pk").select_for_update():
            member = members[attempt.user_id]
            rules = self.rules_for(member, arranged.get(member.pk))
            attempt.follow(rules, by=by, reason="", now=now)

    def publish(self, *, by: User, now: datetime, at: datetime | None = None) -> bool:
        """Let learners see it, now or at a moment to come. CourseRefused when it is for chosen
        learners and nobody is chosen."""
        if Assignment.objects.for_nobody().filter(pk=self.pk).exists():
            raise CourseRefused(
                _g("Nobody is chosen for it, so nobody would see it. Choose its learners first.")
            )
        return self.show(self.published_at, at or now, "assignment.publish", by, now)

    def withdraw(self, *, by: User, now: datetime) -> bool:
        """Make it a draft again. CourseRefused when somebody has begun its quiz."""
        self.refuse_if_begun()
        return self.show(self.published_at, None, "assignment.withdraw", by, now)

    def close(self, *, by: User, now: datetime) -> None:
        """Let nothing count from now on, but for whom more was arranged. A due date that is yet
        to come becomes this moment."""
        changes: dict[str, Any] = {"closes_at": now}
        if self.due_at is not None and self.due_at > now:
            changes["due_at"] = now
        if self.opens_at is not None and self.opens_at >= now:
            raise CourseRefused(_g("It has not opened yet. Make it a draft instead."))
        self.edit(base_revision=self.revision, by=by, now=now, **changes)

    def remove(self, *, by: User, now: datetime) -> bool:
        """Take it away. CourseRefused when somebody has begun its quiz: close it instead."""
        self.refuse_if_begun()
        with transaction.atomic():
            self.course.refuse_if_closed()
            moved = Assignment.objects.existing().filter(pk=self.pk).update(removed_at=now)
            if moved == 1:
                self.course.record("assignment.remove", by=by, now=now, assignment=self.public_id)
            return moved == 1

    def refuse_if_begun(self) -> None:
        if Attempt.objects.filter(context=self.context).exists():
            raise CourseRefused(
                _g("Learners have begun this quiz. Set its closing date to now instead.")
            )

    def show(
        self, before: datetime | None, after: datetime | None, act: str, by: User, now: datetime
    ) -> bool:
        with transaction.atomic():
            self.course.refuse_if_closed()
            moved = (
                Assignment.objects.existing()
                .filter(pk=self.pk, published_at=before)
                .update(published_at=after)
            )
            if moved != 1:
                return False
            self.published_at = after
            self.course.record(act, by=by, now=now, assignment=self.public_id, at=after)
            return True

    @classmethod
    def next_position(cls, course: Course) -> int:
        last = course.assignments.aggregate(last=Max("position"))["last"]
        return 0 if last is None else last + 1

    @classmethod
    def reorder(cls, course: Course, order: Sequence[str], *, by: User, now: datetime) -> None:
        """Put them in this order (public ids); those not named keep theirs behind."""
        with transaction.atomic():
            course.refuse_if_closed()
            rows = list(course.assignments.existing().select_for_update())
            places = {public_id: place for place, public_id in enumerate(order)}
            rows.sort(key=lambda row: places.get(row.public_id, len(places)))
            for position, row in enumerate(rows):
                row.position = position
            Assignment.objects.bulk_update(rows, ["position"])
            course.record("assignment.reorder", by=by, now=now)

    # Doing it

    def due_for(self, arrangement: Arrangement | None) -> datetime | None:
        """When it is due for a learner."""
        return (arrangement.due_at if arrangement else None) or self.due_at

    def closes_for(self, arrangement: Arrangement | None) -> datetime | None:
        """The moment after which nothing counts for a learner."""
        own = arrangement.closes_at if arrangement else None
        return closing(self.due_for(arrangement), own or self.closes_at, self.late)

    def rules_for(self, membership: Membership, arrangement: Arrangement | None) -> Rules:
        """The quiz's rules, with what is arranged for a learner."""
        rules = self.own_rules
        extra = arrangement.extra_tries if arrangement else 0
        times = max(membership.time_multiplier, arrangement.time_multiplier if arrangement else 1.0)
        is_untimed = membership.is_untimed_practice and not self.weight
        return rules.model_copy(
            update={
                "opens_at": self.opens_at,
                "closes_at": self.closes_for(arrangement),
                "attempts": rules.attempts + extra if rules.attempts else None,
                "multiplier": max(rules.multiplier, times),
                "seconds": None if is_untimed else rules.seconds,
            }
        )

    def start(self, membership: Membership, *, now: datetime) -> Attempt:
        """Open an attempt at its quiz, or give back the open one. Raises AttemptRefused,
        CourseRefused; whether the assignment is his to see is the caller's question."""
        self.course.refuse_if_closed()
        if self.quiz is None:
            raise CourseRefused(_g("There is no quiz in this assignment."))
        arrangement = self.arrangements.filter(membership=membership).first()
        return Attempt.start(
            user=membership.user,
            quiz=self.quiz,
            rules=self.rules_for(membership, arrangement),
            context=self.context,
            scope=self.course.scope,
            now=now,
        )

    def release(self, *, by: User, now: datetime) -> int:
        """Let learners see what their attempts were worth. How many were not seen before."""
        with transaction.atomic():
            self.course.refuse_if_closed()
            waiting = Attempt.objects.submitted().filter(context=self.context, released_at=None)
            released = release_all(waiting.order_by("pk"), now=now)
            self.course.record(
                "assignment.release",
                by=by,
                now=now,
                assignment=self.public_id,
                attempts=released,
            )
            return released


def closing(due_at: datetime | None, closes_at: datetime | None, late: str) -> datetime | None:
    """When work stops counting. An extended due date is never later than the closing."""
    if late == Assignment.Late.REFUSED and due_at is not None:
        return due_at
    if closes_at is not None and due_at is not None:
        return max(closes_at, due_at)
    return closes_at


class AssignmentSection(models.Model):
    """A section that an assignment asks for, with what there was in it to read and to answer."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="sections")
    section = models.ForeignKey(Section, models.PROTECT, related_name="assignment_sections")
    position = models.PositiveSmallIntegerField()
    passages = models.PositiveSmallIntegerField()
    questions = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "section"], name="section_once_an_assignment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.section_id}"


def section_counts(sections: Iterable[Section]) -> dict[int, tuple[int, int]]:
    """Passages and checkpoints there are in each section now."""
    found = {section.pk: [0, 0] for section in sections}
    passages = Passage.objects.current().filter(section__in=found)
    for section in passages.values_list("section", flat=True):
        found[section][0] += 1
    questions = Question.objects.current().filter(
        library_evidence__position=0, library_evidence__passage__section__in=found
    )
    for section in questions.values_list("library_evidence__passage__section", flat=True):
        found[section][1] += 1
    return {pk: (passages, questions) for pk, (passages, questions) in found.items()}


def section_words(asked: Sequence[AssignmentSection]) -> str:
    """Section 4; Sections 4 to 6; Sections 1, 4 to 6."""
    numbers = sorted(each.section.number for each in asked)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [
        str(run[0])
        if len(run) == 1
        else _g("%(first)d to %(last)d") % {"first": run[0], "last": run[-1]}
        for run in runs
    ]
    return ngettext("Section %(list)s", "Sections %(list)s", len(numbers)) % {
        "list": ", ".join(parts)
    }
