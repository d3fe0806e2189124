"""Signing in with a password that somebody else made, and choosing one's own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from studyguide.accounts.models import AuditEntry, User
from tests.factories import UserFactory
from tests.queries import no_writes, queries

PAGE = "/account/password/"


@pytest.fixture
def given(db: None) -> tuple[User, str]:
    user = UserFactory(username="pupil")
    password = user.set_one_time_password()
    user.save()
    return user, password


@pytest.fixture
def coming(given: tuple[User, str]) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": "pupil", "password": given[1]})
    return client


def test_it_is_easy_to_read_and_hard_to_guess(given: tuple[User, str]) -> None:
    user, password = given
    assert re.fullmatch(r"([2-9a-hjkmnp-z]{4}-){2}[2-9a-hjkmnp-z]{4}", password)
    assert password not in user.password


@pytest.mark.parametrize("path", ["/account/", "/courses/", "/me/data/", "/accounts/email/"])
def test_every_page_leads_to_choosing(coming: Client, path: str) -> None:
    response = coming.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith(PAGE)


def test_nothing_else_is_done_before(coming: Client, given: tuple[User, str]) -> None:
    response = coming.post("/account/", {"display_name": "Other", "time_zone": "UTC"})
    assert response["Location"] == PAGE
    given[0].refresh_from_db()
    assert given[0].display_name == ""


def test_a_fragment_becomes_the_whole_page(coming: Client) -> None:
    response = coming.get("/courses/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == PAGE


def test_one_may_sign_out(coming: Client) -> None:
    coming.post("/accounts/logout/")
    assert coming.get("/account/")["Location"].startswith("/accounts/login/")


def test_choosing_opens_everything_and_leads_back(coming: Client, given: tuple[User, str]) -> None:
    page = coming.get(coming.get("/courses/")["Location"]).content.decode()
    assert 'name="next" value="/courses/"' in page
    response = coming.post(PAGE, {"password1": "harbour light 9", "next": "/courses/"})
    assert response["Location"] == "/courses/"
    assert coming.get("/courses/").status_code == 200
    given[0].refresh_from_db()
    assert given[0].check_password("harbour light 9")
    assert not given[0].has_one_time_password
    assert AuditEntry.objects.filter(act="account.password", by=given[0]).count() == 1


def test_the_one_time_password_is_then_worth_nothing(
    coming: Client, given: tuple[User, str]
) -> None:
    coming.post(PAGE, {"password1": "harbour light 9"})
    other = Client()
    other.post("/accounts/login/", {"login": "pupil", "password": given[1]})
    assert other.get("/account/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("password", ["", "short", "password", "pupil123", "\x00" * 9])
def test_a_poor_password_is_refused(coming: Client, password: str) -> None:
    response = coming.post(PAGE, {"password1": password})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert coming.get("/account/").status_code == 302


def test_the_one_that_was_given_is_refused(coming: Client, given: tuple[User, str]) -> None:
    response = coming.post(PAGE, {"password1": given[1]})
    assert "That is the one you were given" in response.content.decode()


def test_back_to_another_site_leads_nowhere(coming: Client) -> None:
    form = {"password1": "harbour light 9", "next": "//evil.example/"}
    assert coming.post(PAGE, form)["Location"] == "/"


def test_whoever_has_a_password_of_his_own_changes_it_elsewhere(reading: Client) -> None:
    assert reading.get(PAGE)["Location"] == "/accounts/password/change/"
    reading.post(PAGE, {"password1": "harbour light 9"})
    assert User.objects.get(username="reader").check_password("a long password")


def test_looking_changes_nothing(coming: Client) -> None:
    with queries(2), no_writes():
        assert coming.get(PAGE).status_code == 200


def test_where_addresses_are_proved_an_account_without_one_signs_in(
    given: tuple[User, str], settings: Any
) -> None:
    settings.HAS_MAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = Client()
    client.post("/accounts/login/", {"login": "pupil", "password": given[1]})
    assert client.get(PAGE).status_code == 200


def test_an_address_must_still_be_proved(db: None, settings: Any) -> None:
    settings.HAS_MAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    UserFactory(username="ann", email="ann@example.org")
    client = Client()
    response = client.post("/accounts/login/", {"login": "ann", "password": "a long password"})
    assert response["Location"] == "/accounts/confirm-email/"
    assert client.get("/account/").status_code == 302
