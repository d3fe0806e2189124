"""P26: a session ends when it should, and its cookie opens nothing afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from studyguide.accounts.models import Session, User
from tests.queries import no_writes

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
IDLE = timedelta(seconds=settings.SESSION_IDLE_AGE)
LONGEST = timedelta(seconds=settings.SESSION_COOKIE_AGE)
AN_HOUR = timedelta(hours=1)


def signed_in(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": "a long password"})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def replayed(cookie: str) -> bool:
    """Whether somebody who kept the cookie is let in by it."""
    client = Client()
    client.cookies["sessionid"] = cookie
    return is_in(client)


def sign_out(client: Client, user: User) -> None:
    client.post("/accounts/logout/")


def change_password(client: Client, user: User) -> None:
    form = {"oldpassword": "a long password", "password1": "harbour light 9"}
    client.post("/accounts/password/change/", form | {"password2": "harbour light 9"})


def change_password_elsewhere(client: Client, user: User) -> None:
    change_password(signed_in(user), user)


def deactivate(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def end_by_list(client: Client, user: User) -> None:
    """From another browser, by the list of where one is signed in."""
    signed_in(user).post("/accounts/sessions/")


def sign_in_again(client: Client, user: User) -> None:
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": user.username, "password": "a long password"})


ENDS = [
    sign_out,
    change_password,
    change_password_elsewhere,
    deactivate,
    end_by_list,
    sign_in_again,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_the_old_cookie_opens_nothing(reader: User, end: Callable[[Client, User], None]) -> None:
    client = signed_in(reader)
    old = client.cookies["sessionid"].value
    end(client, reader)
    assert not replayed(old)


def test_a_new_password_keeps_the_browser_it_was_made_in(reader: User) -> None:
    client = signed_in(reader)
    change_password(client, reader)
    assert is_in(client)


def test_signing_in_gives_a_key_that_nobody_planted(reader: User) -> None:
    planted = signed_in(reader)
    planted.post("/accounts/logout/")
    planted.get("/accounts/login/")
    before = planted.cookies.get("sessionid")
    planted.post("/accounts/login/", {"login": "reader", "password": "a long password"})
    assert planted.cookies["sessionid"].value != (before.value if before else "")
    assert not replayed("a" * 32)


def test_a_session_left_alone_ends(reader: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(reader)
        clock.shift(IDLE - AN_HOUR)
        assert is_in(client)
        clock.shift(IDLE + AN_HOUR)
        assert not is_in(client)


def test_looking_once_does_not_wake_the_dead(reader: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(reader)
        cookie = client.cookies["sessionid"].value
        clock.shift(IDLE + AN_HOUR)
        assert not replayed(cookie)
        assert not replayed(cookie)


def test_a_busy_session_ends_at_last(reader: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(reader)
        cookie = client.cookies["sessionid"].value
        while datetime.now(UTC) - START < LONGEST - timedelta(days=1):
            clock.shift(timedelta(days=1))
            session = client.session
            session["day"] = str(datetime.now(UTC))
            session.save()
            assert replayed(cookie)
        clock.shift(timedelta(days=1, hours=1))
        assert not replayed(cookie)


def test_saving_a_session_does_not_lengthen_its_life(reader: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(reader)
        clock.shift(timedelta(days=10))
        session = client.session
        session["x"] = 1
        session.save()
        assert Session.objects.get(pk=session.session_key).expire_date == START + LONGEST


def test_staff_are_out_sooner(staff: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(staff)
        clock.shift(timedelta(seconds=settings.SESSION_IDLE_AGE_OF_STAFF) + AN_HOUR)
        assert not is_in(client)


def test_reading_writes_at_most_every_ten_minutes(reader: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = signed_in(reader)
        clock.shift(timedelta(minutes=9))
        with no_writes():
            is_in(client)
        clock.shift(timedelta(minutes=2))
        is_in(client)
        assert Session.objects.get(user=reader).seen_at == START + timedelta(minutes=11)
        with no_writes():
            is_in(client)


def test_signing_out_clears_what_the_browser_kept(reader: User) -> None:
    response = signed_in(reader).post("/accounts/logout/")
    assert response["Clear-Site-Data"] == '"cache", "storage"'


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(reader: User) -> None:
    cookie = signed_in(reader).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_off_this_machine_cookies_travel_encrypted_only() -> None:
    assert settings.SESSION_COOKIE_SECURE == settings.IS_SECURE
    assert settings.CSRF_COOKIE_SECURE == settings.IS_SECURE
