from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt, Quiz, Response
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, question_of
from tests.queries import no_writes, queries
from tests.quizzes.views.sending import HTMX


def answer(client: Client, kind: str, how: str = "right", **more: Any) -> Any:
    data = {**getattr(SAMPLES[kind], how), "token": uuid4(), "act": "check"}
    headers = more.pop("headers", {})
    url = f"/questions/{question_of(kind).pk}/respond/"
    return client.post(url, {**data, **more}, headers=headers)


@pytest.mark.parametrize("kind", SAMPLES)
def test_anybody_may_see_a_question(client: Client, quiz: Quiz, kind: str) -> None:
    page = client.get(f"/questions/{question_of(kind).pk}/").content.decode()
    assert f"What does the {kind} ask?" in page
    assert "canary" not in page


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_visitor_gets_feedback_and_leaves_nothing(client: Client, quiz: Quiz, kind: str) -> None:
    with no_writes():
        page = answer(client, kind, "wrong").content.decode()
    assert f"canary explanation of {kind}" in page
    assert "Nothing of this is stored" in page
    assert not Response.objects.exists()


def test_a_learners_answer_is_remembered(reading: Client, quiz: Quiz) -> None:
    answer(reading, "claim", "partly")
    page = reading.get(f"/questions/{question_of('claim').pk}/").content.decode()
    assert "Partly right: 1 of 2" in page


def test_it_can_be_answered_again(reading: Client, quiz: Quiz) -> None:
    answer(reading, "claim", "wrong")
    answer(reading, "claim", "right")
    row = Attempt.objects.get(purpose="checkpoint").questions.get()
    assert (row.first_fraction, row.fraction, row.tries) == (0, 1, 2)


def test_remembering_asks_few_questions(reading: Client, quiz: Quiz) -> None:
    answer(reading, "claim")
    with queries(at_most=16):
        answer(reading, "claim", headers=HTMX)


def test_a_question_in_an_open_quiz_is_not_answered_here(
    reading: Client, deferred: Attempt
) -> None:
    page = answer(reading, "choice").content.decode()
    assert "Finish that first" in page
    assert "canary" not in page


def test_after_the_quiz_it_is(reading: Client, deferred: Attempt) -> None:
    deferred.submit(now=timezone.now())
    assert b"canary explanation" in answer(reading, "choice").content


def test_an_earlier_answer_is_hidden_while_a_quiz_asks_it(
    reading: Client, quiz: Quiz, reader: User
) -> None:
    answer(reading, "choice")
    Attempt.start(user=reader, quiz=quiz, now=timezone.now())
    page = reading.get(f"/questions/{question_of('choice').pk}/").content.decode()
    assert "canary" not in page


def test_a_blank_is_asked_for_again(client: Client, quiz: Quiz) -> None:
    response = answer(client, "text", text="  ")
    assert response.status_code == 422
    assert b"Give an answer first" in response.content


def test_the_way_back_stays_on_this_site(client: Client, quiz: Quiz) -> None:
    for back in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil"):
        assert b"evil" not in answer(client, "text", back=back).content


def test_a_fragment_is_the_checkpoint_alone(client: Client, quiz: Quiz) -> None:
    page = answer(client, "text", headers=HTMX).content.decode().lstrip()
    assert page.startswith("<section")


def test_a_visitor_cannot_answer_without_end(client: Client, quiz: Quiz) -> None:
    for _time in range(120):
        answer(client, "choice")
    assert b"many answers in an hour" in answer(client, "choice").content


def test_a_question_that_is_not_there_is_not_found(client: Client, quiz: Quiz) -> None:
    assert client.get("/questions/999999/").status_code == 404
