"""Coming in by a code, and the codes that tutors make."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.limits import TRIES_A_PERSON
from studyguide.courses.models import Course, JoinCode, Membership
from studyguide.courses.views.joining import qr_of
from tests.courses.doing import signed_in
from tests.factories import MembershipFactory, UserFactory
from tests.queries import no_writes, queries

JOIN = "/courses/join/"


@pytest.fixture(autouse=True)
def fresh(db: None) -> None:
    cache.clear()


@pytest.fixture
def code(course: Course, tutor: User) -> JoinCode:
    return JoinCode.make(course, by=tutor, now=timezone.now())


@pytest.fixture
def newcomer(db: None) -> User:
    return UserFactory(username="newcomer")


@pytest.fixture
def coming(newcomer: User) -> Client:
    return signed_in(newcomer)


# Joining


def test_the_code_shows_the_course_before_anything_happens(
    coming: Client, code: JoinCode, course: Course, tutor: User
) -> None:
    page = coming.post(JOIN, {"code": code.printed}).content.decode()
    assert course.title in page
    assert tutor.get_full_name() in page
    assert course.memberships.count() == 1


def test_joining_makes_a_learner(
    coming: Client, code: JoinCode, course: Course, newcomer: User
) -> None:
    response = coming.post(JOIN, {"code": code.code, "join": "1"})
    assert response["Location"] == course.get_absolute_url()
    member = course.memberships.get(user=newcomer)
    assert (member.role, member.state, member.code) == ("learner", "active", code)


def test_where_tutors_approve_one_waits(
    coming: Client, code: JoinCode, course: Course, newcomer: User
) -> None:
    Course.objects.update(is_approval_needed=True)
    coming.post(JOIN, {"code": code.code, "join": "1"})
    assert course.memberships.get(user=newcomer).state == Membership.State.PENDING
    assert coming.get(course.get_absolute_url()).status_code == 404


def test_a_link_fills_the_code_in_and_shows_nothing(
    coming: Client, code: JoinCode, course: Course
) -> None:
    with no_writes():
        page = coming.get(f"{JOIN}{code.code}/").content.decode()
    assert code.code in page
    assert course.title not in page


def test_a_link_without_signing_in_leads_there_and_back(client: Client, code: JoinCode) -> None:
    response = client.get(f"{JOIN}{code.code}/")
    assert response.status_code == 302
    assert code.code in response["Location"]


@pytest.mark.parametrize("typed", ["", "aaaaaaaaaa", "a", "é" * 10, "9" * 5000, "\x00" * 10])
def test_a_wrong_code_shows_nothing_and_keeps_what_was_typed(
    coming: Client, code: JoinCode, course: Course, typed: str
) -> None:
    response = coming.post(JOIN, {"code": typed, "join": "1"})
    assert response.status_code == 200
    assert course.title not in response.content.decode()
    assert course.memberships.count() == 1


def test_expired_and_revoked_codes_open_nothing(
    coming: Client, code: JoinCode, course: Course, tutor: User
) -> None:
    code.revoke(by=tutor, now=timezone.now())
    old = JoinCode.make(
        course, by=tutor, now=timezone.now(), expires_at=timezone.now() - timedelta(minutes=1)
    )
    for each in (code, old):
        page = coming.post(JOIN, {"code": each.code}).content.decode()
        assert "No class opens with this code" in page


def test_a_wrong_code_and_a_revoked_one_look_the_same(
    coming: Client, code: JoinCode, tutor: User
) -> None:
    code.revoke(by=tutor, now=timezone.now())
    pages = [
        coming.post(JOIN, {"code": typed}).content.decode().split("<main")[1].replace(typed, "")
        for typed in (code.code, "k7mqx2wrta")
    ]
    tokens = [page.split('name="csrfmiddlewaretoken"') for page in pages]
    assert len(tokens[0]) == len(tokens[1])
    assert "No class opens with this code" in pages[0]
    assert "No class opens with this code" in pages[1]


@pytest.fixture
def half_past(coming: Client) -> Iterator[None]:
    """Tries are counted by the hour: none ends while a test runs."""
    with time_machine.travel(timezone.now().replace(minute=30), tick=False):
        yield


@pytest.mark.usefixtures("half_past")
def test_after_ten_tries_an_hour_even_the_right_code_waits(coming: Client, code: JoinCode) -> None:
    for _n in range(TRIES_A_PERSON):
        assert coming.post(JOIN, {"code": "aaaaaaaaaa"}).status_code == 200
    response = coming.post(JOIN, {"code": code.code})
    assert response.status_code == 429
    assert "Try again in an hour" in response.content.decode()
    assert code.course.title not in response.content.decode()


@pytest.mark.usefixtures("half_past")
def test_the_second_step_counts_as_a_try_too(coming: Client) -> None:
    for _n in range(TRIES_A_PERSON):
        coming.post(JOIN, {"code": "aaaaaaaaaa", "join": "1"})
    assert coming.post(JOIN, {"code": "aaaaaaaaaa", "join": "1"}).status_code == 429


def test_a_full_code_says_so(coming: Client, course: Course, tutor: User) -> None:
    code = JoinCode.make(course, by=tutor, now=timezone.now(), seats=1)
    MembershipFactory(course=course, code=code)
    page = coming.post(JOIN, {"code": code.code, "join": "1"}).content.decode()
    assert "All places of this code are taken" in page


def test_whoever_is_in_already_is_led_to_the_course(teaching: Client, code: JoinCode) -> None:
    response = teaching.post(JOIN, {"code": code.code})
    assert response["Location"] == code.course.get_absolute_url()


def test_looking_a_code_up_has_a_budget(coming: Client, code: JoinCode) -> None:
    with queries(8):
        coming.post(JOIN, {"code": code.code})


# Codes


def test_a_tutor_makes_a_code_and_revokes_it(teaching: Client, course: Course) -> None:
    path = f"{course.get_absolute_url()}codes/"
    response = teaching.post(path, {"days": "7", "seats": "30"})
    code = JoinCode.objects.get()
    assert response["Location"] == f"{path}{code.pk}/"
    assert code.seats == 30
    assert code.expires_at is not None
    assert timedelta(days=6) < code.expires_at - timezone.now() < timedelta(days=8)
    teaching.post(f"{path}{code.pk}/revoke/")
    code.refresh_from_db()
    assert code.revoked_at is not None
    assert teaching.get(f"{path}{code.pk}/").status_code == 404
    acts = AuditEntry.objects.filter(about=course.scope).values_list("act", flat=True)
    assert {"course.code", "course.code_revoke"} <= set(acts)


@pytest.mark.parametrize("days", ["0", "", "x", "99999999999"])
def test_days_that_are_none_are_refused(teaching: Client, course: Course, days: str) -> None:
    response = teaching.post(f"{course.get_absolute_url()}codes/", {"days": days})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert not JoinCode.objects.exists()


def test_the_sheet_has_the_code_the_address_and_a_qr_code(teaching: Client, code: JoinCode) -> None:
    path = f"{code.course.get_absolute_url()}codes/{code.pk}/"
    with queries(5), no_writes():
        page = teaching.get(path).content.decode()
    assert code.printed in page
    assert f"http://testserver/courses/join/{code.code}/" in page
    assert "<svg" in page
    assert "M4 4h1v1h-1z" in page


def test_the_qr_code_has_its_finders_and_a_quiet_zone() -> None:
    size, path = qr_of("https://example.org/courses/join/k7mqx2wrta/")
    dark = {tuple(map(int, part.split("h")[0].split())) for part in path.split("M")[1:]}
    assert size >= 21 + 8
    assert all(4 <= x < size - 4 and 4 <= y < size - 4 for x, y in dark)
    for left, top in ((4, 4), (size - 11, 4), (4, size - 11)):
        assert {(left + n, top) for n in range(7)} <= dark
        assert (left + 1, top + 1) not in dark
        assert (left + 3, top + 3) in dark


def test_learners_may_not_enter_the_codes(learner: Membership, code: JoinCode) -> None:
    client = signed_in(learner.user)
    path = f"{code.course.get_absolute_url()}codes/"
    assert client.get(path).status_code == 403
    assert client.get(f"{path}{code.pk}/").status_code == 403
    assert client.post(f"{path}{code.pk}/revoke/").status_code == 403


def test_a_code_of_another_course_is_not_found(code: JoinCode, newcomer: User) -> None:
    other = Course.start(
        by=newcomer, title="Other", time_zone="UTC", articles=[], now=timezone.now()
    )
    client = signed_in(newcomer)
    path = f"{other.get_absolute_url()}codes/{code.pk}/"
    assert client.get(path).status_code == 404
    assert client.post(f"{path}revoke/").status_code == 404


def test_wrong_methods_are_refused(teaching: Client, code: JoinCode) -> None:
    path = f"{code.course.get_absolute_url()}codes/{code.pk}/"
    assert teaching.post(path).status_code == 405
    assert teaching.get(f"{path}revoke/").status_code == 405


def test_the_list_of_codes_has_a_budget(teaching: Client, course: Course, tutor: User) -> None:
    for _n in range(6):
        JoinCode.make(course, by=tutor, now=timezone.now())
    with queries(5), no_writes():
        teaching.get(f"{course.get_absolute_url()}codes/")
