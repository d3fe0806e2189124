from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from quizzes.models import ReviewCard
from quizzes.models.attempts import day_of
from studyguide.accounts.preferences import preferences_of


def header(request: HttpRequest) -> dict[str, Any]:
    """What stands at the head and foot of every page, above all the rooms."""
    match = request.resolver_match
    here = match.kwargs.get("article", "") if match else ""
    return {
        "look": preferences_of(request),
        "shelf": here or only_pack(settings.CONTENT_DIR),
        "signup": settings.SIGNUP,
        "has_mail": settings.HAS_MAIL,
        "due": due_of(request),
    }


def due_of(request: HttpRequest) -> Callable[[], int]:
    """Cards that wait for review today. Asked for by the template, so a fragment without a header
    costs nothing; a view that knows already leaves it on the request."""

    def due() -> int:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return 0
        known: int | None = getattr(request, "due_count", None)
        if known is None:
            known = ReviewCard.objects.count_due(user.pk, day_of(user, timezone.now()))
            request.due_count = known  # type: ignore[attr-defined]
        return known

    return due


@lru_cache
def only_pack(folder: Path) -> str:
    """The slug that the navigation leads to where a page belongs to no article."""
    slugs = sorted(pack.parent.name for pack in folder.glob("*/article.yaml"))
    return slugs[0] if slugs else ""
