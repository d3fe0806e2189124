"""What is set for a learner by when: in his calendar, his plan, on his pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from studyguide.accounts.models import User
from studyguide.courses.calendar import dated
from studyguide.courses.models import Assignment, Course, Membership
from studyguide.library.models import Article
from studyguide.progress.calendar import calendar_of
from tests.factories import (
    TERM,
    ArrangementFactory,
    AssignmentFactory,
    CourseFactory,
    MembershipFactory,
)
from tests.queries import no_writes, queries

NOW = TERM + timedelta(days=1)
TODAY = NOW.date()
DUE = datetime(2026, 9, 11, 16, tzinfo=UTC)
LATER = DUE + timedelta(days=4)


@pytest.fixture(autouse=True)
def first_week() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def work(learner: Membership) -> Assignment:
    return AssignmentFactory(course=learner.course, due_at=DUE, title="The start")


def instants(user: User) -> dict[str, datetime]:
    read = Calendar.from_ical(calendar_of(user, NOW))
    return {str(event["summary"]): event.decoded("dtstart") for event in read.walk("VEVENT")}


def test_the_calendar_has_it_at_its_instant(learner: Membership, work: Assignment) -> None:
    assert instants(learner.user) == {"Due: The start": DUE}


def test_an_extension_moves_it_for_one(learner: Membership, work: Assignment) -> None:
    other = MembershipFactory(course=learner.course)
    ArrangementFactory(assignment=work, membership=learner, due_at=LATER)
    assert instants(learner.user) == {"Due: The start": LATER}
    assert instants(other.user) == {"Due: The start": DUE}


def test_what_concerns_nobody_is_left_out(learner: Membership, work: Assignment) -> None:
    """Drafts, what is past, for others, without a date, excused, of an archived class."""
    course = learner.course
    AssignmentFactory(course=course, due_at=DUE, published_at=None)
    AssignmentFactory(course=course, due_at=NOW - timedelta(days=2))
    AssignmentFactory(course=course, due_at=DUE, audience="chosen")
    AssignmentFactory(course=course)
    AssignmentFactory(due_at=DUE)
    excused = AssignmentFactory(course=course, due_at=DUE)
    ArrangementFactory(assignment=excused, membership=learner, excused_at=NOW)
    assert [each.assignment for each in dated(learner.user, TODAY)] == [work]
    assert dated(course.owner, TODAY) == []
    course.archive(by=course.owner, now=NOW)
    assert dated(learner.user, TODAY) == []


@pytest.mark.parametrize("many", [1, 6])
def test_it_costs_two_queries_over_all_classes(learner: Membership, many: int) -> None:
    for _n in range(many):
        course = CourseFactory()
        MembershipFactory(course=course, user=learner.user)
        AssignmentFactory(course=course, due_at=DUE)
    with queries(2), no_writes():
        assert len(dated(learner.user, TODAY)) == many


def test_the_pages_of_a_learner_name_it(
    learning: Client, work: Assignment, learner: Membership, article: Article
) -> None:
    User.objects.filter(pk=learner.user_id).update(time_zone="America/St_Johns")
    words = (
        "Friday 11 September 2026, 18:00, Berlin time (UTC+2); for you "
        "Friday 11 September 2026, 13:30, St Johns time (UTC-2:30)"
    )
    at = learner.course.get_absolute_url()
    for page in ("/courses/", "/me/plan/", at, f"{at}assignments/", work.get_absolute_url()):
        assert words in learning.get(page).text


def test_a_learner_on_the_same_clock_reads_it_once(
    learning: Client, work: Assignment, learner: Membership
) -> None:
    User.objects.filter(pk=learner.user_id).update(time_zone="Europe/Rome")
    text = learning.get(work.get_absolute_url()).text
    assert "18:00, Berlin time (UTC+2)" in text
    assert "for you" not in text


def test_a_plan_takes_the_day_of_an_assignment(
    learning: Client, work: Assignment, course: Course
) -> None:
    assert "by=2026-09-11" in learning.get("/me/plan/").text
    page = learning.get("/me/plan/?by=2026-09-11")
    assert 'value="2026-09-11"' in page.text
    assert learning.get("/me/plan/?by=x").status_code == 200


def test_the_list_of_classes_has_a_budget(learning: Client, work: Assignment) -> None:
    with queries(7), no_writes():
        assert "The start" in learning.get("/courses/").text
