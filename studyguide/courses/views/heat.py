"""Where in the text a class stumbles."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.courses.access import Right, enter
from studyguide.courses.heat import Heat, terms_at


@require_safe
def heat_map(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course, Right.RESULTS)
    heat = Heat.of(access.course, request.GET.get("article", ""))
    here = heat.at(request.GET.get("passage", ""))
    context = {
        "course": access.course,
        "heat": heat,
        "here": here,
        "terms": terms_at(access.course, here) if here else [],
        "nav": "courses",
    }
    return render(request, "courses/heat_map.html", context)
