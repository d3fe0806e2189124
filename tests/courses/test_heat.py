"""The text, shaded by how the class answered; nothing is said of fewer than five."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from quizzes.rules import Rules
from studyguide.courses.heat import Heat, Place
from studyguide.courses.models import Assignment, Course, Membership
from studyguide.library.models import Article, Evidence, ReadingMark, mark
from tests.courses.doing import bank, read
from tests.courses.test_items import take
from tests.every_kind import question_of
from tests.factories import TERM, AssignmentFactory, MembershipFactory
from tests.queries import no_writes, queries

DAY = timedelta(days=1)


@pytest.fixture
def quiz(course: Course, article: Article) -> Assignment:
    return AssignmentFactory(
        course=course,
        kind=Assignment.Kind.QUIZ,
        quiz=bank(article),
        rules=Rules().snapshot(),
    )


def proof() -> Evidence:
    return Evidence.objects.select_related("passage").get(question=question_of("choice"))


def place(course: Course) -> Place:
    found = Heat.of(course).at(proof().passage.ref)
    assert found
    return found


def page(course: Course) -> str:
    return f"/courses/{course.public_id}/text/"


def learners(course: Course, count: int) -> list[Membership]:
    return [MembershipFactory(course=course) for _n in range(count)]


@pytest.mark.parametrize(("count", "is_said"), [(4, False), (5, True)])
def test_a_passage_has_a_figure_from_five_learners_up(
    quiz: Assignment, course: Course, count: int, is_said: bool
) -> None:
    for member in learners(course, count):
        take(quiz, member, "wrong")
    found = place(course)
    assert (found.missed is not None) == is_said
    assert (found.fill == "f-track") != is_said


def test_a_passage_is_missed_as_its_questions_are(quiz: Assignment, course: Course) -> None:
    Evidence.objects.exclude(pk=proof().pk).delete()
    for n, member in enumerate(learners(course, 8)):
        take(quiz, member, "wrong" if n < 2 else "right")
    assert place(course).missed == 25
    assert place(course).fill == "v3"


def test_share_read_is_of_the_class_and_from_joining_on(
    quiz: Assignment, course: Course, article: Article
) -> None:
    number = proof().passage.number
    members = learners(course, 5)
    read(members[0].user, article, number, at=TERM + DAY)
    read(members[1].user, article, number, at=TERM - 300 * DAY)
    stranger = MembershipFactory()
    read(stranger.user, article, number, at=TERM + DAY)
    assert place(course).read == 20


@pytest.mark.parametrize(("count", "said"), [(4, None), (5, 5)])
def test_unclear_marks_are_counted_from_five_up(
    quiz: Assignment, course: Course, count: int, said: int | None
) -> None:
    for n, member in enumerate(learners(course, 6)[:count]):
        mark(
            [proof().passage],
            kind=ReadingMark.Kind.UNCLEAR,
            user=member.user,
            token=f"{n:032x}",  # type: ignore[arg-type]
            at=TERM + DAY,
        )
    assert place(course).unclear == said


def test_a_passage_leads_to_its_questions_and_their_wrong_options(
    quiz: Assignment, course: Course, teaching: Client
) -> None:
    for member in learners(course, 5):
        take(quiz, member, "wrong")
    ref = proof().passage.ref
    assert f"passage={ref}#passage" in teaching.get(page(course)).text
    text = teaching.get(page(course), {"passage": ref}).text
    assert "Oar" in text
    assert f"/items/{question_of('choice').current_id}/" in text


def test_what_is_not_there_is_passed_over(teaching: Client, course: Course) -> None:
    answer = teaching.get(page(course), {"passage": "p999", "article": "<x>"})
    assert answer.status_code == 200


def test_only_tutors_see_it(reading: Client, learning: Client, course: Course) -> None:
    assert reading.get(page(course)).status_code == 404
    assert learning.get(page(course)).status_code == 403


def test_a_wrong_method_is_refused(teaching: Client, course: Course) -> None:
    assert teaching.post(page(course)).status_code == 405


@pytest.mark.parametrize("count", [0, 6])
def test_it_costs_the_same_for_all_sizes(
    quiz: Assignment, course: Course, teaching: Client, count: int
) -> None:
    for member in learners(course, count):
        take(quiz, member)
    with queries(at_most=12), no_writes():
        teaching.get(page(course))
