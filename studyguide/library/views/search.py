from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from studyguide.library import search as index
from studyguide.library.models import Article

LABELS: dict[str, str | Promise] = {
    "term": _("Terms"),
    "note": _("Notes"),
    "original": _("Your copy of the article"),
    "footnote": _("Footnotes"),
    "person": _("People"),
    "event": _("Timeline"),
    "page": _("Pages"),
}
LONGEST = 200  # characters of a query
A_PAGE = 30


@require_safe
@login_not_required
def search(request: HttpRequest, article: str) -> HttpResponse:
    found = get_object_or_404(Article.objects.current(), slug=article)
    asked = request.GET.get("q", "").strip()
    result = index.find(asked[:LONGEST], article=found, user=request.user)
    kind = request.GET.get("kind", "")
    hits = [hit for hit in result.hits if kind not in LABELS or hit.entry.kind == kind]
    page = Paginator(hits, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "article": found,
        "asked": asked[:LONGEST],
        "is_cut": len(asked) > LONGEST,
        "result": result,
        "page": page,
        "hits": [(hit, LABELS[hit.entry.kind]) for hit in page],
        "kind": kind if kind in LABELS else "",
        "kinds": [
            (name, label, result.count(name))
            for name, label in LABELS.items()
            if result.count(name)
        ],
        "nav": "search",
    }
    return render(request, "library/search.html", context)
