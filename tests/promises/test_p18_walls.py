"""P18: a class is a wall. Nothing of its learners is in any answer to somebody of another class,
and nothing of one learner in an answer to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from quizzes.models import Quiz
from quizzes.rules import Rules
from studyguide.accounts.models import User
from studyguide.courses.models import (
    Arrangement,
    Assignment,
    Challenge,
    Comment,
    Course,
    Group,
    GroupPlace,
    Membership,
    Role,
)
from studyguide.library.models import Article
from tests import workbooks
from tests.every_kind import question_of
from tests.factories import AssignmentFactory, CourseFactory, MembershipFactory, UserFactory
from tests.promises.figures import figure
from tests.promises.letters import said_in, sent_by
from tests.promises.test_p17_permissions import House
from tests.promises.world import World, make_world

LEARNERS = ("learner_a", "classmate_a", "learner_b", "classmate_b")
PARTS = ("name", "answer", "comment", "reason", "challenge")
EXPORTS = (
    "courses/<slug:course>/gradebook/export/",
    "courses/<slug:course>/report/export/",
    "courses/<slug:course>/items/export/",
)


def canaries(who: str) -> set[str]:
    return {f"zq-{who}-{part}" for part in PARTS}


@dataclass(frozen=True)
class Class:
    """One learner of it is in a group, a classmate is not; each has a canary of every part."""

    course: Course
    names: Mapping[str, Any]
    users: Mapping[str, User]  # by role and letter: tutor_a


def teach(article: Article, quiz: Quiz, letter: str) -> Class:
    course = CourseFactory(articles=[article])
    assignment = AssignmentFactory(
        course=course,
        kind=Assignment.Kind.QUIZ,
        quiz=quiz,
        rules=Rules().snapshot(),
        due_at=timezone.now() - timedelta(days=1),
    )
    names, users = {}, {f"tutor_{letter}": course.owner}
    for role in ("classmate", "learner"):
        who = f"{role}_{letter}"
        user = UserFactory(username=who, display_name=f"zq-{who}-name")
        member = MembershipFactory(course=course, user=user)
        names, users[who] = worked(assignment, member, who), user
    group = Group.objects.create(course=course, name="One")
    GroupPlace.objects.create(group=group, membership_id=names["member"])
    return Class(course, {**names, "group": group.pk}, users)


def worked(assignment: Assignment, member: Membership, who: str) -> dict[str, Any]:
    """A learner has answered, and there is something said by him and to him."""
    now, course, tutor = timezone.now(), member.course, member.course.owner
    question = question_of("text")
    Arrangement.at(assignment, member).extend(
        base_revision=0, reason=f"zq-{who}-reason", by=tutor, now=now, extra_tries=1
    )
    attempt = assignment.start(member, now=now)
    attempt.respond(question.pk, f"zq-{who}-answer", token=uuid4(), base_rev=0, now=now)
    attempt.refresh_from_db()
    attempt.submit(now=now)
    Comment.say(assignment, member, text=f"zq-{who}-comment", by=tutor, now=now)
    row = attempt.questions.select_related("version", "attempt").get(question=question)
    challenge = Challenge.make(row, member, text=f"zq-{who}-challenge", now=now)
    return {
        "course": course.public_id,
        "assignment": assignment.public_id,
        "member": member.pk,
        "attempt": attempt.public_id,
        "taken": attempt.public_id,
        "challenge": challenge.pk,
        "question": question.pk,
        "version": row.version_id,
    }


@dataclass
class Street:
    """Two classes of the same article and quiz, as their people see them."""

    a: Class
    b: Class
    houses: Mapping[str, House]
    asked: int = 0

    def text(self, role: str, where: str, route: str, form: Mapping[str, Any] | None = None) -> str:
        house = self.houses[where]
        verb = "GET" if form is None else "POST"
        response = house.ask(role, verb, house.world.filled(route), form)
        self.asked += 1
        assert response.status_code < 500, (role, route)
        if "spreadsheetml" in response.get("Content-Type", ""):
            return "\n".join(cell for line in workbooks.read(response.content) for cell in line)
        return response.content.decode(errors="replace") + repr(response.headers)

    def walk(self, role: str, where: str) -> Iterator[tuple[str, str]]:
        """Every route with what stands in a class, and what is there to take away."""
        for route in self.houses[where].world.addresses():
            yield route, self.text(role, where, route)
        for route in EXPORTS:
            for ending in ("csv", "xlsx"):
                yield route, self.text(role, where, route, {"format": ending})
                group = {"format": ending, "group": self.a.names["group"]}
                yield route, self.text(role, where, route, group)

    def across(self, role: str, foreign: set[str]) -> list[str]:
        return [
            f"{role} sees {canary} at {route} of {where}"
            for where in self.houses
            for route, text in self.walk(role, where)
            for canary in foreign
            if canary in text
        ]


@pytest.fixture
def street(article: Article, reader: User) -> Street:
    world: World = make_world(article, reader, UserFactory())
    a, b = (teach(article, world.quiz, letter) for letter in "ab")
    leaving = MembershipFactory(course=a.course, role=Role.CO_TUTOR)
    users = {**a.users, **b.users, "co_tutor_a": leaving.user}
    keys = {}
    for role, user in users.items():
        user.email = f"{role}@example.org"
        user.save(update_fields=["email"])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        client = Client()
        client.force_login(user)
        keys[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    houses = {
        letter: House(replace(world, names={**world.names, **each.names}), users, keys)
        for letter, each in (("a", a), ("b", b))
    }
    return Street(a, b, houses)


def test_nothing_of_a_class_is_seen_from_another(street: Street) -> None:
    of_a = canaries("learner_a") | canaries("classmate_a")
    found = [
        *street.across("tutor_b", of_a),
        *street.across("learner_b", of_a),
        *street.across("classmate_a", canaries("learner_a")),
    ]
    routes = len(street.houses["a"].world.addresses())
    figure("P18", f"{len(found)} canaries across in {street.asked} answers of {routes} routes")
    assert not found, "\n".join(found)


def test_a_tutor_sees_all_of_his_own_class_and_no_other(street: Street) -> None:
    """So that the walk is known to come where the canaries are."""
    told = "\n".join(text for _route, text in street.walk("tutor_a", "a"))
    assert not [each for each in canaries("learner_a") if each not in told]
    others = canaries("learner_b") | canaries("classmate_b")
    assert not [each for each in others if each in told]


@pytest.mark.parametrize("route", EXPORTS[:2])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_of_a_group_holds_that_group(street: Street, route: str, ending: str) -> None:
    form = {"format": ending, "group": street.a.names["group"]}
    told = street.text("tutor_a", "a", route, form)
    assert "zq-learner_a-name" in told
    assert "zq-classmate_a-name" not in told
    assert "zq-classmate_a-name" in street.text("tutor_a", "a", route, {"format": ending})


@pytest.mark.parametrize("role", ["learner_a", "co_tutor_a"])
def test_who_is_removed_is_out_at_the_next_request(street: Street, role: str) -> None:
    house = street.houses["a"]

    def status(route: str) -> int:
        return house.ask(role, "GET", house.world.filled(route)).status_code

    inside = [route for route in house.world.addresses() if "<slug:course>" in route]
    before = [route for route in inside if status(route) == 200]
    assert before
    member = street.a.course.memberships.get(user=house.users[role])
    assert member.expel(by=street.a.course.owner, now=timezone.now())
    assert not [route for route in before if status(route) != 404]
    others = canaries("classmate_a") | (canaries("learner_a") if role == "co_tutor_a" else set())
    assert not [
        (route, each) for route, text in street.walk(role, "a") for each in others if each in text
    ]


def letters(street: Street, *roles: str) -> list[EmailMessage]:
    houses = street.houses.values()
    return [letter for house in houses for role in roles for letter in sent_by(house, role)]


def test_no_mail_carries_anything_of_a_learner_to_another(
    street: Street, post_office: None
) -> None:
    """Nor to whoever is in no class yet; what is his own he may read."""
    everything = {each for who in LEARNERS for each in canaries(who)}
    own = {user.email: who for who, user in street.houses["a"].users.items()}
    sent = letters(street, "tutor_a", "learner_a", "tutor_b")
    leaks = [
        f"{canary} to {to}: {letter.subject}"
        for letter in sent
        for to in letter.recipients()
        for canary in everything - canaries(own.get(to, ""))
        if canary in said_in(letter)
    ]
    figure("P18", f"{len(leaks)} canaries across in {len(sent)} mails")
    assert not leaks, "\n".join(leaks)
    subjects = " ".join(letter.subject for letter in sent)
    kinds = ("Your place in the class", "Password Reset", "Confirm Your Email")
    assert not [kind for kind in kinds if kind not in subjects]


def test_no_mail_of_a_class_goes_to_whoever_was_removed(street: Street, post_office: None) -> None:
    gone = street.houses["a"].users["learner_a"]
    member = street.a.course.memberships.get(user=gone)
    assert member.expel(by=street.a.course.owner, now=timezone.now())
    sent = sent_by(street.houses["a"], "tutor_a")
    assert sent
    assert not [letter.subject for letter in sent if gone.email in letter.recipients()]
