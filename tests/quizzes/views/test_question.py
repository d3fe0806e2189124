from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quizzes.models import Attempt, Quiz, Response
from quizzes.views.questions import graded_html
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, question_of
from tests.factories import UserFactory
from tests.queries import FRAME, no_writes
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


@pytest.mark.parametrize("how", ["wrong", "right"])
@pytest.mark.parametrize("kind", SAMPLES)
def test_remembering_asks_ten_at_most_in_one_transaction(
    reading: Client, quiz: Quiz, kind: str, how: str
) -> None:
    """The session, and a card that is made, among them."""
    answer(reading, "claim" if kind != "claim" else "text")  # the attempt that holds the answers
    with CaptureQueriesContext(connection) as captured:
        answer(reading, kind, how, headers=HTMX)
    said = [query["sql"] for query in captured.captured_queries][1:]  # the first is this test's
    asked = [sql for sql in said if not sql.startswith(FRAME)]
    assert len(asked) <= 10, "\n".join(asked)
    assert "accounts_session" in said[0]
    assert said[1].startswith("SAVEPOINT")  # the one transaction, inside that of the test
    assert said[-1].startswith("RELEASE SAVEPOINT")


def test_an_answer_sent_twice_is_one_answer(reading: Client, quiz: Quiz) -> None:
    token = uuid4()
    pages = [answer(reading, "choice", token=token, headers=HTMX).content for _time in range(2)]
    assert Response.objects.count() == 1
    assert b"canary explanation" in pages[1]


def test_another_answer_on_a_page_sent_before_is_one_more(reading: Client, quiz: Quiz) -> None:
    """However often it is sent."""
    token = uuid4()
    for how in ("wrong", "right", "right", "wrong"):
        answer(reading, "choice", how, token=token, headers=HTMX)
    assert [r.outcome for r in Response.objects.all()] == ["saved", "saved"]


def test_what_is_kept_rendered_has_each_readers_own_token(
    reading: Client, quiz: Quiz, reader: User
) -> None:
    """What was worth saying to one is said to the next, but with the token of his form."""
    page = answer(reading, "choice", headers=HTMX).content.decode()
    other = Client()
    other.force_login(UserFactory())
    again = answer(other, "choice", headers=HTMX).content.decode()
    tokens = [re.findall(r'csrfmiddlewaretoken" value="(\w{64})"', each) for each in (page, again)]
    assert tokens[0] != tokens[1]
    assert all(len(found) == 1 for found in tokens)
    bare = {re.sub(r'value="\w{64}"', "", each) for each in (page, again)}
    assert len(bare) == 1


def test_what_was_typed_is_not_kept_rendered(reading: Client, quiz: Quiz) -> None:
    graded_html.cache_clear()
    answer(reading, "text", headers=HTMX)
    assert graded_html.cache_info().currsize == 0
    answer(reading, "choice", headers=HTMX)
    assert graded_html.cache_info().currsize == 1


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
