"""P31: no byte of an added original reaches anyone outside its audience."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from studyguide.accounts.models import User
from studyguide.courses.models import CourseOriginal, Membership
from studyguide.courses.models.course import Course
from studyguide.library.models import Original
from studyguide.library.originals.align import Alignment
from studyguide.library.originals.parse import parse
from studyguide.library.originals.store import store
from tests.factories import CourseFactory, MembershipFactory, UserFactory
from tests.promises.figures import figure
from tests.promises.world import World

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
CANARY = "quetzal"  # in every sentence, and in no search
ASKED = "zebrafish"  # beside it, and searched for


@pytest.fixture
def shared(world: World) -> CourseOriginal:
    """The tutor's copy, with a canary in every sentence, shared with her course."""
    refs = [passage.ref for passage in world.article.passages.current()]
    text = "\n\n".join(
        f"In the year of paragraph {n} a {ASKED} went by with {CANARY}{n}. Nobody said more of it, "
        f"save that {CANARY}{n}b had been there before and was to come again in its own time."
        for n, _ref in enumerate(refs, 1)
    )
    copy = store(
        parse(text),
        Alignment(refs),
        article=world.article,
        owner=world.reader,
        audience=Original.Audience.PRIVATE,
        right="",
        credit="A copy",
        at=NOW,
    )
    assert copy.passages.count() == len(refs)
    course = Course.objects.get(public_id=world.names["course"])
    return CourseOriginal.share(copy, course, right="Bought", by=world.reader, now=timezone.now())


def of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def readers_pages(world: World) -> list[str]:
    """Where the text stands, whole and in parts."""
    article, part = f"/articles/{world.article.slug}/", world.names["part"]
    asked = [f"{article}search/?q={word}" for word in (ASKED, "nobody")]
    printed = [f"{article}print/{part}/", f"{article}originals/"]
    sections = [section.get_absolute_url() for section in world.article.sections.all()]
    return [*asked, *printed, *sections]


def leaks_to(user: User | None, addresses: list[str]) -> list[str]:
    """The pages on which this person finds a canary."""
    client, leaks = of(user), []
    for address in addresses:
        answer = client.get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        if CANARY.encode() in body or CANARY in str(answer.headers):
            leaks.append(address)
    return leaks


def outsiders(course: Course) -> dict[str, User | None]:
    """Nobody signed in, and everybody who is not in the course, however near he was."""
    removed, left = (MembershipFactory(course=course) for _n in range(2))
    removed.expel(by=course.owner, now=timezone.now())
    left.leave(now=timezone.now())
    waiting = MembershipFactory(course=course, state=Membership.State.PENDING, joined_at=None)
    return {
        "a visitor": None,
        "a stranger": UserFactory(),
        "a member of another class": MembershipFactory(course=CourseFactory()).user,
        "a tutor of another class": CourseFactory(articles=course.articles.all()).owner,
        "one who was removed": removed.user,
        "one who left": left.user,
        "one who waits": waiting.user,
        "staff": UserFactory(is_staff=True),
    }


def test_no_byte_reaches_who_is_not_in_the_class(world: World, shared: CourseOriginal) -> None:
    few, seen, found = readers_pages(world), 0, {}
    every = [*world.addresses().values(), *few]
    for who, user in outsiders(shared.course).items():
        addresses = every if who == "one who was removed" else few
        seen += len(addresses)
        if leaks := leaks_to(user, addresses):
            found[who] = leaks
    figure("P31", f"{len(found)} people find canaries in {seen} responses")
    assert not found


def test_a_member_reads_it_and_whose_it_is(world: World, shared: CourseOriginal) -> None:
    member = of(MembershipFactory(course=shared.course).user)
    shared.let_in([m.user_id for m in shared.course.memberships.active()])
    section = world.article.sections.all()[0]
    page = member.get(section.get_absolute_url()).text
    assert CANARY in page
    assert '<p class="hint credit">A copy</p>' in page
    assert CANARY in member.get(f"/articles/{world.article.slug}/search/?q={ASKED}").text


@pytest.mark.parametrize("end", ["leave", "remove", "withdraw", "archive", "delete", "take down"])
def test_it_ends_at_the_next_request(world: World, shared: CourseOriginal, end: str) -> None:
    course, tutor = shared.course, world.reader
    learner = MembershipFactory(course=course)
    shared.let_in([learner.user_id])
    now = timezone.now()
    assert leaks_to(learner.user, readers_pages(world))
    {
        "leave": lambda: learner.leave(now=now),
        "remove": lambda: learner.expel(by=tutor, now=now),
        "withdraw": lambda: shared.withdraw(by=tutor, now=now),
        "archive": lambda: course.archive(by=tutor, now=now),
        "delete": lambda: course.remove(by=tutor, now=now),
        "take down": lambda: shared.original.delete(),
    }[end]()
    assert not leaks_to(learner.user, readers_pages(world))
