"""Who may enter a course to do what. Views call enter() first, and use what it returns.

A stranger gets 404 whatever he asks for, as if the course were not there; a member who lacks a
right gets 403, since he knows already that it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.http import Http404

from quizzes.prepared import Prepared
from studyguide.accounts.models import User
from studyguide.courses.models import Course, CourseRefused, Membership, Role


class Right(StrEnum):
    """What a part in a course allows. One row of the permission matrix needs one of these."""

    READ = "read"  # the course's page, what is set, its own texts
    LEARN = "learn"  # start attempts, own standing, leave: learners
    TEACH = "teach"  # settings, codes, members, assignments, arrangements
    RESULTS = "results"  # matrix, gradebook, answers, exports, challenges
    OWN = "own"  # co-tutors, hand over, archive, delete: the owner


RIGHTS: Mapping[str, frozenset[Right]] = {
    Role.LEARNER: frozenset({Right.READ, Right.LEARN}),
    Role.CO_TUTOR: frozenset({Right.READ, Right.TEACH, Right.RESULTS}),
    Role.TUTOR: frozenset({Right.READ, Right.TEACH, Right.RESULTS, Right.OWN}),
}
# Staff keep courses in order; what learners did is none of their business.
STAFF_RIGHTS = frozenset({Right.READ, Right.TEACH, Right.OWN})


@dataclass(frozen=True)
class Access:
    """A person inside a course. `membership` is None for staff who are not in it."""

    course: Course
    user: User
    membership: Membership | None

    @property
    def rights(self) -> frozenset[Right]:
        own = RIGHTS[self.membership.role] if self.membership else frozenset[Right]()
        return own | STAFF_RIGHTS if self.user.is_staff else own

    def may(self, right: Right) -> bool:
        return right in self.rights

    @property
    def member(self) -> Membership:
        """The membership, where the right that was asked for implies one."""
        if self.membership is None:
            raise PermissionDenied
        return self.membership


ENTERED = Prepared(
    lambda user, course: (
        Membership.objects.active()
        .filter(user=user, course__public_id=course, course__deleted_at=None)
        .select_related("course")
    )
)


def enter(user: User, course: str, right: Right = Right.READ, *, writes: bool = False) -> Access:
    """Enter a course by its public id. One query.

    Raises Http404 to strangers, PermissionDenied to members without the right, and CourseRefused
    when something is to be written in a course that is archived.
    """
    membership = ENTERED.first(user=user.pk, course=course)
    if membership is not None:
        membership.user = user
        access = Access(membership.course, user, membership)
    elif user.is_staff:
        found = Course.objects.existing().filter(public_id=course).first()
        if found is None:
            raise Http404
        access = Access(found, user, None)
    else:
        raise Http404
    if not access.may(right):
        raise PermissionDenied
    if writes:
        access.course.refuse_if_closed()
    return access


__all__ = ["RIGHTS", "STAFF_RIGHTS", "Access", "CourseRefused", "Right", "enter"]
