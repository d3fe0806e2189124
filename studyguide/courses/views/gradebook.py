"""Scores and states of a whole course, to look at, to print and to take away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.courses import due
from studyguide.courses.access import Access, Right, enter
from studyguide.courses.assignment_forms import ReportForm
from studyguide.courses.gradebook import File, Gradebook, Report, as_file
from studyguide.courses.listing import Wish
from studyguide.courses.models import Assignment, Course
from studyguide.courses.wall_forms import WALL

JUST = timedelta(microseconds=1)


@require_safe
def gradebook(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course, Right.RESULTS)
    book = Gradebook.of(access.course, Wish.of(request.GET.dict()), now=timezone.now())
    context = {"course": access.course, "book": book, "nav": "courses"}
    return render(request, "courses/gradebook.html", context)


@require_POST
def gradebook_export(request: HttpRequest, course: str) -> HttpResponse:
    """The same as a table for spreadsheets. A POST, because who took it away is recorded."""
    access = enter(signed_in(request), course, Right.RESULTS)
    now = timezone.now()
    wish = Wish.of(request.POST.dict())
    book = Gradebook.of(access.course, wish, now=now, is_whole=True)
    file = as_file(book.exported(), request.POST.get("format", ""))
    return attached(access, "gradebook", file, now)


def attached(access: Access, what: str, file: File, now: datetime) -> HttpResponse:
    access.course.record(f"{what}.export", by=access.user, now=now)
    day = due.day_of(now, access.course.time_zone)
    response = HttpResponse(file.content, content_type=file.content_type)
    name = f"{what}-{day:%Y-%m-%d}.{file.ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def asked_report(
    course: Course, asked: QueryDict | Mapping[str, str], now: datetime
) -> tuple[ReportForm, Report]:
    """As at the moment typed; without one, as at the last due date that is past. What cannot be
    read is said in the form, and the report is as at that default. What was due at that very
    moment and not done is missing."""
    last = (
        Assignment.objects.filter(course=course)
        .published(now)
        .filter(due_at__lte=now)
        .order_by("-due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    at = last or now
    data: dict[str, Any] = {"at": asked.get("at", "")}
    if not data["at"]:
        data["at"] = due.wall_of(at, course.time_zone).strftime(WALL)
        form = ReportForm(data, course=course)
        form.is_valid()
    else:
        form = ReportForm(data, course=course)
        if form.is_valid():
            at = min(form.instants()["at"] or at, now)
    group = Wish.of({"group": asked.get("group", "")})
    return form, Report.of(course, group, now=now, as_at=at + JUST, is_whole=True)


@require_safe
def completion_report(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course, Right.RESULTS)
    form, report = asked_report(access.course, request.GET, timezone.now())
    context = {"course": access.course, "form": form, "report": report, "nav": "courses"}
    status = 422 if form.errors else 200
    return render(request, "courses/completion_report.html", context, status=status)


@require_POST
def completion_report_export(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course, Right.RESULTS)
    now = timezone.now()
    form, report = asked_report(access.course, request.POST, now)
    if form.errors:
        context = {"course": access.course, "form": form, "report": report, "nav": "courses"}
        return render(request, "courses/completion_report.html", context, status=422)
    file = as_file(report.exported(), request.POST.get("format", ""))
    return attached(access, "report", file, now)
