"""A learner's calendar as iCalendar (RFC 5545): what is due on which day.

Rooms above add sources of their own with `register`, for assignments and the like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.models import ReviewCard
from quizzes.scheduling import study_day

if TYPE_CHECKING:
    from icalendar import Event

    from studyguide.accounts.models import User

AHEAD = timedelta(days=60)
SECONDS_A_CARD = 30


@dataclass(frozen=True)
class Entry:
    """One thing in the calendar. `key` names it for ever; `at` is a day, or an instant."""

    key: str
    at: date | datetime
    title: str
    about: str = ""
    path: str = ""  # of the page where one does it


Source = Callable[["User", date], Iterable[Entry]]


def reviews(user: User, today: date) -> Iterable[Entry]:
    """A day each for what comes back; what has waited longer stands on today."""
    due = (
        ReviewCard.objects.active()
        .filter(user=user, due_on__lte=today + AHEAD)
        .values_list("due_on")
        .annotate(Count("pk"))
        .order_by("due_on")
    )
    days: dict[date, int] = {}
    for on, count in due:
        days[max(on, today)] = days.get(max(on, today), 0) + count
    for on, count in days.items():
        title = ngettext("%(n)d card to review", "%(n)d cards to review", count) % {"n": count}
        minutes = max(1, round(count * SECONDS_A_CARD / 60))
        about = ngettext("About %(n)d minute.", "About %(n)d minutes.", minutes) % {"n": minutes}
        yield Entry(f"review-{on:%Y-%m-%d}", on, title, about, reverse("review"))


SOURCES: list[Source] = [reviews]


def register(source: Source) -> None:
    """Add what another room knows to be due. A source takes the learner and today (his study
    day), asks a constant number of queries, and names each entry by the same key every time."""
    if source not in SOURCES:
        SOURCES.append(source)


def calendar_of(user: User, now: datetime) -> bytes:
    """The same bytes for the same state on the same day, so that an ETag of them holds."""
    from icalendar import Calendar  # 3 MB, for the first who asks

    today = study_day(now, ZoneInfo(user.time_zone))
    stamp = datetime.combine(today, time(), UTC)
    calendar = Calendar()
    calendar.add("prodid", "-//Pilcrow//Study calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", _("Pilcrow"))
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    entries = chain.from_iterable(source(user, today) for source in SOURCES)
    for entry in sorted(entries, key=lambda entry: (str(entry.at), entry.key)):
        calendar.add_component(event(entry, user, stamp))
    return bytes(calendar.to_ical())


def event(entry: Entry, user: User, stamp: datetime) -> Event:
    from icalendar import Event

    made = Event()
    made.add("uid", f"{entry.key}-{user.pk}@{settings.SITE.hostname}")
    made.add("dtstamp", stamp)
    made.add("dtstart", entry.at)
    if not isinstance(entry.at, datetime):
        made.add("dtend", entry.at + timedelta(days=1))
    made.add("summary", entry.title)
    made.add("transp", "TRANSPARENT")
    if entry.about:
        made.add("description", entry.about)
    if entry.path:
        made.add("url", f"{settings.SITE_URL}{entry.path}")
    return made
