from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from studyguide.accounts.forms import known_zone
from studyguide.accounts.models import AuditEntry, User

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP == "open")

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: FBT001, FBT002
        """With the zone that the browser told; allauth asks for nothing of the kind."""
        user.time_zone = known_zone(form.cleaned_data.get("time_zone", ""))
        made: User = super().save_user(request, user, form, commit=commit)
        return made

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail that cannot be sent is told to whoever waits for it, and breaks nothing else."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            log.error("no mail could be sent: %s", type(error).__name__)
            messages.error(
                allauth_context.request,
                _("Mail cannot be sent just now. Try again in a few minutes."),
            )

    def is_safe_url(self, url: str | None) -> bool:
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # nothing that can be taken apart as an address
            return False

    def get_login_stages(self) -> list[str]:
        ours = {
            "allauth.account.stages.EmailVerificationStage": (
                "studyguide.accounts.stages.AddressStage"
            )
        }
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def logout(self, request: HttpRequest) -> None:
        super().logout(request)
        request.is_leaving = True  # type: ignore[attr-defined]  # see AuthenticationMiddleware

    def set_password(self, user: User, password: str) -> None:
        """Every way to another password comes through here, but for the administration's."""
        with transaction.atomic():
            user.has_one_time_password = False
            super().set_password(user, password)
            AuditEntry.record(
                act="account.password", by=user, about=f"user:{user.pk}", now=timezone.now()
            )
