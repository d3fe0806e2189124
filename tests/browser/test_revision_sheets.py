"""Revision sheets of the study edition: each is one side of A4, whatever the reader has set.

One run is enough, as for all that looks at pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.people import SLUG

pytestmark = pytest.mark.only_on("sqlite")
OpenPage = Callable[..., Page]
PAGE = re.compile(rb"/Type\s*/Page\b")
A4 = re.compile(rb"/MediaBox\s*\[\s*0 0 59[45][.\d]* 84[12][.\d]*\s*\]")
SHEETS = ["whole", "opening", "party-and-class", "leninism-and-stalinism"]


def printed(page: Page) -> bytes:
    return page.pdf(prefer_css_page_size=True)


@pytest.mark.parametrize("part", SHEETS)
def test_a_sheet_is_one_side_of_paper(open_page: OpenPage, part: str) -> None:
    paper = printed(open_page(f"/articles/{SLUG}/revision/{part}/"))
    assert len(PAGE.findall(paper)) == 1
    assert A4.search(paper)


@pytest.mark.parametrize("part", SHEETS)
def test_a_sheet_stays_one_side_with_large_spaced_text(open_page: OpenPage, part: str) -> None:
    page = open_page(f"/articles/{SLUG}/revision/{part}/")
    page.evaluate(
        "Object.assign(document.documentElement.dataset,"
        " {size: 'xl', lines: 'xl', letters: 'xl', face: 'sans', measure: 'l'})"
    )
    assert len(PAGE.findall(printed(page))) == 1


@pytest.mark.parametrize("width", [320, 390, 1280, 1920])
def test_a_sheet_never_scrolls_sideways(open_page: OpenPage, width: int) -> None:
    page = open_page(f"/articles/{SLUG}/revision/whole/", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
