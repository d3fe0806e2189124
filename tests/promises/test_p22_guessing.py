"""P22: accounts cannot be listed or guessed. Known or not, the answer is the same, and the same
work is done for it; tries are counted for each account, wherever they come from."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studyguide.accounts.models import User
from tests.factories import UserFactory

NAMES = ["known", "unknown", "inactive", "without-password"]


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is worked on: that is what takes time."""

    algorithm = "counting"
    done: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.done.append(password)
        return super().encode(password, salt)


@pytest.fixture
def people(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher", *settings.PASSWORD_HASHERS]
    for name in NAMES:
        if name != "unknown":
            UserFactory(username=name, email=f"{name}@example.org", is_active=name != "inactive")
    gone = User.objects.get(username="without-password")
    gone.set_unusable_password()
    gone.save()
    CountingHasher.done.clear()


def sign_in(login: str, password: str = "a wrong password", *, ip: str = "198.51.100.1") -> Any:
    form = {"login": login, "password": password}
    return Client(REMOTE_ADDR=ip).post("/accounts/login/", form)


def words_of(response: Any, login: str) -> str:
    """The page, less what differs from one request to the next and what was typed."""
    text = response.content.decode().replace(login, "WHO")
    return re.sub(r'value="[\w-]{64}"', "", text)


@pytest.mark.parametrize("suffix", ["", "@example.org"])
def test_the_answer_is_the_same_for_everybody(people: None, suffix: str) -> None:
    pages = {words_of(sign_in(name + suffix), name + suffix) for name in NAMES}
    assert len(pages) == 1


@pytest.mark.parametrize("suffix", ["", "@example.org"])
@pytest.mark.parametrize("name", NAMES)
def test_the_work_is_the_same_for_everybody(people: None, name: str, suffix: str) -> None:
    sign_in(name + suffix)
    assert len(CountingHasher.done) == 1


@pytest.mark.parametrize("suffix", ["", "@example.org"])
def test_the_questions_asked_are_nearly_the_same(people: None, suffix: str) -> None:
    counts = []
    for name in NAMES:
        with CaptureQueriesContext(connection) as captured:
            sign_in(name + suffix)
        counts.append(len(captured.captured_queries))
    assert max(counts) - min(counts) <= 2


def test_of_an_inactive_account_one_hears_with_its_password_alone(people: None) -> None:
    told = sign_in("inactive", "a long password")
    assert told["Location"] == "/accounts/inactive/"


def test_a_name_that_is_anothers_address_shuts_nobody_out(people: None) -> None:
    UserFactory(username="known@example.org", password="quite another 7")
    assert sign_in("known@example.org", "a long password").status_code == 302
    assert sign_in("known@example.org", "quite another 7").status_code == 302


# Reset and sign-up, where there is mail


@pytest.fixture
def with_mail(people: None, settings: Any) -> None:
    settings.HAS_MAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]


def test_a_reset_says_the_same_to_everybody(with_mail: None) -> None:
    answers = set()
    for name in NAMES:
        client = Client()
        form = {"email": f"{name}@example.org"}
        response = client.post("/accounts/password/reset/", form)
        page = client.get(response["Location"])
        answers.add((response.status_code, response["Location"], words_of(page, form["email"])))
    assert len(answers) == 1
    assert {tuple(letter.to) for letter in mail.outbox} == {(f"{n}@example.org",) for n in NAMES}


def test_making_an_account_tells_nothing_of_an_address(with_mail: None) -> None:
    answers = set()
    for number, address in enumerate(["known@example.org", "KNOWN@example.org", "new@example.org"]):
        form = {"username": f"new{number}", "email": address, "password1": "harbour light 9"}
        response = Client().post("/accounts/signup/", form)
        answers.add((response.status_code, response.headers.get("Location")))
    assert answers == {(302, reverse("account_email_verification_sent"))}
    assert {letter.to[0].lower() for letter in mail.outbox} == {
        "known@example.org",
        "new@example.org",
    }
    assert User.objects.filter(username__startswith="new").count() == 1


# How many tries


def test_guesses_at_one_account_are_counted_from_wherever_they_come(people: None) -> None:
    for number in range(60):
        login = "known" if number % 2 else "KNOWN@example.org"
        sign_in(login, f"guess {number}", ip=f"198.51.100.{number}")
    assert len(CountingHasher.done) <= 20


def test_who_guesses_too_often_is_not_let_in_by_luck(people: None) -> None:
    for number in range(12):
        sign_in("known", f"guess {number}")
    response = sign_in("known", "a long password")
    assert "Too many failed" in response.content.decode()
    assert response.status_code == 200


def test_guesses_at_nobody_are_counted_alike(people: None) -> None:
    known = [sign_in("known", "x").content.count(b"Too many") for _n in range(14)]
    nobody = [sign_in("unknown", "x").content.count(b"Too many") for _n in range(14)]
    assert known == nobody


def test_a_class_behind_one_address_is_let_in(people: None) -> None:
    """Sixty honest people, one in ten with a slip first."""
    User.objects.bulk_create(
        User(username=f"pupil{n}", password=User.objects.get(username="known").password)
        for n in range(60)
    )
    refused = []
    for n in range(60):
        if n % 10 == 0:
            sign_in(f"pupil{n}", "a slip")
        if sign_in(f"pupil{n}", "a long password").status_code != 302:
            refused.append(n)
    assert refused == []


def test_a_class_makes_its_accounts_behind_one_address(db: None) -> None:
    made = [
        Client(REMOTE_ADDR="198.51.100.9").post(
            "/accounts/signup/", {"username": f"pupil{n}", "password1": "harbour light 9"}
        )
        for n in range(30)
    ]
    assert {response.status_code for response in made} == {302}


def test_the_password_asked_for_again_is_counted_too(people: None) -> None:
    client = Client()
    client.force_login(User.objects.get(username="known"))
    CountingHasher.done.clear()
    for number in range(40):
        client.post("/accounts/reauthenticate/", {"password": f"guess {number}"})
    assert len(CountingHasher.done) <= 20


def test_counts_are_kept_where_all_processes_find_them(settings: Any) -> None:
    assert "locmem" not in settings.CACHES["default"]["BACKEND"]
    assert "dummy" not in settings.CACHES["default"]["BACKEND"]
