"""SIGNUP=invitation: an account is made by who has a code or an invitation, and by nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from studyguide.accounts.models import User
from studyguide.courses.models import Course, Invitation, JoinCode, Membership
from tests.courses.doing import signed_in
from tests.factories import UserFactory
from tests.queries import no_writes, queries

ACCOUNT = {"display_name": "A. Newcomer", "username": "newcomer", "password1": "harbour light 9"}
BY_CODE = "/courses/join/new/"


@pytest.fixture(autouse=True)
def by_invitation(settings: Any) -> None:
    settings.SIGNUP = "invitation"


@pytest.fixture
def invitation(course: Course, tutor: User) -> Invitation:
    return Invitation.send(course, by=tutor, email="a@example.org", now=timezone.now())


def link(invitation: Invitation, rest: str = "") -> str:
    return f"/courses/invitations/{invitation.token}/{rest}"


def test_without_either_no_account_is_made_and_the_page_says_how(client: Client, db: None) -> None:
    form = {"username": "newcomer", "email": "", "password1": "harbour light 9"}
    assert "comes with an invitation" in client.get("/accounts/signup/").text
    assert "comes with an invitation" in client.post("/accounts/signup/", form).text
    assert not User.objects.exists()


def test_the_door_offers_a_code_and_no_account_alone(client: Client, db: None) -> None:
    page = client.get("/accounts/login/").text
    assert BY_CODE in page
    assert "/accounts/signup/" not in page


def test_a_link_in_a_mail_leads_into_the_class(
    client: Client, course: Course, invitation: Invitation
) -> None:
    page = client.get(link(invitation), follow=True)
    assert page.redirect_chain == [(link(invitation, "new/"), 302)]
    assert course.title in page.text
    made = client.post(link(invitation, "new/"), ACCOUNT)
    assert made["Location"] == course.get_absolute_url()
    assert course.memberships.get(user__username="newcomer").state == Membership.State.ACTIVE
    assert client.get(course.get_absolute_url()).status_code == 200


def test_an_invitation_makes_one_account(client: Client, invitation: Invitation) -> None:
    client.post(link(invitation, "new/"), ACCOUNT)
    again = Client().post(link(invitation, "new/"), ACCOUNT | {"username": "second"})
    assert again.status_code == 404
    assert not User.objects.filter(username="second").exists()


def test_an_account_whose_place_is_gone_is_not_made(
    client: Client, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else uses the link while this account is being made."""
    make = User.objects.create_user

    def slowly(*args: Any, **options: Any) -> User:
        Invitation.objects.update(accepted_at=timezone.now())
        return make(*args, **options)

    monkeypatch.setattr(User.objects, "create_user", slowly)
    assert client.post(link(invitation, "new/"), ACCOUNT).status_code == 404
    assert not User.objects.filter(username="newcomer").exists()


def test_a_link_that_makes_no_account_looks_like_one_that_never_was(
    client: Client, course: Course, tutor: User, reader: User
) -> None:
    now = timezone.now()
    used, withdrawn, old, named = (
        Invitation.send(course, by=tutor, now=now, **{key: value})
        for key, value in (
            *(("email", f"{n}@example.org") for n in "abc"),
            ("username", reader.username),
        )
    )
    used.accept(reader, now=now)
    withdrawn.withdraw(by=tutor, now=now)
    Invitation.objects.filter(pk=old.pk).update(expires_at=now - timedelta(days=1))
    tokens = [each.token for each in (used, withdrawn, old, named)] + ["x" * 32]
    replies = [client.get(f"/courses/invitations/{token}/new/") for token in tokens]
    assert {reply.status_code for reply in replies} == {404}
    assert len({reply.content for reply in replies}) == 1
    assert "comes with an invitation" in replies[0].text


def test_what_is_not_filled_in_well_stays(client: Client, invitation: Invitation) -> None:
    UserFactory(username="newcomer")
    page = client.post(link(invitation, "new/"), ACCOUNT).text
    assert "That user name is taken" in page
    assert 'value="A. Newcomer"' in page
    assert Invitation.objects.open(timezone.now()).count() == 1


def test_a_code_makes_an_account_on_the_way(client: Client, course: Course, tutor: User) -> None:
    code = JoinCode.make(course, by=tutor, now=timezone.now())
    assert client.get(f"/courses/join/{code.code}/")["Location"] == f"{BY_CODE}?code={code.code}"
    assert course.title in client.post(BY_CODE, {"code": code.code, **ACCOUNT}).text
    assert User.objects.filter(username="newcomer").exists()


def test_a_code_without_places_makes_none(client: Client, course: Course, tutor: User) -> None:
    code = JoinCode.make(course, by=tutor, now=timezone.now(), seats=1)
    code.join(UserFactory(), now=timezone.now())
    page = client.post(BY_CODE, {"code": code.code, **ACCOUNT}).text
    assert "All places of this code are taken" in page
    assert not User.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize("code", ["aaaaaaaaaa", "short"])
def test_without_a_code_nobody_learns_whose_name_is_taken(
    client: Client, reader: User, code: str
) -> None:
    said = set()
    for name in ("reader", "nobody"):
        page = client.post(BY_CODE, {"code": code, **ACCOUNT, "username": name}).text
        assert "taken" not in page
        said.add(page.replace(f'value="{name}"', "").partition("<main")[2].partition("csrf")[0])
    assert len(said) == 1


def test_who_is_signed_in_comes_in_with_the_account_there_is(invitation: Invitation) -> None:
    client = signed_in(UserFactory())
    assert client.get(link(invitation, "new/"))["Location"] == link(invitation)
    assert client.get(link(invitation)).status_code == 200


@pytest.mark.parametrize("signup", ["open", "closed"])
def test_elsewhere_the_link_asks_to_sign_in(
    client: Client, invitation: Invitation, settings: Any, signup: str
) -> None:
    settings.SIGNUP = signup
    door = f"/accounts/login/?next={link(invitation)}"
    assert client.get(link(invitation))["Location"] == door
    assert client.post(link(invitation, "new/"), ACCOUNT)["Location"] == door
    assert not User.objects.filter(username="newcomer").exists()


def test_the_letter_says_that_an_account_can_be_made(
    teaching: Client, course: Course, settings: Any
) -> None:
    settings.HAS_MAIL = True
    teaching.post(
        f"{course.get_absolute_url()}invitations/", {"who": "b@example.org", "role": "learner"}
    )
    assert "can make one on the way" in str(mail.outbox[0].body)


def test_looking_writes_nothing_and_asks_little(client: Client, invitation: Invitation) -> None:
    with no_writes(), queries(at_most=4):
        assert client.get(link(invitation, "new/")).status_code == 200
