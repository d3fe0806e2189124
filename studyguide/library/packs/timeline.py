"""Events in the order they happened, at the precision that the text supports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from studyguide.library.packs.render import Renderer
from studyguide.library.packs.schema import Event, Pack

Row = dict[str, Any]


def event_rows(pack: Pack, renderer: Renderer) -> Iterable[Row]:
    for position, (event, year) in enumerate(in_order(pack.events)):
        moment = event.date
        yield {
            "ref": event.id,
            "start_on": moment.start if moment else None,
            "end_on": moment.end if moment else None,
            "precision": moment.precision if moment else "undated",
            "when": event.when or shown(event),
            "year": year,
            "is_period": event.kind == "period",
            "is_essential": event.essential,
            "text_html": renderer.line(event.text),
            "figure": event.figure,
            "at": list(event.at),
            "position": position,
        }


def in_order(events: Iterable[Event]) -> list[tuple[Event, str]]:
    """Dated events by start, wider spans first; one with `after` behind that event, whatever
    its own date; undated ones without it at the end. With each the year it stands under."""
    events = list(events)
    dated = sorted(
        (event for event in events if event.date and not event.after),
        key=lambda e: (e.date.start, -e.date.end.toordinal()),  # type: ignore[union-attr]
    )
    ordered = [(event, str(event.date.start.year)) for event in dated if event.date]
    waiting = [event for event in events if event.after or not event.date]
    while waiting:
        left = []
        for event in waiting:
            at = next((i for i, (e, _y) in enumerate(ordered) if e.id == event.after), None)
            if at is None:
                left.append(event)
            else:
                ordered.insert(at + 1, (event, ordered[at][1]))
        if len(left) == len(waiting):
            ordered += [(event, _("Undated")) for event in left]
            break
        waiting = left
    return ordered


def shown(event: Event) -> str:
    moment = event.date
    if moment is None:
        return _("Undated")
    if moment.precision == "day":
        return date_format(moment.start, "j F Y")
    if moment.precision == "month":
        return date_format(moment.start, "F Y")
    if moment.precision == "year":
        return str(moment.start.year)
    return span(moment.start, moment.end)


def span(start: date, end: date) -> str:
    """A range, no finer than it was given: whole years, or months."""
    is_years = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
    form = "Y" if is_years else "F Y"
    return _("%(start)s to %(end)s") % {
        "start": date_format(start, form),
        "end": date_format(end, form),
    }
