from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from quizzes.mastery import HEADLINE_RULE, Level
from quizzes.standing import COUNTED_RULE
from studyguide.accounts.sessions import signed_in
from studyguide.progress import charts
from studyguide.progress.days import named_days
from studyguide.progress.desk import CALENDAR, FORECAST, Desk

SOON = 3  # days that others named, the nearest
RULES = {"levels": [*Level], "headline_rule": HEADLINE_RULE, "counted_rule": COUNTED_RULE}


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """What to do next, how far and how firm; `?text=` chooses the article."""
    desk = Desk.of(signed_in(request), timezone.now(), request.GET.get("text", ""))
    context = {"desk": desk, "nav": "progress", **RULES}
    if desk is not None and not desk.is_new:
        request.due_count = desk.due_today  # type: ignore[attr-defined]
        rows = [(row.section.number, row.standing) for row in desk.rows]
        context |= {
            "finding": charts.sections_finding(rows),
            "sections": [
                (row.section, row.standing, charts.meter(row.standing, row.standing.told))
                for row in desk.rows
            ],
            "forecast": charts.forecast(desk.due, desk.today, FORECAST),
            "calendar": charts.calendar(desk.studied, desk.today, CALENDAR),
            "calibration": charts.calibration(desk.activity.sure),
            "sure_enough": charts.ENOUGH,
            "named": named_days(desk.user, desk.today)[:SOON],
        }
    return render(request, "progress/dashboard.html", context)
