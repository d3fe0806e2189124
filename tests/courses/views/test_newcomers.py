"""A code and an account at once, without an address."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from studyguide.accounts.models import User
from studyguide.courses import limits
from studyguide.courses.models import Course, JoinCode
from tests.courses.doing import signed_in
from tests.factories import UserFactory
from tests.queries import no_writes, queries

NEW = "/courses/join/new/"


@pytest.fixture(autouse=True)
def fresh(db: None) -> None:
    cache.clear()


@pytest.fixture
def code(course: Course, tutor: User) -> JoinCode:
    return JoinCode.make(course, by=tutor, now=timezone.now())


def filled(code: str, **more: str) -> dict[str, str]:
    account = {"display_name": "A. Newcomer", "username": "newcomer"}
    return {"code": code, **account, "password1": "harbour light 9"} | more


def test_a_link_leads_from_nothing_into_the_class(client: Client, code: JoinCode) -> None:
    """All that a phone does: the link, one form, one button."""
    page = client.get(f"/courses/join/{code.code}/", follow=True)
    assert page.redirect_chain == [(f"{NEW}?code={code.code}", 302)]
    assert f'value="{code.code}"' in page.content.decode()
    seen = client.post(NEW, filled(code.code)).content.decode()
    assert code.course.title in seen
    assert 'value="A. Newcomer"' in seen
    joined = client.post("/courses/join/", {"code": code.code, "join": "1"})
    assert joined["Location"] == code.course.get_absolute_url()
    user = User.objects.get(username="newcomer")
    assert (user.email, user.display_name) == (None, "A. Newcomer")
    assert user.time_zone == code.course.time_zone
    assert code.course.memberships.filter(user=user, state="active").exists()
    assert "this one" in client.get("/accounts/sessions/").content.decode()


def test_the_address_on_the_wall_leads_to_the_same_form(
    client: Client, code: JoinCode, settings: Any
) -> None:
    assert client.get("/courses/join/")["Location"] == NEW
    settings.SIGNUP = "closed"
    assert client.get("/courses/join/")["Location"].startswith("/accounts/login/")


def test_it_asks_for_no_address_where_others_must_prove_one(
    client: Client, code: JoinCode, settings: Any
) -> None:
    settings.HAS_MAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client.post(NEW, filled(code.printed))
    again = Client()
    again.post("/accounts/login/", {"login": "newcomer", "password": "harbour light 9"})
    assert again.get("/account/").status_code == 200


@pytest.mark.parametrize("typed", ["aaaaaaaaaa", "", "new", "x" * 40])
def test_without_a_good_code_no_account_is_made(client: Client, code: JoinCode, typed: str) -> None:
    page = client.post(NEW, filled(typed)).content.decode()
    assert 'role="alert"' in page
    assert 'value="A. Newcomer"' in page
    assert code.course.title not in page
    assert not User.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        *({"username": name} for name in ("", "a b", "TUTOR", "x" * 151)),
        *({"password1": word} for word in ("", "short", "password", "newcomer1")),
        *({"display_name": name} for name in ("", "x" * 81, "a\x00b")),
    ],
)
def test_what_is_not_filled_in_well_is_no_try_and_stays(
    client: Client, code: JoinCode, wrong: dict[str, str]
) -> None:
    page = client.post(NEW, filled(code.code, **wrong)).content.decode()
    assert 'role="alert"' in page
    assert code.course.title not in page
    assert cache.get(f"join:site:{int(timezone.now().timestamp() // 3600)}:hint") is None
    assert "harbour light 9" not in page
    assert User.objects.count() == 1


def test_tries_are_counted_by_address_and_for_the_site(
    code: JoinCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TRIES_AN_ADDRESS", 3)
    for n in range(5):
        wrong = Client().post(NEW, filled("aaaaaaaaaa", username=f"p{n}"))
        assert wrong.status_code == (200 if n < 3 else 429)
    assert Client().post(NEW, filled(code.code)).status_code == 429
    other = Client(REMOTE_ADDR="198.51.100.3")
    assert other.post(NEW, filled(code.code)).status_code == 200
    monkeypatch.setattr(limits, "TRIES_A_SITE", 4)
    late = Client(REMOTE_ADDR="198.51.100.4").post(NEW, filled(code.code, username="late"))
    assert late.status_code == 429
    assert User.objects.exclude(username="tutor").get().username == "newcomer"


def test_a_class_behind_one_address_is_let_in() -> None:
    assert limits.TRIES_AN_ADDRESS >= 300


def test_too_many_accounts_from_one_place_wait(
    client: Client, code: JoinCode, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"signup": "2/m/ip"}
    for n in range(2):
        client.post(NEW, filled("aaaaaaaaaa", username=f"p{n}"))
    response = client.post(NEW, filled(code.code))
    assert response.status_code == 429
    assert "Wait a minute" in response.content.decode()


def test_where_accounts_are_made_by_tutors_none_is_made(
    client: Client, code: JoinCode, settings: Any
) -> None:
    settings.SIGNUP = "closed"
    path = f"/courses/join/{code.code}/"
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    response = client.post(NEW, filled(code.code))
    assert response["Location"] == f"/accounts/login/?next={path}"
    assert User.objects.count() == 1


def test_who_is_signed_in_joins_with_the_account_there_is(code: JoinCode) -> None:
    client = signed_in(UserFactory())
    assert client.get(f"{NEW}?code={code.code}")["Location"] == f"/courses/join/{code.code}/"
    assert client.post(NEW, filled(code.code)).status_code == 302
    assert not User.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize("typed", ["new", "", "../../x", "//evil.example", "a" * 5000, '"><b>'])
def test_no_code_turns_the_way_elsewhere(client: Client, typed: str) -> None:
    page = client.get(NEW, {"code": typed}).content.decode()
    assert "/accounts/login/?next=/courses/join/" in page
    assert '"><b>' not in page
    goes = signed_in(UserFactory()).get(NEW, {"code": typed})["Location"]
    assert goes.startswith("/courses/join/")
    assert goes != NEW


def test_the_form_has_a_budget(client: Client) -> None:
    with queries(0), no_writes():
        assert client.get(NEW).status_code == 200


def test_signing_in_leads_back_to_the_code(client: Client, code: JoinCode) -> None:
    UserFactory(username="old")
    path = f"/courses/join/{code.code}/"
    page = client.get(path, follow=True).content.decode()
    assert f'href="/accounts/login/?next={path}"' in page
    form = {"login": "old", "password": "a long password", "next": path}
    assert client.post("/accounts/login/", form)["Location"] == path


def test_ordinary_sign_up_leads_back_to_the_code_too(client: Client, code: JoinCode) -> None:
    path = f"/courses/join/{code.code}/"
    page = client.get(f"/accounts/login/?next={path}").content.decode()
    assert f'href="/accounts/signup/?next={path.replace("/", "%2F")}"' in page
    form = {"username": "ann", "password1": "harbour light 9", "next": path}
    assert client.post("/accounts/signup/", form)["Location"] == path
