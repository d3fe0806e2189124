"""What signing in goes through, where it differs from allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage


class AddressStage(EmailVerificationStage):  # type: ignore[misc]
    """An address must be proved. An account without one, such as courses make, has none."""

    def handle(self) -> Any:
        user = self.login.user
        if user and not user.email and not EmailAddress.objects.filter(user=user).exists():
            return None, True
        return super().handle()
