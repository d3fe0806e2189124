"""One learner's mastery is the same number wherever it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from studyguide.accounts.models import User
from studyguide.library.models import Article
from tests.packs import Answer

TOLD = re.compile(r"(\d+) mastered, (\d+) firm, (\d+) learning, (\d+) new")
LIGHT = "/articles/lighthouses/opening/light-1/"
Counts = tuple[int, ...]


@pytest.fixture
def at_noon() -> Iterator[None]:
    with time_machine.travel("2026-05-04 12:00Z", tick=False):
        yield


@pytest.fixture
def begun(at_noon: None, asking: Article, answer: Answer, reading: Client) -> Client:
    """Two right, one wrong, one argument, which is no card; one in the other section."""
    for name in ("p1-q1", "p2-q1", "p1-q3", "p4-q1"):
        answer(name)
    answer("p2-q2", "oar")
    return reading


def told(html: str) -> Counts:
    found = TOLD.search(html)
    assert found is not None
    return tuple(int(n) for n in found.groups())


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def after(html: str, mark: str) -> str:
    assert mark in html
    return html.partition(mark)[2]


def table_row(html: str, title: str) -> Counts:
    row = after(html, f'<th scope="row">{title}</th>').partition("</tr>")[0]
    return tuple(int(n) for n in re.findall(r'<td class="n">(\d+)</td>', row))


def test_a_section_is_told_alike_everywhere(begun: Client) -> None:
    dashboard = page(begun, "/me/")
    shown = {
        "table of the dashboard": table_row(dashboard, "1. Light 1"),
        "bar of the dashboard": told(after(dashboard, 'class="mast"')),
        "contents of the article": told(after(page(begun, "/articles/lighthouses/"), "Light 1")),
        "head of the section": told(after(page(begun, LIGHT), "Mastery:")),
        "its events": told(page(begun, "/me/sections/lighthouses/light-1/")),
    }
    assert set(shown.values()) == {(0, 2, 1, 3)}, shown


def test_the_passages_add_up_to_the_section(begun: Client) -> None:
    html = page(begun, LIGHT)
    tags = [part.split("</p>")[0] for part in html.split('id="stands-p')[1:]]
    passages = [told(tag) for tag in tags if "learning" in tag]
    counts = [sum(column) for column in zip(*passages, strict=True)]
    assert counts[:3] == [0, 2, 1]


def test_a_term_is_told_alike_everywhere(begun: Client) -> None:
    shown = {
        "glossary": told(page(begun, "/articles/lighthouses/glossary/")),
        "entry": told(page(begun, "/articles/lighthouses/glossary/lamp/")),
        "dashboard": told(after(page(begun, "/me/"), "Loose terms")),
        "events": told(page(begun, "/me/terms/lighthouses/lamp/")),
    }
    assert set(shown.values()) == {(0, 3, 1, 8)}, shown


def test_time_alone_moves_them_all(begun: Client, reader: User) -> None:
    with time_machine.travel("2026-05-30 12:00Z", tick=False):
        begun.force_login(reader)
        assert told(after(page(begun, LIGHT), "Mastery:")) == (0, 0, 3, 3)
        assert table_row(page(begun, "/me/"), "1. Light 1") == (0, 0, 3, 3)
        assert told(page(begun, "/articles/lighthouses/glossary/")) == (0, 0, 4, 8)


def test_the_events_list_every_answer(begun: Client) -> None:
    html = page(begun, "/me/sections/lighthouses/light-1/")
    assert html.count("Checkpoint: Right, rated Good") + html.count("rated Easy") == 2
    assert html.count("Checkpoint: Another answer, rated Again") == 1


def test_the_rule_stands_beside_the_numbers(begun: Client) -> None:
    rule = "Firm: would recall today with 90% or more"
    for path in ("/me/", "/me/sections/lighthouses/light-1/", "/me/terms/lighthouses/lamp/"):
        assert rule in page(begun, path)
