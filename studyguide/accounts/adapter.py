from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from studyguide.accounts.models import AuditEntry, User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP == "open")

    def is_safe_url(self, url: str | None) -> bool:
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # nothing that can be taken apart as an address
            return False

    def logout(self, request: HttpRequest) -> None:
        super().logout(request)
        request.is_leaving = True  # type: ignore[attr-defined]  # see AuthenticationMiddleware

    def set_password(self, user: User, password: str) -> None:
        """Every way to another password comes through here, but for the administration's."""
        with transaction.atomic():
            super().set_password(user, password)
            AuditEntry.record(
                act="account.password", by=user, about=f"user:{user.pk}", now=timezone.now()
            )
