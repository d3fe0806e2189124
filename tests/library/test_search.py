from __future__ import annotations

from datetime import UTC, datetime

import pytest

from studyguide.accounts.models import User
from studyguide.library.models import Article, Original
from studyguide.library.originals.parse import parse
from studyguide.library.originals.store import aligned, store
from studyguide.library.search import Query, find, fold, normalise, snippet
from tests.factories import UserFactory

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def refs(text: str, article: Article, user: User | None = None) -> list[tuple[str, str]]:
    from django.contrib.auth.models import AnonymousUser

    found = find(text, article=article, user=user or AnonymousUser())
    return [(hit.entry.kind, hit.entry.ref) for hit in found.hits]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Workers’", "worker"),
        ("workers'", "Workers"),
        ("1,118,000", "1118000"),
        ("Carrère", "CARRERE"),
        ("running", "runs"),
        ("нэп", "НЭП"),
    ],
)
def test_two_forms_are_one_word(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_fold_sorts_accents_with_their_letters() -> None:
    assert fold("Élan") == "elan"


def test_the_entry_of_a_term_comes_first(article: Article) -> None:
    assert refs("lamp", article)[0] == ("term", "lamp")


def test_all_words_must_occur(article: Article) -> None:
    assert refs("keeper sleeps", article) == [("note", "p2")]
    assert refs("keeper elephants", article) == []


def test_other_forms_of_a_word_count(article: Article) -> None:
    assert ("note", "p2") in refs("sleeping keepers", article)


def test_a_phrase_has_its_words_together(article: Article) -> None:
    assert ("note", "p1") in refs('"burns for strangers"', article)
    assert refs('"strangers burns for"', article) == []


def test_beginnings_are_tried_when_nothing_is_whole(article: Article) -> None:
    assert ("note", "p1") in refs("strang", article)


def test_footnotes_people_events_and_pages_are_found(article: Article) -> None:
    assert refs("wick", article) == [("footnote", "n2")]
    assert ("person", "pilot") in refs("Bess", article)
    assert ("event", "storm") in refs("shakes", article)
    assert ("page", "before") in refs("Before you read", article)


def test_a_native_name_finds_its_term(article: Article) -> None:
    assert refs("ламповый", article) == [("term", "lamp-trust")]


@pytest.mark.parametrize(
    "text", ['"', "'", "*", "AND", "NEAR(a b)", "a:b", "!", "& |", "\\", "lamp'--", "%", "()", "🙂"]
)
def test_signs_of_query_languages_do_no_harm(article: Article, text: str) -> None:
    refs(text, article)


def add_original(article: Article, owner: User) -> Original:
    parsed = parse("The canary sings at noon, and nobody hears it but the keeper's own cat.")
    alignment = aligned(parsed, article)
    alignment.refs = ["p1"]
    return store(
        parsed,
        alignment,
        article=article,
        owner=owner,
        audience=Original.Audience.PRIVATE,
        right="",
        credit="x",
        at=NOW,
    )


def test_an_original_is_found_by_its_audience_alone(article: Article, reader: User) -> None:
    add_original(article, reader)
    assert refs("canary", article, reader) == [("original", "p1")]
    assert refs("canary", article, UserFactory()) == []
    assert refs("canary", article) == []


def test_one_passage_is_not_found_in_two_copies(article: Article, reader: User) -> None:
    add_original(article, reader)
    shared = add_original(article, UserFactory(is_staff=True))
    shared.right, shared.audience = "leave", Original.Audience.SIGNED_IN
    shared.save()
    assert refs("canary", article, reader) == [("original", "p1")]


def test_a_snippet_is_escaped_and_marked() -> None:
    found = snippet("a <b> of lamps", Query.of("lamp"))
    assert found == "a &lt;b&gt; of <mark>lamps</mark>"


def test_a_snippet_shows_where_the_words_are() -> None:
    found = snippet("far " * 100 + "lamp", Query.of("lamp"))
    assert found.startswith("… far")
    assert found.endswith("<mark>lamp</mark>")
