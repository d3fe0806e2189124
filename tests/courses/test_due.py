"""P8: a due date means what the tutor typed, in every zone and across changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from studyguide.courses import due
from studyguide.courses.due import Clock

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def wall(text: str) -> datetime:
    """By the clock; naive."""
    return datetime.fromisoformat(text)


class Change(NamedTuple):
    """A change of the clocks in 2026, from the C library's tables (zdump): the first instant of
    the new time, and the minutes east of Greenwich before and after it."""

    zone: str
    at: str
    before: int
    after: int

    @property
    def instant(self) -> datetime:
        return datetime.fromisoformat(self.at).replace(tzinfo=UTC)

    def shown(self, at: datetime) -> datetime:
        """What the clock shows at an instant near the change."""
        minutes = self.before if at < self.instant else self.after
        return at.replace(tzinfo=None) + timedelta(minutes=minutes)

    def instants(self, wall: datetime) -> list[datetime]:
        """All instants at which it shows this."""
        tried = {
            (wall - timedelta(minutes=m)).replace(tzinfo=UTC) for m in (self.before, self.after)
        }
        return sorted(at for at in tried if self.shown(at) == wall)


TABLE = [
    Change("Europe/London", "2026-03-29 01:00", 0, 60),
    Change("Europe/London", "2026-10-25 01:00", 60, 0),
    Change("Europe/Berlin", "2026-03-29 01:00", 60, 120),
    Change("Europe/Berlin", "2026-10-25 01:00", 120, 60),
    Change("America/New_York", "2026-03-08 07:00", -300, -240),
    Change("America/New_York", "2026-11-01 06:00", -240, -300),
    Change("America/Los_Angeles", "2026-03-08 10:00", -480, -420),
    Change("America/Los_Angeles", "2026-11-01 09:00", -420, -480),
    Change("America/Santiago", "2026-04-05 03:00", -180, -240),
    Change("America/Santiago", "2026-09-06 04:00", -240, -180),
    Change("America/St_Johns", "2026-03-08 05:30", -210, -150),
    Change("America/St_Johns", "2026-11-01 04:30", -150, -210),
    Change("Africa/Cairo", "2026-04-23 22:00", 120, 180),
    Change("Africa/Cairo", "2026-10-29 21:00", 180, 120),
    Change("Asia/Beirut", "2026-03-28 22:00", 120, 180),
    Change("Asia/Beirut", "2026-10-24 21:00", 180, 120),
    Change("Asia/Jerusalem", "2026-03-27 00:00", 120, 180),
    Change("Asia/Jerusalem", "2026-10-24 23:00", 180, 120),
    Change("Australia/Sydney", "2026-04-04 16:00", 660, 600),
    Change("Australia/Sydney", "2026-10-03 16:00", 600, 660),
    Change("Australia/Lord_Howe", "2026-04-04 15:00", 660, 630),
    Change("Australia/Lord_Howe", "2026-10-03 15:30", 630, 660),
    Change("Pacific/Auckland", "2026-04-04 14:00", 780, 720),
    Change("Pacific/Auckland", "2026-09-26 14:00", 720, 780),
]
each_change = pytest.mark.parametrize("change", TABLE, ids=lambda c: f"{c.zone} {c.at[:7]}")
QUARTERS = [timedelta(minutes=15 * n) for n in range(-4 * 30, 4 * 30)]


def walls(change: Change) -> list[datetime]:
    """Every quarter of an hour for 30 hours around a change, by the clock."""
    middle = change.instant.replace(tzinfo=None) + timedelta(minutes=change.before)
    return [middle + step for step in QUARTERS]


@each_change
def test_a_typed_time_is_the_instant_at_which_the_clock_shows_it(change: Change) -> None:
    for typed in walls(change):
        expected = change.instants(typed)
        if expected:
            assert due.instant(typed, change.zone) == expected[-1]
            assert due.instant(typed, change.zone, is_last=False) == expected[0]


@each_change
def test_a_time_that_never_comes_is_read_by_the_clock_before(change: Change) -> None:
    for typed in walls(change):
        if not change.instants(typed):
            before = (typed - timedelta(minutes=change.before)).replace(tzinfo=UTC)
            assert due.instant(typed, change.zone) == before
            assert due.instant(typed, change.zone, is_last=False) == before


@each_change
def test_how_often_a_time_comes_is_known(change: Change) -> None:
    counted = {0: Clock.NEVER, 1: Clock.ONCE, 2: Clock.TWICE}
    for typed in walls(change):
        assert due.clock_at(typed, change.zone) == counted[len(change.instants(typed))]


@each_change
def test_what_is_shown_is_what_was_typed(change: Change) -> None:
    for step in QUARTERS:
        at = change.instant + step
        assert due.wall_of(at, change.zone) == change.shown(at)


@each_change
@pytest.mark.parametrize("days", [1, -1])
def test_a_day_later_the_clock_shows_the_same(change: Change, days: int) -> None:
    """Also what a copy to a new term does with each of its dates."""
    for step in QUARTERS:
        at = change.instant + step
        later = change.shown(at) + timedelta(days=days)
        instants = change.instants(later)
        shifted = due.shift(at, days, change.zone)
        if len(instants) == 1:
            assert shifted == instants[0]
        elif instants:
            assert shifted == instants[-1]  # whoever hands in has no less time


def test_a_day_is_not_twenty_four_hours() -> None:
    eve = datetime(2026, 3, 28, 17, tzinfo=UTC)  # 18:00 in Berlin
    assert due.shift(eve, 1, "Europe/Berlin") - eve == 23 * HOUR


def test_a_term_later_the_clock_shows_the_same() -> None:
    at = due.instant(wall("2026-09-14 18:00"), "Europe/Berlin")
    later = due.shift(at, 7 * 20, "Europe/Berlin")
    assert due.wall_of(later, "Europe/Berlin") == wall("2027-02-01 18:00")
    assert later - at == 140 * DAY + HOUR


def test_the_first_of_two_stays_the_first_on_its_day() -> None:
    first = due.instant(wall("2026-10-25 02:30"), "Europe/Berlin", is_last=False)
    assert due.shift(first, 0, "Europe/Berlin") == first


# Late days


@each_change
def test_late_days_are_days_of_the_calendar(change: Change) -> None:
    due_at = change.instant - 12 * HOUR
    for day in range(1, 4):
        end = due.shift(due_at, day, change.zone)
        assert due.days_late(due_at, end, change.zone) == day
        assert due.days_late(due_at, end + timedelta(seconds=1), change.zone) == day + 1


def test_in_time_to_the_second_is_not_late() -> None:
    at = datetime(2026, 5, 4, 16, tzinfo=UTC)
    assert due.days_late(at, at, "UTC") == 0
    assert due.days_late(at, at + timedelta(seconds=1), "UTC") == 1
    assert due.days_late(at, at + 400 * DAY, "UTC") == 400


# Words


def test_a_due_date_is_echoed_with_day_time_and_zone() -> None:
    typed = due.read(wall("2026-12-17 18:00"), "Europe/Berlin")
    assert typed.words == "Thursday 17 December 2026, 18:00, Berlin time (UTC+1)"


def test_a_learner_reads_it_in_his_zone() -> None:
    at = due.instant(wall("2026-12-17 18:00"), "Europe/Berlin")
    assert due.words(at, "America/St_Johns") == (
        "Thursday 17 December 2026, 13:30, St Johns time (UTC-3:30)"
    )
    assert due.words(at, "UTC").endswith("17:00, UTC")


def test_a_time_that_never_comes_is_said_to_be_moved() -> None:
    typed = due.read(wall("2026-03-29 02:30"), "Europe/Berlin")
    assert "03:30, Berlin time (UTC+2)" in typed.words
    assert "forward over 02:30" in typed.words


@pytest.mark.parametrize(("is_last", "which"), [(True, "the second"), (False, "the first")])
def test_a_time_that_comes_twice_is_said_to(is_last: bool, which: str) -> None:
    typed = due.read(wall("2026-10-25 02:30"), "Europe/Berlin", is_last=is_last)
    assert f"02:30 twice that night; this is {which} time" in typed.words
