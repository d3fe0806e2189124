"""The essay drawn as itself: one bar for each passage, its height by length.

SVG without a viewBox and in percent: bars stretch, type keeps its size, and no
style attribute is needed. Built from numbers alone, so there is nothing to escape.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


class Bar(NamedTuple):
    number: int
    words: int
    is_read: bool = False
    is_here: bool = False
    is_checked: bool = False
    is_firm: bool = False

    @property
    def fill(self) -> str:
        if self.is_here:
            return "f-now"
        if self.is_firm:
            return "f-firm"
        return "f-ink" if self.is_read else "f-unread"


def percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def heights(bars: Sequence[Bar]) -> tuple[float, ...]:
    """0.2 to 1: the root of the length, or the longest paragraph would dwarf the rest."""
    return heights_of(tuple([bar.words for bar in bars]))


@lru_cache(maxsize=1000)
def heights_of(words: tuple[int, ...]) -> tuple[float, ...]:
    """The same for all readers, as below."""
    longest = max(words, default=0) or 1
    return tuple([max(0.2, (count / longest) ** 0.75) if count else 0.5 for count in words])


def rects(bars: Sequence[Bar], relative: tuple[float, ...], *, step: float, floor: float) -> str:
    """Bars of `relative` heights standing on `floor`, `step` apart, all in percent. One whose
    questions are answered is cut through near its foot."""
    cut = f'y="{percent(floor * 0.88)}" height="{percent(floor * 0.035)}"'
    return "".join(
        [
            f'<rect class="{bar.fill}" {place} {stands}/>'
            + (f'<rect class="f-cut" {place} {cut}/>' if bar.is_checked else "")
            for bar, (place, stands) in zip(bars, places(relative, step, floor), strict=True)
        ]
    )


@lru_cache(maxsize=1000)
def places(relative: tuple[float, ...], step: float, floor: float) -> list[tuple[str, str]]:
    """Where each bar stands and how high: the same for all readers of the same paragraphs."""
    return [
        (
            f'x="{percent(index * step)}" width="{percent(step * 0.74)}"',
            f'y="{percent(floor * (1 - height))}" height="{percent(floor * height)}"',
        )
        for index, height in enumerate(relative)
    ]


def sky(bars: Sequence[Bar], relative: tuple[float, ...], *, slots: int) -> SafeString:
    """A section's bars in a row of the contents, all sections on one scale."""
    step = 100 / max(slots, 1)
    body = rects(bars, relative, step=step, floor=100)
    return mark_safe(f'<svg class="sky" aria-hidden="true">{body}</svg>')  # noqa: S308


def skyline(bars: Sequence[Bar], chapters: Sequence[tuple[str, int, int]]) -> SafeString:
    """The whole essay: bars, and below them the chapters as (label, first, last)."""
    step = 100 / max(len(bars), 1)
    body = rects(bars, heights(bars), step=step, floor=80)
    for index, bar in enumerate(bars):
        if bar.is_here:
            is_late = index > len(bars) * 0.7
            body += (
                f'<line class="here-l" x1="{percent(index * step)}" '
                f'x2="{percent(index * step)}" y1="0" y2="80%"/>'
            )
            body += format_html(
                '<text class="t-now big{}" x="{}" y="1em">{}</text>',
                " end" if is_late else "",
                percent(index * step + (-0.6 if is_late else 1)),
                _("You are at ¶%(number)s") % {"number": bar.number},
            )
    body += chapters_below(tuple(chapters), tuple([bar.number for bar in bars]))
    return format_html(
        '<svg class="svg tall" role="img" aria-label="{}">{}</svg>',
        told(bars),
        mark_safe(body),  # noqa: S308
    )


@lru_cache(maxsize=100)
def chapters_below(chapters: tuple[tuple[str, int, int], ...], numbers: tuple[int, ...]) -> str:
    """The chapters under the bars of all paragraphs: the same for all readers."""
    step, body = 100 / max(len(numbers), 1), ""
    place = {number: index for index, number in enumerate(numbers)}
    for label, first, last in chapters:
        x, end = place[first] * step, (place[last] + 1) * step - step * 0.26
        body += f'<line class="axis" x1="{percent(x)}" x2="{percent(end)}" y1="83%" y2="83%"/>'
        body += format_html(
            '<text class="t-ink" x="{}" y="96%">{}<tspan class="wide" dx=".6em">¶{}–{}'
            "</tspan></text>",
            percent(x),
            label,
            first,
            last,
        )
    return body


def told(bars: Sequence[Bar]) -> str:
    """The same in words, for those who do not see the drawing."""
    read = sum(bar.is_read for bar in bars)
    here = next((bar.number for bar in bars if bar.is_here), None)
    words = _(
        "The essay drawn as %(all)d bars, one for each paragraph, taller for longer. "
        "%(read)d are read, %(checked)d checked, %(firm)d firm."
    ) % {
        "all": len(bars),
        "read": read,
        "checked": sum(bar.is_checked for bar in bars),
        "firm": sum(bar.is_firm for bar in bars),
    }
    if here is not None:
        words += " " + _("You are at paragraph %(here)d.") % {"here": here}
    return words


def rail_bar(bar: Bar, relative: float) -> SafeString:
    return mark_safe(  # noqa: S308
        f'<svg class="bar" aria-hidden="true"><rect class="{bar.fill}" '
        f'width="{percent(relative * 100)}" height="100%"/>'
        + ('<rect class="f-cut" x="6%" width="4%" height="100%"/>' if bar.is_checked else "")
        + "</svg>"
    )
