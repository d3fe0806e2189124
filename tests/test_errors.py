from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver

from studyguide.accounts.models import User
from studyguide.library.models import Article


def test_a_missing_page_helps_on(client: Client, article: Article) -> None:
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert b"There is no such page" in response.content


def test_a_lost_token_says_what_to_do(reader: User, article: Article) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/settings/", {"theme": "dark"})
    assert response.status_code == 403
    assert b"Send it once more" in response.content


def test_a_body_in_a_forbidden_encoding_is_no_fault_of_ours(client: Client, db: None) -> None:
    client.cookies["csrftoken"] = "a" * 32
    response = client.generic(
        "POST", "/settings/", b"a=b", "application/x-www-form-urlencoded; charset=utf-7"
    )
    assert response.status_code < 500


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "BREW"])
@pytest.mark.parametrize("path", ["/", "/settings/", "/accounts/login/"])
def test_unknown_methods_are_refused(client: Client, db: None, method: str, path: str) -> None:
    assert client.generic(method, path).status_code == 405


def test_a_fault_of_ours_is_told_kindly(
    client: Client, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("studyguide.library.views.reader.contents", fail)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert b"The fault is ours" in response.content
    assert b"RuntimeError" not in response.content


@pytest.mark.parametrize("code", ["400", "403", "404", "500"])
def test_every_error_has_a_handler_of_ours(code: str) -> None:
    handler = get_resolver().resolve_error_handler(int(code))
    assert handler.__module__ == "studyguide.errors"


@pytest.mark.parametrize(
    "path",
    [
        "/articles/%00/",
        "/articles/lighthouses/" + "x" * 3000 + "/",
        "/articles/lighthouses/glossary/?q=%FF%FE",
        "/articles/lighthouses/search/?q=%F0%9F%99%82&page=-1",
        "/articles/lighthouses/opening/light-1/?from=%00",
        "/accounts/login/?next=%00",
        "/settings/?next=%0d%0aSet-Cookie:x",
    ],
)
def test_strange_addresses_are_no_fault_of_ours(
    client: Client, article: Article, path: str
) -> None:
    assert client.get(path).status_code < 500


def test_answers_carry_the_strict_policy(client: Client, article: Article) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_pages_are_compressed_and_their_size_hidden(client: Client, article: Article) -> None:
    sizes = {len(client.get("/", headers={"accept-encoding": "gzip"}).content) for _ in range(12)}
    assert len(sizes) > 1
