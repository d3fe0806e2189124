from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from studyguide.accounts.models import User
from studyguide.library.models import Article, LookUp
from tests.packs import GLOSSARY
from tests.queries import no_writes, queries

Load = Callable[..., Article]
URL = "/articles/lighthouses/glossary/"
LOOK_UP = f"{URL}lamp/look-up/"


def test_terms_stand_under_their_letters(client: Client, article: Article) -> None:
    page = client.get(URL).content.decode()
    assert 'id="l-L"' in page
    assert page.index("Lamp") < page.index("NEP")


def test_a_term_is_found_by_its_beginning(client: Client, article: Article) -> None:
    page = client.get(URL, {"q": "lant"}).content.decode()
    assert "What gives the light." in page
    assert "New Engine Plan." not in page


def test_nothing_found_says_what_to_do(client: Client, article: Article) -> None:
    page = client.get(URL, {"q": "<zebra>"}).content.decode()
    assert "No term begins with “&lt;zebra&gt;”" in page
    assert "All terms" in page


def test_a_kind_can_be_asked_for(client: Client, article: Article) -> None:
    page = client.get(URL, {"kind": "body"}).content.decode()
    assert 'id="k-body" value="body" checked' in page


def test_an_unknown_kind_is_all(client: Client, article: Article) -> None:
    assert 'id="k-all" value="all" checked' in client.get(URL, {"kind": "x"}).content.decode()


@pytest.mark.parametrize("many", [3, 60])
def test_the_glossary_asks_as_much_for_many_terms(client: Client, load: Load, many: int) -> None:
    extra = "".join(
        f"- {{id: t{n}, term: term{n}, kind: idea, gloss: g, definition: d}}\n" for n in range(many)
    )
    load(glossary_yaml=GLOSSARY + extra)
    with queries(at_most=3), no_writes():
        client.get(URL)


def test_an_entry_says_all_about_a_term(client: Client, article: Article) -> None:
    page = client.get(f"{URL}lamp-trust/").content.decode()
    assert '<span lang="ru">Ламповый трест</span>' in page
    assert "/articles/lighthouses/p1/" in page
    assert "/articles/lighthouses/n2/" in page


def test_an_entry_names_the_authors_usage(client: Client, article: Article) -> None:
    assert "not general scholarship" in client.get(f"{URL}nep/").content.decode()


def test_htmx_gets_the_pop_over(client: Client, article: Article) -> None:
    response = client.get(f"{URL}lamp/", headers={"hx-request": "true"})
    assert [t.name for t in response.templates] == ["library/_term.html"]
    assert "HX-Request" in response["Vary"]


def test_a_page_and_its_pop_over_are_not_confused(client: Client, article: Article) -> None:
    assert "HX-Request" in client.get(f"{URL}lamp/")["Vary"]


def test_an_unknown_term_is_missing(client: Client, article: Article) -> None:
    assert client.get(f"{URL}zebra/").status_code == 404


@pytest.mark.parametrize("size", [6, 60])
def test_an_entry_asks_five_questions_however_long(reading: Client, load: Load, size: int) -> None:
    load(passages=size)
    reading.post(LOOK_UP, {"at": "p2"})
    reading.get(f"{URL}lamp/")
    with queries(at_most=5), no_writes():
        reading.get(f"{URL}lamp/")


def test_a_look_up_is_kept_once_and_shown_to_who_made_it(
    reading: Client, reader: User, article: Article
) -> None:
    entry = f"{URL}lamp/"
    assert "You looked this up" not in reading.get(entry).text
    for at in ("p2", "p3", "p2"):
        assert reading.post(LOOK_UP, {"at": at, "user": "1"}).status_code == 204
    kept = LookUp.objects.values_list("user", "term__ref", "passage__ref").order_by("pk")
    assert [*kept] == [(reader.pk, "lamp", "p2"), (reader.pk, "lamp", "p3")]
    told = reading.get(entry).text.partition("You looked this up in")[2].partition("</p>")[0]
    assert 'href="/articles/lighthouses/p2/"' in told
    assert 'href="/articles/lighthouses/p3/"' in told
    assert "You looked this up" not in reading.get(f"{URL}nep/").text
    assert "You looked this up" not in Client().get(entry).text


@pytest.mark.parametrize(
    ("path", "at", "status"),
    [
        *[(LOOK_UP, at, 400) for at in ("", "n1", "p0", "p2\0", "p2 ", "x" * 500)],
        (LOOK_UP, "p999", 404),
        (f"{URL}zebra/look-up/", "p2", 404),
        ("/articles/none/glossary/lamp/look-up/", "p2", 404),
    ],
)
def test_a_look_up_of_nothing_is_refused(
    reading: Client, article: Article, path: str, at: str, status: int
) -> None:
    assert reading.post(path, {"at": at}).status_code == status
    assert not LookUp.objects.exists()


def test_a_look_up_is_a_readers_own_post(client: Client, reader: User, article: Article) -> None:
    assert client.post(LOOK_UP, {"at": "p2"}).status_code == 403  # a visitor's is not kept
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reader)
    assert strict.post(LOOK_UP, {"at": "p2"}).status_code == 403
    assert strict.get(LOOK_UP).status_code == 405
    assert not LookUp.objects.exists()
