from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from studyguide.accounts.models import User


class AdminSite(admin.AdminSite):
    """For staff alone; off this machine only with a second factor. For everybody else
    there is no such page."""

    site_header = "Pilcrow"
    site_title = "Pilcrow"

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        user = request.user
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            raise Http404
        if self.has_permission(request):
            return redirect("admin:index")
        messages.warning(
            request,
            _("The administration asks for a second factor. Add one here first."),
        )
        return redirect("mfa_index")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return super().has_permission(request) and (
            settings.IS_LOOPBACK or bool(user.is_authenticated and is_mfa_enabled(user))
        )

    def get_urls(self) -> list[Any]:
        """Each view decides for itself: the site-wide redirect to the sign-in page would
        tell that there is something here."""
        patterns = super().get_urls()
        for view in views_of(patterns):
            getattr(view, "__func__", view).login_required = False
        return patterns

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                return self.login(request)
            return inner(request, *args, **kwargs)  # type: ignore[no-any-return]

        guarded.csrf_exempt = getattr(inner, "csrf_exempt", False)  # type: ignore[attr-defined]
        return guarded


def views_of(patterns: Iterable[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views_of(pattern.url_patterns)
        else:
            yield pattern.callback
