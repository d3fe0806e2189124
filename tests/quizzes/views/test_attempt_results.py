from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt, Quiz
from quizzes.rules import Rules
from quizzes.sheet import Results
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES
from tests.factories import UserFactory
from tests.queries import no_writes, queries
from tests.quizzes.views.sending import row_of, send


def test_handing_in_leads_to_the_results(reading: Client, deferred: Attempt) -> None:
    send(reading, deferred, "choice")
    response = reading.post(f"{deferred.get_absolute_url()}submit/")
    assert response["Location"].endswith("/results/")
    page = reading.get(response["Location"]).content.decode()
    assert '1<span class="of">/12' in page


def test_results_show_every_question_with_its_proof(reading: Client, deferred: Attempt) -> None:
    deferred.submit(now=timezone.now())
    with queries(at_most=9), no_writes():
        page = reading.get(f"{deferred.get_absolute_url()}results/").content.decode()
    for kind in SAMPLES:
        assert f"canary explanation of {kind}" in page
    assert "/articles/lighthouses/p1/?note=1" in page


def test_the_answer_that_was_graded_is_the_one_shown(
    reading: Client, quiz: Quiz, reader: User
) -> None:
    """Changed after a try, and handed in without another."""
    rules = Rules(behaviour="tries")
    attempt = Attempt.start(user=reader, quiz=quiz, now=timezone.now(), rules=rules)
    send(reading, attempt, "choice", "wrong")
    send(reading, attempt, "choice", "right", act="save")
    attempt.submit(now=timezone.now())
    (found,) = [
        one for _row, one in Results(attempt, now=timezone.now()).questions if one.kind == "choice"
    ]
    assert (found.words, row_of(attempt, "choice").fraction) == ("Lamp", pytest.approx(2 / 3))


def test_an_open_attempt_has_no_results(reading: Client, attempt: Attempt) -> None:
    assert reading.get(f"{attempt.get_absolute_url()}results/").status_code == 302


def test_before_release_nothing_is_told(reading: Client, quiz: Quiz, reader: User) -> None:
    later = timezone.now() + timedelta(days=1)
    rules = Rules(behaviour="deferred", release="after_close", closes_at=later)
    attempt = Attempt.start(user=reader, quiz=quiz, now=timezone.now(), rules=rules)
    send(reading, attempt, "choice")
    attempt.submit(now=timezone.now())
    page = reading.get(f"{attempt.get_absolute_url()}results/").content.decode()
    assert "canary" not in page
    assert "/12" not in page
    assert "1 of 12 questions were answered" in page


def test_after_the_closing_it_is_released_on_reading(
    reading: Client, quiz: Quiz, reader: User
) -> None:
    now = timezone.now()
    rules = Rules(behaviour="deferred", release="after_close", closes_at=now + timedelta(hours=1))
    attempt = Attempt.start(user=reader, quiz=quiz, now=now, rules=rules)
    attempt.submit(now=now)
    Attempt.objects.filter(pk=attempt.pk).update(release_on=now - timedelta(seconds=1))
    with no_writes():
        page = reading.get(f"{attempt.get_absolute_url()}results/").content.decode()
    assert "canary explanation" in page


def test_what_was_missed_can_be_taken_again(reading: Client, attempt: Attempt) -> None:
    for kind in SAMPLES:
        send(reading, attempt, kind, "wrong" if kind == "date" else "right")
    attempt.submit(now=timezone.now())
    response = reading.post(f"{attempt.get_absolute_url()}again/")
    page = reading.get(response["Location"]).content.decode()
    assert "Question 1 of 1" in page
    assert "What does the date ask?" in page


def test_there_is_no_again_before_the_release(reading: Client, attempt: Attempt) -> None:
    reading.post(f"{attempt.get_absolute_url()}again/")
    assert not Quiz.objects.filter(group="own").exists()


def test_another_person_sees_nothing(client: Client, attempt: Attempt) -> None:
    client.force_login(UserFactory())
    attempt.submit(now=timezone.now())
    for page in ("results/", "submit/", "again/"):
        method = client.get if page == "results/" else client.post
        assert method(f"{attempt.get_absolute_url()}{page}").status_code == 404


def test_certainty_is_summed_up(reading: Client, quiz: Quiz, reader: User) -> None:
    rules = Rules(behaviour="deferred", has_certainty=True)
    attempt = Attempt.start(user=reader, quiz=quiz, now=timezone.now(), rules=rules)
    send(reading, attempt, "choice", "wrong", certainty="3")
    send(reading, attempt, "text", "right", certainty="3")
    attempt.submit(now=timezone.now())
    attempt.refresh_from_db()
    assert (attempt.score, attempt.max_score) == (-3, 36)
    page = reading.get(f"{attempt.get_absolute_url()}results/").content.decode()
    assert "How sure, how right" in page
