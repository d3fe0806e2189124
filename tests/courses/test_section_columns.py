"""The matrix by sections: what is marked as read and what is answered, told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from quizzes.models import Question
from studyguide.courses.models import Assignment, Course, Membership
from studyguide.library.models import Article, Passage
from tests.courses.doing import answer, bank, read
from tests.courses.test_result_pages import DAY, DUE, cells, many, matrix, names
from tests.factories import TERM, AssignmentFactory, GroupFactory, MembershipFactory
from tests.queries import no_writes, queries

SECTIONS = {"show": "sections"}


@pytest.fixture(autouse=True)
def after_the_due_date() -> Iterator[None]:
    with time_machine.travel(DUE + DAY, tick=False):
        yield


@pytest.fixture
def asked(article: Article) -> list[Question]:
    """Of the first section."""
    bank(article)
    section = article.sections.get(number=1)
    return list(
        Question.objects.filter(library_evidence__passage__section=section)
        .order_by("pk")
        .distinct()
    )


def address(learner: Membership, article: Article, number: int) -> str:
    slug = article.sections.get(number=number).slug
    return f"{matrix(learner.course)}{learner.pk}/articles/{article.slug}/{slug}/"


def test_read_is_told_from_answered(
    teaching: Client, learner: Membership, article: Article, asked: list[Question]
) -> None:
    read(learner.user, article, 1, 2, at=TERM + DAY)
    answer(learner.user, asked[0], at=TERM + 2 * DAY)
    text = teaching.get(matrix(learner.course), SECTIONS).text
    rest = ["·"] * (article.sections.count() - 1)
    assert cells(text) == [[f"2/3 · 1/{len(asked)}", *rest, "3 Sep"]]
    assert "paragraphs marked as read · checkpoints answered" in text
    assert "Nothing is published yet." not in text


def test_cells_say_what_the_learners_own_page_says(
    teaching: Client,
    learning: Client,
    learner: Membership,
    article: Article,
    asked: list[Question],
) -> None:
    section = article.sections.filter(number=1)
    for kind in (Assignment.Kind.READ, Assignment.Kind.ANSWER):
        AssignmentFactory(course=learner.course, kind=kind, due_at=DUE, sections=section)
    read(learner.user, article, 1, 3, at=TERM + DAY)
    read(learner.user, article, 2, at=TERM - DAY)  # before joining: counts for nobody
    for question in asked[:1]:
        answer(learner.user, question, at=TERM + DAY)
        answer(learner.user, question, at=TERM + 2 * DAY)  # again, for practice
    own = learning.get(learner.course.get_absolute_url()).text
    found = re.findall(r"(\d+) of (\d+) (?:paragraphs marked|checkpoints answered)", own)
    assert len(found) == 2
    said = " · ".join("/".join(each) for each in found)
    text = teaching.get(matrix(learner.course), SECTIONS).text
    assert cells(text)[0][0] == said == f"2/3 · 1/{len(asked)}"
    both = teaching.get(matrix(learner.course), {"show": "both"}).text
    assert cells(both)[0][:3] == ["66!", f"{100 // len(asked)}!", said]


def test_a_cell_opens_to_its_events(
    teaching: Client, learner: Membership, article: Article, asked: list[Question]
) -> None:
    read(learner.user, article, 2, at=TERM + DAY)
    read(learner.user, article, 1, at=TERM - DAY)
    answer(learner.user, asked[0], at=TERM + 2 * DAY)
    here = address(learner, article, 1)
    text = teaching.get(matrix(learner.course), SECTIONS).text
    assert f'href="{here.removeprefix(matrix(learner.course))}"' in text
    with queries(at_most=10), no_writes():
        events = teaching.get(here).text
    assert "Paragraph 2 marked as read" in events
    assert "Wednesday 2 September 2026, 10:00, Berlin time (UTC+2)" in events
    assert "Checkpoint at paragraph" in events
    assert "Paragraph 1 marked as read" not in events
    assert f"1 of 3 paragraphs marked as read, 1 of {len(asked)} checkpoints answered." in events
    assert here in teaching.get(f"{matrix(learner.course)}{learner.pk}/").text
    assert "Nothing yet." in teaching.get(address(learner, article, 2)).text


def test_a_paragraph_that_is_gone_counts_nowhere(
    teaching: Client, learner: Membership, article: Article
) -> None:
    read(learner.user, article, 1, 2, at=TERM + DAY)
    Passage.objects.filter(article=article, number=2).update(retired_at=TERM)
    text = teaching.get(address(learner, article, 1)).text
    assert "1 of 2 paragraphs marked as read." in text
    assert "Paragraph 2 marked as read" not in text


def test_a_section_sorts_the_least_first(
    teaching: Client, course: Course, article: Article, asked: list[Question]
) -> None:
    a, b, c, _d = (MembershipFactory(course=course, user__username=name) for name in "abcd")
    read(a.user, article, 1, 2, 3, at=TERM + DAY)
    read(b.user, article, 1, at=TERM + DAY)
    answer(b.user, asked[0], at=TERM + 2 * DAY)
    read(c.user, article, 1, at=TERM + 3 * DAY)
    pk = article.sections.get(number=1).pk
    sort = f"section-{pk}"
    text = teaching.get(matrix(course), SECTIONS | {"sort": sort}).text
    assert names(text) == ["d", "c", "b", "a"]
    assert 'aria-sort="ascending"' in text
    assert f"show=sections&amp;sort={sort}" in text
    by_last = teaching.get(matrix(course), SECTIONS | {"sort": "last"}).text
    assert names(by_last) == ["d", "a", "b", "c"]


def test_a_group_keeps_to_sections(teaching: Client, course: Course, article: Article) -> None:
    inside, _other = (MembershipFactory(course=course, user__username=name) for name in "ab")
    group = GroupFactory(course=course, name="Tuesday")
    group.set_members([inside])
    text = teaching.get(matrix(course), SECTIONS | {"group": group.pk}).text
    assert names(text) == ["a"]
    assert "?show=sections" in text.partition('id="list-links"')[2]


@pytest.mark.parametrize("show", ["sections", "both"])
@pytest.mark.parametrize("count", [12, 130])
def test_sections_ask_seven_times_too(
    teaching: Client, course: Course, article: Article, show: str, count: int
) -> None:
    AssignmentFactory(course=course, due_at=DUE, sections=article.sections.filter(number=1))
    many(course, count)
    with queries(at_most=7), no_writes():
        first = teaching.get(matrix(course), {"show": show}).text
    assert len(names(first)) == min(count, 100)
    # From 100 learners on a cell opens through its row.
    assert ("/articles/" in first.partition("<tbody>")[2]) == (count < 100)
    if count > 100:
        second = teaching.get(matrix(course), {"show": show, "page": 2}).text
        assert len(names(second)) == count - 100
        assert f"?show={show}" in second


def test_the_open_table_of_sections_is_fetched_alone(
    teaching: Client, learner: Membership, article: Article
) -> None:
    here = f"{matrix(learner.course)}?show=sections"
    page = teaching.get(here).text
    assert 'hx-get="?show=sections"' in page
    table = teaching.get(here, headers={"HX-Request": "true"})
    asked = {"HX-Request": "true", "If-None-Match": table["ETag"]}
    assert teaching.get(here, headers=asked).status_code == 304
    read(learner.user, article, 1, at=TERM + DAY)
    again = teaching.get(here, headers=asked)
    assert again.text.startswith('<table class="matrix" id="matrix">')
    assert cells(again.text)[0][0].startswith("1/3 · ")


def test_other_sections_and_members_are_not_found(
    teaching: Client, learner: Membership, article: Article
) -> None:
    here = address(learner, article, 1)
    other = MembershipFactory()
    assert teaching.get(here).status_code == 200
    assert teaching.post(here).status_code == 405
    assert teaching.get(here.replace(f"/{learner.pk}/", f"/{other.pk}/")).status_code == 404
    assert teaching.get(here.replace(f"/{article.slug}/", "/other/")).status_code == 404
    assert teaching.get(matrix(learner.course), {"show": "x"}).status_code == 200
