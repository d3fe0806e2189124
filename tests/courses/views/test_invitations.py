"""Asking people in by address and user name, and coming in by an invitation."""

from __future__ import annotations

import re
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends import locmem
from django.test import Client
from django.utils import timezone

from studyguide.accounts.models import AuditEntry, Erasure, User
from studyguide.courses.models import Course, Invitation, Membership, Role
from tests.courses.doing import signed_in
from tests.factories import MembershipFactory, UserFactory
from tests.queries import no_writes, queries


@pytest.fixture(autouse=True)
def fresh(db: None) -> None:
    cache.clear()


@pytest.fixture
def with_mail(settings: Any) -> None:
    settings.HAS_MAIL = True


@pytest.fixture
def guest(db: None) -> User:
    return UserFactory(username="Guest", email="guest@example.org")


def path_of(course: Course) -> str:
    return f"{course.get_absolute_url()}invitations/"


def ask(client: Client, course: Course, who: str, **more: str) -> Any:
    return client.post(path_of(course), {"who": who, "role": "learner"} | more, follow=True)


def invite(course: Course, **whom: Any) -> Invitation:
    return Invitation.send(course, by=course.owner, now=timezone.now(), **whom)


def link(invitation: Invitation) -> str:
    return f"/courses/invitations/{invitation.token}/"


# Asking in


@pytest.mark.parametrize(
    "who",
    [
        "a@example.org, B@Example.org; carl",
        "a@example.org\r\nb@example.org\r\nCarl\r\n",
        'Ann Lee <a@example.org>, "Bo" <b@example.org>\ncarl',
        "a@example.org b@example.org carl a@example.org",
    ],
)
def test_addresses_and_names_are_taken_as_they_are_pasted(
    teaching: Client, course: Course, who: str
) -> None:
    ask(teaching, course, who)
    asked = {str(each) for each in Invitation.objects.all()}
    assert asked == {"a@example.org", "b@example.org", "carl"}


def test_a_name_before_an_address_is_kept(teaching: Client, course: Course) -> None:
    ask(teaching, course, "Ann Lee <a@example.org>")
    assert Invitation.objects.get().name == "Ann Lee"


@pytest.mark.parametrize(
    "who", ["", "a@", "@", "a@b@c.org", "x" * 151, "a b!c", ",;,", "a\x00b", "é@example.org"]
)
def test_what_is_neither_is_refused_and_kept(teaching: Client, course: Course, who: str) -> None:
    page = ask(teaching, course, who).content.decode()
    assert 'role="alert"' in page
    assert not Invitation.objects.exists()
    assert "a b!c" in page if who == "a b!c" else True


def test_more_than_a_hundred_at_once_are_refused(teaching: Client, course: Course) -> None:
    page = ask(teaching, course, " ".join(f"p{n}" for n in range(101))).content.decode()
    assert "At most 100 at once" in page
    assert not Invitation.objects.exists()


def test_a_day_has_its_limit(
    teaching: Client, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studyguide.courses.views.joining.MOST_A_DAY", 2)
    ask(teaching, course, "ann bob")
    assert "Go on tomorrow" in ask(teaching, course, "carl").content.decode()
    assert Invitation.objects.count() == 2


def words_of(page: str, name: str) -> str:
    page = re.sub(r'value="[\w-]{64}"|/[a-z0-9]{32}/', "", page.split("<main")[1])
    return page.replace(name, "WHO")


def test_a_tutor_does_not_learn_whether_there_is_an_account(
    teaching: Client, course: Course, guest: User, with_mail: None
) -> None:
    pages = []
    for who in ("guest", "nobody", "guest@example.org", "nobody@example.org"):
        page = ask(teaching, course, who).content.decode()
        pages.append(words_of(page, who))
        Invitation.objects.all().delete()
    assert pages[0] == pages[1]
    assert pages[2] == pages[3]


def test_asking_again_makes_no_second_invitation(teaching: Client, course: Course) -> None:
    for _n in range(2):
        ask(teaching, course, "a@example.org carl")
    assert Invitation.objects.count() == 2
    assert AuditEntry.objects.filter(act="course.invite").count() == 2


def test_only_the_owner_asks_for_co_tutors(teaching: Client, course: Course) -> None:
    ask(teaching, course, "ann", role="co_tutor")
    other = MembershipFactory(course=course, role=Role.CO_TUTOR)
    ask(signed_in(other.user), course, "bob", role="co_tutor")
    roles = dict(Invitation.objects.values_list("username", "role"))
    assert roles == {"ann": "co_tutor", "bob": "learner"}


def test_learners_ask_nobody_in(learner: Membership, course: Course) -> None:
    client = signed_in(learner.user)
    assert client.get(path_of(course)).status_code == 403
    assert client.post(path_of(course), {"who": "ann"}).status_code == 403
    assert signed_in(UserFactory()).get(path_of(course)).status_code == 404


def test_into_an_archived_course_nobody_is_asked(teaching: Client, course: Course) -> None:
    Course.objects.update(archived_at=timezone.now())
    ask(teaching, course, "ann")
    assert not Invitation.objects.exists()


def test_the_list_has_a_budget(teaching: Client, course: Course) -> None:
    for n in range(12):
        invite(course, username=f"p{n}")
    with queries(6), no_writes():
        page = teaching.get(path_of(course)).content.decode()
    assert page.count("http://testserver/courses/invitations/") == 12


# Letters


def test_each_address_gets_a_letter_with_its_link(
    teaching: Client, course: Course, with_mail: None
) -> None:
    ask(teaching, course, "a@example.org b@example.org carl")
    assert [letter.to for letter in mail.outbox] == [["a@example.org"], ["b@example.org"]]
    invitation = Invitation.objects.get(email="a@example.org")
    letter = str(mail.outbox[0].body)
    assert f"http://testserver{link(invitation)}" in letter
    assert course.title in letter
    assert "b@example.org" not in letter


@pytest.mark.parametrize(("signup", "is_said"), [("open", True), ("closed", False)])
def test_an_account_on_the_way_is_promised_where_one_can_be_made(
    teaching: Client, course: Course, with_mail: None, settings: Any, signup: str, is_said: bool
) -> None:
    settings.SIGNUP = signup
    page = ask(teaching, course, "a@example.org").content.decode()
    assert ("can make one on the way" in str(mail.outbox[0].body)) == is_said
    assert ("nobody makes an account alone" in page) != is_said


def test_line_breaks_in_a_title_put_nothing_into_the_head(
    teaching: Client, course: Course, with_mail: None
) -> None:
    Course.objects.update(title="Ours\r\nBcc: all@example.org")
    ask(teaching, course, "a@example.org")
    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == ["a@example.org"]


def test_without_mail_the_page_says_so_and_has_the_link(teaching: Client, course: Course) -> None:
    page = ask(teaching, course, "a@example.org").content.decode()
    assert "This site sends no mail" in page
    assert link(Invitation.objects.get()) in page
    assert "No letter could be sent" not in page
    assert not mail.outbox


class Down(locmem.EmailBackend):
    def open(self) -> None:
        raise ConnectionRefusedError


class Picky(locmem.EmailBackend):
    def send_messages(self, messages: Any) -> int:
        if messages[0].to == ["a@example.org"]:
            raise SMTPRecipientsRefused({})
        return super().send_messages(messages)


def test_a_mail_server_that_is_down_breaks_nothing(
    teaching: Client, course: Course, with_mail: None, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    page = ask(teaching, course, "a@example.org").content.decode()
    assert "No letter could be sent to a@example.org" in page
    assert link(Invitation.objects.get()) in page


def test_an_address_that_is_refused_does_not_stop_the_others(
    teaching: Client, course: Course, with_mail: None, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    page = ask(teaching, course, "a@example.org b@example.org").content.decode()
    assert "No letter could be sent to a@example.org." in page
    assert [letter.to for letter in mail.outbox] == [["b@example.org"]]


def test_an_address_is_not_written_to_without_end(
    teaching: Client, course: Course, with_mail: None
) -> None:
    for _n in range(8):
        ask(teaching, course, "a@example.org")
    assert len(mail.outbox) == 5


def test_a_letter_is_sent_once_more(teaching: Client, course: Course, with_mail: None) -> None:
    invitation = invite(course, email="a@example.org")
    teaching.post(f"{path_of(course)}{invitation.token}/act/", {"act": "send"})
    assert len(mail.outbox) == 1


# Withdrawing


def test_a_withdrawn_link_opens_nothing(teaching: Client, course: Course, guest: User) -> None:
    invitation = invite(course, email="a@example.org")
    teaching.post(f"{path_of(course)}{invitation.token}/act/", {"act": "withdraw"})
    assert signed_in(guest).get(link(invitation)).status_code == 404
    assert AuditEntry.objects.filter(act="course.uninvite").exists()


def test_invitations_of_other_courses_are_not_there(teaching: Client, course: Course) -> None:
    other = invite(MembershipFactory().course, email="a@example.org")
    response = teaching.post(f"{path_of(course)}{other.token}/act/", {"act": "withdraw"})
    assert response.status_code == 404
    other.refresh_from_db()
    assert other.withdrawn_at is None


def test_learners_withdraw_nothing(learner: Membership, course: Course) -> None:
    invitation = invite(course, email="a@example.org")
    path = f"{path_of(course)}{invitation.token}/act/"
    assert signed_in(learner.user).post(path, {"act": "withdraw"}).status_code == 403
    assert signed_in(learner.user).get(path).status_code == 405


# Coming in


def test_the_link_shows_the_course_and_changes_nothing(course: Course, guest: User) -> None:
    client, invitation = signed_in(guest), invite(course, email="a@example.org")
    with queries(5), no_writes():
        page = client.get(link(invitation)).content.decode()
    assert course.title in page


def test_the_guest_comes_in_under_the_name_he_gives(course: Course, guest: User) -> None:
    invitation = invite(course, email="a@example.org")
    response = signed_in(guest).post(link(invitation), {"display_name": "G. Uest"})
    assert response["Location"] == course.get_absolute_url()
    member = course.memberships.get(user=guest)
    assert (member.role, member.state, member.way) == ("learner", "active", "invitation")
    guest.refresh_from_db()
    assert guest.display_name == "G. Uest"


def test_pressing_twice_leads_to_the_course_twice(course: Course, guest: User) -> None:
    client, invitation = signed_in(guest), invite(course, email="a@example.org")
    for _n in range(2):
        assert client.post(link(invitation))["Location"] == course.get_absolute_url()
    assert course.memberships.filter(user=guest).count() == 1


def test_a_visitor_is_led_to_sign_in_and_back(client: Client, course: Course) -> None:
    for token in (invite(course, email="a@example.org").token, "x" * 32):
        response = client.get(f"/courses/invitations/{token}/")
        assert response["Location"] == f"/accounts/login/?next=/courses/invitations/{token}/"


def not_found(client: Client, token: str) -> str:
    path = f"/courses/invitations/{token}/"
    assert client.post(path).status_code == 404
    response = client.get(path)
    assert response.status_code == 404
    text = response.content.decode().replace(token, "")
    return re.sub(r'value="[\w-]{64}"', "", text)


def test_wrong_used_expired_withdrawn_and_others_look_the_same(course: Course, guest: User) -> None:
    now = timezone.now()
    used, old, gone, others, away = (
        *(invite(course, email=f"{n}@example.org") for n in "abc"),
        invite(course, username="somebody"),
        invite(MembershipFactory().course, email="e@example.org"),
    )
    used.accept(UserFactory(), now=now)
    Invitation.objects.filter(pk=old.pk).update(expires_at=now - timedelta(seconds=1))
    gone.withdraw(by=course.owner, now=now)
    away.course.archive(by=away.course.owner, now=now)
    client = signed_in(guest)
    tokens = [each.token for each in (used, old, gone, others, away)]
    assert len({not_found(client, token) for token in [*tokens, "x" * 32]}) == 1


def test_one_says_no(course: Course, guest: User) -> None:
    client, invitation = signed_in(guest), invite(course, username="guest")
    client.post(link(invitation), {"decline": "1"})
    assert client.get(link(invitation)).status_code == 404
    assert not course.memberships.filter(user=guest).exists()


# One's list of courses


@pytest.mark.parametrize("whom", [{"username": "GUEST"}, {"email": "guest@example.org"}])
def test_who_is_signed_in_sees_his_invitations(
    course: Course, guest: User, whom: dict[str, str]
) -> None:
    EmailAddress.objects.create(user=guest, email="guest@example.org", verified=True)
    client, invitation = signed_in(guest), invite(course, **whom)
    with queries(4), no_writes():
        page = client.get("/courses/").content.decode()
    assert link(invitation) in page


def test_an_address_nobody_proved_shows_no_invitation(course: Course, guest: User) -> None:
    EmailAddress.objects.create(user=guest, email="guest@example.org", verified=False)
    invitation = invite(course, email="guest@example.org")
    assert link(invitation) not in signed_in(guest).get("/courses/").content.decode()


def test_an_account_made_later_finds_its_invitation(course: Course) -> None:
    invitation = invite(course, username="later")
    client = signed_in(UserFactory(username="Later"))
    assert link(invitation) in client.get("/courses/").content.decode()
    assert client.post(link(invitation)).status_code == 302
    assert course.memberships.filter(user__username="Later").exists()


def test_who_is_in_already_is_not_asked(course: Course, learner: Membership) -> None:
    invite(course, username="learner")
    assert "You are asked in" not in signed_in(learner.user).get("/courses/").content.decode()


def test_of_who_left_no_invitation_speaks(course: Course, guest: User) -> None:
    invite(course, username="guest", name="G. Uest")
    invite(course, email="guest@example.org", name="G. Uest")
    Erasure.ask(guest, now=timezone.now() - timedelta(days=15)).execute(now=timezone.now())
    rows = set(Invitation.objects.values_list("email", "username", "name"))
    assert rows == {("", "", "")}
