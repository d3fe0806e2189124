"""How pages look for whoever asks: a learner's from the account, a visitor's from a cookie."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from studyguide.accounts.models import Preferences

COOKIE = "look"
COOKIE_AGE = 60 * 60 * 24 * 365
FIELDS = {field.name: field for field in Preferences._meta.get_fields()}  # noqa: SLF001
DEFAULTS: dict[str, Any] = {name: field.default for name, field in FIELDS.items()}  # type: ignore[union-attr]


def preferences_of(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return {name: getattr(user, name) for name in FIELDS}
    return DEFAULTS | read_cookie(request.COOKIES.get(COOKIE, ""))


def read_cookie(value: str) -> dict[str, Any]:
    """What a visitor chose, less anything that is not a choice on offer."""
    try:
        chosen = json.loads(value)
    except ValueError:
        return {}
    if not isinstance(chosen, dict):
        return {}
    return {name: chosen[name] for name in chosen if is_choice(name, chosen[name])}


def is_choice(name: str, value: object) -> bool:
    field = FIELDS.get(name)
    if field is None:
        return False
    choices = field.choices  # type: ignore[union-attr]
    if choices is None:
        return isinstance(value, bool)
    return value in {choice for choice, _label in choices}


def write_cookie(response: HttpResponse, chosen: dict[str, Any], *, secure: bool) -> None:
    response.set_cookie(
        COOKIE,
        json.dumps(chosen, separators=(",", ":")),
        max_age=COOKIE_AGE,
        samesite="Lax",
        secure=secure,
        httponly=True,
    )
