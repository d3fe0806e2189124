"""What a quiz that counts somewhere asks, and has not told yet, nothing else tells."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt, Draw, QuestionVersion, Quiz, ReviewCard
from quizzes.rules import Rules
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, question_of
from tests.quizzes.views.sending import row_of, send
from tests.quizzes.views.test_review import keep

WAITS = "waits in another quiz of yours"


def begin(user: User, quiz: Quiz, **rules: Any) -> Attempt:
    """One that counts in a class."""
    chosen = Rules(**({"behaviour": "deferred", "release": "by_hand"} | rules))
    now = timezone.now()
    return Attempt.start(
        user=user, quiz=quiz, now=now, rules=chosen, scope="class", context="task:1"
    )


def own(user: User, quiz: Quiz, behaviour: str = "immediate") -> Attempt:
    rules = Rules(behaviour=behaviour)  # type: ignore[arg-type]
    return Attempt.start(user=user, quiz=quiz, now=timezone.now(), rules=rules)


def test_it_is_not_asked_for_oneself(reading: Client, quiz: Quiz, reader: User) -> None:
    begin(reader, quiz)
    start = f"{quiz.get_absolute_url()}start/"
    assert WAITS in reading.post(start, {"behaviour": "immediate"}, follow=True).text
    data = {"count": "3", "behaviour": "immediate"}
    assert WAITS in reading.post("/quizzes/new/?source=samples", data, follow=True).text
    assert not Attempt.objects.filter(scope="").exists()


def test_what_else_there_is_is_asked(reader: User, quiz: Quiz) -> None:
    names = [f"sample-{kind}" for kind in ("choice", "text")]
    draws = [Draw(2, questions=names)]
    some = Quiz.objects.make(owner=reader, source=quiz.source, title="", draws=draws, rules=Rules())
    begin(reader, some)
    asked = own(reader, quiz).questions.values_list("question__external_id", flat=True)
    assert len(asked) == len(SAMPLES) - 2
    assert not {*asked} & {*names}


@pytest.mark.parametrize("behaviour", ["immediate", "tries", "deferred"])
def test_an_attempt_from_before_keeps_answers_and_tells_nothing(
    reading: Client, quiz: Quiz, reader: User, behaviour: str
) -> None:
    attempt = own(reader, quiz, behaviour)
    if behaviour != "deferred":
        assert "canary" in send(reading, attempt, "choice", "wrong", htmx=True).text
    begin(reader, quiz)
    page = attempt.get_absolute_url()
    told = [reading.get(f"{page}?q={row_of(attempt, 'choice').position}").text]
    told += [send(reading, attempt, kind, "wrong", htmx=True).text for kind in SAMPLES]
    assert behaviour == "deferred" or WAITS in told[-1]
    told += [reading.post(f"{page}submit/", follow=True).text]
    assert not [text for text in told if "canary" in text or "another answer</span>" in text]
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.OPEN
    assert row_of(attempt, "text").response is not None
    assert not ReviewCard.objects.filter(question=question_of("text")).exists()


def test_results_from_before_are_shut_until_the_release(
    reading: Client, quiz: Quiz, reader: User
) -> None:
    before = own(reader, quiz)
    before.submit(now=timezone.now())
    page = f"{before.get_absolute_url()}results/"
    assert "canary" in reading.get(page).text
    counted = begin(reader, quiz)
    for _state in ("open", "handed in"):
        text = reading.get(page).text
        assert "canary" not in text
        assert WAITS in text
        assert reading.post(f"{before.get_absolute_url()}again/")["Location"] == page
        counted.submit(now=timezone.now())
    counted.release(now=timezone.now())
    assert "canary" in reading.get(page).text


def test_two_quizzes_of_classes_are_both_handed_in(
    reading: Client, quiz: Quiz, reader: User
) -> None:
    """Each may ask what the other does: the first to be told waits for the second."""
    first = begin(reader, quiz)
    rules = Rules(behaviour="immediate")
    second = Attempt.start(
        user=reader, quiz=quiz, now=timezone.now(), rules=rules, scope="other", context="task:2"
    )
    told = send(reading, second, "choice", "wrong", htmx=True).text
    assert (WAITS in told, "canary" in told) == (True, False)
    reading.post(f"{second.get_absolute_url()}submit/")
    results = f"{second.get_absolute_url()}results/"
    assert WAITS in reading.get(results).text
    first.submit(now=timezone.now())
    first.release(now=timezone.now())
    assert "canary" in reading.get(results).text


def test_a_card_does_not_say_whose_claim_it_is_where_that_is_asked(
    reading: Client, quiz: Quiz, reader: User
) -> None:
    keep(reader, "voice")
    card = ReviewCard.objects.get()
    QuestionVersion.objects.update(voice="reported", whom="Canary")
    assert "Canary" in reading.get(f"/review/cards/{card.pk}/").text
    begin(reader, quiz)
    assert "Canary" not in reading.get(f"/review/cards/{card.pk}/").text


def test_what_one_takes_for_oneself_shuts_nothing(
    reading: Client, quiz: Quiz, reader: User
) -> None:
    before = own(reader, quiz)
    before.submit(now=timezone.now())
    own(reader, quiz)
    assert "canary" in reading.get(f"{before.get_absolute_url()}results/").text
