"""Every page in both themes, on a phone and on a desk: axe finds nothing.

How pages look does not depend on the database, so one run of these is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.people import OF_LEARNERS, OF_READERS, OF_TUTORS, OF_VISITORS, PAGES, SECTION

pytestmark = pytest.mark.only_on("sqlite")
OpenPage = Callable[..., Page]
WIDTHS = pytest.mark.parametrize("width", [390, 1280])
# All that a theme changes of a page that stands is its colours.
ALL = {"resultTypes": ["violations"]}
OF_COLOUR = ALL | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def violations(page: Page, options: dict[str, Any] = ALL) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"][:3]]


# What has colours of its own on a phone stands on these; all else has them on a desk too.
ON_A_PHONE = {"article", "section", "dashboard", "review", "class", "class-results"}


def found_on(page: Page, pages: dict[str, str], width: int) -> dict[str, list[str]]:
    """What axe finds on pages, by their names; in both themes where that says more."""
    found = {}
    for name, path in pages.items():
        page.emulate_media(color_scheme="light")
        page.goto(path)
        has_dark = width > 600 or name in ON_A_PHONE
        found[name] = in_both_themes(page) if has_dark else violations(page)
    return {name: rules for name, rules in found.items() if rules}


def in_both_themes(page: Page) -> list[str]:
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    return found + violations(page, OF_COLOUR)


@WIDTHS
def test_axe_finds_nothing_for_a_reader(open_page: OpenPage, width: int) -> None:
    page = open_page("/", user="reader", width=width)
    assert not found_on(page, {**PAGES, **OF_READERS}, width)


@WIDTHS
@pytest.mark.parametrize(
    ("user", "pages"),
    [("demo-colophon", OF_TUTORS), ("demo-ampersand", OF_LEARNERS)],
    ids=["tutor", "learner"],
)
def test_axe_finds_nothing_in_a_class(
    open_page: OpenPage, user: str, pages: dict[str, str], width: int
) -> None:
    page = open_page("/", user=user, width=width)
    assert not found_on(page, pages, width)
    assert page.locator(".made-up").is_visible()


@WIDTHS
def test_axe_finds_nothing_for_a_visitor(open_page: OpenPage, width: int) -> None:
    page = open_page("/", width=width)
    assert not found_on(page, {**OF_VISITORS, "article": "/", "section": SECTION}, width)


@WIDTHS
def test_axe_finds_nothing_for_a_newcomer(open_page: OpenPage, width: int) -> None:
    page = open_page("/me/", user="newcomer", width=width)
    assert page.get_by_role("heading", name="Nothing here yet, as it should be").is_visible()
    assert not in_both_themes(page)


@WIDTHS
def test_axe_finds_nothing_beside_a_copy(open_page: OpenPage, width: int) -> None:
    page = open_page(SECTION, user="copyist", width=width)
    for view in ("Notes", "Beside", "Original"):
        page.get_by_label(view, exact=True).check(force=True)
        assert not in_both_themes(page), view


@WIDTHS
def test_axe_finds_nothing_in_a_pop_over(open_page: OpenPage, width: int) -> None:
    page = open_page(SECTION, width=width)
    page.locator("a.term").first.click()
    page.locator("#pop h2").wait_for()
    assert not in_both_themes(page)


def test_axe_finds_nothing_where_more_words_are_open(open_page: OpenPage) -> None:
    page = open_page("/courses/", user="newcomer", width=390)
    page.get_by_role("button", name="More").click()
    page.locator("#nav-rest").wait_for()
    assert not in_both_themes(page)


@WIDTHS
def test_axe_finds_nothing_in_a_form_with_errors(open_page: OpenPage, width: int) -> None:
    page = open_page("/accounts/signup/", width=width)
    page.get_by_role("button", name="Make it").click()
    page.locator(".errors").wait_for()
    assert not in_both_themes(page)


@pytest.mark.parametrize(
    ("user", "pages"),
    [("reader", PAGES | OF_READERS), ("demo-colophon", OF_TUTORS)],
    ids=["reader", "tutor"],
)
def test_nothing_runs_off_a_narrow_screen(
    open_page: OpenPage, user: str, pages: dict[str, str]
) -> None:
    page = open_page("/", user=user, width=320)
    for name, path in pages.items():
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name


SPACED = """() => {
  const style = new CSSStyleSheet();
  style.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
  const clipped = [...document.querySelectorAll("p, li, h1, h2, h3, dd, dt, a, button, label")]
    .filter(e => getComputedStyle(e).overflow === "hidden" && !e.closest(".hide, .sprite")
      && !e.classList.contains("hide")
      && (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1));
  return [document.documentElement.scrollWidth, clipped.map(e => e.outerHTML.slice(0, 120))];
}"""


def test_wider_spacing_clips_nothing(open_page: OpenPage) -> None:
    page = open_page("/", width=390)
    for name, path in PAGES.items():
        page.goto(path)
        width, clipped = page.evaluate(SPACED)
        assert width <= 390, name
        assert clipped == [], name


def test_on_paper_the_chrome_is_gone(open_page: OpenPage) -> None:
    page = open_page(SECTION, user="reader")
    page.emulate_media(media="print")
    for selector in (".top", ".foot", ".rail", ".pager", ".mark"):
        assert not page.locator(selector).first.is_visible()
    assert page.locator("#p44 .claim").is_visible()
