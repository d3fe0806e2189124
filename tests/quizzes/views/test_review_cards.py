from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.models import Quiz, ReviewCard, ReviewSettings
from quizzes.scheduling import study_day
from studyguide.accounts.models import User
from tests.every_kind import question_of
from tests.quizzes.views.sending import HTMX
from tests.quizzes.views.test_review import keep, post, respond, reviewed, text

TODAY = study_day(timezone.now(), ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("show", "kinds"),
    [
        ("", {"choice", "text", "date"}),
        ("due", {"choice"}),
        ("new", {"text"}),
        ("suspended", {"date"}),
        ("leeches", set()),
        ("nonsense", {"choice", "text", "date"}),
    ],
)
def test_cards_are_listed_by_state(
    reading: Client, quiz: Quiz, reader: User, show: str, kinds: set[str]
) -> None:
    reviewed(reader, "choice")
    keep(reader, "text", "date")
    ReviewCard.objects.filter(question=question_of("date")).update(is_suspended=True)
    page = text(reading, f"/review/cards/?show={show}")
    assert {kind for kind in ("choice", "text", "date") if f"What does the {kind} ask" in page} == (
        kinds
    )


def test_a_page_that_is_not_there_is_the_last(reading: Client, quiz: Quiz, reader: User) -> None:
    keep(reader, "text")
    for page in ("0", "-1", "99", "x", "9" * 40):
        assert "What does the text ask" in text(reading, f"/review/cards/?page={page}")


def test_a_card_opens_to_its_reviews(reading: Client, quiz: Quiz, reader: User) -> None:
    card = reviewed(reader, "choice")
    respond(reading, card, "wrong")
    respond(reading, card)
    page = text(reading, f"/review/cards/{card.pk}/")
    assert "rated by yourself" in page
    assert "practice" in page
    assert page.count("<tr>") == 4


def test_a_card_shows_no_answer(reading: Client, quiz: Quiz, reader: User) -> None:
    card = keep(reader, "recall")
    assert "canary" not in text(reading, f"/review/cards/{card.pk}/")


def test_a_card_is_suspended_and_taken_up_again(reading: Client, quiz: Quiz, reader: User) -> None:
    card = reviewed(reader, "choice")
    assert "Suspended" in post(reading, f"/review/cards/{card.pk}/suspend/")
    assert "Nothing is due today" in text(reading)
    post(reading, f"/review/cards/{card.pk}/suspend/", act="resume")
    assert "What does the choice ask" in text(reading)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_any_question_can_be_remembered_and_let_go(
    reading: Client, quiz: Quiz, reader: User, headers: dict[str, str]
) -> None:
    question = question_of("choice")
    path = f"/review/remember/{question.pk}/"
    reading.post(path, {"act": "keep"}, headers=headers)
    assert not ReviewCard.objects.get().is_suspended
    reading.post(path, {"act": "stop"}, headers=headers)
    assert ReviewCard.objects.get().is_suspended


def test_remembering_a_question_that_is_not_there(reading: Client, quiz: Quiz) -> None:
    assert reading.post("/review/remember/999999/").status_code == 404


def test_a_visitor_cannot_remember(client: Client, quiz: Quiz) -> None:
    client.post(f"/review/remember/{question_of('choice').pk}/")
    assert not ReviewCard.objects.exists()


def form(**changes: Any) -> dict[str, Any]:
    loads = {f"load_{n}": "1" for n in range(7)}
    settings = {"retention": "0.9", "daily_limit": 60, "new_limit": 10, "seconds": 20}
    return {**settings, "exam_on": "", **loads, **changes}


def test_settings_are_kept(reading: Client, quiz: Quiz, reader: User) -> None:
    day = TODAY + timedelta(days=40)
    data = form(retention="0.85", daily_limit=20, load_6="0", load_5="0.5", exam_on=f"{day}")
    assert "Kept" in post(reading, "/review/settings/", **data)
    chosen = ReviewSettings.objects.get(user=reader)
    assert (chosen.retention, chosen.daily_limit, chosen.exam_on) == (0.85, 20, day)
    assert chosen.terms.loads == (1, 1, 1, 1, 1, 0.5, 0)
    assert chosen.exam_set_on is not None


def test_settings_are_kept_again(reading: Client, quiz: Quiz, reader: User) -> None:
    post(reading, "/review/settings/", **form(daily_limit=20))
    post(reading, "/review/settings/", **form(daily_limit=30))
    assert ReviewSettings.objects.get(user=reader).daily_limit == 30


def test_the_cost_of_each_retention_is_told(reading: Client, quiz: Quiz, reader: User) -> None:
    reviewed(reader, "choice")
    page = text(reading, "/review/settings/")
    assert "95%, about" in page
    assert "min a day" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"exam_on": "2020-01-01"}, "Name a day from tomorrow on"),
        ({"exam_on": "next week"}, "Write the day as"),
        ({"daily_limit": "-1"}, "greater than or equal to"),
        ({"daily_limit": "many"}, "whole number"),
        ({"retention": "0.1"}, "Select a valid choice"),
        ({f"load_{n}": "0" for n in range(7)}, "Leave at least one day"),
        ({"load_3": "7"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_and_kept_in_the_form(
    reading: Client, quiz: Quiz, reader: User, changes: dict[str, Any], message: str
) -> None:
    response = reading.post("/review/settings/", form(new_limit=7, **changes))
    assert response.status_code == 422
    page = response.content.decode()
    assert message in page
    assert 'value="7"' in page
    assert not ReviewSettings.objects.exists()
