from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from studyguide.accounts.forms import AccountForm, OwnPasswordForm, ReadingSettingsForm
from studyguide.accounts.models import User
from studyguide.accounts.preferences import (
    FIELDS,
    is_choice,
    preferences_of,
    write_cookie,
)
from studyguide.accounts.sessions import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def reading_settings(request: HttpRequest) -> HttpResponse:
    """How pages look. A visitor's choice goes into a cookie, a learner's to the account.

    The full form sends every setting; the radios at the foot of a page and above the
    text send theirs alone, and the others stay as they are.
    """
    if request.method != "POST":
        form = ReadingSettingsForm(initial=preferences_of(request))
        context = {"form": form, "next": safe_next(request)}
        return render(request, "accounts/reading_settings.html", context)
    chosen = chosen_in(request)
    response = redirect(safe_next(request) or reverse("reading_settings"))
    if isinstance(request.user, User):
        for name, value in chosen.items():
            setattr(request.user, name, value)
        request.user.save(update_fields=list(chosen))
    else:
        write_cookie(response, preferences_of(request) | chosen, secure=request.is_secure())
    if "all" in request.POST:
        messages.success(request, _("Kept. Pages look like this from now on."))
    return response


def chosen_in(request: HttpRequest) -> dict[str, Any]:
    """Settings sent, less what is not on offer. An unticked box is not sent at all,
    so boxes count only where the whole form was."""
    chosen: dict[str, Any] = {}
    for name, field in FIELDS.items():
        if field.choices:  # type: ignore[union-attr]
            value: Any = request.POST.get(name)
        elif "all" in request.POST:
            value = name in request.POST
        else:
            continue
        if is_choice(name, value):
            chosen[name] = value
    return chosen


def safe_next(request: HttpRequest) -> str:
    """An address on this site to go back to, or nothing."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours and address.startswith("/") else ""


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None, instance=signed_in(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Kept."))
        return redirect("account")
    status = 422 if form.errors else 200
    return render(request, "accounts/account.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def password_choose(request: HttpRequest) -> HttpResponse:
    """Choose a password instead of the one-time password one signed in with."""
    user = signed_in(request)
    if not user.has_one_time_password:
        return redirect("account_change_password")
    form = OwnPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        get_adapter().set_password(user, form.cleaned_data["password1"])
        update_session_auth_hash(request, user)
        messages.success(request, _("Kept. From now on you sign in with your own password."))
        return redirect(safe_next(request) or "home")
    context = {"form": form, "next": safe_next(request)}
    status = 422 if form.errors else 200
    return render(request, "accounts/password_choose.html", context, status=status)
