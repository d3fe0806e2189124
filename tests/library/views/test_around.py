from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from quizzes.models import Quiz
from studyguide.library.models import Article
from studyguide.library.packs.read import PackErrors, read_pack
from tests import packs
from tests.packs import write_pack
from tests.queries import no_writes, queries

PAGES = [
    "timeline/",
    "people/",
    "footnotes/",
    "bibliography/",
    "argument/",
    "pages/before/",
    "search/",
    "search/?q=lamp",
]


def get(client: Client, name: str) -> str:
    return client.get(f"/articles/lighthouses/{name}").content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_few_questions_and_writes_nothing(
    reading: Client, article: Article, name: str
) -> None:
    with queries(at_most=5), no_writes():
        assert reading.get(f"/articles/lighthouses/{name}").status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_only_read(client: Client, article: Article, name: str) -> None:
    assert client.post(f"/articles/lighthouses/{name}").status_code == 405


@pytest.mark.parametrize("name", [*PAGES, "glossary/", "print/"])
def test_a_page_of_no_article_is_missing(client: Client, db: None, name: str) -> None:
    assert client.get(f"/articles/lighthouses/{name}").status_code == 404


def test_events_say_no_more_than_the_text(client: Client, article: Article) -> None:
    page = get(client, "timeline/")
    assert "9 March 1801" in page
    assert "In the great storm" in page
    assert "1801 to 1805" in page


def test_events_lead_to_their_passages(client: Client, article: Article) -> None:
    assert '/articles/lighthouses/p2/"' in get(client, "timeline/")


def test_people_say_what_the_text_has_them_say(client: Client, article: Article) -> None:
    page = get(client, "people/")
    assert "The light is for strangers." in page
    assert "Quoted" in page


def test_footnotes_tell_sources_from_arguments(client: Client, article: Article) -> None:
    page = get(client, "footnotes/")
    assert "As printed: B Pilot Almanac Hull 1890, p7." in page
    assert "never trimmed" in page


def test_a_volume_knows_where_it_is_used(client: Client, article: Article) -> None:
    assert '/articles/lighthouses/n1/">note 1</a>, p7' in get(client, "bibliography/")


def test_the_argument_is_a_tree(client: Client, article: Article) -> None:
    page = get(client, "argument/")
    assert page.index("Thesis") < page.index("Evidence")


def test_an_unknown_page_is_missing(client: Client, article: Article) -> None:
    assert client.get("/articles/lighthouses/pages/none/").status_code == 404


def test_search_finds_and_marks(client: Client, article: Article) -> None:
    assert "<mark>Lamp</mark>" in get(client, "search/?q=lamp+trust")


def test_search_keeps_what_was_typed(client: Client, article: Article) -> None:
    page = get(client, "search/?q=%3Czebra%3E")
    assert 'value="&lt;zebra&gt;"' in page
    assert "Try fewer of them" in page


@pytest.mark.parametrize("query", ["q=" + "a" * 5000, "q=lamp&page=99", "q=lamp&kind=x", "q=%00"])
def test_search_takes_anything(client: Client, article: Article, query: str) -> None:
    assert client.get(f"/articles/lighthouses/search/?{query}").status_code == 200


@pytest.mark.parametrize(("page", "name"), [("timeline/", "timeline"), ("people/", "who-says-it")])
def test_a_page_leads_to_the_quiz_on_it(
    client: Client, article: Article, page: str, name: str
) -> None:
    quiz = Quiz.objects.create(
        source="lighthouses", external_id=name, title="On it", group="theme", draws=[]
    )

    assert quiz.get_absolute_url() in get(client, page)


def test_the_argument_folds_without_script(client: Client, article: Article) -> None:
    page = get(client, "argument/")
    assert '<details class="fold" open>' in page


def test_a_passage_leads_to_its_place_in_the_argument(client: Client, article: Article) -> None:
    assert 'href="/articles/lighthouses/argument/#a-thesis"' in get(client, "opening/light-1/")


def test_the_questions_for_discussion_stand_on_one_page(client: Client, article: Article) -> None:
    page = get(client, "pages/questions-for-discussion/")
    assert page.count("First question?") == article.sections.count()
    assert '/articles/lighthouses/opening/light-1/#p1"' in page


def test_the_article_leads_to_the_questions_for_discussion(
    client: Client, article: Article
) -> None:
    assert 'href="/articles/lighthouses/pages/questions-for-discussion/"' in get(client, "")


def test_the_page_of_discussion_is_no_packs_own(db: None, tmp_path: Path) -> None:
    page = write_pack(tmp_path) / "pages" / "questions-for-discussion.md"
    page.write_text("# Mine {#questions-for-discussion}\n\nText.\n")
    with pytest.raises(PackErrors, match="made from the sections"):
        read_pack(page.parent.parent)


def test_an_ibid_names_its_work_and_the_note_it_leads_back_to(
    client: Client, load: Callable[..., Article]
) -> None:
    notes = packs.FOOTNOTES.replace(
        "kind: argument", "kind: argument\n    cites: [{work: almanac, pages: p9, ibid: n1}]"
    )
    load(footnotes_yaml=notes)
    page = get(client, "footnotes/")
    assert "<em>Almanac</em> (Hull 1890), p9. The ibid leads back to note 1." in page
