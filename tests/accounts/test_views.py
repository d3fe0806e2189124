from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client

from studyguide.accounts.models import User
from studyguide.library.models import Article
from tests.queries import no_writes, queries

EVERYTHING = {
    "all": "1",
    "theme": "dark",
    "text_size": "xl",
    "typeface": "sans",
    "line_spacing": "l",
    "letter_spacing": "l",
    "measure": "s",
    "reader_view": "notes",
    "is_original_first": "on",
}


def test_a_learners_settings_stand_with_the_account(reading: Client, reader: User) -> None:
    reading.post("/settings/", EVERYTHING)
    reader.refresh_from_db()
    assert (reader.theme, reader.text_size, reader.typeface) == ("dark", "xl", "sans")
    assert (reader.is_original_first, reader.has_single_keys) == (True, False)


def test_a_visitors_settings_stand_in_a_cookie(client: Client, db: None) -> None:
    client.post("/settings/", EVERYTHING)
    assert 'data-size="xl"' in client.get("/").content.decode()
    assert not User.objects.exists()


def test_one_radio_leaves_the_others(reading: Client, reader: User) -> None:
    reading.post("/settings/", EVERYTHING)
    reading.post("/settings/", {"theme": "light"})
    reader.refresh_from_db()
    assert (reader.theme, reader.text_size, reader.is_original_first) == ("light", "xl", True)


@pytest.mark.parametrize("name", ["theme", "text_size", "reader_view"])
def test_what_is_not_on_offer_changes_nothing(reading: Client, reader: User, name: str) -> None:
    reading.post("/settings/", {name: "<b>"})
    reader.refresh_from_db()
    assert getattr(reader, name) == User._meta.get_field(name).default


@pytest.mark.parametrize(
    "cookie", ["", "x", "[]", "3", json.dumps({"theme": "x", "is_staff": True}), "{" * 9000]
)
def test_a_forged_cookie_changes_nothing(client: Client, db: None, cookie: str) -> None:
    client.cookies["look"] = cookie
    page = client.get("/settings/").content.decode()
    assert 'data-size="m"' in page


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "x"],
)
def test_nobody_is_sent_elsewhere(client: Client, db: None, address: str) -> None:
    assert client.post("/settings/", {"theme": "dark", "next": address})["Location"] == "/settings/"


def test_one_comes_back_to_where_one_was(client: Client, db: None) -> None:
    response = client.post("/settings/", {"theme": "dark", "next": "/articles/x/?a=b"})
    assert response["Location"] == "/articles/x/?a=b"


def test_the_account_page_keeps_a_name(reading: Client, reader: User) -> None:
    reading.post("/account/", {"display_name": "Ann", "time_zone": "Europe/London"})
    reader.refresh_from_db()
    assert (reader.get_full_name(), reader.time_zone) == ("Ann", "Europe/London")


def test_a_zone_that_is_none_is_told(reading: Client, reader: User) -> None:
    response = reading.post("/account/", {"display_name": "Ann", "time_zone": "Moon"})
    assert response.status_code == 422
    assert 'value="Ann"' in response.content.decode()


def test_the_account_page_is_ones_own(client: Client, db: None) -> None:
    assert client.get("/account/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/settings/", "/account/"])
def test_looking_writes_nothing(reading: Client, path: str) -> None:
    with queries(at_most=2), no_writes():
        reading.get(path)


@pytest.mark.parametrize("path", ["/settings/", "/account/"])
def test_other_methods_are_refused(reading: Client, path: str) -> None:
    assert reading.delete(path).status_code == 405


def test_the_header_names_who_is_here(reading: Client, article: Article) -> None:
    assert "reader" in reading.get("/").content.decode()


def test_hosts_other_than_ours_are_refused(client: Client, db: None) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert settings.ALLOWED_HOSTS
