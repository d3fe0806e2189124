from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt, Question, Quiz
from quizzes.rules import Behaviour, Rules
from studyguide.accounts.models import User
from studyguide.library.models import Article
from tests.factories import UserFactory
from tests.packs import Answer
from tests.queries import no_writes, queries

URL = "/me/mistakes/"


def page(client: Client, path: str = URL) -> str:
    return client.get(path).content.decode()


def take(user: User, quiz: Quiz, value: str, rules: Rules | None = None) -> Attempt:
    now = timezone.now()
    attempt = Attempt.start(user=user, quiz=quiz, now=now, rules=rules)
    for row in attempt.questions.all():
        attempt.respond(row.question_id, value, token=uuid4(), base_rev=0, now=now)
    return attempt


@pytest.fixture
def quiz(asking: Article) -> Quiz:
    return Quiz.objects.get(external_id="quiz-light")


def test_a_mistake_leads_to_its_proof(reading: Client, asking: Article, answer: Answer) -> None:
    answer("p2-q1", "oar")
    html = page(reading)
    assert "What burns in 2.1?" in html
    assert "/articles/lighthouses/p2/" in html


def test_a_right_answer_takes_it_off(reading: Client, asking: Article, answer: Answer) -> None:
    answer("p2-q1", "oar")
    answer("p2-q1", "lamp")
    assert "What burns in 2.1?" not in page(reading)


def test_a_mistake_in_a_quiz_counts(reading: Client, reader: User, quiz: Quiz) -> None:
    take(reader, quiz, "oar").submit(now=timezone.now())
    assert page(reading).count("What burns in") == 2


def test_a_blank_is_no_mistake(reading: Client, reader: User, quiz: Quiz) -> None:
    Attempt.start(user=reader, quiz=quiz, now=timezone.now()).submit(now=timezone.now())
    assert "What burns in" not in page(reading)


def test_nothing_shows_before_release(reading: Client, reader: User, quiz: Quiz) -> None:
    rules = Rules(behaviour=Behaviour.DEFERRED, release="by_hand")
    take(reader, quiz, "oar", rules).submit(now=timezone.now())
    assert "What burns in" not in page(reading)
    assert "Not released yet" in page(reading, "/me/attempts/")


def test_what_waits_in_an_open_quiz_is_left_out(
    reading: Client, reader: User, quiz: Quiz, answer: Answer
) -> None:
    for number in (1, 2, 3):
        for k in (1, 2, 3):
            answer(f"p{number}-q{k}", "oar")
    Attempt.start(user=reader, quiz=quiz, now=timezone.now())
    assert page(reading).count("What burns in") == 7


def test_a_strangers_mistakes_stay_his(client: Client, asking: Article, answer: Answer) -> None:
    answer("p2-q1", "oar")
    client.force_login(UserFactory())
    assert "What burns in" not in page(client)


def test_mistakes_are_practised_at_once(reading: Client, asking: Article, answer: Answer) -> None:
    answer("p2-q1", "oar")
    response = reading.post("/me/practise/", {"text": "lighthouses"})
    attempt = Attempt.objects.at_quizzes().get()
    assert response["Location"] == attempt.get_absolute_url()
    assert [row.question.external_id for row in attempt.questions.all()] == ["p2-q1"]


def test_terms_are_practised_at_once(reading: Client, asking: Article) -> None:
    reading.post("/me/practise/", {"text": "lighthouses", "term": ["lamp", "nothing"]})
    assert Attempt.objects.at_quizzes().get().questions.count() == 2


@pytest.mark.parametrize("data", [{}, {"term": "nothing"}, {"term": "nep"}])
def test_nothing_to_practise_says_so(
    reading: Client, asking: Article, data: dict[str, str]
) -> None:
    response = reading.post("/me/practise/", {"text": "lighthouses", **data}, follow=True)
    assert "nothing to practise" in response.content.decode()
    assert not Attempt.objects.exists()


def test_an_unknown_text_is_missing(reading: Client, asking: Article) -> None:
    assert reading.post("/me/practise/", {"text": "nothing"}).status_code == 404


def test_practice_is_not_begun_by_looking(reading: Client, asking: Article) -> None:
    assert reading.get("/me/practise/").status_code == 405


def test_the_history_lists_attempts_with_their_scores(
    reading: Client, reader: User, quiz: Quiz
) -> None:
    take(reader, quiz, "lamp").submit(now=timezone.now())
    html = page(reading, "/me/attempts/")
    assert "Quiz on the light" in html
    assert "100%" in html


def test_a_strangers_attempts_stay_his(client: Client, reader: User, quiz: Quiz) -> None:
    take(reader, quiz, "lamp").submit(now=timezone.now())
    client.force_login(UserFactory())
    assert "Nothing yet" in page(client, "/me/attempts/")


@pytest.mark.parametrize("many", [1, 20])
@pytest.mark.parametrize("path", [URL, "/me/attempts/"])
def test_lists_ask_as_much_for_many(
    reading: Client, reader: User, load_asking: Callable[..., Article], many: int, path: str
) -> None:
    load_asking(passages=max(6, 2 * many))
    quiz = Quiz.objects.get(external_id="quiz-light")
    for _round in range(many):
        take(reader, quiz, "oar").submit(now=timezone.now())
    assert Question.objects.exists()
    with queries(at_most=4), no_writes():
        reading.get(path)
