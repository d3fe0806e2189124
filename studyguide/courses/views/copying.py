"""A course once more for a new term, after a look at every new date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from studyguide.accounts.sessions import signed_in
from studyguide.courses import due
from studyguide.courses.access import Right, enter
from studyguide.courses.forms import CopyForm
from studyguide.courses.models import Assignment, Course, copy_course, later_dates
from studyguide.courses.views.courses import may_start

LABELS = {
    "opens_at": gettext_lazy("Opens"),
    "due_at": gettext_lazy("Due"),
    "closes_at": gettext_lazy("Closes"),
}


class Moved(NamedTuple):
    what: str
    old: str
    new: str


@require_http_methods(["GET", "HEAD", "POST"])
def course_copy(request: HttpRequest, course: str) -> HttpResponse:
    """Ask for the new first day; say every new date; copy once that is confirmed."""
    user = signed_in(request)
    found = enter(user, course, Right.TEACH).course
    if not may_start(user):
        raise PermissionDenied
    assignments = list(found.assignments.existing())
    for each in assignments:
        each.course = found
    first = {"title": found.title, "old_first_on": first_day(found, assignments)}
    is_post = request.method == "POST"
    form = CopyForm(request.POST if is_post else None, initial=first)
    is_read = is_post and form.is_valid()
    if is_read and request.POST.get("act") == "copy":
        title, now = form.cleaned_data["title"], timezone.now()
        new = copy_course(found, title=title, days=form.days, by=user, now=now)
        messages.success(request, _("The new class is there. Its assignments are drafts."))
        return redirect(new)
    context = {
        "course": found,
        "form": form,
        "is_read": is_read,
        "days": form.days if is_read else 0,
        "rows": list(moved(assignments, form.days)) if is_read else [],
        "count": len(assignments),
        "nav": "courses",
    }
    status = 422 if form.errors else 200
    return render(request, "courses/course_copy.html", context, status=status)


def first_day(course: Course, assignments: Iterable[Assignment]) -> date:
    """The day on which the course began, as far as its dates tell."""
    dates = [at for each in assignments for at in (each.opens_at, each.due_at) if at is not None]
    return due.day_of(min([course.made_at, *dates]), course.time_zone)


def moved(assignments: Iterable[Assignment], days: int) -> Iterator[tuple[str, bool, list[Moved]]]:
    """By assignment, whether it is for chosen learners, and each date as it was and will be."""
    for each in assignments:
        zone = each.course.time_zone
        yield (
            each.title,
            each.audience == Assignment.Audience.CHOSEN,
            [
                Moved(str(LABELS[name]), due.words(getattr(each, name), zone), typed.words)
                for name, typed in later_dates(each, days).items()
            ],
        )
