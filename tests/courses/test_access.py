"""A course is a wall: strangers find nothing, members what their part allows."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from studyguide.accounts.models import User
from studyguide.courses.access import Right, enter
from studyguide.courses.models import Course, CourseRefused, Membership, Role
from tests.factories import TERM, CourseFactory, MembershipFactory
from tests.queries import queries

ALLOWED = {
    Role.LEARNER: {Right.READ, Right.LEARN},
    Role.CO_TUTOR: {Right.READ, Right.TEACH, Right.RESULTS},
    Role.TUTOR: {Right.READ, Right.TEACH, Right.RESULTS, Right.OWN},
}


@pytest.fixture(params=Role.values)
def member(request: pytest.FixtureRequest, course: Course) -> Membership:
    if request.param == Role.TUTOR:
        return course.memberships.get(role=Role.TUTOR)
    return MembershipFactory(course=course, role=request.param)


@pytest.mark.parametrize("right", Right)
def test_a_member_may_what_his_part_allows(member: Membership, right: Right) -> None:
    public_id = member.course.public_id
    if right in ALLOWED[Role(member.role)]:
        assert enter(member.user, public_id, right).member == member
    else:
        with pytest.raises(PermissionDenied):
            enter(member.user, public_id, right)


@pytest.mark.parametrize("right", Right)
def test_a_stranger_finds_no_course(course: Course, reader: User, right: Right) -> None:
    for public_id in (course.public_id, "none-such"):
        with pytest.raises(Http404):
            enter(reader, public_id, right)


@pytest.mark.parametrize("right", Right)
def test_a_tutor_of_another_course_is_a_stranger(course: Course, right: Right) -> None:
    other = CourseFactory()
    with pytest.raises(Http404):
        enter(other.owner, course.public_id, right)


@pytest.mark.parametrize("state", ["pending", "left", "removed"])
def test_who_is_not_in_the_course_is_a_stranger(course: Course, state: str) -> None:
    member = MembershipFactory(course=course, state=state)
    with pytest.raises(Http404):
        enter(member.user, course.public_id)
    assert not Course.objects.for_user(member.user).exists()


def test_staff_keep_courses_but_do_not_see_results(course: Course, staff: User) -> None:
    assert enter(staff, course.public_id, Right.OWN).membership is None
    for right in (Right.RESULTS, Right.LEARN):
        with pytest.raises(PermissionDenied):
            enter(staff, course.public_id, right)


def test_a_deleted_course_is_nobodys(course: Course, tutor: User, staff: User) -> None:
    course.remove(by=tutor, now=TERM)
    for user in (tutor, staff):
        with pytest.raises(Http404):
            enter(user, course.public_id)


def test_an_archived_course_is_read_only(course: Course, tutor: User) -> None:
    course.archive(by=tutor, now=TERM)
    assert enter(tutor, course.public_id, Right.TEACH)
    with pytest.raises(CourseRefused):
        enter(tutor, course.public_id, Right.TEACH, writes=True)


def test_entering_asks_once(course: Course, tutor: User) -> None:
    with queries(at_most=1):
        access = enter(tutor, course.public_id, Right.TEACH)
        assert access.member.user.username
        assert access.course.title


def test_courses_are_listed_by_ones_part(course: Course, learner: Membership, tutor: User) -> None:
    CourseFactory()
    assert list(Course.objects.taught_by(tutor)) == [course]
    assert list(Course.objects.learned_by(learner.user)) == [course]
    assert not Course.objects.taught_by(learner.user)
    assert not Course.objects.learned_by(tutor)
