from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from studyguide.http import ClientAddress


def address_seen(sent: str | None) -> str:
    headers = {} if sent is None else {"X-Forwarded-For": sent}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="127.0.0.1")

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    return ClientAddress(view)(request).content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("proxies", "sent", "seen"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, None, "127.0.0.1"),
    ],
)
def test_only_trusted_proxies_say_who_asked(
    settings: Any, proxies: int, sent: str | None, seen: str
) -> None:
    settings.TRUSTED_PROXIES = proxies

    assert address_seen(sent) == seen
