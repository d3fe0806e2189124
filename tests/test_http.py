from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from studyguide.http import ClientAddress, CompressMiddleware, HoldingResponse


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


@pytest.mark.parametrize("held", [b"", b"<table>" * 900])
@pytest.mark.parametrize("after", [b"", b"<p>after</p>" * 90])
def test_a_part_that_is_held_comes_out_in_its_place(held: bytes, after: bytes) -> None:
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    for before in (b"<p>one</p>" * 90, b"<p>another</p>" * 90):
        response = HoldingResponse(before, held, after)
        squeezed = CompressMiddleware(lambda _request: response)(request)  # noqa: B023
        assert isinstance(squeezed, HttpResponse)
        assert gzip.decompress(squeezed.content) == before + held + after
        assert squeezed["Content-Length"] == str(len(squeezed.content))


def test_what_was_changed_on_the_way_is_sent_as_it_is_now() -> None:
    response = HoldingResponse(b"<p>", b"held" * 200, b"</p>")
    response.content = b"something else" * 90
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    squeezed = CompressMiddleware(lambda _request: response)(request)
    assert gzip.decompress(squeezed.content) == b"something else" * 90  # type: ignore[attr-defined]
