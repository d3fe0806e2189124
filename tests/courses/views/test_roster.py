"""Taking in a list, and slips to sign in with."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import Course, Invitation, Membership, Roster
from studyguide.courses.models import roster as rosters
from studyguide.courses.roster import read
from tests.courses.doing import signed_in
from tests.factories import MembershipFactory, UserFactory
from tests.queries import no_writes, queries

LIST = "Ann Lee,ann,\nBo Ek,,bo@example.org\nCy Oz,cy,"


@pytest.fixture(autouse=True)
def fresh(db: None) -> None:
    cache.clear()


def show(client: Client, course: Course, text: str) -> Any:
    return client.post(f"{course.get_absolute_url()}roster/", {"text": text})


def take(client: Client, course: Course, text: str = LIST, token: object = None) -> Any:
    form = {"text": text, "token": token or uuid4()}
    return client.post(f"{course.get_absolute_url()}roster/confirm/", form)


def slips(page: str) -> dict[str, str]:
    """One-time passwords by user name, as they are printed."""
    found = re.findall(
        r'<dd class="g address">([^<]*)</dd></div><div><dt>[^<]*</dt><dd class="g">([^<]*)', page
    )
    return dict(found)


def ticks(page: str) -> int:
    return page.split("<main")[1].split("</main>")[0].count(" checked")


def counts() -> tuple[int, ...]:
    tables = (User, Membership, Invitation, Roster, AuditEntry)
    return tuple(table.objects.count() for table in tables)


# Preview


@pytest.mark.parametrize("has_mail", [True, False])
def test_no_letter_is_spoken_of_where_none_is_sent(
    teaching: Client, course: Course, settings: Any, *, has_mail: bool
) -> None:
    settings.HAS_MAIL = has_mail
    path = f"{course.get_absolute_url()}roster/"
    for page in (teaching.get(path), show(teaching, course, LIST), take(teaching, course)):
        assert ("asked in by e-mail" in page.text) == has_mail


def test_a_list_is_shown_and_nothing_is_stored(teaching: Client, course: Course) -> None:
    teaching.get("/courses/")
    with no_writes(), queries(6):
        response = show(teaching, course, LIST)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Ann Lee" in page
    assert "Take them in" in page
    assert counts()[:4] == (1, 1, 0, 0)


def test_a_file_is_shown_and_goes_on_as_text(teaching: Client, course: Course) -> None:
    file = SimpleUploadedFile("list.csv", "\ufeffName;User name\nZoë;zoe".encode())
    path = f"{course.get_absolute_url()}roster/"
    page = teaching.post(path, {"file": file, "text": ""}).content.decode()
    assert "Zoë" in page
    text = page.split('<textarea hidden name="text">\n')[1].split("</textarea>")[0]
    assert read(text).rows[0].username == "zoe"


def words_of(page: str, name: str) -> str:
    hidden = r'value="[\w-]{36,64}"'
    return re.sub(hidden, "", page.split("<main")[1]).replace(name, "WHO")


@pytest.mark.parametrize("line", ["N. N.,{},", "N. N.,,{}@example.org"])
def test_known_and_unknown_look_the_same(teaching: Client, course: Course, line: str) -> None:
    UserFactory(username="known", email="known@example.org")
    UserFactory(username="gone", email="gone@example.org", is_active=False)
    pages = {
        words_of(show(teaching, course, line.format(name)).content.decode(), name)
        for name in ("known", "gone", "nobody")
    }
    assert len(pages) == 1


def test_whoever_is_in_already_is_said_to_be(
    teaching: Client, course: Course, learner: Membership
) -> None:
    page = show(teaching, course, "L,Learner,").content.decode()
    assert "is in the class already" in page


def test_errors_stand_at_their_lines_and_the_list_can_be_mended(
    teaching: Client, course: Course
) -> None:
    response = show(teaching, course, "Ann,ann,\n<b>Bo</b>,b o,")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Line 2:" in page
    assert "Take them in" not in page
    assert "&lt;b&gt;Bo&lt;/b&gt;,b o," in page
    assert "<b>Bo" not in page


def test_what_is_no_list_is_given_back(teaching: Client, course: Course) -> None:
    response = show(teaching, course, 'Ann,"ann')
    assert response.status_code == 422
    assert "Ann,&quot;ann" in response.content.decode()


def test_errors_are_refused_at_the_second_step_too(teaching: Client, course: Course) -> None:
    assert take(teaching, course, "Ann,a b,").status_code == 422
    assert take(teaching, course, "").status_code == 422
    assert take(teaching, course, LIST, "no token").status_code == 200
    assert counts()[:4] == (1, 1, 0, 0)


# Taking in


def test_accounts_are_made_and_slips_shown(teaching: Client, course: Course) -> None:
    page = take(teaching, course).content.decode()
    given = slips(page)
    assert set(given) == {"ann", "cy"}
    ann = User.objects.get(username="ann")
    assert (ann.display_name, ann.email, ann.has_one_time_password) == ("Ann Lee", None, True)
    assert ann.check_password(given["ann"])
    member = course.memberships.get(user=ann)
    assert (member.role, member.state, member.way) == ("learner", "active", "roster")
    assert member.is_account_made_here
    assert Invitation.objects.get().email == "bo@example.org"


def test_the_slip_opens_the_course(teaching: Client, course: Course) -> None:
    password = slips(take(teaching, course).content.decode())["ann"]
    client = Client()
    client.post("/accounts/login/", {"login": "ann", "password": password})
    assert client.get(course.get_absolute_url())["Location"].startswith("/account/password/")
    client.post("/account/password/", {"password1": "harbour light 9"})
    assert client.get(course.get_absolute_url()).status_code == 200


def test_passwords_are_kept_nowhere(teaching: Client, course: Course) -> None:
    response = take(teaching, course)
    assert "no-store" in response["Cache-Control"]
    for password in slips(response.content.decode()).values():
        rows = [repr(list(table.objects.values())) for table in (User, AuditEntry, Roster)]
        assert password not in "".join(rows)


def test_a_taken_name_becomes_an_invitation(teaching: Client, course: Course) -> None:
    known = UserFactory(username="Ann")
    page = take(teaching, course).content.decode()
    assert set(slips(page)) == {"cy"}
    assert "withdraw the invitation" in page
    assert Invitation.objects.get(username="ann").user == known
    assert not course.memberships.filter(user=known).exists()
    known.refresh_from_db()
    assert known.check_password("a long password")


@pytest.mark.parametrize(
    ("name", "typed"), [("learner", "LEARNER"), ("Ärger", "ärger"), ("Ольга", "ольга")]
)
def test_whoever_is_in_already_stays_as_he_is(
    teaching: Client, course: Course, name: str, typed: str
) -> None:
    user = MembershipFactory(course=course, user__username=name).user
    take(teaching, course, f"Other name,{typed},")
    user.refresh_from_db()
    assert user.display_name == ""
    assert not Invitation.objects.exists()
    assert course.memberships.learners().count() == 1


def test_the_same_form_twice_makes_nothing_twice(teaching: Client, course: Course) -> None:
    token = uuid4()
    take(teaching, course, LIST, token)
    before = counts()
    response = take(teaching, course, LIST, token)
    assert response["Location"].startswith(f"{course.get_absolute_url()}slips/?list=")
    assert counts() == before
    page = teaching.get(response["Location"]).content.decode()
    assert ticks(page) == 2
    assert not slips(page)


def test_the_same_list_again_makes_no_second_account(teaching: Client, course: Course) -> None:
    take(teaching, course)
    page = take(teaching, course).content.decode()
    assert slips(page) == {}
    assert User.objects.filter(username__in=["ann", "cy"]).count() == 2
    assert Invitation.objects.count() == 1


def test_a_name_taken_meanwhile_becomes_an_invitation(
    course: Course, tutor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = rosters.accounts_called, []

    def late(rows: Any) -> set[str]:
        """Somebody signs up after the names were looked up."""
        found = real(rows)
        asked.append(found)
        if len(asked) == 1:
            UserFactory(username="ann")
        return found

    monkeypatch.setattr(rosters, "accounts_called", late)
    rows = read(LIST).rows
    taken = Roster.take_in(course, rows, by=tutor, token=uuid4(), now=timezone.now())
    assert taken is not None
    assert [slip.username for slip in taken.slips] == ["cy"]


def test_it_is_recorded(teaching: Client, course: Course, tutor: User) -> None:
    take(teaching, course)
    acts = AuditEntry.objects.filter(about=course.scope, by=tutor)
    assert acts.filter(act="course.account").count() == 2
    assert acts.get(act="course.roster").details == {"accounts": 2, "invitations": 1}


def test_letters_go_to_those_with_an_address(
    teaching: Client, course: Course, settings: Any
) -> None:
    settings.HAS_MAIL = True
    take(teaching, course)
    assert [letter.to for letter in mail.outbox] == [["bo@example.org"]]


def test_a_day_has_its_limit(
    teaching: Client, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studyguide.courses.views.roster.MOST_A_DAY", 4)
    take(teaching, course)
    response = take(teaching, course, "Di,di,\nEd,ed,")
    assert response.status_code == 422
    assert "Go on tomorrow" in response.content.decode()
    assert "Di,di," in response.content.decode()
    assert not User.objects.filter(username="di").exists()


def test_a_list_costs_no_query_for_each_account(teaching: Client, course: Course) -> None:
    """But for what is recorded of each."""
    text = "\n".join(f"N {n},n{n}," for n in range(40))
    with queries(40 + 20):
        assert len(slips(take(teaching, course, text).content.decode())) == 40


@pytest.mark.parametrize("page", ["roster/", "roster/confirm/", "slips/"])
def test_learners_and_strangers_are_kept_out(
    learner: Membership, course: Course, page: str
) -> None:
    path = f"{course.get_absolute_url()}{page}"
    form = {"text": LIST, "token": uuid4(), "member": learner.pk}
    assert signed_in(learner.user).post(path, form).status_code == 403
    assert signed_in(UserFactory()).post(path, form).status_code == 404
    assert Client().post(path, form).status_code in (302, 403)
    assert not Roster.objects.exists()


def test_into_an_archived_course_nothing_is_taken(teaching: Client, course: Course) -> None:
    Course.objects.update(archived_at=timezone.now())
    assert take(teaching, course)["Location"] == course.get_absolute_url()
    assert not Roster.objects.exists()


# Slips


@pytest.fixture
def pupil(course: Course) -> Membership:
    return MembershipFactory(
        course=course, user__username="pupil", is_account_made_here=True, way="roster"
    )


def renew(client: Client, member: Membership) -> Any:
    return client.post(f"{member.course.get_absolute_url()}slips/", {"member": member.pk})


def test_a_tutor_prints_a_new_password(
    teaching: Client, course: Course, pupil: Membership, tutor: User
) -> None:
    inside = signed_in(pupil.user)
    response = renew(teaching, pupil)
    password = slips(response.content.decode())["pupil"]
    assert "no-store" in response["Cache-Control"]
    pupil.user.refresh_from_db()
    assert pupil.user.check_password(password)
    assert pupil.user.has_one_time_password
    assert inside.get("/account/")["Location"].startswith("/accounts/login/")
    entry = AuditEntry.objects.get(act="course.password")
    assert (entry.by, entry.about, entry.details) == (
        tutor,
        course.scope,
        {"member": pupil.user_id},
    )


def test_the_list_of_slips_has_a_budget(teaching: Client, course: Course) -> None:
    for n in range(6):
        MembershipFactory(course=course, user__username=f"p{n}", is_account_made_here=True)
    with queries(5), no_writes():
        page = teaching.get(f"{course.get_absolute_url()}slips/").content.decode()
    assert page.count('name="member"') == 6


def grown(pupil: Membership, how: str) -> None:
    """What makes an account its owner's alone."""
    user = pupil.user
    match how:
        case "joined by code":
            Membership.objects.update(is_account_made_here=False)
        case "another course":
            MembershipFactory(user=user)
        case "another course, left":
            MembershipFactory(user=user, state="left")
        case "own course":
            Course.start(by=user, title="x", time_zone="UTC", articles=[], now=timezone.now())
        case "address":
            User.objects.filter(pk=user.pk).update(email="p@example.org")
        case "address not proved yet":
            EmailAddress.objects.create(user=user, email="p@example.org")
        case "second factor":
            Authenticator.objects.create(user=user, type="totp", data={})
        case "staff":
            User.objects.filter(pk=user.pk).update(is_staff=True)
        case "co-tutor":
            Membership.objects.filter(pk=pupil.pk).update(role="co_tutor")
        case "left":
            Membership.objects.filter(pk=pupil.pk).update(state="left")


@pytest.mark.parametrize(
    "how",
    [
        *("joined by code", "another course", "another course, left", "own course", "address"),
        *("address not proved yet", "second factor", "staff", "co-tutor", "left"),
    ],
)
def test_of_an_account_that_is_its_owners_no_slip_is_made(
    teaching: Client, pupil: Membership, how: str
) -> None:
    grown(pupil, how)
    assert renew(teaching, pupil).status_code == 403
    page = teaching.get(f"{pupil.course.get_absolute_url()}slips/").content.decode()
    assert f'value="{pupil.pk}"' not in page
    pupil.user.refresh_from_db()
    assert pupil.user.check_password("a long password")
    assert not AuditEntry.objects.filter(act="course.password").exists()


def test_one_forbidden_among_others_stops_all(
    teaching: Client, course: Course, pupil: Membership, learner: Membership
) -> None:
    form = {"member": [pupil.pk, learner.pk]}
    assert teaching.post(f"{course.get_absolute_url()}slips/", form).status_code == 403
    pupil.user.refresh_from_db()
    assert pupil.user.check_password("a long password")


def test_members_of_other_courses_are_not_there(teaching: Client, course: Course) -> None:
    other = MembershipFactory(is_account_made_here=True)
    path = f"{course.get_absolute_url()}slips/"
    for number in (other.pk, 10**12):
        assert teaching.post(path, {"member": number}).status_code == 404
    other.user.refresh_from_db()
    assert other.user.check_password("a long password")


@pytest.mark.parametrize("member", ["", "x", "9" * 40, "-1", "\u0664"])
def test_numbers_that_are_none_are_refused(teaching: Client, course: Course, member: str) -> None:
    response = teaching.post(f"{course.get_absolute_url()}slips/", {"member": member})
    assert response.status_code in (302, 404)


def test_numbers_in_other_digits_are_none(
    teaching: Client, course: Course, pupil: Membership
) -> None:
    typed = "".join(chr(0x0660 + int(digit)) for digit in str(pupil.pk))
    assert teaching.post(f"{course.get_absolute_url()}slips/", {"member": typed}).status_code == 302
    pupil.user.refresh_from_db()
    assert pupil.user.check_password("a long password")


def test_a_list_of_another_course_ticks_nobody(
    teaching: Client, course: Course, pupil: Membership
) -> None:
    other = MembershipFactory().course
    at = pupil.joined_at
    foreign = Roster.objects.create(course=other, token=uuid4(), by=other.owner, at=at)
    path = f"{course.get_absolute_url()}slips/?list="
    for number in (foreign.pk, "x", "9" * 40):
        assert ticks(teaching.get(f"{path}{number}").content.decode()) == 0
