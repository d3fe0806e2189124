"""Every page on a desk and on a phone, in both themes: axe finds nothing, and nothing runs off.

How pages look does not depend on the database, so one run of these is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.people import OF_LEARNERS, OF_READERS, OF_TUTORS, OF_VISITORS, PAGES, SECTION

pytestmark = pytest.mark.only_on("sqlite")
OpenPage = Callable[..., Page]
DESK, PHONE, NARROW = (
    ViewportSize(width=width, height=height)
    for width, height in ((1280, 800), (390, 844), (320, 640))
)
# All that a theme changes of a page that stands is its colours. They take axe longer than all else.
COLOURS = ["color-contrast", "link-in-text-block"]
ALL = {"resultTypes": ["violations"]}
OF_COLOUR = ALL | {"runOnly": {"type": "rule", "values": COLOURS}}
BUT_COLOUR = ALL | {"rules": {rule: {"enabled": False} for rule in COLOURS}}
RUN = """options => axe.run(document, options).then(found => found.violations.flatMap(
  rule => rule.nodes.slice(0, 3).map(node => `${rule.id}: ${node.html.slice(0, 160)}`)))"""


def violations(page: Page, options: dict[str, Any] = ALL) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN, options)
    return found


# What has colours of its own on a phone stands on these; all else has them on a desk too.
ON_A_PHONE = {"article", "section", "dashboard", "review", "class", "class-results"}
# Of many things that are alike these are enough, once axe has seen them all in one way.
MANY = 12
FEWER = """most => {
  for (const parent of document.querySelectorAll("main, main *")) {
    const seen = {};
    for (const child of [...parent.children]) {
      const like = child.tagName + child.className;
      seen[like] = (seen[like] ?? 0) + 1;
      if (seen[like] > most) child.remove();
    }
  }
}"""
RUNS_OFF = "runs off a narrow screen"


def found_on(page: Page, *, has_own_colours: bool = True, is_read_on: bool = True) -> list[str]:
    """What is wrong with the page that stands there, which is left on a desk; unless it is read
    on, without most of what it has many of."""
    page.set_viewport_size(NARROW)
    found = (
        [] if page.evaluate("innerWidth >= document.documentElement.scrollWidth") else [RUNS_OFF]
    )
    page.set_viewport_size(DESK)
    found += violations(page)
    if not is_read_on:
        page.evaluate(FEWER, MANY)
    found += in_the_dark(page)
    page.set_viewport_size(PHONE)
    found += violations(page, ALL if has_own_colours else BUT_COLOUR)
    found += in_the_dark(page) if has_own_colours else []
    page.set_viewport_size(DESK)
    return found


def in_the_dark(page: Page) -> list[str]:
    page.emulate_media(color_scheme="dark")
    found = violations(page, OF_COLOUR)
    page.emulate_media(color_scheme="light")
    return found


def found_on_all(page: Page, pages: dict[str, str]) -> dict[str, list[str]]:
    """By their names."""
    found = {}
    for name, path in pages.items():
        page.goto(path)
        found[name] = found_on(page, has_own_colours=name in ON_A_PHONE, is_read_on=False)
    return {name: rules for name, rules in found.items() if rules}


def test_nothing_is_wrong_for_a_reader(open_page: OpenPage) -> None:
    page = open_page("/", user="reader")
    assert not found_on_all(page, {**PAGES, **OF_READERS})


@pytest.mark.parametrize(
    ("user", "pages"),
    [("demo-colophon", OF_TUTORS), ("demo-ampersand", OF_LEARNERS)],
    ids=["tutor", "learner"],
)
def test_nothing_is_wrong_in_a_class(open_page: OpenPage, user: str, pages: dict[str, str]) -> None:
    page = open_page("/", user=user)
    assert not found_on_all(page, pages)
    assert page.locator(".made-up").is_visible()


def test_nothing_is_wrong_for_a_visitor(open_page: OpenPage) -> None:
    page = open_page("/")
    assert not found_on_all(page, {**OF_VISITORS, "article": "/", "section": SECTION})


def test_nothing_is_wrong_for_a_newcomer(open_page: OpenPage) -> None:
    page = open_page("/me/", user="newcomer")
    assert page.get_by_role("heading", name="Nothing here yet, as it should be").is_visible()
    assert not found_on(page)


def test_nothing_is_wrong_beside_a_copy(open_page: OpenPage) -> None:
    page = open_page(SECTION, user="copyist")
    for view in ("Notes", "Beside", "Original"):
        page.get_by_label(view, exact=True).check(force=True)
        assert not found_on(page), view


def test_nothing_is_wrong_in_a_pop_over(open_page: OpenPage) -> None:
    page = open_page(SECTION)
    page.locator("a.term").first.click()
    page.locator("#pop h2").wait_for()
    assert not found_on(page)
    assert page.locator("#pop h2").is_visible()


def test_nothing_is_wrong_where_more_words_are_open(open_page: OpenPage) -> None:
    page = open_page("/courses/", user="newcomer", width=390)
    page.get_by_role("button", name="More").click()
    page.locator("#nav-rest").wait_for()
    assert not violations(page) + in_the_dark(page)


def test_nothing_is_wrong_in_a_form_with_errors(open_page: OpenPage) -> None:
    page = open_page("/accounts/signup/")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".errors")).to_be_focused()
    assert not found_on(page)


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
