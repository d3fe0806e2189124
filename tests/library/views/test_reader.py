from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client

from studyguide.accounts.models import User
from studyguide.library.models import Article, ReadingMark, mark
from tests.packs import SECTION, chapter, passage
from tests.queries import no_writes, queries

Load = Callable[..., Article]
SECTION_1 = "/articles/lighthouses/opening/light-1/"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def mark_read(article: Article, user: User, *numbers: int) -> None:
    passages = list(article.passages.filter(number__in=numbers).order_by("number"))
    mark(passages, kind=ReadingMark.Kind.READ, user=user, token=uuid4(), at=NOW)


def settled(client: Client):  # type: ignore[no-untyped-def]
    """The page of a browser that has its cookies."""
    client.get(SECTION_1)
    return client.get(SECTION_1)


# Home and the article


def test_home_is_the_only_article(client: Client, article: Article) -> None:
    assert "library/article.html" in {used.name for used in client.get("/").templates}


def test_home_lists_several(client: Client, load: Load) -> None:
    load()
    load(slug="harbours")
    response = client.get("/")
    assert response.content.count(b"/articles/") >= 2
    assert b"Choose a text" in response.content


def test_home_without_texts_says_what_to_do(client: Client, db: None) -> None:
    assert b"load_packs" in client.get("/").content


def test_the_contents_name_every_section(client: Client, article: Article) -> None:
    page = client.get("/articles/lighthouses/").content.decode()
    assert all(section.title in page for section in article.sections.all())


def test_the_contents_follow_what_is_loaded_anew(client: Client, article: Article) -> None:
    client.get("/")
    Article.objects.update(short_title="Another title", digest="other")
    article.sections.filter(slug="light-1").update(title="Another section")

    page = client.get("/").content.decode()

    assert "Another title" in page
    assert "Another section" in page


def test_nothing_of_one_reader_stays_in_another_ones_page(
    reading: Client, reader: User, client: Client, article: Article
) -> None:
    User.objects.filter(pk=reader.pk).update(display_name="Known By Name")
    mark_read(article, reader, 1, 2)
    mine = reading.get("/").content.decode() + settled(reading).content.decode()
    other = Client()
    other.force_login(User.objects.create_user("somebody-else"))

    theirs = other.get("/").content.decode() + settled(other).content.decode()

    assert mine.count("Known By Name") == 2
    assert "Known By Name" not in theirs
    assert "2 of 3 read" not in theirs
    tokens = set(re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', mine))
    assert tokens
    assert not any(token in theirs for token in tokens)


def test_the_contents_show_progress(reading: Client, reader: User, article: Article) -> None:
    mark_read(article, reader, 1, 2)
    page = reading.get("/articles/lighthouses/").content.decode()
    assert "Continue at ¶3" in page
    assert "2 of 3 read" in page


def test_reading_goes_on_after_the_last_mark(
    reading: Client, reader: User, article: Article
) -> None:
    mark_read(article, reader, 4)
    assert "Continue at ¶5" in reading.get("/").content.decode()


def test_an_unknown_article_is_missing(client: Client, db: None) -> None:
    assert client.get("/articles/nothing/").status_code == 404


@pytest.mark.parametrize("size", [6, 60])
def test_the_article_asks_five_questions_however_long(
    reading: Client, reader: User, load: Load, size: int
) -> None:
    mark_read(load(passages=size), reader, 1, 2)
    reading.get("/articles/lighthouses/")
    with queries(at_most=5), no_writes():
        reading.get("/articles/lighthouses/")


# A section


@pytest.mark.parametrize("size", [3, 30])
def test_a_section_asks_five_questions_however_long(
    reading: Client, reader: User, load: Load, size: int
) -> None:
    mark_read(load(passages=size * 2, a_section=size), reader, 1, 2)
    reading.get(SECTION_1)
    with queries(at_most=5), no_writes():
        assert reading.get(SECTION_1).status_code == 200


def test_an_unchanged_section_costs_two_questions(reading: Client, article: Article) -> None:
    first = settled(reading)
    with queries(at_most=2):
        again = reading.get(SECTION_1, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_a_mark_makes_the_section_new(reading: Client, reader: User, article: Article) -> None:
    first = settled(reading)
    mark_read(article, reader, 1)
    assert reading.get(SECTION_1, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_setting_makes_the_section_new(reading: Client, reader: User, article: Article) -> None:
    first = settled(reading)
    reading.post("/settings/", {"text_size": "xl"})
    assert reading.get(SECTION_1, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_load_makes_the_section_new(reading: Client, load: Load) -> None:
    load()
    first = settled(reading)
    load(pages_before_md="# Before you read {#before}\n\nOther words.\n")
    assert reading.get(SECTION_1, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_one_readers_page_is_not_anothers(client: Client, reader: User, article: Article) -> None:
    anonymous = client.get(SECTION_1)
    client.force_login(reader)
    assert anonymous.headers.get("ETag") != client.get(SECTION_1)["ETag"]


def test_a_visitor_reads_and_marks_nothing(client: Client, article: Article) -> None:
    page = client.get(SECTION_1).content.decode()
    assert "Claim 1 is made." in page
    assert "Mark ¶1 read" not in page
    assert "sign in to keep your place" in page


def test_every_passage_says_where_it_stands(client: Client, article: Article) -> None:
    assert "Opening, paragraph 2 of 3" in client.get(SECTION_1).content.decode()


def test_without_an_original_it_is_not_offered(reading: Client, article: Article) -> None:
    page = reading.get(SECTION_1).content.decode()
    assert "Beside" not in page
    assert "https://harbour.example/" in page


def test_footnotes_stand_in_place(client: Client, article: Article) -> None:
    page = client.get(SECTION_1).content.decode()
    assert page.index('id="p1"') < page.index('id="n1"') < page.index('id="p2"')


def test_neighbours_are_linked(client: Client, article: Article) -> None:
    page = client.get("/articles/lighthouses/keepers/keeping-1/").content.decode()
    assert 'rel="prev"' in page
    assert 'rel="next"' not in page


def test_a_jump_leaves_a_way_back(client: Client, article: Article) -> None:
    page = client.get(f"{SECTION_1}?from=p5").content.decode()
    assert "Back to ¶5" in page
    assert 'href="/articles/lighthouses/p5/"' in page


@pytest.mark.parametrize("text", ["p0", "x", "p5'", "<script>", "p99999"])
def test_a_made_up_way_back_is_ignored(client: Client, article: Article, text: str) -> None:
    page = client.get(SECTION_1, {"from": text}).content.decode()
    assert not re.search(r"Back to ¶\d", page)


def test_a_section_in_another_chapter_is_found(client: Client, article: Article) -> None:
    response = client.get("/articles/lighthouses/keepers/light-1/")
    assert (response.status_code, response["Location"]) == (301, SECTION_1)


def test_an_old_address_of_a_section_leads_on(client: Client, load: Load) -> None:
    text = chapter([1, 2, 3], 3, "light").replace("{#light-1}", "{#lamp-room was=light-1}")
    load(chapters_opening_md=text)
    response = client.get(SECTION_1)
    assert response["Location"] == "/articles/lighthouses/opening/lamp-room/"


def test_an_outline_can_be_read(client: Client, load: Load) -> None:
    bare = SECTION.format(title="Bare", id="bare", passages="## One. {#p1}\n\n## Two. {#p2}\n\n")
    rest = SECTION.format(title="Rest", id="rest", passages=passage(3))
    load(chapters_opening_md=f"{bare}\n{rest}")
    assert client.get("/articles/lighthouses/opening/bare/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/articles/lighthouses/", SECTION_1])
def test_pages_are_only_read(client: Client, article: Article, path: str) -> None:
    assert client.post(path).status_code == 405


# Permalinks


@pytest.mark.parametrize(("ref", "to"), [("p2", f"{SECTION_1}#p2"), ("n1", f"{SECTION_1}#n1")])
def test_a_permalink_leads_to_the_passage(
    client: Client, article: Article, ref: str, to: str
) -> None:
    assert client.get(f"/articles/lighthouses/{ref}/")["Location"] == to


@pytest.mark.parametrize("ref", ["p99", "n9"])
def test_a_permalink_to_nothing_is_missing(client: Client, article: Article, ref: str) -> None:
    assert client.get(f"/articles/lighthouses/{ref}/").status_code == 404


def test_a_permalink_keeps_where_one_came_from(client: Client, article: Article) -> None:
    to = client.get("/articles/lighthouses/p2/?from=p5")["Location"]
    assert to == f"{SECTION_1}?from=p5#p2"


# Print


def test_the_print_list_names_every_part(client: Client, article: Article) -> None:
    page = client.get("/articles/lighthouses/print/").content.decode()
    assert "/articles/lighthouses/print/opening/" in page
    assert "/articles/lighthouses/print/light-1/" in page


@pytest.mark.parametrize("part", ["opening", "light-1"])
def test_a_part_prints_on_one_page(client: Client, article: Article, part: str) -> None:
    page = client.get(f"/articles/lighthouses/print/{part}/").content.decode()
    assert "What gives the light." in page
    assert '<details class="fold" open>' in page
    assert "Mark ¶" not in page


def test_a_part_that_is_none_is_missing(client: Client, article: Article) -> None:
    assert client.get("/articles/lighthouses/print/nothing/").status_code == 404


@pytest.mark.parametrize("size", [3, 30])
def test_printing_asks_as_much_for_a_long_chapter(reading: Client, load: Load, size: int) -> None:
    load(passages=size * 2, a_section=3)
    with queries(at_most=3 + 1 * (size // 3) + 1), no_writes():
        reading.get("/articles/lighthouses/print/opening/")
