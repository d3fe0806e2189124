from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studyguide.library.models import Passage
from studyguide.library.revision import WHOLE, Sheet
from studyguide.library.views.around import current_article


@require_safe
@login_not_required
def revision(request: HttpRequest, article: str) -> HttpResponse:
    found = current_article(article)
    context = {
        "article": found,
        "chapters": list(found.chapters.filter(retired_at=None)),
        "whole": WHOLE,
        "nav": "read",
    }
    return render(request, "library/revision.html", context)


@require_safe
@login_not_required
def revision_sheet(request: HttpRequest, article: str, part: str) -> HttpResponse:
    """A chapter or the whole on one page of paper."""
    if part == WHOLE:
        sheet = Sheet.of_whole(current_article(article))
    else:
        sheet = Sheet.of_chapter(passages_of(article, part))
    context = {"sheet": sheet, "article": sheet.article, "nav": "read"}
    return render(request, "library/revision_sheet.html", context)


def passages_of(article: str, chapter: str) -> list[Passage]:
    """With their article, in one query. What the article keeps for other pages is left out,
    since each row would repeat it."""
    passages = Passage.objects.current().filter(
        article__slug=article, article__retired_at=None, section__chapter__slug=chapter
    )
    heavy = ["note_html", "note_text", "section__segments", "article__facts"]
    heavy += ["article__argument", "article__pages"]
    found = list(passages.select_related("article", "section__chapter").defer(*heavy))
    if not found:
        raise Http404
    return found
