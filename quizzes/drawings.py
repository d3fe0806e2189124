"""Small drawings, made on the server: percent geometry, no viewBox, no inline style."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FILL = {"right": "f-firm", "part": "f-loose", "miss": "f-loose", "now": "f-now", "done": "f-ink"}


def percent(value: float) -> str:
    return f"{value:.4g}%"


def steps(states: Sequence[str], told: str) -> SafeString:
    """One block for each question."""
    width = 100 / max(len(states), 1)
    wide = percent(width * 0.88)
    blocks = "".join(
        [
            f'<rect class="{FILL.get(state, "f-track")}" x="{percent(i * width)}" '
            f'width="{wide}" height="100%"/>'
            for i, state in enumerate(states)
        ]
    )
    return format_html(
        '<svg class="bar" role="img" aria-label="{}">{}</svg>',
        told,
        mark_safe(blocks),  # noqa: S308
    )


def meter(share: float) -> SafeString:
    fill = "f-ink" if share >= 0.5 else "f-loose"
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="{}" width="{}" height="100%"/></svg>',
        fill,
        percent(100 * share),
    )


def progress(at: int, total: int, told: str) -> SafeString:
    """One bar, where blocks would be too many to be told apart."""
    return format_html(
        '<svg class="bar" role="img" aria-label="{}"><rect class="f-track" width="100%" '
        'height="100%"/><rect class="f-ink" width="{}" height="100%"/></svg>',
        told,
        percent(100 * at / max(total, 1)),
    )
