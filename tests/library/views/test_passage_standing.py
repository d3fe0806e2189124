"""What an answer beside the text moves on the page around it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from quizzes.models import Question
from studyguide.library.models import Article
from tests.packs import Answer
from tests.queries import no_writes, queries

SECTION = "/articles/lighthouses/opening/light-1/"
PATH = "/articles/lighthouses/p1/standing/"
HTMX = {"HX-Request": "true"}


def fragment(client: Client) -> str:
    with queries(at_most=6), no_writes():
        response = client.get(PATH, headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


def element(page: str, name: str) -> str:
    """Of an element with an id, what is in it, without the sign that it is to be swapped."""
    found = re.search(rf'<(\w+)[^>]* id="{name}".*?</\1>', page, re.S)
    assert found, name
    return found[0].replace(' hx-swap-oob="true"', "")


def answer_all(answer: Answer, value: str = "lamp") -> None:
    for question in Question.objects.filter(external_id__startswith="p1-"):
        answer(question.external_id, value)


@pytest.mark.parametrize("name", ["stands-p1", "rail-of-p1", "rail-c-p1", "mastery", "sky"])
@pytest.mark.parametrize("is_answered", [False, True])
def test_it_says_what_the_page_says(
    reading: Client, asking: Article, answer: Answer, name: str, *, is_answered: bool
) -> None:
    if is_answered:
        answer_all(answer)
    page = reading.get(SECTION).content.decode()
    assert element(fragment(reading), name) == element(page, name)


def test_an_answer_is_in_it(reading: Client, asking: Article, answer: Answer) -> None:
    before = fragment(reading)
    answer_all(answer)
    after = fragment(reading)
    assert "Checked" not in before
    assert "Checked" in element(after, "stands-p1")
    assert "3 answered" in element(after, "rail-c-p1")


def test_an_answer_beside_the_text_calls_for_it(reading: Client, asking: Article) -> None:
    question = Question.objects.get(external_id="p1-q1")
    path = f"/questions/{question.pk}/respond/"
    response = reading.post(path, {"text": "lamp", "act": "check"}, headers=HTMX)
    assert response["HX-Trigger"] == "answered"
    page = reading.get(SECTION).content.decode()
    assert f'hx-get="{PATH}" hx-trigger="answered from:#c-p1"' in page


def test_without_script_it_leads_to_the_passage(reading: Client, asking: Article) -> None:
    assert reading.get(PATH)["Location"] == "/articles/lighthouses/p1/"


@pytest.mark.parametrize("ref", ["p99", "n1"])
def test_what_is_no_passage_is_not_found(reading: Client, asking: Article, ref: str) -> None:
    assert reading.get(f"/articles/lighthouses/{ref}/standing/", headers=HTMX).status_code == 404


def test_a_visitor_signs_in(client: Client, asking: Article) -> None:
    assert client.get(PATH)["Location"].startswith("/accounts/login/")


def test_it_is_only_asked_for(reading: Client, asking: Article) -> None:
    assert reading.post(PATH).status_code == 405
