"""Signing up, in and out; sessions; the administration."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import IntegrityError
from django.test import Client

from studyguide.accounts.hashers import SmallArgon2PasswordHasher
from studyguide.accounts.models import Session, User
from tests.factories import UserFactory
from tests.queries import queries

NEW = {"username": "ann", "email": "", "password1": "harbour light 9"}


def sign_in(client: Client, login: str, password: str = "a long password"):  # type: ignore[no-untyped-def]
    return client.post("/accounts/login/", {"login": login, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_an_account_is_made_without_mail(client: Client, db: None) -> None:
    client.post("/accounts/signup/", NEW)
    assert User.objects.get().email is None
    assert is_in(client)


@pytest.mark.parametrize(
    ("told", "kept"),
    [("Asia/Kolkata", "Asia/Kolkata"), ("", "UTC"), ("Mars/Base", "UTC"), ("../etc", "UTC")],
)
def test_a_new_account_keeps_the_zone_of_the_browser(
    client: Client, db: None, told: str, kept: str
) -> None:
    client.post("/accounts/signup/", NEW | {"time_zone": told})
    assert User.objects.get().time_zone == kept


def test_two_people_may_have_no_address(client: Client, db: None) -> None:
    client.post("/accounts/signup/", NEW)
    Client().post("/accounts/signup/", {**NEW, "username": "bob"})
    assert User.objects.count() == 2


def test_a_name_is_taken_in_any_capitals(client: Client, db: None) -> None:
    UserFactory(username="Ann")
    page = client.post("/accounts/signup/", NEW).content.decode()
    assert User.objects.count() == 1
    assert 'value="ann"' in page


def test_the_database_refuses_the_same_name(db: None) -> None:
    UserFactory(username="Ann")
    with pytest.raises(IntegrityError):
        UserFactory(username="aNN")


def test_the_database_refuses_the_same_address(db: None) -> None:
    UserFactory(email="a@example.org")
    with pytest.raises(IntegrityError):
        UserFactory(email="A@example.org")


def test_closed_sign_up_says_whom_to_ask(client: Client, db: None, settings: Any) -> None:
    settings.SIGNUP = "closed"
    assert "made by the tutors" in client.post("/accounts/signup/", NEW).content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("login", ["reader", "READER", "reader@example.org"])
def test_one_signs_in_by_name_or_address(client: Client, db: None, login: str) -> None:
    UserFactory(username="reader", email="reader@example.org")
    sign_in(client, login)
    assert is_in(client)


def test_a_wrong_password_keeps_the_name(client: Client, reader: User) -> None:
    page = sign_in(client, "reader", "wrong").content.decode()
    assert 'value="reader"' in page
    assert not is_in(client)


def test_guessing_is_slowed_down(client: Client, reader: User) -> None:
    answers = [sign_in(client, "reader", f"guess {n}") for n in range(12)]
    assert any(b"Too many failed" in answer.content for answer in answers)
    sign_in(client, "reader")
    assert not is_in(client)


def test_signing_out_takes_a_press(client: Client, reader: User) -> None:
    client.force_login(reader)
    client.get("/accounts/logout/")
    assert is_in(client)
    client.post("/accounts/logout/")
    assert not is_in(client)


def test_the_old_cookie_is_dead_after_signing_out(client: Client, reader: User) -> None:
    client.force_login(reader)
    old = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    replay = Client()
    replay.cookies["sessionid"] = old
    assert not is_in(replay)


def test_a_new_password_ends_other_sessions(reading: Client, reader: User) -> None:
    reader.set_password("another password")
    reader.save()
    assert not is_in(reading)


def test_a_deactivated_account_is_out(reading: Client, reader: User) -> None:
    reader.is_active = False
    reader.save()
    assert not is_in(reading)


def test_a_session_and_its_person_are_one_question(reading: Client) -> None:
    with queries(at_most=2):  # the other: what waits for review, in the header
        assert is_in(reading)


def test_one_delete_signs_out_everywhere(reading: Client, reader: User) -> None:
    Session.objects.filter(user=reader).delete()
    assert not is_in(reading)


def test_without_mail_a_lost_password_says_whom_to_ask(client: Client, db: None) -> None:
    assert b"sends no mail" in client.get("/accounts/password/reset/").content


@pytest.mark.parametrize("address", ["reader@example.org", "nobody@example.org"])
def test_with_mail_a_reset_tells_nothing_about_accounts(
    client: Client, settings: Any, db: None, address: str
) -> None:
    settings.HAS_MAIL = True
    UserFactory(username="reader", email="reader@example.org")
    response = client.post("/accounts/password/reset/", {"email": address})
    assert response["Location"] == "/accounts/password/reset/done/"
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example"])
def test_signing_in_leads_nowhere_else(client: Client, reader: User, address: str) -> None:
    data = {"login": "reader", "password": "a long password", "next": address}
    assert client.post("/accounts/login/", data)["Location"] == "/"


def test_a_second_factor_is_asked_for(client: Client, reader: User) -> None:
    totp.TOTP.activate(reader, totp.generate_totp_secret())
    assert sign_in(client, "reader")["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(client)


def test_an_address_is_not_called_for_where_no_mail_is_sent(
    client: Client, db: None, settings: Any
) -> None:
    client.post("/accounts/signup/", NEW)
    page = client.get("/accounts/email/").content.decode()
    assert "None, and none is needed" in page
    assert "You should really add" not in page
    settings.HAS_MAIL = True
    assert "None yet." in client.get("/accounts/email/").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        *("/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"),
        *("/accounts/email/", "/accounts/password/change/", "/accounts/sessions/"),
    ],
)
def test_the_pages_of_the_account_are_in_our_look(client: Client, db: None, path: str) -> None:
    client.post("/accounts/signup/", NEW)
    page = client.get(path, follow=True).content.decode()
    assert 'class="brand"' in page
    assert " style=" not in page


def test_passwords_are_hashed_by_a_small_argon2() -> None:
    hasher = SmallArgon2PasswordHasher()
    encoded = make_password("x", hasher=hasher)  # type: ignore[arg-type]
    assert "m=19456,t=2,p=1" in encoded


# The administration


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/accounts/user/"])
def test_the_administration_is_not_there_for_others(
    client: Client, reader: User, path: str
) -> None:
    assert client.get(path).status_code == 404
    client.force_login(reader)
    assert client.get(path).status_code == 404


def test_staff_administer_on_this_machine(client: Client, staff: User) -> None:
    client.force_login(staff)
    assert client.get("/admin/accounts/user/").status_code == 200


def test_elsewhere_staff_need_a_second_factor(client: Client, staff: User, settings: Any) -> None:
    settings.IS_LOOPBACK = False
    client.force_login(staff)
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"
    totp.TOTP.activate(staff, totp.generate_totp_secret())
    assert client.get("/admin/").status_code == 200


def test_nobody_is_deleted(client: Client, staff: User, reader: User) -> None:
    client.force_login(staff)
    assert client.get(f"/admin/accounts/user/{reader.pk}/delete/").status_code == 403
