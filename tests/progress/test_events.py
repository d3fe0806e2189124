from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from quizzes.models import Question, ReviewCard
from studyguide.accounts.models import User
from studyguide.library.models import Article
from tests.factories import UserFactory
from tests.packs import Answer
from tests.queries import no_writes, queries

SECTION = "/me/sections/lighthouses/light-1/"
TERM = "/me/terms/lighthouses/lamp/"


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


@pytest.mark.parametrize("path", [SECTION, TERM])
def test_it_tells_when_a_card_is_due(
    reading: Client, asking: Article, answer: Answer, path: str
) -> None:
    answer("p1-q1")
    html = page(reading, path)
    assert "90% or more until" in html
    assert "What burns in 1.1?" in html


def test_a_question_on_the_argument_counts_once_it_is_a_card(
    reading: Client, reader: User, asking: Article, answer: Answer
) -> None:
    answer("p1-q3")
    assert "6 new" in page(reading, SECTION)
    question = Question.objects.get(external_id="p1-q3")
    ReviewCard.objects.create(
        user=reader,
        question=question,
        source="lighthouses",
        made_at="2026-05-04T12:00Z",
        due_on="2026-05-04",
    )
    assert "1 learning, 6 new" in page(reading, SECTION)


@pytest.mark.parametrize("path", [SECTION, TERM])
def test_a_stranger_sees_nothing_of_it(
    client: Client, asking: Article, answer: Answer, path: str
) -> None:
    answer("p1-q1")
    client.force_login(UserFactory())
    assert "Checkpoint:" not in page(client, path)


@pytest.mark.parametrize(
    "path",
    [
        "/me/sections/lighthouses/nothing/",
        "/me/sections/nothing/light-1/",
        "/me/terms/lighthouses/nothing/",
        "/me/terms/nothing/lamp/",
    ],
)
def test_what_is_not_there_is_missing(reading: Client, asking: Article, path: str) -> None:
    assert reading.get(path).status_code == 404


@pytest.mark.parametrize("path", [SECTION, TERM])
@pytest.mark.parametrize("each", [1, 8])
def test_it_asks_as_much_for_many_answers(
    reading: Client,
    load_asking: Callable[..., Article],
    answer: Answer,
    path: str,
    each: int,
) -> None:
    load_asking(each=each)
    for k in range(1, each + 1):
        answer(f"p1-q{k}")
    with queries(at_most=8), no_writes():
        reading.get(path)


def test_every_answer_stands_there_not_the_last_alone(
    reading: Client, asking: Article, answer: Answer
) -> None:
    answer("p1-q1", "oar")
    answer("p1-q1")
    html = page(reading, SECTION)
    assert "Checkpoint: Another answer, rated Again" in html
    assert "Checkpoint: Right, practice that day" in html
