"""Taking in a list of learners, and the slips they first sign in with."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from studyguide.accounts.sessions import signed_in
from studyguide.courses.access import Right, enter
from studyguide.courses.joining_forms import MendForm, RosterForm, TokenForm
from studyguide.courses.models import Course, CourseRefused, Roster
from studyguide.courses.models.roster import (
    MOST_A_DAY,
    asked_lately,
    kept_by,
    names_in,
    renew_slips,
)
from studyguide.courses.refusals import says_refusals
from studyguide.courses.views.joining import send_letters, tell_unsent


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def roster(request: HttpRequest, course: str) -> HttpResponse:
    """A list is pasted or chosen, and shown as it was understood. Nothing is stored yet."""
    access = enter(signed_in(request), course, Right.TEACH, writes=request.method == "POST")
    if request.method != "POST":
        context = {"course": access.course, "form": RosterForm(), "nav": "courses"}
        return render(request, "courses/roster.html", context)
    return preview(request, access.course, RosterForm(request.POST, request.FILES))


def preview(request: HttpRequest, course: Course, form: RosterForm) -> HttpResponse:
    """What would be done looks the same whether or not there is such an account: only those whom
    the tutor sees in the course already are told apart."""
    sheet = form.sheet if form.is_valid() else None
    here = names_in(course) if sheet else set()
    sent = TokenForm(form.data)
    text = form.cleaned_data.get("text", "") if sheet else form.data.get("text", "")
    context = {
        "course": course,
        "form": form,
        "sheet": sheet,
        "rows": [(row, row.username in here) for row in sheet.rows] if sheet else [],
        "text": text,
        "again": MendForm(initial={"text": text}),
        "token": sent.cleaned_data["token"] if sent.is_valid() else uuid4(),
        "nav": "courses",
    }
    status = 200 if sheet and not sheet.wrong and form.is_valid() else 422
    return render(request, "courses/roster.html", context, status=status)


@require_POST
@never_cache
@says_refusals
def roster_confirm(request: HttpRequest, course: str) -> HttpResponse:
    """Make accounts and ask people in; the slips are shown this once."""
    user, now = signed_in(request), timezone.now()
    found = enter(user, course, Right.TEACH, writes=True).course
    form, sent = RosterForm(request.POST), TokenForm(request.POST)
    if not form.is_valid() or not form.sheet or form.sheet.wrong or not sent.is_valid():
        return preview(request, found, form)
    if asked_lately(user, now) + len(form.sheet.rows) > MOST_A_DAY:
        form.add_error("text", _("That would be more than one may take in a day. Go on tomorrow."))
        return preview(request, found, form)
    token = sent.cleaned_data["token"]
    taken = Roster.take_in(found, form.sheet.rows, by=user, token=token, now=now)
    if taken is None:
        messages.warning(request, _("This list was taken in already, and its slips were shown."))
        number = Roster.objects.get(course=found, token=token).pk
        return redirect(f"{reverse('course_slips', args=[found.public_id])}?list={number}")
    tell_unsent(request, send_letters(request, found, taken.invitations))
    context = {
        "course": found,
        "slips": taken.slips,
        "by_name": [each for each in taken.invitations if each.username],
        "by_email": [each for each in taken.invitations if each.email],
        "site": request.build_absolute_uri("/"),
        "nav": "courses",
    }
    return render(request, "courses/roster_confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@says_refusals
def course_slips(request: HttpRequest, course: str) -> HttpResponse:
    """Choose whose one-time password is made anew; the slips are shown this once."""
    user = signed_in(request)
    found = enter(user, course, Right.TEACH, writes=request.method == "POST").course
    context: dict[str, Any] = {"course": found, "nav": "courses"}
    if request.method == "POST":
        members = numbers(request.POST.getlist("member"))
        if not members:
            raise CourseRefused(_("Choose at least one learner."))
        if found.memberships.filter(pk__in=members).count() != len(members):
            raise Http404
        context["slips"] = renew_slips(found, members, by=user, now=timezone.now())
        context["site"] = request.build_absolute_uri("/")
    else:
        context["members"] = kept_by(found)
        context["chosen"] = fresh_from(found, request.GET.get("list", ""))
    return render(request, "courses/course_slips.html", context)


def numbers(sent: list[str]) -> set[int]:
    return {int(text) for text in sent if text.isascii() and text.isdecimal() and len(text) < 19}


def fresh_from(course: Course, number: str) -> set[int]:
    """Members whose accounts a list of this course made."""
    known = Roster.objects.filter(course=course, pk__in=numbers([number])).first()
    return set(known.members.values_list("pk", flat=True)) if known else set()
