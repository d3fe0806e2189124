"""P23: join codes cannot be guessed. They are long, they end, tries are few for one person and for
the site, and nothing is shown before a hit; a class that joins from one address is not refused."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from math import log2

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from quizzes.models.bank import ALPHABET
from studyguide.accounts.models import User
from studyguide.courses import limits
from studyguide.courses.models import Course, JoinCode, Membership
from tests.courses.doing import signed_in
from tests.factories import CourseFactory, UserFactory
from tests.promises import harness
from tests.promises.figures import figure
from tests.promises.harness import Learner, Site

JOIN = "/courses/join/"
LIVE = 2000  # codes that open something at one time
DAYS = 30
BITS = 49
AT_MOST = 2e-6  # that anybody hits one of them in so many days
WRONG = "k7mqx2wrta"
NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)


@pytest.fixture
def code(db: None) -> JoinCode:
    course = CourseFactory(title="Behind the door")
    return JoinCode.make(course, by=course.owner, now=timezone.now())


@pytest.fixture
def guesser(db: None) -> User:
    return UserFactory(username="guesser")


def test_guessing_is_hopeless(code: JoinCode) -> None:
    """All tries that the site allows, against as many codes as a large site has."""
    room = len(ALPHABET) ** len(code.code)
    chance = LIVE * limits.TRIES_A_SITE * 24 * DAYS / room
    figure("P23", f"{log2(room):.1f} bits, P(hit in {DAYS} d, {LIVE} live codes) {chance:.1e}")
    assert log2(room) >= BITS
    assert chance <= AT_MOST


def test_codes_are_drawn_evenly() -> None:
    signs = Counter("".join(JoinCode._meta.get_field("code").get_default() for _n in range(3000)))
    assert set(signs) == set(ALPHABET)
    even = sum(signs.values()) / len(ALPHABET)
    assert sum((n - even) ** 2 / even for n in signs.values()) < 70  # of 30 degrees: 1 in 20,000


def test_a_shorter_code_opens_nothing(code: JoinCode, guesser: User) -> None:
    client = signed_in(guesser)
    for typed in (code.code[:6], code.code[:9], code.code + "2", "%", "_" * 10):
        page = client.post(JOIN, {"code": typed}).content.decode()
        assert code.course.title not in page


def test_nothing_is_shown_before_a_hit(code: JoinCode, guesser: User) -> None:
    """By no page, for a code that is right but not asked for, or nearly right."""
    client = signed_in(guesser)
    near = code.code[:-1] + ("2" if code.code[-1] != "2" else "3")
    replies = [
        client.get(f"{JOIN}{code.code}/"),
        client.get(f"{JOIN}{near}/"),
        client.post(JOIN, {"code": near}),
        client.post(JOIN, {"code": near, "join": "1"}),
        client.get(code.course.get_absolute_url()),
        Client().post(JOIN, {"code": code.code}),
        Client().get(f"{JOIN}{code.code}/", follow=True),
    ]
    owner = code.course.owner.get_full_name()
    for reply in replies:
        said = reply.content.decode()
        assert code.course.title not in said
        assert owner not in said


def test_codes_end(code: JoinCode, guesser: User) -> None:
    assert code.expires_at is not None
    client = signed_in(guesser)
    with time_machine.travel(code.expires_at, tick=False):
        old = signed_in(guesser).post(JOIN, {"code": code.code}).content.decode()
    code.revoke(by=code.by, now=timezone.now())
    gone = client.post(JOIN, {"code": code.code}).content.decode()
    assert code.course.title not in old + gone


def test_one_person_tries_ten_times_an_hour_in_all_processes(site: Site) -> None:
    (user,) = harness.make_people(1)
    course = CourseFactory()
    code = JoinCode.make(course, by=course.owner, now=timezone.now())
    browsers = [Learner(site, user) for _n in range(8)]
    tries = [browsers[n % 8] for n in range(40)]
    lines = [[one for one in tries if one is browser] for browser in browsers]

    while time.time() % limits.HOUR > limits.HOUR - 20:  # tries are counted by the hour
        time.sleep(1)

    def send(line: list[Learner]) -> list[int]:
        return [one.insist(JOIN, code=WRONG).status for one in line]

    seen = Counter(status for found in harness.at_once(send, lines, 8) for status in found)
    last = browsers[0].insist(JOIN, code=code.code)
    figure("P23", f"{seen[200]} of {len(tries)} tries of one account answered in an hour")
    assert seen == {200: 10, 429: 30}
    assert last.status == 429
    assert course.title not in last.body


def test_all_persons_together_have_a_ceiling(
    code: JoinCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert limits.TRIES_A_SITE == 1000
    monkeypatch.setattr(limits, "TRIES_A_SITE", 20)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        replies = [
            signed_in(UserFactory()).post(JOIN, {"code": WRONG}).status_code for _n in range(25)
        ]
        late = signed_in(UserFactory()).post(JOIN, {"code": code.code})
    assert Counter(replies) == {200: 20, 429: 5}
    assert late.status_code == 429
    assert code.course.title not in late.content.decode()


def test_a_class_of_three_hundred_joins_from_one_address(db: None) -> None:
    """In five minutes of one hour: each looks the code up and presses the button."""
    course = CourseFactory()
    people = harness.make_people(300)
    refused = 0
    with time_machine.travel(NOON, tick=False) as clock:
        code = JoinCode.make(course, by=course.owner, now=timezone.now())
        for user in people:
            clock.shift(timedelta(seconds=1))
            client = Client(REMOTE_ADDR="198.51.100.7")
            client.force_login(user)
            looked = client.post(JOIN, {"code": code.printed})
            joined = client.post(JOIN, {"code": code.code, "join": "1"})
            refused += (looked.status_code, joined.status_code) != (200, 302)
    figure("P23", f"{len(people)} learners in 5 min from one address: {refused} refused")
    assert refused == 0
    assert course.memberships.filter(state=Membership.State.ACTIVE).count() == 301


def test_a_course_is_not_found_by_its_address(code: JoinCode, guesser: User) -> None:
    client = signed_in(guesser)
    there = client.get(code.course.get_absolute_url())
    nowhere = client.get("/courses/k7mqx2wrtabc/")
    assert there.status_code == nowhere.status_code == 404
    assert Course.objects.filter(public_id="k7mqx2wrtabc").count() == 0
