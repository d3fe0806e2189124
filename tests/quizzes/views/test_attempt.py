from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt
from tests.every_kind import SAMPLES
from tests.factories import UserFactory
from tests.queries import no_writes, queries
from tests.quizzes.views.sending import row_of, send


def test_an_attempt_shows_its_question(reading: Client, attempt: Attempt) -> None:
    response = reading.get(attempt.get_absolute_url())
    assert response.status_code == 200
    assert b"Question 1 of 12" in response.content


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_kind_can_be_asked(reading: Client, attempt: Attempt, kind: str) -> None:
    position = row_of(attempt, kind).position
    page = reading.get(f"{attempt.get_absolute_url()}?q={position}").content.decode()
    assert f"What does the {kind} ask?" in page
    assert "canary" not in page.replace("canary 1", "")


def test_opening_asks_seven_questions_of_the_database(reading: Client, attempt: Attempt) -> None:
    with queries(at_most=7), no_writes():
        reading.get(attempt.get_absolute_url())


def test_another_person_does_not_find_it(client: Client, attempt: Attempt) -> None:
    client.force_login(UserFactory())
    assert client.get(attempt.get_absolute_url()).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client: Client, attempt: Attempt) -> None:
    assert client.get(attempt.get_absolute_url()).status_code == 302


def test_it_is_only_read(reading: Client, attempt: Attempt) -> None:
    assert reading.post(attempt.get_absolute_url()).status_code == 405


@pytest.mark.parametrize("asked", ["0", "99", "-1", "x", "", "9" * 30])
def test_a_question_that_is_not_there_is_the_next_one(
    reading: Client, attempt: Attempt, asked: str
) -> None:
    response = reading.get(f"{attempt.get_absolute_url()}?q={asked}")
    assert b"Question 1 of 12" in response.content


def test_what_was_graded_stands_above_the_next(reading: Client, attempt: Attempt) -> None:
    row = row_of(attempt, "choice")
    send(reading, attempt, "choice")
    page = reading.get(f"{attempt.get_absolute_url()}?q={row.position + 1}").content.decode()
    assert page.index('class="said right"') < page.index("Check answer")


def test_past_its_time_it_leads_to_the_results(reading: Client, attempt: Attempt) -> None:
    past = timezone.now() - timedelta(hours=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=past)
    with no_writes():
        response = reading.get(attempt.get_absolute_url())
    assert response["Location"].endswith("/results/")


def test_the_time_left_is_told(reading: Client, attempt: Attempt) -> None:
    soon = timezone.now() + timedelta(minutes=11, seconds=-5)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=soon)
    assert b"11 min left of 11" in reading.get(attempt.get_absolute_url()).content


def test_handing_in_too_early_takes_a_second_look(reading: Client, attempt: Attempt) -> None:
    send(reading, attempt, "choice")
    done = row_of(attempt, "choice").position
    page = reading.get(attempt.get_absolute_url()).text
    fold = page.partition('id="hand-in"')[2].partition("</details>")[0]
    assert "1 of 12 answered" in fold
    assert "Hand in all the same" in fold.partition("<summary>Hand in</summary>")[2]
    for position in set(range(1, 13)) - {done}:
        assert f'href="{attempt.get_absolute_url()}?q={position}"' in fold
    assert f'?q={done}"' not in fold


def test_a_whole_one_is_handed_in_at_once(reading: Client, attempt: Attempt) -> None:
    for kind in SAMPLES:
        send(reading, attempt, kind)
    page = reading.get(attempt.get_absolute_url()).text.partition('id="hand-in"')[2]
    assert "All answered" in page
    assert "<details" not in page
