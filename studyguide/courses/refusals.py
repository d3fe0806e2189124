"""What becomes of an act that the state of a course does not allow."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from studyguide.courses.models import CourseRefused


def says_refusals(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead back to the course's page, which says why. For views of one course."""

    @wraps(view)
    def guarded(request: HttpRequest, course: str, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, course, **kwargs)
        except CourseRefused as why:
            messages.warning(request, str(why))
            return redirect("course", course)

    return guarded
