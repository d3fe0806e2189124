"""Due dates: what a tutor types by the clock on her wall, and the instant that it means. Pure.

Instants are aware and in UTC; a wall time is naive and means nothing without its zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _


class Clock(StrEnum):
    """How a wall time meets the clocks of its zone."""

    ONCE = "once"
    NEVER = "never"  # the clocks jump over it
    TWICE = "twice"  # the clocks go back over it


@dataclass(frozen=True)
class Typed:
    """A wall time as it was typed, and the instant it was taken for."""

    wall: datetime
    zone: str
    at: datetime
    clock: Clock

    @property
    def words(self) -> str:
        """The whole echo, with what was decided in the nights when clocks change."""
        said = words(self.at, self.zone)
        typed = formats.time_format(self.wall.time(), "H:i")
        if self.clock == Clock.NEVER:
            return _(
                "%(moment)s. The clocks go forward over %(typed)s that night, so it is taken "
                "by the clock before the change."
            ) % {"moment": said, "typed": typed}
        if self.clock == Clock.TWICE:
            first = self.at == instant(self.wall, self.zone, is_last=False)
            which = _("the first") if first else _("the second")
            return _(
                "%(moment)s. The clocks show %(typed)s twice that night; this is %(which)s time."
            ) % {"moment": said, "typed": typed, "which": which}
        return said


def read(wall: datetime, zone: str, *, is_last: bool = True) -> Typed:
    """What a typed wall time means. `is_last`: of two such times take the later, as for ends,
    so that nobody gets less time than he read; openings take the earlier."""
    return Typed(wall, zone, instant(wall, zone, is_last=is_last), clock_at(wall, zone))


def instant(wall: datetime, zone: str, *, is_last: bool = True) -> datetime:
    """The instant of a wall time. One that the clocks jump over is read by the clock before the
    change: 02:30 becomes the moment that the new clock calls 03:30."""
    if clock_at(wall, zone) == Clock.NEVER:
        is_last = False
    return wall.replace(tzinfo=ZoneInfo(zone), fold=int(is_last)).astimezone(UTC)


def clock_at(wall: datetime, zone: str) -> Clock:
    first, last = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == last.utcoffset():
        return Clock.ONCE
    back = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    return Clock.TWICE if back == wall else Clock.NEVER


def wall_of(at: datetime, zone: str) -> datetime:
    """What the clocks of a zone show at an instant; naive, as a form field wants it."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@lru_cache(maxsize=4096)
def day_of(at: datetime, zone: str) -> date:
    return wall_of(at, zone).date()


@lru_cache(maxsize=4096)
def shift(at: datetime, days: int, zone: str) -> datetime:
    """The same wall time some calendar days later (or earlier)."""
    return shifted(at, days, zone).at


def shifted(at: datetime, days: int, zone: str) -> Typed:
    """The same, with what becomes of it in a night when the clocks change."""
    local = at.astimezone(ZoneInfo(zone))
    # The second 01:30 of an autumn night stays a later one; any other time has no choice.
    was_first = clock_at(wall_of(at, zone), zone) == Clock.TWICE and local.fold == 0
    return read(wall_of(at, zone) + timedelta(days=days), zone, is_last=not was_first)


def days_late(due: datetime, at: datetime, zone: str) -> int:
    """Calendar days begun after a due moment: 0 in time, 1 up to the same wall time on the
    next day. A day in which the clocks change is one day."""
    if at <= due:
        return 0
    days = max(0, (at - due) // timedelta(days=1) - 1)
    while at > shift(due, days, zone):
        days += 1
    return days


def words(at: datetime, zone: str) -> str:
    """A moment in words that leave nothing to guess: "Thursday 19 December 2026, 18:00, Berlin
    time (UTC+1)"."""
    local = at.astimezone(ZoneInfo(zone))
    return _("%(day)s, %(time)s, %(zone)s") % {
        "day": formats.date_format(local, "l j F Y"),
        "time": formats.time_format(local.time(), "H:i"),
        "zone": zone_words(at, zone),
    }


def words_for(at: datetime, zone: str, own: str) -> str:
    """By the clock of the course; and by the reader's, where that shows another time."""
    said = words(at, zone)
    if wall_of(at, zone) == wall_of(at, own):
        return said
    return _("%(moment)s; for you %(own)s") % {"moment": said, "own": words(at, own)}


def zone_words(at: datetime, zone: str) -> str:
    if zone == "UTC":
        return "UTC"
    place = zone.rpartition("/")[2].replace("_", " ")
    return _("%(place)s time (%(offset)s)") % {"place": place, "offset": offset_words(at, zone)}


def offset_words(at: datetime, zone: str) -> str:
    """UTC+1, UTC-3:30."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def date_words(at: datetime, zone: str) -> str:
    """19 December 2026."""
    return formats.date_format(at.astimezone(ZoneInfo(zone)), "j F Y")
