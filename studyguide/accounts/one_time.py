"""Who signs in with a password that somebody else made chooses one of his own first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from studyguide.accounts.models import User

OPEN = {"password_choose", "account_logout"}


class OneTimePasswords:
    """Until then every page leads there, and nothing else is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user = request.user
        if not (isinstance(user, User) and user.has_one_time_password):
            return None
        if request.resolver_match.view_name in OPEN:
            return None
        page = reverse("password_choose")
        if request.htmx:
            return HttpResponseClientRedirect(page)
        if request.method == "GET" and request.path != "/":
            page += f"?{urlencode({'next': request.get_full_path()})}"
        return redirect(page)
