"""The calendar: what is due on which day, behind an address that nobody guesses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from icalendar import Calendar

from quizzes.models import Question, ReviewCard
from studyguide.accounts.models import User
from studyguide.progress import calendar
from studyguide.progress.calendar import Entry, calendar_of
from studyguide.progress.models import CalendarFeed
from tests.every_kind import load_samples
from tests.factories import UserFactory
from tests.queries import no_writes, queries

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cards(reader: User) -> list[ReviewCard]:
    """Due two days ago, today, and two in three days."""
    load_samples()
    days = [-2, 0, 3, 3]
    return [
        due(reader, question, day)
        for question, day in zip(Question.objects.all()[:4], days, strict=True)
    ]


def due(user: User, question: Question, days: int) -> ReviewCard:
    return ReviewCard.objects.create(
        user=user, question=question, source="samples", made_at=NOW, due_on=TODAY + timedelta(days)
    )


@pytest.fixture
def feed(reader: User) -> CalendarFeed:
    return CalendarFeed.renew(reader, now=NOW)


def events(client: Client, feed: CalendarFeed) -> dict[date, str]:
    read = Calendar.from_ical(client.get(feed.get_absolute_url()).content)
    return {event.decoded("dtstart"): str(event["summary"]) for event in read.walk("VEVENT")}


def test_a_day_of_review_leads_to_it(
    client: Client, feed: CalendarFeed, cards: list[ReviewCard]
) -> None:
    read = Calendar.from_ical(client.get(feed.get_absolute_url()).content)
    addresses = {str(event["url"]) for event in read.walk("VEVENT")}
    assert addresses == {f"{settings.SITE_URL}/review/"}


def test_each_day_says_how_many_cards_come_back(
    client: Client, feed: CalendarFeed, cards: list[ReviewCard]
) -> None:
    assert events(client, feed) == {
        TODAY: "2 cards to review",
        date(2026, 3, 5): "2 cards to review",
    }


def test_cards_set_aside_are_not_in_it(
    client: Client, feed: CalendarFeed, cards: list[ReviewCard]
) -> None:
    ReviewCard.objects.update(is_suspended=True)
    assert events(client, feed) == {}


def test_cards_of_others_are_not_in_it(
    client: Client, feed: CalendarFeed, cards: list[ReviewCard]
) -> None:
    ReviewCard.objects.update(user=UserFactory())
    assert events(client, feed) == {}


def test_today_is_the_learners_own_day(client: Client, feed: CalendarFeed, cards: object) -> None:
    User.objects.update(time_zone="Pacific/Kiritimati")  # fourteen hours ahead
    assert min(events(client, feed)) == TODAY
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        assert min(events(client, feed)) == TODAY + timedelta(days=1)


def test_an_unchanged_calendar_is_not_sent_again(
    client: Client, feed: CalendarFeed, cards: list[ReviewCard]
) -> None:
    etag = client.get(feed.get_absolute_url())["ETag"]
    again = client.get(feed.get_absolute_url(), headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_changed_calendar_has_another_tag(
    client: Client, feed: CalendarFeed, cards: list[ReviewCard]
) -> None:
    etag = client.get(feed.get_absolute_url())["ETag"]
    cards[0].delete()
    assert client.get(feed.get_absolute_url(), headers={"if-none-match": etag}).status_code == 200


def test_an_entry_keeps_its_name_from_day_to_day(
    client: Client, feed: CalendarFeed, cards: list[ReviewCard]
) -> None:
    def names() -> set[str]:
        return {str(event["uid"]) for event in Calendar.from_ical(body()).walk("VEVENT")}

    def body() -> bytes:
        return client.get(feed.get_absolute_url()).content

    before = names()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert len(names() & before) == 1


def test_the_feed_asks_two_questions_and_writes_nothing(
    client: Client, feed: CalendarFeed, cards: list[ReviewCard]
) -> None:
    with queries(at_most=3), no_writes():
        client.get(feed.get_absolute_url())


def test_the_page_asks_three_questions_and_writes_nothing(reading: Client) -> None:
    with queries(at_most=4), no_writes():
        assert reading.get("/me/calendar/").status_code == 200


def test_a_new_address_makes_the_old_one_worthless(reading: Client, feed: CalendarFeed) -> None:
    reading.post("/me/calendar/renew/")
    assert Client().get(feed.get_absolute_url()).status_code == 404
    feed.refresh_from_db()
    assert Client().get(feed.get_absolute_url()).status_code == 200
    assert feed.token in reading.get("/me/calendar/").content.decode()


def test_an_address_can_be_switched_off(reading: Client, feed: CalendarFeed) -> None:
    reading.post("/me/calendar/revoke/")
    assert Client().get(feed.get_absolute_url()).status_code == 404


def test_an_address_cannot_be_guessed() -> None:
    assert len({CalendarFeed().token for _n in range(100)}) == 100
    assert len(CalendarFeed().token) == 43  # 256 bits


def test_who_was_shut_out_has_no_calendar(client: Client, feed: CalendarFeed) -> None:
    User.objects.update(is_active=False)
    assert client.get(feed.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("path", ["renew/", "revoke/"])
def test_addresses_are_not_made_by_looking(reading: Client, path: str) -> None:
    assert reading.get(f"/me/calendar/{path}").status_code == 405


def test_the_page_is_for_those_who_are_signed_in(client: Client, db: None) -> None:
    assert client.get("/me/calendar/")["Location"].startswith("/accounts/login/")


def test_other_rooms_add_what_they_know_to_be_due(
    reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homework(user: User, today: date) -> Iterable[Entry]:
        yield Entry("assignment-7", NOW, "Read\nsection; one, two", "a\r\nBEGIN:VALARM", "/x/")

    monkeypatch.setattr(calendar, "SOURCES", [])
    calendar.register(homework)
    calendar.register(homework)
    body = calendar_of(reader, NOW)
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    assert event.decoded("dtstart") == NOW
    assert str(event["url"]) == "http://localhost:8000/x/"
    assert b"\r\nBEGIN:VALARM" not in body
