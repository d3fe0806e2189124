"""Coming in by a code, and the codes of a course."""

from __future__ import annotations

from io import StringIO

import qrcode  # type: ignore[import-untyped]
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.courses.access import Right, enter
from studyguide.courses.forms import CodeForm, JoinForm
from studyguide.courses.limits import may_try_code
from studyguide.courses.models import CourseRefused, JoinCode, Membership
from studyguide.courses.refusals import says_refusals


@require_http_methods(["GET", "HEAD", "POST"])
def course_join(request: HttpRequest, code: str = "") -> HttpResponse:
    """Type a code; see which course it opens; join. A link only fills the code in: looking it up
    counts as a try, which a GET must not."""
    user = signed_in(request)
    if request.method != "POST":
        form = JoinForm(initial={"code": code})
        return render(request, "courses/course_join.html", {"form": form, "nav": "courses"})
    form = JoinForm(request.POST)
    context = {"form": form, "nav": "courses"}
    if not form.is_valid():
        return render(request, "courses/course_join.html", context)
    now = timezone.now()
    if not may_try_code(user.pk, now.timestamp()):
        form.add_error("code", _("That was tried often enough for now. Try again in an hour."))
        return render(request, "courses/course_join.html", context, status=429)
    found = JoinCode.objects.typed(form.cleaned_data["code"], now)
    if found is None:
        form.add_error("code", _("No class opens with this code. Look at it again, or ask."))
        return render(request, "courses/course_join.html", context)
    if "join" not in request.POST:
        known = found.course.memberships.filter(user=user).first()
        if known is not None and known.state == Membership.State.ACTIVE:
            return redirect(found.course)
        context |= {"course": found.course, "owner": found.course.owner, "code": found}
        return render(request, "courses/course_join_confirm.html", context)
    try:
        membership = found.join(user, now=now)
    except CourseRefused as why:
        form.add_error("code", str(why))
        return render(request, "courses/course_join.html", context)
    if membership.state == Membership.State.PENDING:
        messages.success(request, _("You asked to join. A tutor lets you in."))
        return redirect("courses")
    messages.success(request, _("You are in."))
    return redirect(found.course)


@require_http_methods(["GET", "HEAD"])
def course_join_code(request: HttpRequest, code: str) -> HttpResponse:
    """The link: it fills in the code, and what is typed goes to the form's own address."""
    return course_join(request, code)


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def course_codes(request: HttpRequest, course: str) -> HttpResponse:
    user = signed_in(request)
    access = enter(user, course, Right.TEACH, writes=request.method == "POST")
    found = access.course
    now = timezone.now()
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        seats = form.cleaned_data["seats"]
        made = JoinCode.make(found, by=user, now=now, expires_at=form.expires_at(now), seats=seats)
        return redirect("course_code", found.public_id, made.pk)
    context = {
        "course": found,
        "codes": JoinCode.objects.live(now).filter(course=found),
        "form": form,
        "nav": "courses",
    }
    return render(request, "courses/course_codes.html", context)


@require_safe
@says_refusals
def course_code(request: HttpRequest, course: str, number: int) -> HttpResponse:
    """One code, large, for the wall or on paper."""
    found = enter(signed_in(request), course, Right.TEACH).course
    code = get_object_or_404(JoinCode.objects.live(timezone.now()), course=found, pk=number)
    address = request.build_absolute_uri(reverse("course_join_code", args=[code.code]))
    context = {
        "course": found,
        "code": code,
        "address": address,
        "door": request.build_absolute_uri(reverse("course_join")),
        "qr": qr_of(address),
        "nav": "courses",
    }
    return render(request, "courses/course_code.html", context)


def qr_of(text: str) -> tuple[int, str]:
    """A QR code: its size in modules, quiet zone included, and an SVG path of its dark ones."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = StringIO()
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            if is_dark:
                path.write(f"M{x} {y}h1v1h-1z")
    return len(rows), path.getvalue()


@require_POST
@says_refusals
def course_code_revoke(request: HttpRequest, course: str, number: int) -> HttpResponse:
    user = signed_in(request)
    found = enter(user, course, Right.TEACH).course
    code = get_object_or_404(JoinCode.objects.select_related("course"), course=found, pk=number)
    if code.revoke(by=user, now=timezone.now()):
        messages.success(request, _("The code opens nothing any more."))
    return redirect("course_codes", found.public_id)
