"""How the questions of a class behave, and the answers behind each."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.courses.access import Right, enter
from studyguide.courses.gradebook import as_file
from studyguide.courses.item_rows import rows
from studyguide.courses.items import Analysis
from studyguide.courses.views.gradebook import attached

PAGE = 100  # answers that are listed at once


@require_safe
def items(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course, Right.RESULTS)
    analysis = Analysis.of(access.course, request.GET.get("assignment", ""), with_words=True)
    sort = request.GET.get("sort", "")
    context = {
        "course": access.course,
        "analysis": analysis,
        "rows": rows(access.course, analysis.ordered(sort), has_pooled=analysis.has_pooled),
        "sort": sort,
        "nav": "courses",
    }
    return render(request, "courses/items.html", context)


@require_POST
def items_export(request: HttpRequest, course: str) -> HttpResponse:
    """The same as a table for spreadsheets. A POST, because who took it away is recorded."""
    access = enter(signed_in(request), course, Right.RESULTS)
    analysis = Analysis.of(access.course, request.POST.get("assignment", ""))
    file = as_file(analysis.exported(), request.POST.get("format", ""))
    return attached(access, "items", file, timezone.now())


@require_safe
def item(request: HttpRequest, course: str, version: int) -> HttpResponse:
    """One question: what was chosen, and who answered what. Who has left is counted, and not
    listed."""
    access = enter(signed_in(request), course, Right.RESULTS)
    analysis = Analysis.of(access.course)
    one = analysis.item(version)
    if one is None:
        raise Http404
    places = {each.context: each.public_id for each in analysis.assignments}
    members = dict(access.course.memberships.learners().values_list("user", "pk"))
    listed = [each for each in one.listed if each.user in members and each.context in places]
    listed.sort(key=lambda each: (each.mark, each.name.casefold()))
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    kind, shown = one.version.kind_class, one.version.shown
    behind = [
        {
            "name": each.name,
            "member": members[each.user],
            "assignment": places[each.context],
            "words": "" if each.value is None else kind.words(shown, each.value),
            "worth": round(100 * each.mark),
        }
        for each in page
    ]
    context = {
        "course": access.course,
        "item": one,
        "behind": behind,
        "page": page,
        "gone": one.answers - len(listed),
        "nav": "courses",
    }
    return render(request, "courses/item.html", context)
