from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from studyguide.library.models import Article
from studyguide.library.packs.read import PackErrors
from tests import packs
from tests.queries import no_writes, queries

Load = Callable[..., Article]
SHEETS = ["revision/", "revision/whole/", "revision/opening/"]
PEOPLE = """\
- id: pilot
  name: Bess Pilot
  role: Pilot and writer.
  at: [p1, p4]
  essential: true
  says:
    - {at: p1, how: quoted, text: "The light is for strangers.", essential: true}
    - {at: p4, how: held, text: "Keepers should sleep.", essential: true}
    - {at: p2, how: held, text: "Wicks are dear."}
"""
EVENTS = """\
- {id: lit, date: 1801-03-09, text: "The lamp is lit.", at: p1, essential: true}
- {id: sold, date: "1805", figure: "12", text: "lamps are sold.", at: [p4], essential: true}
- {id: storm, date: "1803", text: "The tower shakes.", at: p2}
"""
ARGUMENT = """\
- id: thesis
  kind: thesis
  text: Lights are kept for others.
  at: [p4]
  parts:
    - id: claim
      kind: claim
      text: Pilots need them.
      at: [p1]
      parts: [{id: turned, kind: rejected, text: "That they could do without.", at: [p2]}]
"""


@pytest.fixture
def marked(load: Load) -> Article:
    return load(people_yaml=PEOPLE, timeline_yaml=EVENTS, argument_yaml=ARGUMENT)


def get(client: Client, name: str) -> str:
    return client.get(f"/articles/lighthouses/{name}").content.decode()


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_asks_six_questions_and_writes_nothing(
    reading: Client, marked: Article, name: str
) -> None:
    with queries(at_most=6), no_writes():
        assert reading.get(f"/articles/lighthouses/{name}").status_code == 200


def test_a_sheet_asks_as_much_for_a_long_chapter(reading: Client, load: Load) -> None:
    load(passages=90)
    with queries(at_most=6):
        assert reading.get("/articles/lighthouses/revision/opening/").status_code == 200


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_only_read(client: Client, article: Article, name: str) -> None:
    assert client.post(f"/articles/lighthouses/{name}").status_code == 405


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_of_no_article_is_missing(client: Client, db: None, name: str) -> None:
    assert client.get(f"/articles/lighthouses/{name}").status_code == 404


@pytest.mark.parametrize("part", ["nothing", "light-1", "p1"])
def test_a_sheet_of_no_chapter_is_missing(client: Client, article: Article, part: str) -> None:
    assert client.get(f"/articles/lighthouses/revision/{part}/").status_code == 404


def test_the_list_names_the_whole_and_each_chapter(client: Client, article: Article) -> None:
    page = get(client, "revision/")
    for part in ("whole", "opening", "keepers"):
        assert f'href="/articles/lighthouses/revision/{part}/"' in page


@pytest.mark.parametrize("name", ["", "print/"])
def test_the_article_and_its_print_page_lead_to_the_sheets(
    client: Client, article: Article, name: str
) -> None:
    assert 'href="/articles/lighthouses/revision/"' in get(client, name)


def test_a_chapters_sheet_holds_what_stands_in_it(client: Client, marked: Article) -> None:
    page = get(client, "revision/opening/")
    assert "What it is for." in page
    assert "Claim 1 is made." in page
    assert "9 March 1801" in page
    assert "The light is for strangers." in page


def test_a_chapters_sheet_leaves_other_chapters_out(client: Client, marked: Article) -> None:
    page = get(client, "revision/opening/")
    assert "are sold" not in page
    assert "Keepers should sleep." not in page


def test_a_sheet_leaves_out_what_nobody_marked(client: Client, marked: Article) -> None:
    page = get(client, "revision/whole/")
    assert "The tower shakes." not in page
    assert "Wicks are dear." not in page
    assert "Lamp Trust" not in page


def test_the_sheet_of_the_whole_draws_on_the_argument(client: Client, marked: Article) -> None:
    page = get(client, "revision/whole/")
    assert page.index("Lights are kept for others.") < page.index("Pilots need them.")
    assert "That they could do without." in page
    assert "are sold" in page


def test_everything_on_a_sheet_leads_to_its_passage(client: Client, marked: Article) -> None:
    page = get(client, "revision/keepers/")
    assert '/articles/lighthouses/p4/"' in page


def test_a_headline_is_text_and_no_markup(client: Client, load: Load) -> None:
    chapter = packs.chapter([1, 2, 3], 3, "light").replace("Claim 1", "Claim <1> & more")
    load(chapters_opening_md=chapter)
    assert "Claim &lt;1&gt; &amp; more" in get(client, "revision/opening/")


def test_what_is_essential_stands_at_a_passage(load: Load) -> None:
    text = EVENTS.replace("at: p1,", "at: n1,")
    with pytest.raises(PackErrors, match="essential needs a passage"):
        load(timeline_yaml=text)


def test_whose_words_are_essential_is_so_too(load: Load) -> None:
    text = PEOPLE.replace("  essential: true\n  says", "  says")
    with pytest.raises(PackErrors, match="mark the person too"):
        load(people_yaml=text)
