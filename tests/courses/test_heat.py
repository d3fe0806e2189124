"""The text, shaded by how the class answered; nothing is said of fewer than five."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from quizzes.rules import Rules
from studyguide.courses.heat import Heat, Place
from studyguide.courses.models import Assignment, Course, Membership
from studyguide.library.models import Article, Evidence, GlossaryTerm, LookUp, ReadingMark, mark
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


def test_look_ups_are_counted_and_named_from_five_learners_up(
    quiz: Assignment, course: Course, article: Article, teaching: Client
) -> None:
    first, second, third = article.terms.all()[:3]
    members = learners(course, 7)
    stranger = MembershipFactory()
    passage = proof().passage

    def look_up(term: GlossaryTerm, *people: Membership, days: int = 1) -> None:
        for member in people:
            at = TERM + days * DAY
            LookUp.keep(user=member.user, term=term, passage=passage, at=at)

    look_up(first, *members[:4], stranger)
    look_up(first, members[6], days=-300)  # before joining: his own study
    look_up(second, *members[:3])
    assert place(course).looked_up is None
    look_up(second, *members[3:5])
    look_up(third, members[5])
    assert place(course).looked_up == 6
    text = teaching.get(page(course), {"passage": passage.ref}).text
    assert f"6 looked up a term here: {second.term} (5)." in text
    assert first.term not in text.partition("looked up a term here")[2]
    assert f'passage={passage.ref}#passage">' in text  # although nobody answered


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


@pytest.mark.parametrize("count", [5, 11])
def test_it_costs_the_same_for_all_sizes(
    quiz: Assignment, course: Course, article: Article, teaching: Client, count: int
) -> None:
    for member in learners(course, count):
        take(quiz, member)
        for term in article.terms.all():
            for passage in article.passages.all()[: 1 + count // 2]:
                LookUp.keep(user=member.user, term=term, passage=passage, at=TERM + DAY)
    ref = proof().passage.ref
    with queries(exactly=12), no_writes():
        teaching.get(page(course))
    with queries(exactly=14), no_writes():
        teaching.get(page(course), {"passage": ref})
