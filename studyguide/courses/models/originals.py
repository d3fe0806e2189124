"""A tutor's copy of the article, shared with her course."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.models import User
from studyguide.courses.models.course import Course, CourseRefused
from studyguide.library.models import Original, OriginalGrant


class CourseOriginal(models.Model):
    """That a copy was shared with a course, by whom and with what right. Readers are let in by
    grants, one each, which come and go with memberships."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="originals")
    original = models.ForeignKey(Original, models.CASCADE, related_name="course_originals")
    right = models.CharField(_("your right to share it"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "original"],
                condition=Q(withdrawn_at=None),
                name="original_shared_once_a_course",
            ),
            models.CheckConstraint(condition=~Q(right=""), name="course_original_states_right"),
        ]

    def __str__(self) -> str:
        return f"{self.original_id} in {self.course_id}"

    @classmethod
    def share(
        cls, original: Original, course: Course, *, right: str, by: User, now: datetime
    ) -> CourseOriginal:
        """Let the whole course read one's own copy. Raises CourseRefused."""
        course.refuse_if_closed()
        if original.owner_id != by.pk:
            raise CourseRefused(_g("You can share a copy of your own only."))
        if not right.strip():
            raise CourseRefused(_g("Say what gives you the right to share this text."))
        with transaction.atomic():
            shared, _is_new = cls.objects.get_or_create(
                course=course,
                original=original,
                withdrawn_at=None,
                defaults={"right": right.strip(), "by": by, "at": now},
            )
            private = Original.objects.filter(pk=original.pk, audience=Original.Audience.PRIVATE)
            private.update(audience=Original.Audience.GRANTED, right=right.strip())
            shared.let_in(course.memberships.active().values_list("user", flat=True))
            course.record("original.share", by=by, now=now, original=original.pk)
            return shared

    def let_in(self, users: Iterable[int]) -> None:
        OriginalGrant.objects.bulk_create(
            [
                OriginalGrant(original_id=self.original_id, user_id=pk, source=self.course.scope)
                for pk in users
            ],
            ignore_conflicts=True,
        )

    def withdraw(self, *, by: User, now: datetime) -> bool:
        """Stop sharing. The copy is private again when nobody else was let in."""
        with transaction.atomic():
            moved = CourseOriginal.objects.filter(pk=self.pk, withdrawn_at=None).update(
                withdrawn_at=now
            )
            if moved != 1:
                return False
            self.withdrawn_at = now
            grants = OriginalGrant.objects.filter(original=self.original_id)
            grants.filter(source=self.course.scope).delete()
            if not grants.exists():
                Original.objects.filter(
                    pk=self.original_id, audience=Original.Audience.GRANTED
                ).update(audience=Original.Audience.PRIVATE)
            self.course.record("original.unshare", by=by, now=now, original=self.original_id)
            return True
