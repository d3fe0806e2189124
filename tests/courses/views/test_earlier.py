"""What was done before joining: listed with its days, and counted once the learner says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from quizzes.models import Question
from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.judging import State
from studyguide.courses.models import Assignment, Course, Membership
from studyguide.courses.results import results
from studyguide.courses.trail import trail
from studyguide.library.models import Article
from tests.courses.doing import answer, bank, read, review
from tests.factories import TERM, AssignmentFactory
from tests.queries import no_writes, queries

DAY = timedelta(days=1)
NOW = TERM + DAY


@pytest.fixture(autouse=True)
def first_week() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def done(learner: Membership, article: Article) -> Membership:
    """Two paragraphs, a checkpoint and two days of review before joining; a paragraph after."""
    bank(article)
    question = Question.objects.order_by("pk")[0]
    read(learner.user, article, 1, at=TERM - 9 * DAY)
    read(learner.user, article, 2, at=TERM - 3 * DAY)
    read(learner.user, article, 3, at=TERM + DAY / 2)
    answer(learner.user, question, at=TERM - 2 * DAY)
    review(learner.user, question, article.slug, at=TERM - 5 * DAY)
    review(learner.user, question, article.slug, at=TERM - 4 * DAY)
    return learner


def page(course: Course) -> str:
    return f"{course.get_absolute_url()}count-before/"


def test_it_is_listed_with_its_days(learning: Client, done: Membership) -> None:
    text = learning.get(page(done.course)).text
    assert "2 paragraphs marked as read" in text
    assert "29 August 2026" in text
    assert "1 checkpoint answered" in text
    assert "2 days of review" in text
    assert "from Tuesday 1 September 2026, 10:00, Berlin time (UTC+2) on" in text


def test_looking_counts_nothing(learning: Client, done: Membership) -> None:
    with queries(at_most=6), no_writes():
        learning.get(page(done.course))
    done.refresh_from_db()
    assert done.counted_before_at is None


def test_once_confirmed_it_counts(learning: Client, done: Membership, article: Article) -> None:
    section = article.sections.filter(number=1)
    AssignmentFactory(course=done.course, sections=section)
    cell = results(done.course, now=NOW).row
    assert [c.state for c in cell(results(done.course, now=NOW).learners[0]) if c] == [
        State.STARTED
    ]
    assert learning.post(page(done.course)).status_code == 302
    stand = results(done.course, now=NOW)
    assert [c.state for c in stand.row(stand.learners[0]) if c] == [State.DONE]
    entry = AuditEntry.objects.get(act="course.count_before")
    assert entry.details == {"member": done.user_id}


def test_it_is_done_once_and_dated(learning: Client, done: Membership) -> None:
    learning.post(page(done.course))
    with time_machine.travel(NOW + DAY, tick=False):
        learning.post(page(done.course))
        text = learning.get(done.course.get_absolute_url()).text
    done.refresh_from_db()
    assert done.counted_before_at == NOW
    assert "What you did before joining counts since 2 September 2026." in text
    assert "2 paragraphs marked as read" not in learning.get(page(done.course)).text


def test_the_tutors_evidence_says_so(done: Membership, article: Article) -> None:
    AssignmentFactory(course=done.course, sections=article.sections.filter(number=1))

    def said() -> list[str]:
        stand = results(done.course, now=NOW)
        (column,), (cell,) = stand.columns, stand.row(stand.learners[0])
        assert cell is not None
        return [event.what for event in trail(column, cell, stand.learners[0].membership)]

    assert said() == ["Paragraph 3 marked as read"]
    done.count_before(now=NOW)
    assert said() == [
        "Paragraph 1 marked as read, before joining",
        "Paragraph 2 marked as read, before joining",
        "Paragraph 3 marked as read",
        "The learner let count what was done before joining",
    ]


def test_who_did_nothing_before_is_offered_nothing(learning: Client, learner: Membership) -> None:
    text = learning.get(page(learner.course)).text
    assert "read, answered and reviewed nothing" in text
    assert '<button class="btn go">' not in text


def test_tutors_and_strangers_count_nothing(
    teaching: Client, reading: Client, course: Course
) -> None:
    for method in ("get", "post"):
        assert getattr(teaching, method)(page(course)).status_code == 403
        assert getattr(reading, method)(page(course)).status_code == 404


def test_nothing_is_counted_in_an_archived_class(
    learning: Client, done: Membership, tutor: User
) -> None:
    done.course.archive(by=tutor, now=NOW)
    assert "Count what I have done" not in learning.get(done.course.get_absolute_url()).text
    learning.post(page(done.course))
    done.refresh_from_db()
    assert done.counted_before_at is None
    assert Assignment.objects.count() == 0
