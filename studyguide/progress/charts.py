"""Drawings of a learner's own pages: SVG in percent geometry without a viewBox, made from numbers
and dates. Each comes with the finding in words; its table stands in the template."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from quizzes import certainty
from quizzes.drawings import percent
from quizzes.mastery import Level, Standing

FILLS = {
    Level.MASTERED: "f-ink",
    Level.FIRM: "f-firm",
    Level.LEARNING: "f-loose",
    Level.NEW: "f-track",
}
STEPS = (1, 5, 10, 20, 40)  # things done in a day from which a colour holds
ENOUGH = 20  # answers with a certainty, before anything is said of it
FLOOR = 84.0  # per cent; where the bars of a plot stand
FILL = "\0"  # where the fill of a square goes
SURE = {1: _l("Unsure"), 2: _l("Fairly sure"), 3: _l("Sure")}


def meter(standing: Standing, told: str) -> SafeString:
    """Cards by level, the firmest first."""
    x, body = 0.0, ""
    for level, fill in FILLS.items():
        share = 100 * standing.share(level)
        if share:
            body += rect(fill, x=x, width=max(share - 0.4, 0.2), y=0, height=100)
        x += share
    return drawn("bar", told, body)


def sections_finding(rows: Sequence[tuple[int, Standing]]) -> str:
    """What the plot of the sections says, in one line."""
    firm = [number for number, standing in rows if standing.is_firm]
    begun = [(s.firm_share, n) for n, s in rows if s.is_begun and not s.is_firm]
    words = []
    if len(firm) == 1:
        words.append(_("Section %d is firm") % firm[0])
    elif firm and len(firm) == len(rows):
        words.append(_("Every section is firm"))
    elif firm:
        words.append(_("Sections %s are firm") % listed(firm))
    if begun:
        share, number = min(begun)
        if firm:
            words.append(_("%d is the one to revisit") % number)
        elif share:
            words.append(_("No section is firm yet; %d is the loosest") % number)
        else:
            words.append(_("Cards are young: nothing is firm yet"))
    return "; ".join(words) or _("Nothing answered yet")


def listed(numbers: Sequence[int]) -> str:
    *most, last = map(str, numbers)
    return _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last}


@dataclass(frozen=True)
class Plot:
    finding: str
    svg: SafeString
    rows: Sequence[tuple[str, int]]  # of the table

    @property
    def rows_html(self) -> SafeString:
        return mark_safe(  # noqa: S308
            "".join(
                [
                    f'<tr><th scope="row">{escape(name)}</th><td class="n">{value}</td></tr>'
                    for name, value in self.rows
                ]
            )
        )


def forecast(due: Mapping[date, int], today: date, days: int) -> Plot:
    """Cards by the day they fall due; what waits stands on today."""
    columns = forecast_of(today, days, get_language())
    counts = [(column.day, due.get(column.day, 0)) for column in columns]
    highest = max(count for _day, count in counts) or 1
    parts = []
    for column, (_day, count) in zip(columns, counts, strict=True):
        if count:
            height = 70 * count / highest
            y, top, height_of = FLOOR - height, percent(FLOOR - height - 2), percent(height)
            parts += [
                f'{column.bar} y="{percent(y)}" height="{height_of}"/>',
                f'{column.above} y="{top}">{count}</text>',
            ]
        parts.append(column.below)
    finding = forecast_finding(counts, today)
    return Plot(
        finding,
        drawn("svg", _("Bar chart of cards due by day. %s") % finding, "".join(parts) + AXIS),
        [(column.name, count) for column, (_day, count) in zip(columns, counts, strict=True)],
    )


class Column(NamedTuple):
    """What is the same for everybody of a day in the forecast."""

    day: date
    name: str
    bar: str  # the beginnings of its bar and of the number above
    above: str
    below: str


@lru_cache(maxsize=20)
def forecast_of(today: date, days: int, _language: str | None) -> list[Column]:
    found, step = [], 100 / days
    for index in range(days):
        day, x = today + timedelta(days=index), index * step
        fill, ink, now = ("f-ink", "t-ink", "") if index else ("f-now", "t-now", " t-now")
        middle, name = percent(x + step / 2), escape(told_day(day, "D")[:2])
        found.append(
            Column(
                day,
                told_day(day, "D j M"),
                f'<rect class="{fill}" x="{percent(x + 1)}" width="{percent(step - 2)}"',
                f'<text class="mid {ink}" x="{middle}"',
                f'<text class="mid{now}" x="{middle}" y="97%">{name}</text>',
            )
        )
    return found


def forecast_finding(counts: Sequence[tuple[date, int]], today: date) -> str:
    day, count = max(counts, key=lambda pair: pair[1])
    if not count:
        return _("No card falls due in the next two weeks")
    cards = ngettext("%d card", "%d cards", count) % count
    if day == today:
        return _("Today is the heaviest day: %s") % cards
    if day == today + timedelta(days=1):
        return _("Tomorrow is the heavy day: %s") % cards
    return _("%(day)s is the heaviest day: %(cards)s") % {
        "day": told_day(day, "l j F"),
        "cards": cards,
    }


def calendar(studied: Mapping[date, int], today: date, days: int) -> Plot:
    """A square for each day, weeks as columns from Monday down."""
    empty = calendar_of(today, days, get_language())
    used = sorted(day for day in studied if day in empty.places)
    parts = [*empty.parts]
    for day in used:
        parts[empty.places[day]] = fill_of(studied[day], is_today=day == today)
    months: dict[tuple[int, int], int] = {}
    for day in used:
        month = (day.year, day.month)
        months[month] = months.get(month, 0) + 1
    rows = [(told_day(date(*month, 1), "F Y"), count) for month, count in months.items()]
    finding = calendar_finding(used, today)
    return Plot(finding, drawn("svg cal", finding, "".join(parts)), rows)


class Empty(NamedTuple):
    """The calendar of a day on which nobody has studied yet."""

    parts: list[str]
    places: dict[date, int]  # where among the parts the fill of a day stands


@lru_cache(maxsize=20)
def calendar_of(today: date, days: int, _language: str | None) -> Empty:
    """The same for everybody: only fills change with what was studied."""
    first = today - timedelta(days=days - 1)
    start = first - timedelta(days=first.weekday())
    weeks = (today - start).days // 7 + 1
    left, top = 5.3, 14.0
    step, row = (100 - left) / weeks, (100 - top) / 7
    parts: list[str] = []
    for index in range(7):
        name = told_day(start + timedelta(days=index), "D")[:1]
        y = percent(top + row * (index + 0.65))
        parts.append(format_html('<text x="0" y="{}">{}</text>', y, name))
    months, places = set(), {}
    for week in range(weeks):
        monday, x = start + timedelta(weeks=week), left + week * step
        if (monday.year, monday.month) not in months and monday.day <= 7:
            name = told_day(monday, "M")
            parts.append(format_html('<text x="{}" y="8%">{}</text>', percent(x), name))
        months.add((monday.year, monday.month))
        for weekday in range(7):
            day = monday + timedelta(days=weekday)
            if first <= day <= today:
                square = rect(
                    FILL, x=x, width=step * 0.84, y=top + weekday * row, height=row * 0.84
                )
                before, _fill, after = square.partition(FILL)
                places[day] = len(parts) + 1
                parts += [before, fill_of(0, is_today=day == today), after]
    return Empty(parts, places)


def calendar_finding(used: Sequence[date], today: date) -> str:
    """Counted from the first day that was used."""
    if not used:
        return _("No day studied yet")
    span = (today - min(used)).days + 1
    if span == 1:
        return _("You studied today, for the first time")
    said = _("You studied on %(used)d of the last %(span)d days")
    return said % {"used": len(used), "span": span}


def fill_of(count: int, *, is_today: bool) -> str:
    if is_today:
        return "f-now"
    reached = bisect_right(STEPS, count)
    return f"v{reached}" if reached else "f-leaf"


def calibration(sure: certainty.Summary) -> Plot | None:
    """How often one was right at each certainty, against the band in which it pays."""
    levels = [level for level in sure.levels if level.accuracy is not None]
    given = sum(level.count for level in levels)
    if given < ENOUGH or len(levels) < 2:
        return None
    step, body = 100 / len(certainty.TABLE), ""
    for index, level in enumerate(sure.levels):
        x, band = index * step, certainty.BANDS[level.certainty]
        low, high = FLOOR - 74 * band.low, FLOOR - 74 * band.high
        middle = percent(x + step / 2)
        body += rect("f-leaf", x=x + 2, width=step - 4, y=high, height=low - high)
        name = escape(str(SURE[level.certainty]))
        body += f'<text class="mid" x="{middle}" y="97%">{name}</text>'
        if level.accuracy is None:
            continue
        y = FLOOR - 74 * level.accuracy
        body += rect("f-ink", x=x + step / 2 - 4, width=8, y=y, height=max(FLOOR - y, 0.5))
        share = round(100 * level.accuracy)
        body += f'<text class="mid t-ink" x="{middle}" y="{percent(y - 2)}">{share}%</text>'
    finding = calibration_finding(levels)
    return Plot(
        finding,
        drawn("svg", _("Share of right answers by certainty. %s") % finding, body + AXIS),
        [
            (
                f"{SURE[level.certainty]}: "
                + (ngettext("%d answer", "%d answers", level.count) % level.count),
                round(100 * (level.accuracy or 0)),
            )
            for level in levels
        ],
    )


def calibration_finding(levels: Sequence[certainty.Level]) -> str:
    over = next((level for level in reversed(levels) if level.verdict == "over"), None)
    if over is not None:
        return (
            _("When you say “%s”, you are right less often than that asks for")
            % SURE[over.certainty]
        )
    under = next((level for level in levels if level.verdict == "under"), None)
    if under is not None:
        return _("You could be surer: at “%s” you are mostly right") % SURE[under.certainty]
    return _("You are as sure as you are right")


def rect(fill: str, *, x: float, width: float, y: float, height: float) -> str:
    return (
        f'<rect class="{fill}" x="{percent(x)}" width="{percent(width)}" '
        f'y="{percent(y)}" height="{percent(height)}"/>'
    )


AXIS = f'<line class="axis" x1="0" x2="100%" y1="{percent(FLOOR)}" y2="{percent(FLOOR)}"/>'


def told_day(day: date, form: str) -> str:
    return told_day_in(day, form, get_language())


@lru_cache(maxsize=5000)
def told_day_in(day: date, form: str, _language: str | None) -> str:
    """A page names some thirty days, and everybody's pages the same: measured, to make their names
    anew takes longer than all other drawing."""
    return date_format(day, form)


def drawn(name: str, told: str, body: str) -> SafeString:
    return format_html(
        '<svg class="{}" role="img" aria-label="{}">{}</svg>',
        name,
        told,
        mark_safe(body),  # noqa: S308
    )
