from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from quizzes.mastery import HEADLINE_RULE, Level, Standing
from quizzes.standing import COUNTED_RULE
from studyguide.accounts.sessions import signed_in
from studyguide.kept import kept
from studyguide.progress import charts
from studyguide.progress.days import named_days
from studyguide.progress.desk import CALENDAR, FORECAST, Desk

SOON = 3  # days that others named, the nearest
RULES = {"levels": (*Level,), "headline_rule": HEADLINE_RULE, "counted_rule": COUNTED_RULE}


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """What to do next, how far and how firm; `?text=` chooses the article."""
    desk = Desk.of(signed_in(request), timezone.now(), request.GET.get("text", ""))
    context: dict[str, Any] = {"desk": desk, "nav": "progress"}
    if desk is not None and not desk.is_new:
        request.due_count = desk.due_today  # type: ignore[attr-defined]
        calibration = charts.calibration(desk.activity.sure)
        context |= {
            "today": charts.told_day(desk.today, "l j F"),
            "has_plan": desk.plan is not None,
            "has_due": bool(desk.due_today),
            "first": next(iter(desk.now), None),
            "forecast": charts.forecast(desk.due, desk.today, FORECAST),
            "calendar": charts.calendar(desk.studied, desk.today, CALENDAR),
            "calibration": calibration,
            "is_calibrated": calibration is not None,
            "sure_enough": charts.ENOUGH,
            "named": named_days(desk.user, desk.today)[:SOON],
            "rules_html": kept("progress/_rules.html", **RULES),
            **mastery_of(desk),
        }
    return render(request, "progress/dashboard.html", context)


def mastery_of(desk: Desk) -> dict[str, Any]:
    """The sections by how firm they are: the finding, bars and counts."""
    numbered, bars, counts = [], [], []
    for section, standing in desk.rows:
        bar, count = section_row(
            desk.article.slug, section.slug, section.number, section.title, standing, get_language()
        )
        numbered.append((section.number, standing))
        bars.append(bar)
        counts.append(count)
    return {
        "finding": charts.sections_finding(numbered),
        "bars_html": SafeString("".join(bars)),
        "counts_html": SafeString("".join(counts)),
    }


@lru_cache(maxsize=5000)
def section_row(
    article: str, slug: str, number: int, title: str, standing: Standing, _language: str | None
) -> tuple[str, str]:
    """A section in the drawing and in its table: the same for all who stand alike in it."""
    values = {"article": article, "slug": slug, "number": number, "title": title}
    values |= {"standing": standing, "bar_html": charts.meter(standing, standing.told)}
    return (
        render_to_string("progress/_section_bar.html", values),
        render_to_string("progress/_section_counts.html", values),
    )
