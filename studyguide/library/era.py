"""The timeline's line: years from left to right, a tick for each event, a band for a period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from studyguide.library.bars import percent
from studyguide.library.models import TimelineEvent

LEFT, RIGHT = 1.0, 99.0  # percent
BANDS = ("f-ink", "f-firm", "f-unread")
MOST_LABELS = 12
MOST_YEARS = 10


@dataclass(frozen=True)
class Era:
    svg: SafeString
    first: int = 0  # years that the line shows
    last: int = 0
    outside: int = 0  # dated events before or after them


def era(events: Sequence[TimelineEvent]) -> Era:
    """The line, or an empty one when no event has a date."""
    dated = [event for event in events if event.start_on and event.end_on]
    if not dated:
        return Era(mark_safe(""))
    scale = Scale(*core([event.start_on.year for event in dated if event.start_on]))
    points = [event for event in dated if not event.is_period and scale.holds(event)]
    busiest = busiest_month(points)
    body = bands([e for e in dated if e.is_period and scale.holds(e)], scale)
    body += years(scale)
    for event in points:
        fill = "f-now" if month_of(event) == busiest else "f-ink"
        body += (
            f'<rect class="{fill}" x="{percent(scale.middle(event))}" y="44%" '
            'width="4" height="34%"/>'
        )
    svg = format_html(
        '<svg class="svg era" role="img" aria-label="{}">{}</svg>',
        told(points, scale, busiest),
        mark_safe(body),  # noqa: S308
    )
    outside = sum(not scale.holds(event) for event in dated)
    return Era(svg, scale.first, scale.last, outside)


def core(years: Sequence[int]) -> tuple[int, int]:
    """The MOST_YEARS years in which most happens, less the empty ones at either end:
    a single forerunner a lifetime before would squeeze all the rest together."""
    start = max(
        years,
        key=lambda first: (sum(0 <= y - first < MOST_YEARS for y in years), -first),
    )
    inside = [year for year in years if 0 <= year - start < MOST_YEARS]
    return min(inside), max(inside)


class Scale:
    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.start = date(first, 1, 1)
        self.days = (date(last + 1, 1, 1) - self.start).days

    def holds(self, event: TimelineEvent) -> bool:
        return bool(
            event.start_on and event.end_on and self.first <= event.start_on.year <= self.last
        )

    def at(self, day: date) -> float:
        day = min(day, date(self.last, 12, 31))
        return LEFT + (RIGHT - LEFT) * (day - self.start).days / self.days

    def middle(self, event: TimelineEvent) -> float:
        assert event.start_on and event.end_on  # noqa: S101, PT018
        return (self.at(event.start_on) + self.at(event.end_on)) / 2


def bands(periods: Sequence[TimelineEvent], scale: Scale) -> str:
    body = ""
    for index, event in enumerate(periods[: len(BANDS)]):
        assert event.start_on and event.end_on  # noqa: S101, PT018
        start, end = scale.at(event.start_on), scale.at(event.end_on)
        row = 4 + index * 13
        body += (
            f'<rect class="{BANDS[index]}" x="{percent(start)}" y="{row}%" '
            f'width="{percent(max(end - start, 0.5))}" height="8"/>'
        )
        label = strip_tags(event.text_html).split(".")[0].split(":")[0]
        body += format_html(
            '<text class="wide{}" x="{}" y="{}%">{}</text>',
            " end" if start > 60 else "",
            percent(end if start > 60 else start),
            row + 19,
            label if len(label) < 40 else event.ref.replace("-", " ").capitalize(),
        )
    return body


def years(scale: Scale) -> str:
    """Marks for the years, every second or tenth of them where they would crowd."""
    count = scale.last - scale.first + 1
    step = next(s for s in (1, 2, 5, 10, 25, 50, 1000) if count / s <= MOST_LABELS)
    body = f'<line class="axis" x1="{percent(LEFT)}" x2="{percent(RIGHT)}" y1="78%" y2="78%"/>'
    for year in range(scale.first, scale.last + 1):
        if (year - scale.first) % step:
            continue
        x = percent(scale.at(date(year, 1, 1)))
        is_kept = (year - scale.first) % (step * 3) == 0
        body += f'<line class="axis" x1="{x}" x2="{x}" y1="78%" y2="86%"/>'
        body += f'<text class="{"t-ink" if is_kept else "wide"}" x="{x}" y="99%">{year}</text>'
    return body


def month_of(event: TimelineEvent) -> tuple[int, int] | None:
    if event.start_on is None or event.precision not in {"day", "month"}:
        return None
    return event.start_on.year, event.start_on.month


def busiest_month(events: Sequence[TimelineEvent]) -> tuple[int, int] | None:
    counts = Counter(month for event in events if (month := month_of(event)))
    month, count = counts.most_common(1)[0] if counts else (None, 0)
    return month if count > 1 else None


def told(points: Sequence[TimelineEvent], scale: Scale, busiest: tuple[int, int] | None) -> str:
    words = _("%(count)d dated events from %(first)d to %(last)d as ticks on a line.") % {
        "count": len(points),
        "first": scale.first,
        "last": scale.last,
    }
    if busiest:
        words += " " + _("They stand closest in month %(month)d of %(year)d.") % {
            "month": busiest[1],
            "year": busiest[0],
        }
    return words
