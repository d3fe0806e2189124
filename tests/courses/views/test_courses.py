"""One's courses, the page of one, its settings, leaving and handing over."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import Course, Handover, Membership, Role
from studyguide.courses.models.course import UNDO
from studyguide.library.models import Article
from tests.courses.doing import signed_in
from tests.factories import (
    AssignmentFactory,
    CourseFactory,
    JoinCodeFactory,
    MembershipFactory,
    UserFactory,
)
from tests.queries import no_writes, queries


def form(article: Article, **more: Any) -> dict[str, Any]:
    return {
        "title": "States after revolutions",
        "about": "Thursdays.",
        "articles": [article.pk],
        "time_zone": "Europe/Berlin",
    } | more


# The list


def test_a_visitor_is_sent_to_sign_in(client: Client, course: Course) -> None:
    for path in ("/courses/", "/courses/new/", course.get_absolute_url()):
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


def test_the_list_has_own_courses_only(learning: Client, course: Course) -> None:
    other = CourseFactory(title="Of others")
    page = learning.get("/courses/").content.decode()
    assert course.title in page
    assert other.title not in page


def test_a_deleted_course_is_in_no_list(teaching: Client, tutor: User, course: Course) -> None:
    course.remove(by=tutor, now=course.made_at)
    assert course.title not in teaching.get("/courses/").content.decode()


def test_one_who_waits_sees_that(learning: Client, learner: Membership) -> None:
    Membership.objects.update(state=Membership.State.PENDING)
    assert "Waiting for a tutor" in learning.get("/courses/").content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_costs_the_same_for_any_number(teaching: Client, tutor: User, count: int) -> None:
    CourseFactory.create_batch(count, by=tutor)
    with queries(4), no_writes():
        teaching.get("/courses/")


# Starting one


def test_whoever_starts_a_course_owns_it(teaching: Client, tutor: User, article: Article) -> None:
    response = teaching.post("/courses/new/", form(article))
    course = Course.objects.get()
    assert response["Location"] == course.get_absolute_url()
    assert course.owner == tutor
    assert list(course.articles.all()) == [article]


def test_a_course_without_a_name_keeps_what_was_typed(teaching: Client, article: Article) -> None:
    page = teaching.post("/courses/new/", form(article, title="")).content.decode()
    assert "Give the class a name." in page
    assert "Thursdays." in page
    assert not Course.objects.exists()


def test_where_only_tutors_start_courses_others_do_not(
    teaching: Client, tutor: User, article: Article, settings: Any
) -> None:
    settings.COURSE_CREATION = "tutors"
    assert "/courses/new/" not in teaching.get("/courses/").content.decode()
    assert teaching.get("/courses/new/").status_code == 403
    assert teaching.post("/courses/new/", form(article)).status_code == 403
    tutor.user_permissions.add(Permission.objects.get(codename="add_course"))
    assert teaching.post("/courses/new/", form(article)).status_code == 302


# The page


def test_a_stranger_finds_nothing(course: Course) -> None:
    stranger = signed_in(UserFactory())
    at = course.get_absolute_url()
    for path in (at, f"{at}settings/", f"{at}codes/", f"{at}members/", f"{at}groups/"):
        assert stranger.get(path).status_code == 404
    for act in ("settings", "archive", "leave", "hand-over", "take-over", "codes", "groups"):
        assert stranger.post(f"{at}{act}/").status_code == 404


def test_one_who_was_removed_finds_nothing(
    learning: Client, learner: Membership, tutor: User
) -> None:
    learner.expel(by=tutor, now=learner.asked_at)
    assert learning.get(learner.course.get_absolute_url()).status_code == 404


def test_learners_see_names_only_where_the_course_shows_them(
    learning: Client, course: Course
) -> None:
    MembershipFactory(course=course, user__display_name="Somebody Else")
    assert "Somebody Else" not in learning.get(course.get_absolute_url()).content.decode()
    Course.objects.update(shows_names=True)
    assert "Somebody Else" in learning.get(course.get_absolute_url()).content.decode()


def test_learners_see_no_code_and_no_settings(learning: Client, course: Course) -> None:
    at = course.get_absolute_url()
    page = learning.get(at).content.decode()
    assert f"{at}settings/" not in page
    assert f"{at}codes/" not in page


def test_only_a_learner_sees_what_is_arranged_for_him(
    learning: Client, teaching: Client, learner: Membership
) -> None:
    Membership.objects.filter(pk=learner.pk).update(is_untimed_practice=True)
    Course.objects.update(shows_names=True)
    path = learner.course.get_absolute_url()
    assert "No time limit where nothing is marked" in learning.get(path).content.decode()
    other = signed_in(MembershipFactory(course=learner.course).user)
    assert "No time limit where nothing is marked" not in other.get(path).content.decode()


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("role", ["tutor", "learner"])
def test_the_page_costs_the_same_for_any_number(
    course: Course, tutor: User, learner: Membership, role: str, count: int
) -> None:
    MembershipFactory.create_batch(count, course=course)
    client = signed_in(tutor if role == "tutor" else learner.user)
    AssignmentFactory.create_batch(count, course=course, due_at=timezone.now() + UNDO)
    with queries(10), no_writes():
        assert client.get(course.get_absolute_url()).status_code == 200


def test_a_tutor_is_led_from_an_empty_class_to_what_is_due(
    teaching: Client, course: Course, article: Article
) -> None:
    at, now = course.get_absolute_url(), timezone.now()
    empty = teaching.get(at).text
    assert f'href="{at}assignments/new/"' in empty
    assert "Nobody can join by code now." in empty
    JoinCodeFactory(course=course)
    MembershipFactory(course=course)
    late, soon = (
        AssignmentFactory(course=course, due_at=now + days * (UNDO / 30), title=f"In {days}")
        for days in (9, 2)
    )
    AssignmentFactory(course=course, due_at=now + UNDO / 30, published_at=None, title="A draft")
    AssignmentFactory(course=course, due_at=now - UNDO, title="Long past")
    page = teaching.get(at).text
    ahead = page.partition('id="ahead"')[2].partition("</ol>")[0]
    assert ahead.index(soon.get_absolute_url()) < ahead.index(late.get_absolute_url())
    assert "A draft" not in ahead
    assert "Long past" not in ahead
    assert f'href="{at}results/signs/"' in page
    assert "Nobody can join by code now." not in page


def test_wrong_methods_are_refused(teaching: Client, course: Course) -> None:
    at = course.get_absolute_url()
    assert teaching.post("/courses/").status_code == 405
    assert teaching.post(at).status_code == 405
    for act in ("archive", "leave", "hand-over", "take-over"):
        assert teaching.get(f"{at}{act}/").status_code == 405


# Settings


def test_a_tutor_changes_settings(teaching: Client, course: Course, article: Article) -> None:
    path = f"{course.get_absolute_url()}settings/"
    response = teaching.post(path, form(article, title="Renamed", shows_names="on"))
    assert response.status_code == 302
    course.refresh_from_db()
    assert (course.title, course.shows_names, course.is_approval_needed) == ("Renamed", True, False)
    assert AuditEntry.objects.filter(act="course.settings", about=course.scope).count() == 1


def test_a_time_zone_that_is_none_is_refused(
    teaching: Client, course: Course, article: Article
) -> None:
    path = f"{course.get_absolute_url()}settings/"
    response = teaching.post(path, form(article, time_zone="Mars/Base"))
    assert response.status_code == 200
    course.refresh_from_db()
    assert course.time_zone == "Europe/Berlin"
    assert course.title != "States after revolutions"


def test_a_learner_may_not_enter_the_settings(learning: Client, course: Course) -> None:
    path = f"{course.get_absolute_url()}settings/"
    assert learning.get(path).status_code == 403
    assert learning.post(path, {"title": "Mine"}).status_code == 403


def test_the_texts_of_the_course_are_ticked(teaching: Client, course: Course) -> None:
    page = teaching.get(f"{course.get_absolute_url()}settings/")
    assert page.context["form"]["articles"].value() == [course.articles.get().pk]


def test_the_settings_have_a_budget(teaching: Client, course: Course) -> None:
    with queries(8), no_writes():
        teaching.get(f"{course.get_absolute_url()}settings/")


# Archive


def test_an_archived_course_is_read_but_not_changed(
    teaching: Client, course: Course, article: Article
) -> None:
    at = course.get_absolute_url()
    teaching.post(f"{at}archive/")
    course.refresh_from_db()
    assert course.is_archived
    assert teaching.get(at).status_code == 200
    page = teaching.post(f"{at}settings/", form(article), follow=True).content.decode()
    assert "archived: it can be read, but not changed" in page
    teaching.post(f"{at}archive/", {"restore": "1"})
    course.refresh_from_db()
    assert not course.is_archived


def test_only_the_owner_archives(course: Course) -> None:
    helper = signed_in(MembershipFactory(course=course, role=Role.CO_TUTOR).user)
    assert helper.post(f"{course.get_absolute_url()}archive/").status_code == 403


# Leaving and handing over


def test_a_learner_leaves(learning: Client, learner: Membership) -> None:
    path = learner.course.get_absolute_url()
    assert learning.post(f"{path}leave/")["Location"] == "/courses/"
    assert learning.get(path).status_code == 404
    assert AuditEntry.objects.filter(act="course.leave").count() == 1


def test_whoever_is_offered_a_class_is_told_so_among_the_classes(
    teaching: Client, course: Course
) -> None:
    heir = MembershipFactory(course=course, role=Role.CO_TUTOR)
    said = "Offered to you"
    assert said not in signed_in(heir.user).get("/courses/").text
    teaching.post(f"{course.get_absolute_url()}hand-over/", {"to": heir.pk})
    assert said in signed_in(heir.user).get("/courses/").text
    assert said not in teaching.get("/courses/").text


def test_the_owner_is_told_to_hand_over_first(teaching: Client, course: Course) -> None:
    page = teaching.post(f"{course.get_absolute_url()}leave/", follow=True).content.decode()
    assert "Hand the class over" in page


def test_a_course_changes_hands_once_it_is_accepted(
    teaching: Client, tutor: User, course: Course
) -> None:
    heir = MembershipFactory(course=course, role=Role.CO_TUTOR)
    at = course.get_absolute_url()
    teaching.post(f"{at}hand-over/", {"to": heir.pk})
    assert course.owner == tutor
    accepting = signed_in(heir.user)
    assert "take-over/" in accepting.get(at).content.decode()
    accepting.post(f"{at}take-over/")
    assert course.owner == heir.user
    assert course.memberships.get(user=tutor).role == Role.CO_TUTOR


def test_an_offer_can_be_declined_or_taken_back(teaching: Client, course: Course) -> None:
    heir = MembershipFactory(course=course, role=Role.CO_TUTOR)
    at = course.get_absolute_url()
    teaching.post(f"{at}hand-over/", {"to": heir.pk})
    signed_in(heir.user).post(f"{at}take-over/", {"decline": "1"})
    assert not Handover.objects.open().exists()
    teaching.post(f"{at}hand-over/", {"to": heir.pk})
    teaching.post(f"{at}hand-over/", {"withdraw": "1"})
    assert not Handover.objects.open().exists()
    assert signed_in(heir.user).post(f"{at}take-over/").status_code == 404


@pytest.mark.parametrize("to", ["", "x", "9" * 40, "²"])
def test_an_heir_who_is_none_is_refused(teaching: Client, course: Course, to: str) -> None:
    response = teaching.post(f"{course.get_absolute_url()}hand-over/", {"to": to})
    assert response.status_code == 302
    assert not Handover.objects.exists()


def test_a_learner_is_no_heir(teaching: Client, learner: Membership) -> None:
    teaching.post(f"{learner.course.get_absolute_url()}hand-over/", {"to": learner.pk})
    assert not Handover.objects.exists()


def test_only_the_owner_hands_over(learner: Membership) -> None:
    helper = signed_in(MembershipFactory(course=learner.course, role=Role.CO_TUTOR).user)
    path = f"{learner.course.get_absolute_url()}hand-over/"
    assert helper.post(path, {"to": learner.pk}).status_code == 403


# Deleting


def test_a_class_is_deleted_by_its_name_and_taken_back(
    teaching: Client, learning: Client, course: Course
) -> None:
    at = course.get_absolute_url()
    assert teaching.get(f"{at}delete/").status_code == 200
    page = teaching.post(f"{at}delete/", {"name": f" {course.title.upper()} "}, follow=True)
    assert "You can take it back within 30 days." in page.text
    assert f"{at}take-back/" in page.text
    assert teaching.get(at).status_code == 404
    assert learning.get(at).status_code == 404
    assert course.title not in learning.get("/courses/").text
    teaching.post(f"{at}take-back/")
    assert learning.get(at).status_code == 200
    acts = AuditEntry.objects.about(course.scope).values_list("act", flat=True)
    assert {"course.delete", "course.undelete"} <= {*acts}


@pytest.mark.parametrize("name", ["", "another"])
def test_without_its_name_nothing_is_deleted(teaching: Client, course: Course, name: str) -> None:
    answer = teaching.post(f"{course.get_absolute_url()}delete/", {"name": name})
    assert answer.status_code == 422
    assert Course.objects.existing().exists()


def test_after_30_days_it_is_not_taken_back(teaching: Client, course: Course, tutor: User) -> None:
    course.remove(by=tutor, now=timezone.now() - UNDO)
    assert "Take it back" not in teaching.get("/courses/").text
    assert teaching.post(f"{course.get_absolute_url()}take-back/").status_code == 404


def test_only_the_owner_deletes_and_takes_back(
    learning: Client, reading: Client, course: Course, tutor: User
) -> None:
    at = course.get_absolute_url()
    helper = signed_in(MembershipFactory(course=course, role=Role.CO_TUTOR).user)
    for client, status in ((helper, 403), (learning, 403), (reading, 404)):
        assert client.get(f"{at}delete/").status_code == status
        assert client.post(f"{at}delete/", {"name": course.title}).status_code == status
        assert client.get(f"{at}take-back/").status_code == 405
    course.remove(by=tutor, now=timezone.now())
    for client in (helper, learning, reading):
        assert client.post(f"{at}take-back/").status_code == 404


# What tutors see


def sees(course: Course) -> str:
    return f"{course.get_absolute_url()}what-tutors-see/"


def test_what_tutors_see_is_told_to_everybody_in_it(
    learning: Client, teaching: Client, course: Course
) -> None:
    for browser in (learning, teaching):
        with queries(4), no_writes():
            page = browser.get(sees(course)).content.decode()
        assert "Your answers at quizzes set here" in page
        assert "When and where you sign in" in page
    assert signed_in(UserFactory()).get(sees(course)).status_code == 404


def test_it_says_whether_learners_see_names(learning: Client, course: Course) -> None:
    Course.objects.update(shows_names=False)
    assert "not even your name" in learning.get(sees(course)).content.decode()
    Course.objects.update(shows_names=True)
    assert "not even your name" not in learning.get(sees(course)).content.decode()


def test_the_page_of_the_course_and_of_its_work_lead_there(
    learning: Client, learner: Membership, course: Course
) -> None:
    assignment = AssignmentFactory(course=course)
    for path in (course.get_absolute_url(), assignment.get_absolute_url()):
        assert f'href="{sees(course)}"' in learning.get(path).content.decode()


def test_whoever_is_about_to_join_reads_it(course: Course) -> None:
    code = JoinCodeFactory(course=course, made_at=timezone.now())
    page = signed_in(UserFactory()).post("/courses/join/", {"code": code.code}).content.decode()
    assert "What your tutor sees" in page
    assert "When and where you sign in" in page
