from __future__ import annotations

import logging
import secrets
import struct
import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import BadRequest, MiddlewareNotUsed, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.template import loader
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

log = logging.getLogger(__name__)
KNOWN_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg")
KEPT_AT_MOST = 100_000  # characters of a form that is given back
SMALLEST = 500  # bytes; below this the header costs more than it saves

type_of_next = Callable[[HttpRequest], HttpResponseBase]


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


class HoldingResponse(HttpResponse):
    """A page around a large part that comes again in other pages: that is compressed once."""

    def __init__(self, before: bytes, held: bytes, after: bytes) -> None:
        super().__init__((before, held, after))
        self.held, self.start = held, len(before)


class RefuseUnknownMethods:
    """TRACE, PUT and made-up methods never reach a view that forgot to say so."""

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in KNOWN_METHODS:
            return HttpResponseNotAllowed(KNOWN_METHODS)
        return self.get_response(request)


class OnlyUtf8:
    """Forms come in UTF-8, as our pages send them. Other codecs break while they are read, or give
    texts that no database stores."""

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if request.method == "POST" and charset.lower() not in {"utf-8", "utf8"}:
            raise BadRequest("a form in another codec than UTF-8")
        return self.get_response(request)


class ClientAddress:
    """Behind proxies, whose number is known, REMOTE_ADDR is who asked and not the last of them:
    limits are counted by it."""

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        count = settings.TRUSTED_PROXIES
        sent = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if count and len(sent) >= count and sent[-count]:
            request.META["REMOTE_ADDR"] = sent[-count]
        return self.get_response(request)


class ContentSecurityPolicy(CSPMiddleware):
    """One policy for every answer, so it is put into words once: to do it anew for each takes a
    twentieth of what an unchanged page costs."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if settings.DEBUG:  # Django's pages for developers have their style inside
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, policy())
        return response


@cache
def policy() -> str:
    return build_policy()


class LimitsOutOfReach:
    """Without the store that counts tries nobody signs in: guessing would be free. Pages, and
    answers of those who are signed in, do not ask it."""

    def __init__(self, get_response: type_of_next) -> None:
        if not settings.REDIS_URL:
            raise MiddlewareNotUsed
        import redis  # 5 MB, for those who count in it

        self.get_response = get_response
        self.silence = (redis.ConnectionError, redis.TimeoutError)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, self.silence):
            return None
        log.error("the store of limits does not answer: %s", type(exception).__name__)
        page = loader.get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": "60"})


class FullPageSignIn:
    """Whoever is sent to sign in keeps what he had.

    A fragment asked for becomes the whole sign-in page, which leads back to where the reader was;
    a form that was sent comes back on a page that can send it again.
    """

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 302 or not hasattr(request, "htmx"):
            return response
        login = resolve_url(settings.LOGIN_URL)
        if not response.headers.get("Location", "").startswith(login):
            return response
        if not request.htmx:
            return self.kept(request) or response
        if request.method == "POST":  # what was sent stays in its page, which says what to do
            return HttpResponse(status=401)
        return HttpResponseClientRedirect(f"{login}?{urlencode({'next': page_of(request)})}")

    def kept(self, request: HttpRequest) -> HttpResponse | None:
        """The page that holds a form sent by somebody who is no longer signed in."""
        fields = sent_fields(request)
        if not fields:
            return None
        context = {"is_signed_out": True, "fields": fields}
        return render(request, "kept.html", context, status=403)


def page_of(request: Any) -> str:
    """The page that a fragment was asked for, as the browser says; `/` if it says nothing sound."""
    try:
        return str(request.htmx.current_url_abs_path or "/")
    except ValueError:
        return "/"


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form sent, to be sent again: nothing secret, nothing large, no files."""
    if request.method != "POST":
        return []
    try:
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
    except (SuspiciousOperation, MultiPartParserError, OSError, ValueError, LookupError):
        return []  # a body that cannot be read holds nothing to keep
    if any("password" in name for name, _value in sent):
        return []
    fields = [(n, str(v)) for n, v in sent if n != "csrfmiddlewaretoken"]
    return fields if sum(len(v) for _n, v in fields) <= KEPT_AT_MOST else []


class ShortUploads(FileUploadHandler):
    """What goes beyond 3 MB of a file is not kept: whoever reads the file finds it too
    large, and 50 MB cost neither memory nor disk."""

    LARGEST = 3 * 1024 * 1024

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start < self.LARGEST else None

    def file_complete(self, file_size: int) -> None:
        return None


class CompressMiddleware:
    """gzip at level 1: a fifth of the time of Django's level 6 for a tenth more bytes.

    A file name of random length in the gzip header hides the exact size of what
    was compressed (BREACH), as django.middleware.gzip does.
    """

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not is_compressible(response):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return response
        if isinstance(response, StreamingHttpResponse):  # a file, straight from its folder
            squeezed = compress(b"".join(response))
            response.streaming_content = [squeezed]
        elif isinstance(response, HttpResponse) and len(response.content) >= SMALLEST:
            squeezed = compress(*parts_of(response))
            response.content = squeezed
        else:
            return response
        response.headers["Content-Length"] = str(len(squeezed))
        response.headers["Content-Encoding"] = "gzip"
        etag = response.headers.get("ETag", "")
        if etag and not etag.startswith("W/"):
            response.headers["ETag"] = f"W/{etag}"
        return response


def is_compressible(response: HttpResponseBase) -> bool:
    return (
        response.status_code == 200
        and "Content-Encoding" not in response.headers
        and response.headers.get("Content-Type", "").startswith(COMPRESSIBLE)
    )


def parts_of(response: HttpResponse) -> tuple[bytes, bytes, bytes]:
    """What stands before the part that is held, itself, and what follows."""
    body = response.content
    if isinstance(response, HoldingResponse) and body.startswith(response.held, response.start):
        end = response.start + len(response.held)
        return body[: response.start], response.held, body[end:]
    return body, b"", b""


def compress(before: bytes, held: bytes = b"", after: bytes = b"") -> bytes:
    """The gzip format by hand: GzipFile takes almost as long as the compression itself."""
    name = b"x" * (1 + secrets.randbelow(100))
    squeezer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    squeezed = squeezer.compress(before)
    if held:
        # What follows a full flush refers to nothing before it, so there a part can be put in.
        squeezed += squeezer.flush(zlib.Z_FULL_FLUSH) + deflated(held)
    squeezed += squeezer.compress(after)
    head = b"\x1f\x8b\x08\x08\0\0\0\0\x04\xff" + name + b"\0"
    size = len(before) + len(held) + len(after)
    check = zlib.crc32(after, zlib.crc32(held, zlib.crc32(before)))
    tail = struct.pack("<LL", check, size & 0xFFFFFFFF)
    return head + squeezed + squeezer.flush() + tail


@lru_cache(maxsize=16)
def deflated(part: bytes) -> bytes:
    """Blocks that can stand between others."""
    squeezer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return squeezer.compress(part) + squeezer.flush(zlib.Z_FULL_FLUSH)
