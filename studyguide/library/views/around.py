"""The pages around the text: what a pack says beside its passages."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from quizzes.models import Quiz
from studyguide.library.era import era
from studyguide.library.models import Article


def current_article(slug: str) -> Article:
    found: Article = get_object_or_404(Article.objects.current(), slug=slug)
    return found


@require_safe
@login_not_required
def timeline(request: HttpRequest, article: str) -> HttpResponse:
    found = current_article(article)
    events = list(found.events.filter(retired_at=None))
    years = [(year, list(group)) for year, group in groupby(events, key=lambda e: e.year)]
    context = {
        "article": found,
        "events": events,
        "years": years,
        "era": era(events),
        "quiz": Quiz.objects.named(article, "timeline"),
        "nav": "timeline",
    }
    return render(request, "library/timeline.html", context)


@require_safe
@login_not_required
def people(request: HttpRequest, article: str) -> HttpResponse:
    found = current_article(article)
    everybody = list(found.people.filter(retired_at=None))
    context = {
        "article": found,
        "people": everybody,
        "letters": [
            (letter, list(group))
            for letter, group in groupby(everybody, key=lambda p: p.sort_key[:1].upper())
        ],
        "quiz": Quiz.objects.named(article, "who-says-it"),
        "nav": "people",
    }
    return render(request, "library/people.html", context)


@require_safe
@login_not_required
def footnotes(request: HttpRequest, article: str) -> HttpResponse:
    found = current_article(article)
    notes = found.footnotes.filter(retired_at=None).select_related("passage")
    context = {"article": found, "footnotes": list(notes), "nav": "read"}
    return render(request, "library/footnotes.html", context)


@require_safe
@login_not_required
def bibliography(request: HttpRequest, article: str) -> HttpResponse:
    """One entry a volume, made from what the footnotes cite."""
    found = current_article(article)
    works = list(found.works.filter(retired_at=None))
    context = {"article": found, "works": works, "nav": "read"}
    return render(request, "library/bibliography.html", context)


@require_safe
@login_not_required
def argument(request: HttpRequest, article: str) -> HttpResponse:
    found = current_article(article)
    if not found.argument:
        raise Http404
    return render(
        request,
        "library/argument.html",
        {"article": found, "nodes": found.argument, "nav": "read"},
    )


@require_safe
@login_not_required
def page(request: HttpRequest, article: str, page: str) -> HttpResponse:
    found = current_article(article)
    shown: dict[str, Any] | None = next((p for p in found.pages if p["slug"] == page), None)
    if shown is None:
        raise Http404
    return render(request, "library/page.html", {"article": found, "page": shown, "nav": "read"})
