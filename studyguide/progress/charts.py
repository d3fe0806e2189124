"""Drawings of a learner's own pages: SVG in percent geometry without a viewBox, made from numbers
and dates. Each comes with the finding in words; its table stands in the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from quizzes import certainty
from quizzes.activity import last_days
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


def forecast(due: Mapping[date, int], today: date, days: int) -> Plot:
    """Cards by the day they fall due; what waits stands on today."""
    counts = [(day, due.get(day, 0)) for day in (today + timedelta(n) for n in range(days))]
    highest = max(count for _day, count in counts) or 1
    step = 100 / days
    body = ""
    for index, (day, count) in enumerate(counts):
        x, height = index * step, 70 * count / highest
        now = " t-now" if day == today else ""
        middle = percent(x + step / 2)
        if count:
            fill = "f-now" if day == today else "f-ink"
            body += rect(fill, x=x + 1, width=step - 2, y=FLOOR - height, height=height)
            body += format_html(
                '<text class="mid{}" x="{}" y="{}">{}</text>',
                now or " t-ink",
                middle,
                percent(FLOOR - height - 2),
                count,
            )
        name = date_format(day, "D")[:2]
        body += format_html('<text class="mid{}" x="{}" y="97%">{}</text>', now, middle, name)
    body += f'<line class="axis" x1="0" x2="100%" y1="{percent(FLOOR)}" y2="{percent(FLOOR)}"/>'
    finding = forecast_finding(counts, today)
    return Plot(
        finding,
        drawn("svg", _("Bar chart of cards due by day. %s") % finding, body),
        [(date_format(day, "D j M"), count) for day, count in counts],
    )


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
        "day": date_format(day, "l j F"),
        "cards": cards,
    }


def calendar(studied: Mapping[date, int], today: date, days: int) -> Plot:
    """A square for each day, weeks as columns from Monday down."""
    first = last_days(today, days)[0]
    start = first - timedelta(days=first.weekday())
    weeks = (today - start).days // 7 + 1
    left, top = 5.3, 14.0
    step, row = (100 - left) / weeks, (100 - top) / 7
    body = ""
    for index in range(7):
        name = date_format(start + timedelta(days=index), "D")[:1]
        body += format_html(
            '<text x="0" y="{}">{}</text>', percent(top + row * (index + 0.65)), name
        )
    months = set()
    for week in range(weeks):
        monday = start + timedelta(weeks=week)
        if (monday.year, monday.month) not in months and monday.day <= 7:
            body += format_html(
                '<text x="{}" y="8%">{}</text>',
                percent(left + week * step),
                date_format(monday, "M"),
            )
        months.add((monday.year, monday.month))
        for weekday in range(7):
            day = monday + timedelta(days=weekday)
            if first <= day <= today:
                body += rect(
                    fill_of(studied.get(day, 0), is_today=day == today),
                    x=left + week * step,
                    width=step * 0.84,
                    y=top + weekday * row,
                    height=row * 0.84,
                )
    used = [day for day in studied if first <= day <= today]
    finding = calendar_finding(used, today)
    by_month: dict[str, int] = {}
    for day in sorted(used):
        month = date_format(day, "F Y")
        by_month[month] = by_month.get(month, 0) + 1
    return Plot(finding, drawn("svg cal", finding, body), [*by_month.items()])


def calendar_finding(used: Sequence[date], today: date) -> str:
    """Counted from the first day that was used."""
    if not used:
        return _("No day studied yet")
    span = (today - min(used)).days + 1
    return ngettext(
        "You studied on %(used)d of the last %(span)d day",
        "You studied on %(used)d of the last %(span)d days",
        span,
    ) % {"used": len(used), "span": span}


def fill_of(count: int, *, is_today: bool) -> str:
    if is_today:
        return "f-now"
    reached = sum(count >= least for least in STEPS)
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
        body += rect(
            "f-leaf",
            x=x + 2,
            width=step - 4,
            y=FLOOR - 74 * band.high,
            height=74 * (band.high - band.low),
        )
        body += format_html(
            '<text class="mid" x="{}" y="97%">{}</text>',
            percent(x + step / 2),
            SURE[level.certainty],
        )
        if level.accuracy is None:
            continue
        y = FLOOR - 74 * level.accuracy
        body += rect("f-ink", x=x + step / 2 - 4, width=8, y=y, height=max(FLOOR - y, 0.5))
        body += format_html(
            '<text class="mid t-ink" x="{}" y="{}">{}%</text>',
            percent(x + step / 2),
            percent(y - 2),
            round(100 * level.accuracy),
        )
    body += f'<line class="axis" x1="0" x2="100%" y1="{percent(FLOOR)}" y2="{percent(FLOOR)}"/>'
    finding = calibration_finding(levels)
    return Plot(
        finding,
        drawn("svg", _("Share of right answers by certainty. %s") % finding, body),
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


def drawn(name: str, told: str, body: str) -> SafeString:
    return format_html(
        '<svg class="{}" role="img" aria-label="{}">{}</svg>',
        name,
        told,
        mark_safe(body),  # noqa: S308
    )
