from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.library.models import Article, Section
from studyguide.progress.events import story_of
from studyguide.progress.views.dashboard import RULES


@require_safe
def me_section(request: HttpRequest, article: str, section: str) -> HttpResponse:
    """The cards of a section, and what made each what it is."""
    current = Section.objects.current().filter(article__slug=article, article__retired_at=None)
    found = get_object_or_404(
        current.select_related("article", "chapter").defer("segments"), slug=section
    )
    ids = found.article.questions_at(*range(found.first, found.last + 1))
    story = story_of(signed_in(request), found.article, ids, timezone.now())
    context = {"section": found, "story": story, "nav": "progress", **RULES}
    return render(request, "progress/me_section.html", context)


@require_safe
def me_term(request: HttpRequest, article: str, term: str) -> HttpResponse:
    """The same of a term."""
    found = get_object_or_404(Article.objects.current(), slug=article)
    asked = found.terms_asked.get(term)
    if asked is None:
        raise Http404
    story = story_of(signed_in(request), found, asked.ids, timezone.now())
    context = {"article": found, "term": asked, "story": story, "nav": "progress", **RULES}
    return render(request, "progress/me_term.html", context)
