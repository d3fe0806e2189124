"""Bars and a scatter plot of how questions behave. Colours come from classes alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from studyguide.courses.item import Item

EASY, HARD, WEAK = 95.0, 20.0, 20.0  # facility; facility; discrimination x 100


def bar(share: float, css: str, start: float = 0.0) -> SafeString:
    place = f'x="{start:.2f}%" ' if start else ""
    return mark_safe(  # noqa: S308
        f'<svg class="bar" aria-hidden="true"><rect class="{css}" {place}width="{share:.2f}%" '
        'height="100%"/></svg>'
    )


LEFT, WIDTH, TOP, LOW = 7.0, 91.0, 6.0, 85.0  # of the plot, in per cent


def scatter(items: Sequence[Item]) -> SafeString:
    """Facility across, discrimination up from -0.2 (or the least) to 1."""
    least = min(-20.0, *(each.discrimination or 0 for each in items)) if items else -20.0

    def x(facility: float) -> str:
        return f"{LEFT + facility * WIDTH / 100:.2f}%"

    def y(related: float) -> str:
        return f"{TOP + (100 - related) / (100 - least) * (LOW - TOP):.2f}%"

    parts = [
        f'<rect class="f-leaf" x="{x(HARD)}" y="{TOP}%" width="{(EASY - HARD) * WIDTH / 100:.2f}%" '
        f'height="{(100 - WEAK) / (100 - least) * (LOW - TOP):.2f}%"/>',
        format_html('<text x="0" y="2.5%">{}</text>', _("Discrimination")),
        format_html('<text class="end" x="98%" y="93%">{}</text>', _("Facility")),
    ]
    for step in (0, 25, 50, 75, 100):
        parts.append(f'<text class="mid" x="{x(step)}" y="98%">{step}%</text>')
    for step in (0, 20, 40, 60, 80):
        parts.append(
            f'<line class="{"grid" if step else "axis"}" x1="{LEFT}%" x2="98%" y1="{y(step)}" '
            f'y2="{y(step)}"/><text class="end" x="5.6%" y="{y(step)}">{step / 100:.1f}</text>'
        )
    for each in items:
        css = "f-loose" if each.is_flagged else "f-ink"
        related = each.discrimination or 0.0
        is_late = each.facility > 90
        parts.append(
            f'<circle class="{css}" cx="{x(each.facility)}" cy="{y(related)}" r="6"/>'
            f'<text class="t-ink{" end" if is_late else ""}" '
            f'x="{x(each.facility + (-1.6 if is_late else 1.6))}" y="{y(related)}" dy=".35em">'
            f"{each.number}</text>"
        )
    told = _("Scatter plot of facility against discrimination. The table below says the same.")
    return format_html(
        '<svg class="svg scat" role="img" aria-label="{}">{}</svg>',
        told,
        mark_safe("".join(parts)),  # noqa: S308
    )
