"""P27: failure is closed, quiet and kind. Whatever is sent, the fault is never ours; without
Redis and without mail, answers are still saved.

The hostile strings are a selection from the Big List of Naughty Strings (MIT licence), and ours.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import lxml.html
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from quizzes.models import Response
from quizzes.views.questions import VISITOR_ANSWERS
from studyguide.accounts.models import User
from tests.every_kind import question_of
from tests.factories import UserFactory
from tests.promises.world import World, routes
from tests.quizzes.views.sending import send

HOSTILE: list[str] = json.loads(Path(__file__).with_name("hostile.json").read_text())
# PROMISES=full sends all to all: 10,000 requests and more, in minutes.
IS_FULL = os.environ.get("PROMISES") == "full"
SOME = HOSTILE if IS_FULL else HOSTILE[::8]
TOLD = ("Traceback", "DoesNotExist", "site-packages", "OperationalError", "/studyguide/")


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page: where it goes, and what it sends."""

    path: str
    method: str
    fields: dict[str, list[str]]


def forms_of(client: Client, path: str) -> Iterator[Form]:
    response = client.get(path)
    if response.status_code != 200 or b"<form" not in response.content:
        return
    for form in lxml.html.fromstring(response.content).forms:
        fields: dict[str, list[str]] = {}
        for element in form.iter("input", "select", "textarea", "button"):
            name = element.get("name")
            if name and name != "csrfmiddlewaretoken":
                fields.setdefault(name, []).append(element.get("value") or "")
        yield Form(urlsplit(form.action or path).path or path, form.method, fields)


def share(paths: list[str], turn: int, of: int) -> list[str]:
    """One in so many of the routes, others for each turn; all of them at full size."""
    return paths if IS_FULL else paths[turn % of :: of]


def pages(world: World) -> list[str]:
    """All routes but the administration's, which Django keeps, and signing out."""
    return [
        path
        for path in world.addresses().values()
        if not path.startswith(("/admin/", "/accounts/logout/"))
    ]


def every_form(world: World, client: Client) -> list[Form]:
    found = {
        (form.path, *sorted(form.fields)): form
        for path in pages(world)
        for form in forms_of(client, path)
    }
    return list(found.values())


def encoded(value: str) -> str:
    """What a form would send, unpaired surrogates included, which UTF-8 has no bytes for."""
    return quote(value.encode("utf-8", "surrogatepass"))


def body_of(fields: dict[str, str]) -> str:
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in fields.items())


def is_ours(response: Any) -> str:
    """What is wrong with an answer; '' when nothing is."""
    if response.status_code >= 500:
        return str(response.status_code)
    text = "" if response.streaming else response.content.decode("utf-8", "replace")
    return next((sign for sign in TOLD if sign in text), "")


def unlimited() -> None:
    """What is counted is another promise's matter."""
    cache.clear()


@pytest.mark.parametrize("role", ["visitor", "learner"])
def test_every_field_takes_everything(world: World, role: str) -> None:
    client = Client() if role == "visitor" else world.client()
    client.raise_request_exception = False
    wrong, sent = [], 0
    forms = [f for f in every_form(world, client) if "/password/" not in f.path]
    for form in forms:
        for text in SOME:
            fields = dict.fromkeys(form.fields, text)
            if form.method == "GET":
                response = client.get(f"{form.path}?{body_of(fields)}")
            else:
                kind = "application/x-www-form-urlencoded"
                response = client.generic("POST", form.path, body_of(fields), kind)
            sent += 1
            if why := is_ours(response):
                wrong.append((form.path, text[:40], why))
        unlimited()
    assert not wrong
    assert len(forms) >= 8
    assert sent >= len(forms) * len(SOME)


# What decides which branch is taken stands as it should; the field beside it does not.
def test_each_field_takes_everything_by_itself(world: World) -> None:
    client = world.client()
    client.raise_request_exception = False
    wrong = []
    forms = [
        form
        for form in every_form(world, client)
        if form.method == "POST" and not form.path.startswith("/accounts/")
    ]
    for form in forms:
        usual = {name: values[0] for name, values in form.fields.items()}
        for name in form.fields:
            for text in SOME[::3]:
                data = usual | {name: text}
                if "token" in data and name != "token":
                    data["token"] = str(uuid4())
                kind = "application/x-www-form-urlencoded"
                response = client.generic("POST", form.path, body_of(data), kind)
                if why := is_ours(response):
                    wrong.append((form.path, name, text[:40], why))
    assert not wrong


def test_every_page_takes_every_question(world: World) -> None:
    clients = [Client(), world.client()]
    wrong = []
    names = ("q", "next", "back", "from", "page", "after", "again", "x", "field", "o")
    for client in clients:
        client.raise_request_exception = False
        for turn, text in enumerate(SOME[::3]):
            for path in share(pages(world), turn, 3):
                response = client.get(f"{path}?{body_of(dict.fromkeys(names, text))}")
                if why := is_ours(response):
                    wrong.append((path, text[:40], why))
    assert not wrong


def test_every_part_of_an_address_takes_everything(world: World) -> None:
    client = world.client()
    client.raise_request_exception = False
    wrong = []
    for path in pages(world):
        parts = path.strip("/").split("/")
        for place in range(len(parts)):
            for text in share(SOME[1::4], place, 2):
                mangled = [*parts[:place], encoded(text).replace("/", "%2F"), *parts[place + 1 :]]
                address = f"/{'/'.join(mangled)}/"
                response = client.get(address)
                if why := is_ours(response):
                    wrong.append((address[:80], why))
    assert not wrong


KINDS = [
    "",
    "text/plain",
    "application/json",
    "application/xml",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=\xff",
    "multipart/form-data; boundary=x; charset=utf-7",
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nothing",
    "application/x-www-form-urlencoded; charset=utf-16",
    "x" * 3000,
    "multipart/form-data; boundary=x; charset=rot13",
]
BODIES = [
    b"",
    b"\x00\xff\xfe",
    b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../a"\r\n\r\nb\r\n--x--',
    b"--x\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=a\r\n\r\n!",
    b"a=%FF%FE&b=%u0041&%00=%00&=&;&&&&",
    b"&".join(b"a%d=1" % n for n in range(2100)),
    b"a=" + b"b" * (5 * 1024 * 1024 + 1),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[:60])
def test_a_body_of_any_kind_is_no_fault_of_ours(world: World, kind: str) -> None:
    client = world.client()
    client.raise_request_exception = False
    small = [body for body in BODIES if len(body) < 100_000]
    for path in share(pages(world), KINDS.index(kind), 8):
        bodies = BODIES if path in {"/settings/", "/accounts/login/"} else small
        for body in bodies:
            assert not is_ours(client.generic("POST", path, body, kind)), (path, body[:40])


NUMBERED = re.compile(r"<(?:int|key):\w+>")


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, 2**63, 10**40])
def test_a_number_that_no_database_holds_leads_nowhere(world: World, number: int) -> None:
    client = world.client()
    client.raise_request_exception = False
    numbered = [world.filled(NUMBERED.sub(str(number), r)) for r in routes() if NUMBERED.search(r)]
    for path in numbered:
        for answer in (client.get(path), client.post(path, {"token": uuid4(), "rating": "3"})):
            assert not is_ours(answer), path
    assert len(numbered) > 20


def test_a_text_that_no_database_stores_does_not_come_in(world: World) -> None:
    """Half of a pair of surrogates, which UTF-8 has no bytes for, by way of another codec."""
    client = world.client()
    client.raise_request_exception = False
    row = world.attempt.questions.get(question=question_of("text"))
    fields = {"question": row.question_id, "rev": row.rev, "token": uuid4(), "text": "\\ud800"}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    kind = "multipart/form-data; boundary=x; charset=raw_unicode_escape"
    path = f"{world.attempt.get_absolute_url()}respond/"
    answer = client.generic("POST", path, "".join([*parts, "--x--\r\n"]), kind)
    assert (answer.status_code, is_ours(answer)) == (400, "")


HEADERS: list[dict[str, str]] = [
    {"cookie": "sessionid=\x00; csrftoken=" + "x" * 5000},
    {"cookie": "sessionid=" + "a" * 9000},
    {"cookie": ";;;=;=\xff;look={}"},
    {"accept-language": "x" * 5000},
    {"accept-language": "en-GB;q=NaN,*;q=-1,\xff"},
    {"if-none-match": '"' + "x" * 5000},
    {"if-none-match": "W/*,,\xff"},
    {"accept-encoding": "gzip;q=x,\xff"},
    {"referer": "http://[::1"},
    {"user-agent": "\x00" * 300},
    {"user-agent": "x" * 20_000},
    {"HX-Request": "true", "HX-Current-URL": "http://[::1"},
    {"HX-Request": "true", "HX-Current-URL": "\xff", "HX-Current-URL-URI-AutoEncoded": "x"},
    {"HX-Request": "x", "HX-Target": "\xff", "HX-Trigger": "{", "HX-Boosted": "true"},
    {"x-forwarded-for": "'; DROP TABLE users; --"},
    {"range": "bytes=0-,5-x"},
    {"origin": "\xff"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: repr(headers)[:60])
def test_a_header_of_any_kind_is_no_fault_of_ours(world: World, headers: dict[str, str]) -> None:
    visitor, learner = Client(), world.client()
    for client in (visitor, learner):
        client.raise_request_exception = False
        for path in share(pages(world), HEADERS.index(headers), 4):
            assert not is_ours(client.get(path, headers=headers)), path
        assert not is_ours(client.post("/settings/", {"theme": "dark"}, headers=headers))
        login = {"login": "reader", "password": "x"}
        assert not is_ours(client.post("/accounts/login/", login, headers=headers))


# Redis and mail down


@pytest.fixture
def without_redis(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": settings.REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }


def test_without_redis_answers_are_saved(world: World, without_redis: None) -> None:
    assert send(world.client(), world.attempt, "text").status_code == 302
    assert Response.objects.filter(attempt=world.attempt).count() == 1


def test_without_redis_checkpoints_and_marks_are_saved(world: World, without_redis: None) -> None:
    client, names = world.client(), world.names
    world.attempt.submit(now=timezone.now())  # its questions are not asked elsewhere before
    path = f"/questions/{names['question']}/respond/"
    assert client.post(path, {"text": "lamp", "token": uuid4()}).status_code == 200
    mark = f"/articles/{names['article']}/{names['ref']}/mark/"
    assert client.post(mark, {"mark": "read", "token": uuid4()}).status_code < 400


def test_without_redis_pages_are_read(world: World, without_redis: None) -> None:
    for client in (Client(), world.client()):
        client.raise_request_exception = False
        for path in pages(world):
            assert client.get(path).status_code in (200, 302, 403, 404, 405), path


def test_without_redis_nobody_guesses(reader: User, without_redis: None) -> None:
    client = Client(raise_request_exception=False)
    form = {"login": "reader", "password": "a long password"}
    response = client.post("/accounts/login/", form)
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "What you had saved is safe" in response.content.decode()
    assert "sessionid" not in client.cookies


def test_without_mail_nothing_breaks(db: None, client: Client, settings: Any) -> None:
    settings.HAS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    UserFactory(username="ann", email="ann@example.org")
    for address in ("ann@example.org", "nobody@example.org"):
        response = client.post("/accounts/password/reset/", {"email": address}, follow=True)
        assert response.status_code == 200
        assert "Mail cannot be sent just now" in response.content.decode()


def test_visitors_are_told_when_it_is_too_much(world: World) -> None:
    client = Client()
    path = f"/questions/{world.names['question']}/respond/"
    for _n in range(VISITOR_ANSWERS):
        assert client.post(path, {"text": "lamp"}).status_code == 200
    response = client.post(path, {"text": "lamp"})
    assert response.status_code == 422
    assert "many answers in an hour" in response.content.decode()
