"""P24: neither a host name nor an address to go on to leads to another site.

No database has a part in that, so one run is enough.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.test import Client

from studyguide.accounts.models import User
from tests.factories import UserFactory
from tests.promises.world import World

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example/..",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "http:evil.example",
    "http:///evil.example",
    "https:/evil.example",
    "HtTpS://evil.example",
    "//localhost:8000@evil.example/",
    "http://localhost:8000@evil.example/",
    "//evil.example\\@localhost/",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil。example",
    " //evil.example",
    "\x00//evil.example",
    "/%09/evil.example",
    "https://localhost.evil.example/",
    "ftp://localhost/",
    "//[::1",
]
pytestmark = pytest.mark.only_on("sqlite")
BASE = "http://localhost/"


def leads_away(address: str) -> bool:
    """As a browser reads it: tabs and line breaks are dropped, a backslash is a slash."""
    seen = re.sub(r"[\t\r\n]", "", address).strip().replace("\\", "/")
    try:
        parts = urlsplit(urljoin(BASE, seen))
    except ValueError:
        return True
    is_ours = parts.hostname in {"localhost", "testserver", None} and "@" not in parts.netloc
    return not (is_ours and parts.scheme in {"http", "https"}) or seen.startswith("//")


HERE = "/zq-here/"  # an address of this site, which a page that goes by it has as a link or value


def says_where(client: Client, path: str) -> bool:
    response = client.get(path, {"next": HERE, "back": HERE, "from": HERE})
    if "zq-here" in response.headers.get("Location", ""):
        return True
    return not response.streaming and f'="{HERE}'.encode() in response.content


def test_no_page_leads_away_by_what_is_asked(world: World) -> None:
    """All addresses on pages that go by one; two on the others, which do not look at it."""
    pages = [path for path in world.addresses().values() if not path.startswith("/admin/")]
    going = 0
    for client in (Client(), world.client()):
        for path in pages:
            goes = says_where(client, path)
            going += goes
            for address in ELSEWHERE if goes else ELSEWHERE[:2]:
                response = client.get(path, {"next": address, "back": address, "from": address})
                where = (path, address)
                assert response.status_code < 500, where
                assert not leads_away(response.headers.get("Location", "/")), where
                if response.headers.get("Content-Type", "").startswith("text/html"):
                    targets = re.findall(r'(?:href|action|src)="([^"]*)"', response.text)
                    assert not [t for t in targets if "evil" in t and leads_away(t)], where
    assert going > 10


POSTS = {
    "/accounts/login/": {"login": "reader", "password": "a long password"},
    "/accounts/signup/": {"username": "ann", "email": "", "password1": "harbour light 9"},
    "/accounts/logout/": {},
    "/accounts/reauthenticate/": {"password": "a long password"},
    "/settings/": {"theme": "dark"},
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_form_leads_away(reader: User, path: str, address: str) -> None:
    client = Client()
    if path in {"/accounts/logout/", "/accounts/reauthenticate/"}:
        client.force_login(reader)
    response = client.post(path, {**POSTS[path], "next": address})
    assert response.status_code < 500
    assert not leads_away(response.headers.get("Location", "/"))


HOSTS = [
    "evil.example",
    "localhost.evil.example",
    "evil.example:8000",
    "localhost@evil.example",
    "localhost:80@evil.example",
    "localhost#evil.example",
    "evil.example/localhost",
    "[::1].evil.example",
    "localhost evil.example",
    "",
]


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_is_refused_on_every_page(world: World, host: str) -> None:
    client = world.client()
    for path in world.addresses().values():
        if path.startswith("/admin/"):
            continue
        response = client.get(path, headers={"host": host})
        assert response.status_code == 400, path


@pytest.mark.parametrize(
    "header", ["x-forwarded-host", "x-host", "x-forwarded-server", "forwarded", "x-original-url"]
)
def test_a_forwarded_host_is_not_believed(world: World, header: str) -> None:
    client = world.client()
    for path in world.addresses().values():
        response = client.get(path, headers={header: "host=evil.example"})
        text = b"".join(response) if response.streaming else response.content
        assert b"evil.example" not in text, path
        assert "evil.example" not in response.headers.get("Location", "")


def test_a_reset_mail_leads_here_alone(client: Client, settings: Any, db: None) -> None:
    settings.HAS_MAIL = True
    UserFactory(username="ann", email="ann@example.org")
    form = {"email": "ann@example.org"}
    bad = {"host": "evil.example"}
    assert client.post("/accounts/password/reset/", form, headers=bad).status_code == 400
    client.post("/accounts/password/reset/", form, headers={"x-forwarded-host": "evil.example"})
    (letter,) = mail.outbox
    links = re.findall(r"https?://([^/\s]+)", str(letter.body))
    assert links
    assert set(links) <= {"testserver", "localhost", "localhost:8000"}


def test_hosts_are_named_one_by_one(settings: Any) -> None:
    assert "*" not in settings.ALLOWED_HOSTS
    assert not [host for host in settings.ALLOWED_HOSTS if host.startswith(".")]
