from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from studyguide.accounts.models import User
from studyguide.library.models import Article
from studyguide.progress.models import StudyPlan
from tests.factories import UserFactory
from tests.packs import Answer
from tests.progress.test_dashboard import read
from tests.queries import no_writes, queries

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
URL = "/me/plan/"


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def send(client: Client, **fields: object) -> Any:
    data = {"text": "lighthouses", "ready_on": "2026-05-10", "words_per_minute": 180}
    return client.post(URL, {**data, **fields})


def test_a_day_is_kept(reading: Client, reader: User, asking: Article) -> None:
    assert send(reading).status_code == 302
    assert StudyPlan.objects.get(user=reader).ready_on == date(2026, 5, 10)


def test_it_lays_out_every_step(reading: Client, asking: Article) -> None:
    send(reading)
    html = reading.get(URL).content.decode()
    for words in ("Read from ¶1", "questions in the text", "Quiz on the light", "Monday 4 May"):
        assert words in html


def test_a_second_day_replaces_the_first(reading: Client, asking: Article) -> None:
    send(reading)
    send(reading, ready_on="2026-06-01", minutes_a_day=30)
    plan = StudyPlan.objects.get()
    assert (plan.ready_on, plan.minutes_a_day) == (date(2026, 6, 1), 30)


def test_the_pace_belongs_to_the_person(reading: Client, reader: User, asking: Article) -> None:
    send(reading, words_per_minute=240)
    reader.refresh_from_db()
    assert reader.words_per_minute == 240


def test_a_faster_reader_needs_less(reading: Client, load_asking: Any) -> None:
    load_asking(passages=60, a_section=30)
    minutes = []
    for pace in (60, 600):
        send(reading, words_per_minute=pace)
        minutes.append(reading.get(URL).context["desk"].plan.minutes)
    assert minutes[1] < minutes[0]


def test_what_is_done_leaves_it(
    reading: Client, reader: User, asking: Article, answer: Answer
) -> None:
    send(reading)
    before = reading.get(URL).context["desk"].plan.minutes
    read(asking, reader, 1, 2, 3)
    assert reading.get(URL).context["desk"].plan.minutes < before


def test_a_missed_day_is_laid_out_anew(reading: Client, asking: Article, at_noon: Any) -> None:
    send(reading)
    before = reading.get(URL).context["desk"].plan
    at_noon.move_to(NOON + timedelta(days=3))
    after = reading.get(URL).context["desk"].plan
    assert after.minutes == before.minutes
    assert [day.on for day in after.days] == [date(2026, 5, 7) + timedelta(n) for n in range(4)]


def test_a_day_that_passed_puts_all_on_today(
    reading: Client, reader: User, asking: Article, at_noon: Any
) -> None:
    send(reading)
    at_noon.move_to(NOON + timedelta(days=20))
    reading.force_login(reader)
    assert "That day is past" in reading.get(URL).content.decode()


def test_the_dashboard_shows_today(reading: Client, reader: User, asking: Article) -> None:
    read(asking, reader, 1)
    send(reading)
    html = reading.get("/me/").content.decode()
    assert "To be ready by 10 May 2026" in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ready_on": ""}, "Name a day"),
        ({"ready_on": "soon"}, "Write the day as year-month-day"),
        ({"ready_on": "2026-05-03"}, "That day is past"),
        ({"ready_on": "2999-01-01"}, "within the next 400"),
        ({"words_per_minute": "0"}, "greater than or equal to 40"),
        ({"minutes_a_day": "-3"}, "greater than or equal to"),
        ({"minutes_a_day": "9" * 40}, "less than or equal to"),
    ],
)
def test_what_cannot_be_kept_comes_back(
    reading: Client, asking: Article, fields: dict[str, str], words: str
) -> None:
    response = send(reading, **fields)
    assert response.status_code == 422
    html = response.content.decode()
    assert words in html
    for value in fields.values():
        assert value in html
    assert not StudyPlan.objects.exists()


def test_a_plan_can_be_given_up(reading: Client, asking: Article) -> None:
    send(reading)
    reading.post(URL, {"text": "lighthouses", "act": "drop"})
    assert not StudyPlan.objects.exists()


def test_one_learners_plan_is_not_anothers(
    client: Client, reading: Client, asking: Article
) -> None:
    send(reading)
    client.force_login(UserFactory())
    assert "Nothing laid out yet" in client.get(URL).content.decode()
    client.post(URL, {"text": "lighthouses", "act": "drop"})
    assert StudyPlan.objects.count() == 1


@pytest.mark.parametrize("size", [6, 60])
def test_it_asks_as_much_for_a_long_text(reading: Client, load_asking: Any, size: int) -> None:
    load_asking(passages=size)
    send(reading)
    with queries(at_most=10), no_writes():
        reading.get(URL)
