from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from studyguide.accounts.preferences import preferences_of


def header(request: HttpRequest) -> dict[str, Any]:
    """What stands at the head and foot of every page, above all the rooms."""
    match = request.resolver_match
    here = match.kwargs.get("article", "") if match else ""
    return {
        "look": preferences_of(request),
        "shelf": here or only_pack(settings.CONTENT_DIR),
        "is_signup_open": settings.SIGNUP == "open",
        "has_mail": settings.HAS_MAIL,
    }


@lru_cache
def only_pack(folder: Path) -> str:
    """The slug that the navigation leads to where a page belongs to no article."""
    slugs = sorted(pack.parent.name for pack in folder.glob("*/article.yaml"))
    return slugs[0] if slugs else ""
