from __future__ import annotations

from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt, Draw, Quiz
from quizzes.rules import Rules
from studyguide.accounts.models import User
from tests.every_kind import SOURCE
from tests.factories import UserFactory
from tests.queries import no_writes, queries


def own_quiz(owner: User) -> Quiz:
    return Quiz.objects.make(
        owner=owner, source=SOURCE, title="Mine", draws=[Draw(2)], rules=Rules()
    )


def test_the_list_is_everybodys(client: Client, quiz: Quiz) -> None:
    page = client.get("/quizzes/").content.decode()
    assert "All kinds" in page
    assert "12 questions" in page


def test_the_list_asks_few_questions(reading: Client, quiz: Quiz, reader: User) -> None:
    for _each in range(20):
        own_quiz(reader)
    with queries(at_most=5), no_writes():
        reading.get("/quizzes/")


def test_the_best_score_is_shown(reading: Client, attempt: Attempt) -> None:
    attempt.submit(now=timezone.now())
    assert b"best 0%" in reading.get("/quizzes/").content


def test_what_is_open_can_be_gone_on_with(reading: Client, attempt: Attempt) -> None:
    assert attempt.get_absolute_url().encode() in reading.get("/quizzes/").content


def test_a_quiz_tells_what_it_is(client: Client, quiz: Quiz) -> None:
    page = client.get(quiz.get_absolute_url()).content.decode()
    assert "One question of each kind." in page
    assert "Sign in to begin" in page


def test_a_quiz_of_ones_own_is_not_anothers(client: Client, quiz: Quiz, reader: User) -> None:
    mine = own_quiz(reader)
    client.force_login(UserFactory())
    assert client.get(mine.get_absolute_url()).status_code == 404
    assert client.post(f"{mine.get_absolute_url()}start/").status_code == 404


def test_beginning_opens_an_attempt(reading: Client, quiz: Quiz) -> None:
    response = reading.post(f"{quiz.get_absolute_url()}start/", {"behaviour": "deferred"})
    attempt = Attempt.objects.get()
    assert response["Location"] == attempt.get_absolute_url()
    assert attempt.own_rules.behaviour == "deferred"


def test_beginning_again_goes_on(reading: Client, quiz: Quiz) -> None:
    for _time in range(3):
        reading.post(f"{quiz.get_absolute_url()}start/")
    assert Attempt.objects.count() == 1


def test_certainty_does_not_go_with_tries(reading: Client, quiz: Quiz) -> None:
    data = {"behaviour": "tries", "has_certainty": "on"}
    response = reading.post(f"{quiz.get_absolute_url()}start/", data)
    assert response.status_code == 422
    assert b"Certainty goes with one try" in response.content


def test_a_visitor_cannot_begin(client: Client, quiz: Quiz) -> None:
    client.post(f"{quiz.get_absolute_url()}start/", {"behaviour": "deferred"})
    assert not Attempt.objects.exists()


def test_a_quiz_can_be_put_together(reading: Client, quiz: Quiz) -> None:
    data = {"count": "3", "kinds": ["kind:choice", "kind:date", "kind:text"]}
    response = reading.post("/quizzes/new/", {**data, "behaviour": "immediate"})
    attempt = Attempt.objects.get()
    assert response["Location"] == attempt.get_absolute_url()
    assert {row.version.kind for row in attempt.questions.all()} == {"choice", "date", "text"}


def test_more_than_there_is_is_told(reading: Client, quiz: Quiz) -> None:
    data = {"count": "9", "kinds": ["kind:choice"], "behaviour": "immediate"}
    response = reading.post("/quizzes/new/", data)
    assert response.status_code == 422
    assert b"Only one question fits" in response.content
    assert b'value="9"' in response.content


def test_the_form_is_for_those_signed_in(client: Client, quiz: Quiz) -> None:
    assert client.get("/quizzes/new/").status_code == 302
