"""Coming in by a code or an invitation, and the codes and invitations of a course."""

from __future__ import annotations

from io import StringIO

import qrcode  # type: ignore[import-untyped]
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studyguide.accounts.sessions import begin, signed_in
from studyguide.courses.access import Right, enter
from studyguide.courses.forms import CodeForm, JoinForm
from studyguide.courses.joining_forms import AccountForm, InviteForm, NewcomerForm, ShownNameForm
from studyguide.courses.letters import invitation_letter, post
from studyguide.courses.limits import may_try_code, may_try_code_from
from studyguide.courses.models import Course, CourseRefused, Invitation, JoinCode, Membership
from studyguide.courses.models.joining import CODE_LENGTH
from studyguide.courses.models.roster import MOST_A_DAY, asked_lately
from studyguide.courses.refusals import says_refusals
from studyguide.courses.visible import sight

A_PAGE = 100  # invitations
OFTEN_ENOUGH = gettext_lazy("That was tried often enough for now. Try again in an hour.")
OPENS_NOTHING = gettext_lazy("No class opens with this code. Look at it again, or ask.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def course_join(request: HttpRequest, code: str = "") -> HttpResponse:
    """Type a code; see which course it opens; join. A link only fills the code in: looking it up
    counts as a try, which a GET must not."""
    if not request.user.is_authenticated:
        return on_the_way(request, code)
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
        form.add_error("code", OFTEN_ENOUGH)
        return render(request, "courses/course_join.html", context, status=429)
    found = JoinCode.objects.typed(form.cleaned_data["code"], now)
    if found is None:
        form.add_error("code", OPENS_NOTHING)
        return render(request, "courses/course_join.html", context)
    if "join" not in request.POST:
        known = found.course.memberships.filter(user=user).first()
        if known is not None and known.state == Membership.State.ACTIVE:
            return redirect(found.course)
        return confirm(request, found, ShownNameForm(instance=user))
    name = ShownNameForm(request.POST, instance=user)
    if "display_name" in request.POST and not name.is_valid():
        return confirm(request, found, name)
    try:
        membership = found.join(user, now=now)
    except CourseRefused as why:
        form.add_error("code", str(why))
        return render(request, "courses/course_join.html", context)
    if "display_name" in request.POST:
        name.save()
    return came_in(request, membership)


def came_in(request: HttpRequest, membership: Membership) -> HttpResponse:
    if membership.state == Membership.State.PENDING:
        messages.success(request, _("You asked to join. A tutor lets you in."))
        return redirect("courses")
    messages.success(request, _("You are in."))
    return redirect(membership.course)


def confirm(request: HttpRequest, code: JoinCode, form: ShownNameForm) -> HttpResponse:
    """Which course the code opens, and what joining it means."""
    context = {
        "course": code.course,
        "owner": code.course.owner,
        "code": code,
        "form": form,
        "sight": sight(code.course),
        "nav": "courses",
    }
    return render(request, "courses/course_join_confirm.html", context)


@require_http_methods(["GET", "HEAD"])
@login_not_required
def course_join_code(request: HttpRequest, code: str) -> HttpResponse:
    """The link: it fills in the code, and what is typed goes to the form's own address."""
    return course_join(request, code)


def on_the_way(request: HttpRequest, code: str) -> HttpResponse:
    """Whoever is not signed in may make an account on the way, where that is open."""
    if request.method == "POST" or settings.SIGNUP == "closed":
        return redirect_to_login(request.get_full_path())
    filled = f"?{urlencode({'code': code})}" if code else ""
    return redirect(f"{reverse('course_join_new')}{filled}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@sensitive_post_parameters("password1")
def course_join_new(request: HttpRequest) -> HttpResponse:
    """A code and an account at once, without an address; then one sees which course it opens.
    What is not filled in well is no try of the code, and without a good code nothing is made."""
    code = request.POST.get("code") or request.GET.get("code", "")
    door = door_of(code)
    if request.user.is_authenticated:
        return redirect(door)
    if settings.SIGNUP == "closed":
        return redirect_to_login(door)
    sent = request.POST if request.method == "POST" else None
    form = NewcomerForm(sent, initial={"code": code[:40]})
    context = {"form": form, "door": door}
    if sent is not None and not ratelimit.consume(request, action="signup"):
        form.add_error(None, _("Many accounts were made from here just now. Wait a minute."))
        return render(request, "courses/course_join_new.html", context, status=429)
    if not form.is_valid():
        return render(request, "courses/course_join_new.html", context)
    now = timezone.now()
    if not may_try_code_from(request.META["REMOTE_ADDR"], now.timestamp()):
        form.add_error("code", OFTEN_ENOUGH)
        return render(request, "courses/course_join_new.html", context, status=429)
    found = JoinCode.objects.typed(form.cleaned_data["code"], now)
    if found is None:
        form.add_error("code", OPENS_NOTHING)
        return render(request, "courses/course_join_new.html", context)
    try:
        found.refuse_if_full()
    except CourseRefused as why:
        form.add_error("code", str(why))
        return render(request, "courses/course_join_new.html", context)
    if user := form.make_account(found.course.time_zone):
        begin(request, user)
        return confirm(request, found, ShownNameForm(instance=user))
    return render(request, "courses/course_join_new.html", context)


def door_of(code: str) -> str:
    """Where somebody with an account goes with it."""
    if len(code) >= CODE_LENGTH and slug_re.fullmatch(code):
        return reverse("course_join_code", args=[code])
    return reverse("course_join")


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


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def course_invitation(request: HttpRequest, invitation: str) -> HttpResponse:
    """Come in by an invitation, or with `decline` say no. One that is used, withdrawn, expired or
    another's is not there. Whoever is in the course already is led to it. Whoever is not signed
    in may make an account on the way, where only the invited can."""
    if not request.user.is_authenticated:
        if settings.SIGNUP == "invitation" and request.method != "POST":
            return redirect("course_invitation_new", invitation)
        return redirect_to_login(request.get_full_path())
    user, now = signed_in(request), timezone.now()
    found = get_object_or_404(Invitation.objects.select_related("course", "by"), token=invitation)
    if found.course.memberships.active().filter(user=user).exists():
        return redirect(found.course)
    found = get_object_or_404(
        Invitation.objects.open(now).may_be_used_by(user).select_related("course", "by"),
        pk=found.pk,
    )
    form = ShownNameForm(request.POST if request.method == "POST" else None, instance=user)
    if request.method == "POST" and "decline" in request.POST:
        found.withdraw(by=user, now=now)
        messages.success(request, _("Declined. The invitation is gone."))
        return redirect("courses")
    if request.method == "POST" and form.is_valid():
        try:
            membership = found.accept(user, now=now)
        except CourseRefused as why:
            messages.warning(request, str(why))
            return redirect("courses")
        form.save()
        return came_in(request, membership)
    context = {
        "invitation": found,
        "course": found.course,
        "form": form,
        "sight": sight(found.course),
        "nav": "courses",
    }
    return render(request, "courses/course_invitation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@sensitive_post_parameters("password1")
def course_invitation_new(request: HttpRequest, invitation: str) -> HttpResponse:
    """An account and a place in the class at once, so that one invitation makes one account. One
    that makes none, whatever the reason, says how accounts are made."""
    door, now = reverse("course_invitation", args=[invitation]), timezone.now()
    if request.user.is_authenticated:
        return redirect(door)
    if settings.SIGNUP != "invitation":
        return redirect_to_login(door)
    waiting = Invitation.objects.for_newcomers(now).select_related("course", "by")
    found = waiting.filter(token=invitation).first()
    if found is None:
        return render(request, "account/signup_closed.html", status=404)
    sent = request.POST if request.method == "POST" else None
    form = AccountForm(sent, initial={"display_name": found.name})
    context = {
        "form": form,
        "invitation": found,
        "course": found.course,
        "sight": sight(found.course),
        "door": door,
    }
    if sent is not None and not ratelimit.consume(request, action="signup"):
        form.add_error(None, _("Many accounts were made from here just now. Wait a minute."))
        return render(request, "courses/course_invitation_new.html", context, status=429)
    if form.is_valid():
        try:
            user = form.come_in(found, now)
        except CourseRefused:  # somebody else used it just now
            return render(request, "account/signup_closed.html", status=404)
        if user is not None:
            begin(request, user)
            messages.success(request, _("You are in."))
            return redirect(found.course)
    return render(request, "courses/course_invitation_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def course_invitations(request: HttpRequest, course: str) -> HttpResponse:
    """Ask people in, and see who was asked and has not come yet."""
    user = signed_in(request)
    access = enter(user, course, Right.TEACH, writes=request.method == "POST")
    found, now = access.course, timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = InviteForm(sent, may_name_tutors=access.may(Right.OWN))
    if request.method == "POST" and form.is_valid():
        if asked_lately(user, now) + len(form.guests) > MOST_A_DAY:
            form.add_error("who", _("You asked in as many as one may in a day. Go on tomorrow."))
        else:
            role = form.role_given
            made = Invitation.send_all(found, form.guests, by=user, now=now, role=role)
            count = len(made)
            said = ngettext("One person is asked in.", "%(n)s people are asked in.", count)
            messages.success(request, said % {"n": count})
            tell_unsent(request, send_letters(request, found, made))
            return redirect("course_invitations", found.public_id)
    waiting = Invitation.objects.open(now).filter(course=found)
    page = Paginator(waiting, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "course": found,
        "form": form,
        "page": page,
        "waiting": [(each, address_of(request, each)) for each in page],
        "nav": "courses",
    }
    return render(request, "courses/course_invitations.html", context)


def address_of(request: HttpRequest, invitation: Invitation) -> str:
    return request.build_absolute_uri(reverse("course_invitation", args=[invitation.token]))


def send_letters(request: HttpRequest, course: Course, made: list[Invitation]) -> list[str]:
    """Write to those asked by e-mail; the addresses that no letter went to."""
    return post(
        [invitation_letter(each, course, address_of(request, each)) for each in made if each.email]
    )


def tell_unsent(request: HttpRequest, unsent: list[str]) -> None:
    if unsent and settings.HAS_MAIL:
        shown = ", ".join(unsent[:5]) + (" …" if len(unsent) > 5 else "")
        said = _("No letter could be sent to %(who)s. Hand over the link, or try again later.")
        messages.warning(request, said % {"who": shown})


@require_POST
@says_refusals
def course_invitation_act(request: HttpRequest, course: str, invitation: str) -> HttpResponse:
    """`act`: send once more, or withdraw."""
    user, now = signed_in(request), timezone.now()
    found = enter(user, course, Right.TEACH, writes=True).course
    asked = get_object_or_404(
        Invitation.objects.open(now).select_related("by"), course=found, token=invitation
    )
    asked.course = found
    match request.POST.get("act", ""):
        case "withdraw":
            if asked.withdraw(by=user, now=now):
                messages.success(request, _("Withdrawn. The link opens nothing any more."))
        case "send" if asked.email:
            unsent = send_letters(request, found, [asked])
            tell_unsent(request, unsent)
            if not unsent:
                messages.success(request, _("Sent once more."))
        case _nothing:
            raise CourseRefused(_("Choose what is to be done."))
    return redirect("course_invitations", found.public_id)
