"""Who is in, in which part and group, and what is arranged for one learner."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from studyguide.accounts.models import AuditEntry
from studyguide.courses.models import Course, Group, Membership, Role
from tests.courses.doing import signed_in
from tests.factories import (
    AssignmentFactory,
    CourseFactory,
    GroupFactory,
    MembershipFactory,
    UserFactory,
)
from tests.queries import no_writes, queries


@pytest.fixture
def helping(course: Course) -> Client:
    return signed_in(MembershipFactory(course=course, role=Role.CO_TUTOR).user)


def path_of(membership: Membership, act: str = "") -> str:
    return f"{membership.course.get_absolute_url()}members/{membership.pk}/{act}"


def do(client: Client, membership: Membership, act: str) -> Any:
    response = client.post(path_of(membership, "act/"), {"act": act})
    membership.refresh_from_db()
    return response


def waiting(course: Course) -> Membership:
    return MembershipFactory(
        course=course,
        state=Membership.State.PENDING,
        joined_at=None,
        counts_from_at=None,
        user__display_name="Patient Person",
    )


def test_tutors_see_who_is_in_and_who_waits(
    teaching: Client, course: Course, learner: Membership
) -> None:
    waiting(course)
    page = teaching.get(f"{course.get_absolute_url()}members/").content.decode()
    assert learner.user.get_full_name() in page
    assert "Patient Person" in page


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_costs_the_same_for_any_number(
    teaching: Client, course: Course, count: int
) -> None:
    group = GroupFactory(course=course)
    group.set_members(MembershipFactory.create_batch(count, course=course))
    with queries(8), no_writes():
        teaching.get(f"{course.get_absolute_url()}members/")


def test_learners_and_strangers_are_kept_out(learner: Membership) -> None:
    learning, stranger = signed_in(learner.user), signed_in(UserFactory())
    at = learner.course.get_absolute_url()
    for path in (f"{at}members/", path_of(learner), f"{at}groups/"):
        assert learning.get(path).status_code == 403
        assert stranger.get(path).status_code == 404
    assert do(learning, learner, "co_tutor").status_code == 403
    assert do(stranger, learner, "remove").status_code == 404
    assert learner.role == Role.LEARNER


def test_a_tutor_lets_in(helping: Client, course: Course) -> None:
    one = waiting(course)
    do(helping, one, "approve")
    assert one.state == Membership.State.ACTIVE
    assert AuditEntry.objects.filter(act="course.join").count() == 1


def test_a_tutor_turns_away(teaching: Client, course: Course) -> None:
    one = waiting(course)
    do(teaching, one, "remove")
    assert one.state == Membership.State.REMOVED


def test_removal_ends_access_at_once_and_is_recorded(helping: Client, learner: Membership) -> None:
    do(helping, learner, "remove")
    at = learner.course.get_absolute_url()
    assert signed_in(learner.user).get(at).status_code == 404
    assert AuditEntry.objects.filter(act="course.remove_member").count() == 1


def test_the_owner_names_and_unnames_co_tutors(teaching: Client, learner: Membership) -> None:
    do(teaching, learner, "co_tutor")
    assert learner.role == Role.CO_TUTOR
    do(teaching, learner, "learner")
    assert learner.role == Role.LEARNER
    assert AuditEntry.objects.filter(act="course.role").count() == 2


def test_a_co_tutor_names_no_other_and_removes_none(
    helping: Client, course: Course, learner: Membership
) -> None:
    assert do(helping, learner, "co_tutor").status_code == 403
    other = MembershipFactory(course=course, role=Role.CO_TUTOR)
    assert do(helping, other, "remove").status_code == 403
    assert do(helping, other, "learner").status_code == 403


def test_the_owner_cannot_be_removed(teaching: Client, course: Course) -> None:
    owner = course.memberships.get(role=Role.TUTOR)
    assert do(teaching, owner, "remove").status_code == 302
    assert owner.state == Membership.State.ACTIVE


def test_an_act_that_is_none_changes_nothing(teaching: Client, learner: Membership) -> None:
    assert do(teaching, learner, "crown").status_code == 302
    assert (learner.role, learner.state) == (Role.LEARNER, Membership.State.ACTIVE)


def test_members_of_another_course_are_not_found(teaching: Client, course: Course) -> None:
    other = MembershipFactory(course=CourseFactory())
    here = f"{course.get_absolute_url()}members/{other.pk}/"
    assert teaching.get(here).status_code == 404
    assert teaching.post(f"{here}act/", {"act": "remove"}).status_code == 404


def test_wrong_methods_are_refused(teaching: Client, learner: Membership) -> None:
    assert teaching.get(path_of(learner, "act/")).status_code == 405
    at = learner.course.get_absolute_url()
    assert teaching.post(f"{at}members/").status_code == 405
    group = GroupFactory(course=learner.course)
    assert teaching.get(f"{at}groups/{group.pk}/remove/").status_code == 405


# Adjustments


def test_a_tutor_arranges_more_time(teaching: Client, learner: Membership) -> None:
    sent = {"time_multiplier": "1.25", "is_untimed_practice": "on", "note": "As agreed."}
    assert teaching.post(path_of(learner), sent).status_code == 302
    learner.refresh_from_db()
    assert (learner.time_multiplier, learner.is_untimed_practice) == (1.25, True)
    entry = AuditEntry.objects.get(act="course.adjust")
    assert "As agreed" not in str(entry.details)


def test_the_form_says_not_to_enter_a_diagnosis(teaching: Client, learner: Membership) -> None:
    with queries(5), no_writes():
        page = teaching.get(path_of(learner)).content.decode()
    assert "Do not enter a diagnosis" in page


@pytest.mark.parametrize("times", ["0.5", "11", "", "nan", "x"])
def test_a_factor_out_of_bounds_is_refused_and_the_note_kept(
    teaching: Client, learner: Membership, times: str
) -> None:
    response = teaching.post(path_of(learner), {"time_multiplier": times, "note": "As agreed."})
    assert response.status_code == 200
    assert "As agreed." in response.content.decode()
    learner.refresh_from_db()
    assert learner.time_multiplier == 1


def test_tutors_have_no_adjustments(teaching: Client, course: Course) -> None:
    owner = course.memberships.get(role=Role.TUTOR)
    teaching.post(path_of(owner), {"time_multiplier": "2"})
    owner.refresh_from_db()
    assert owner.time_multiplier == 1


# Groups


def test_a_group_is_made_changed_and_removed(
    teaching: Client, course: Course, learner: Membership
) -> None:
    at = f"{course.get_absolute_url()}groups/"
    teaching.post(at, {"name": "Tuesday", "members": [learner.pk]})
    group = Group.objects.get()
    assert [place.membership for place in group.places.all()] == [learner]
    teaching.post(f"{at}{group.pk}/", {"name": "Thursday"})
    group.refresh_from_db()
    assert (group.name, group.places.count()) == ("Thursday", 0)
    teaching.post(f"{at}{group.pk}/remove/")
    assert not Group.objects.exists()


def test_two_groups_of_one_name_are_refused(teaching: Client, course: Course) -> None:
    GroupFactory(course=course, name="Tuesday")
    page = teaching.post(f"{course.get_absolute_url()}groups/", {"name": "Tuesday"})
    assert "There is a group of that name" in page.content.decode()
    assert Group.objects.count() == 1


def test_strangers_cannot_be_put_into_a_group(teaching: Client, course: Course) -> None:
    other = MembershipFactory(course=CourseFactory())
    path = f"{course.get_absolute_url()}groups/"
    assert teaching.post(path, {"name": "A", "members": [other.pk]}).status_code == 200
    assert not Group.objects.exists()


def test_a_group_with_work_stays(teaching: Client, course: Course) -> None:
    group = GroupFactory(course=course)
    AssignmentFactory(course=course, audience="group", group=group)
    teaching.post(f"{course.get_absolute_url()}groups/{group.pk}/remove/")
    assert Group.objects.filter(pk=group.pk).exists()


def test_the_group_page_has_a_budget(teaching: Client, course: Course) -> None:
    group = GroupFactory(course=course)
    MembershipFactory.create_batch(12, course=course)
    with queries(7), no_writes():
        teaching.get(f"{course.get_absolute_url()}groups/{group.pk}/")


def test_a_member_and_how_he_stands_lead_to_one_another(
    teaching: Client, course: Course, learner: Membership
) -> None:
    page = f"{course.get_absolute_url()}members/{learner.pk}/"
    standing = f"{course.get_absolute_url()}results/{learner.pk}/"
    assert f'href="{standing}"' in teaching.get(page).text
    assert f'href="{page}"' in teaching.get(standing).text
