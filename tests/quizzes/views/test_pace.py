"""How long an answer took: when that is known, and what it says of the memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from quizzes.models import Attempt, Question, Quiz, Response, Review, ReviewCard
from quizzes.models.memory import TIMED_AT_LEAST
from quizzes.rules import Behaviour, Rules
from quizzes.scheduling import Rating
from quizzes.tokens import new_token
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, question_of
from tests.quizzes.views.sending import send

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def bank(quiz: Quiz) -> Quiz:
    Question.objects.update(concepts=[])
    return quiz


@pytest.fixture
def here(reading: Client, reader: User) -> Client:
    """Signed in at the time of these tests."""
    with time_machine.travel(NOON - DAY):
        reading.force_login(reader)
    return reading


def card_of(reader: User, kind: str) -> ReviewCard:
    ReviewCard.objects.keep(reader, [question_of(kind)], now=NOON)
    return ReviewCard.objects.get(user=reader, question=question_of(kind))


def token_of(moment: datetime) -> Any:
    with time_machine.travel(moment, tick=False):
        return new_token()


def answer(
    client: Client, card: ReviewCard, seconds: float, *, day: int = 0, token: Any = None
) -> str:
    """Answer a card so long after its page came, on a day of its own. What the page says."""
    shown_at = NOON + day * DAY
    data = SAMPLES[card.question.kind].right | {"token": token or token_of(shown_at)}
    with time_machine.travel(shown_at + timedelta(seconds=seconds), tick=False):
        page = client.post(f"/review/cards/{card.pk}/respond/", {**data, "act": "check"})
    return page.content.decode()


def usual(client: Client, card: ReviewCard, seconds: float, times: int = TIMED_AT_LEAST) -> None:
    for day in range(times):
        answer(client, card, seconds, day=day)


def last(card: ReviewCard) -> Rating:
    found: Review = card.reviews.order_by("-pk")[0]
    return found.rated


@pytest.mark.parametrize(
    ("seconds", "rating"), [(2, Rating.EASY), (5, Rating.EASY), (5.1, Rating.GOOD)]
)
def test_twice_as_fast_as_usual_is_easy(
    here: Client, bank: Quiz, reader: User, seconds: float, rating: Rating
) -> None:
    card = card_of(reader, "text")
    usual(here, card, 10)
    answer(here, card, seconds, day=9)
    assert last(card) == rating


def test_the_page_says_easy_and_the_time(here: Client, bank: Quiz, reader: User) -> None:
    card = card_of(reader, "text")
    usual(here, card, 10)
    page = answer(here, card, 4, day=9)
    assert "Easy: right first time from memory" in page
    assert "You took 4 seconds." in page


def test_what_was_fast_is_not_easy_before_there_is_a_usual(
    here: Client, bank: Quiz, reader: User
) -> None:
    card = card_of(reader, "text")
    usual(here, card, 10, TIMED_AT_LEAST - 1)
    answer(here, card, 1, day=9)
    assert last(card) == Rating.GOOD


def test_what_can_be_guessed_is_never_easy(here: Client, bank: Quiz, reader: User) -> None:
    usual(here, card_of(reader, "text"), 10)
    card = card_of(reader, "choice")
    answer(here, card, 1, day=9)
    assert last(card) == Rating.GOOD


def test_usual_is_the_learners_own(here: Client, bank: Quiz, reader: User, client: Client) -> None:
    other = User.objects.create_user("other")
    with time_machine.travel(NOON - DAY):
        client.force_login(other)
    usual(client, card_of(other, "text"), 10)
    here.force_login(reader)
    card = card_of(reader, "text")
    answer(here, card, 1)
    assert last(card) == Rating.GOOD


def test_a_token_that_tells_no_time_makes_nothing_easy(
    here: Client, bank: Quiz, reader: User
) -> None:
    card = card_of(reader, "text")
    usual(here, card, 10)
    answer(here, card, 1, day=9, token=uuid4())
    assert last(card) == Rating.GOOD
    assert Response.objects.latest("pk").seconds is None


def test_beside_the_text_no_time_is_taken(here: Client, bank: Quiz, reader: User) -> None:
    question = question_of("text")
    data = SAMPLES["text"].right | {"token": token_of(NOON)}
    with time_machine.travel(NOON + timedelta(seconds=3), tick=False):
        here.post(f"/questions/{question.pk}/respond/", {**data, "act": "check"})
    assert Response.objects.get().seconds is None


def test_the_page_of_a_card_lists_the_seconds(here: Client, bank: Quiz, reader: User) -> None:
    card = card_of(reader, "text")
    answer(here, card, 12)
    with time_machine.travel(NOON + DAY, tick=False):
        page = here.get(f"/review/cards/{card.pk}/").content.decode()
    assert "<td>12</td>" in page


def sat(here: Client, bank: Quiz, reader: User, behaviour: Behaviour) -> Attempt:
    rules = Rules(behaviour=behaviour)
    return Attempt.start(user=reader, quiz=bank, now=NOON, rules=rules)


def test_time_at_a_quiz_adds_up_over_what_was_saved(here: Client, bank: Quiz, reader: User) -> None:
    attempt = sat(here, bank, reader, Behaviour.IMMEDIATE)
    for begun, seconds, act in [(0, 4, "save"), (10, 5, "check")]:
        shown_at = NOON + timedelta(seconds=begun)
        with time_machine.travel(shown_at + timedelta(seconds=seconds), tick=False):
            send(here, attempt, "text", act=act, token=token_of(shown_at))
    assert list(Response.objects.values_list("seconds", flat=True)) == [4, 9]


def test_time_that_is_once_unknown_stays_unknown(here: Client, bank: Quiz, reader: User) -> None:
    attempt = sat(here, bank, reader, Behaviour.IMMEDIATE)
    for token, act in [(uuid4(), "save"), (token_of(NOON), "check")]:
        with time_machine.travel(NOON + timedelta(seconds=2), tick=False):
            send(here, attempt, "text", act=act, token=token)
    assert list(Response.objects.values_list("seconds", flat=True)) == [None, None]


def test_the_sheet_measures_what_it_shows(here: Client, bank: Quiz, reader: User) -> None:
    """The token in the page is one that tells its time."""
    attempt = sat(here, bank, reader, Behaviour.IMMEDIATE)
    with time_machine.travel(NOON, tick=False):
        page = here.get(attempt.get_absolute_url()).content.decode()
        token = page.split('name="token" value="')[1][:36]
    with time_machine.travel(NOON + timedelta(seconds=8), tick=False):
        row = attempt.questions.get(position=1)
        send(here, attempt, row.question.kind, token=token)
    assert Response.objects.get().seconds == 8
