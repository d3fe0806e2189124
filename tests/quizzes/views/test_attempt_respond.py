from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt, Response, ReviewCard
from tests.every_kind import SAMPLES
from tests.factories import UserFactory
from tests.queries import queries
from tests.quizzes.views.sending import row_of, send


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize(("how", "low", "high"), [("right", 1, 1), ("wrong", 0, 0)])
def test_an_answer_is_graded(
    reading: Client, attempt: Attempt, kind: str, how: str, low: float, high: float
) -> None:
    send(reading, attempt, kind, how)
    assert low <= (row_of(attempt, kind).fraction or 0) <= high


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_partly_right_answer_gets_part(reading: Client, attempt: Attempt, kind: str) -> None:
    send(reading, attempt, kind, "partly")
    assert 0 < (row_of(attempt, kind).fraction or 0) < 1


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("how", ["right", "wrong", "partly"])
def test_what_comes_back_says_how_it_went(
    reading: Client, attempt: Attempt, kind: str, how: str
) -> None:
    page = send(reading, attempt, kind, how, htmx=True).content.decode()
    assert ("said right" if how == "right" else "said part") in page
    assert f"canary explanation of {kind}" in page


def test_without_script_the_way_leads_on(reading: Client, attempt: Attempt) -> None:
    row = row_of(attempt, "choice")
    response = send(reading, attempt, "choice")
    at = row.position
    assert response["Location"].endswith(f"?q={at + 1}&after={at}#q{at}")


def test_the_last_ones_feedback_stands_before_the_first(reading: Client, attempt: Attempt) -> None:
    response = send(reading, attempt, "voice")
    page = reading.get(response["Location"]).content.decode()
    assert page.index("canary explanation of voice") < page.index("What does the choice ask?")


def test_an_answer_takes_one_short_transaction(reading: Client, attempt: Attempt) -> None:
    with queries(at_most=12 + 8):  # session, attempt and row before it; the sheet after it
        send(reading, attempt, "claim", htmx=True)


def test_a_saved_answer_is_counted_where_it_is_handed_in(
    reading: Client, deferred: Attempt
) -> None:
    page = send(reading, deferred, "text", act="", htmx=True).text
    assert 'id="hand-in" hx-swap-oob="true"' in page
    assert "1 of 12 answered" in page


def test_a_saved_answer_is_not_graded(reading: Client, attempt: Attempt) -> None:
    response = send(reading, attempt, "text", act="", htmx=True)
    row = row_of(attempt, "text")
    assert (row.fraction, row.is_answered) == (None, True)
    assert b"Saved at" in response.content
    assert response["HX-Retarget"] == f"#saved-q{row.position}"


def test_the_same_send_twice_is_one_answer(reading: Client, attempt: Attempt) -> None:
    token = uuid4()
    row = row_of(attempt, "text")
    for _time in range(3):
        send(reading, attempt, "text", act="", token=token, rev=row.rev)
    assert Response.objects.filter(attempt=attempt).count() == 1


def test_a_token_with_another_answer_is_refused_and_nothing_lost(
    reading: Client, attempt: Attempt
) -> None:
    token = uuid4()
    send(reading, attempt, "text", act="", token=token)
    response = send(reading, attempt, "text", act="", token=token, text="sextant")
    assert response.status_code == 422
    assert b'value="sextant"' in response.content


def test_an_old_tab_does_not_replace_a_newer_answer(reading: Client, attempt: Attempt) -> None:
    send(reading, attempt, "text", act="", text="from the new tab")
    response = send(reading, attempt, "text", act="", text="from the old tab", rev=0)
    page = response.content.decode()
    assert response.status_code == 409
    assert "from the new tab" in page
    assert "from the old tab" in page
    row = row_of(attempt, "text")
    assert row.response is not None
    assert row.response.value == "from the new tab"
    assert Response.objects.filter(attempt=attempt, outcome="conflict").count() == 1


def test_late_text_is_kept_and_does_not_count(reading: Client, attempt: Attempt) -> None:
    past = timezone.now() - timedelta(minutes=5)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=past)
    response = send(reading, attempt, "text", act="", htmx=True)
    assert b"Time was up" in response.content
    assert Response.objects.get(attempt=attempt).outcome == "late"
    assert row_of(attempt, "text").fraction == 0


def test_a_graded_question_stays_as_it_was(reading: Client, attempt: Attempt) -> None:
    send(reading, attempt, "choice", "wrong")
    send(reading, attempt, "choice", "right")
    assert row_of(attempt, "choice").fraction == 0


def test_what_cannot_be_read_is_asked_for_again(reading: Client, attempt: Attempt) -> None:
    response = send(reading, attempt, "number", number="many")
    assert b"Write a number" in response.content
    assert b'value="many"' in response.content
    assert row_of(attempt, "number").fraction is None


def test_a_blank_is_not_checked(reading: Client, attempt: Attempt) -> None:
    response = send(reading, attempt, "text", text="")
    assert b"Give an answer first" in response.content


def test_a_line_is_moved_without_being_graded(reading: Client, attempt: Attempt) -> None:
    order = SAMPLES["ordering"].wrong["order"]
    page = send(
        reading, attempt, "ordering", "wrong", act="", move=f"up:{order[2]}", htmx=True
    ).content.decode()
    row = row_of(attempt, "ordering")
    assert row.fraction is None
    assert row.response is not None
    assert row.response.value == [order[0], order[2], order[1]]
    assert page.index(f'value="{order[2]}"') < page.index(f'value="{order[1]}"')


def test_deferred_says_nothing_of_worth(reading: Client, deferred: Attempt) -> None:
    for kind in SAMPLES:
        page = send(reading, deferred, kind, "wrong", htmx=True).content.decode()
        assert "canary" not in page
        assert "said part" not in page


def test_a_wrong_try_gives_a_hint_and_costs(reading: Client, tries: Attempt) -> None:
    page = send(reading, tries, "choice", "wrong", htmx=True).content.decode()
    assert "canary hint for choice" in page
    assert "canary explanation" not in page
    send(reading, tries, "choice", "right")
    assert row_of(tries, "choice").fraction == pytest.approx(2 / 3)


def test_a_fact_answered_becomes_a_card(reading: Client, attempt: Attempt) -> None:
    send(reading, attempt, "choices")
    assert ReviewCard.objects.get().question.external_id == "sample-choices"


def test_an_argument_answered_makes_no_card(reading: Client, attempt: Attempt) -> None:
    send(reading, attempt, "choice")
    assert not ReviewCard.objects.exists()


def test_another_person_cannot_answer(client: Client, attempt: Attempt) -> None:
    client.force_login(UserFactory())
    assert send(client, attempt, "choice").status_code == 404


def test_a_question_of_another_attempt_is_not_found(reading: Client, attempt: Attempt) -> None:
    assert send(reading, attempt, "choice", question=10**8).status_code == 404


def test_added_fields_change_nothing(reading: Client, attempt: Attempt) -> None:
    send(reading, attempt, "choice", "wrong", fraction="1", score="9", is_final="1", user="1")
    assert row_of(attempt, "choice").fraction == 0


def test_reading_is_not_answering(reading: Client, attempt: Attempt) -> None:
    assert reading.get(f"{attempt.get_absolute_url()}respond/").status_code == 405


def test_who_was_signed_out_gets_the_answer_back(client: Client, attempt: Attempt) -> None:
    response = send(client, attempt, "text", text="a long thought")
    assert response.status_code == 403
    assert b'name="text" value="a long thought"' in response.content


def test_a_stale_form_comes_back_to_be_sent(attempt: Attempt) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(attempt.user)
    response = send(strict, attempt, "text", text="a long thought")
    assert response.status_code == 403
    assert b'name="text" value="a long thought"' in response.content
