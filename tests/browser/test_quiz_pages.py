"""A quiz from the shelf to its results, with every kind of question: axe finds nothing, and
nothing runs off a phone. One run is enough, as for all that looks at pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from quizzes.kinds import kinds
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import found_on
from tests.browser.test_kinds import fill
from tests.every_kind import SAMPLES

pytestmark = pytest.mark.only_on("sqlite")


def begin(page: Page) -> None:
    page.goto("/quizzes/samples/")
    page.get_by_role("button", name="Begin").or_(page.get_by_role("button", name="Go on")).click()
    page.wait_for_url("**/attempts/**")


def look(page: Page, found: dict[str, list[str]], where: str) -> None:
    if rules := found_on(page, has_own_colours=False):
        found[where] = rules


def test_nothing_is_wrong_in_a_whole_attempt(open_page: OpenPage) -> None:
    page = open_page("/quizzes/", user="reader")
    found: dict[str, list[str]] = {}
    look(page, found, "shelf")
    page.goto("/quizzes/new/")
    look(page, found, "new")
    page.goto("/quizzes/samples/")
    look(page, found, "quiz")
    begin(page)
    url = page.url.partition("?")[0]
    for number, kind in enumerate(SAMPLES, 1):
        page.goto(f"{url}?q={number}")
        form = page.locator("#sheet form[data-draft]")
        if "order" not in SAMPLES[kind].right:
            form.get_by_role("button", name="Check answer").click()
            form.get_by_role("alert").wait_for()
            look(page, found, f"{kind} without an answer")
            fill(form, SAMPLES[kind].wrong, "mouse")
        form.get_by_role("button", name="Check answer").click()
        page.locator(f"#q{number} .said").wait_for()
        look(page, found, f"{kind} answered")
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/results/")
    look(page, found, "results")
    assert not found
    assert len(SAMPLES) == len(kinds())


def test_the_next_question_has_the_focus_and_what_is_typed_is_counted(
    open_page: OpenPage,
) -> None:
    page = open_page("/quizzes/", user="copyist")
    page.get_by_role("link", name="1. Where to begin").click()
    page.get_by_label("Feedback at the end").check(force=True)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/attempts/**")
    form = page.locator("#sheet form[data-draft]")
    for number in range(1, 11):
        page.goto(f"{page.url.partition('?')[0]}?q={number}")
        if form.locator("input[type=radio]").count():
            break
    form.locator("input[type=radio]").first.press("Space")
    expect(page.locator("#hand-in")).to_contain_text("1 of 10 answered")
    form.get_by_role("button", name="Keep answer").press("Enter")
    expect(page.locator("#sheet form[data-draft] :focus")).to_have_count(1)


def minutes(left: Locator) -> int:
    return int(left.inner_text().split()[0])


def test_the_time_left_runs_on_and_the_server_says_when_it_is_up(open_page: OpenPage) -> None:
    page = open_page("/", user="copyist")
    page.clock.install()
    page.goto("/attempts/timed/")
    left = page.locator("#time-left")
    expect(left).to_contain_text("min left of 120")
    before = minutes(left)
    page.clock.fast_forward("01:00:00")
    expect(left).to_contain_text(re.compile(rf"^({before - 61}|{before - 60}) min left of 120$"))
    page.clock.fast_forward(f"{minutes(left) - 4}:00")
    expect(page.locator("#time-told")).to_have_text(re.compile(r"^[345] min left$"))
    for _turn in range(20):
        if "min" in left.inner_text():
            page.clock.fast_forward("00:20")
    expect(left).to_contain_text(re.compile(r"^\d+ s left$"))
    page.clock.fast_forward("02:00")  # by the server's clock it is not
    expect(left).to_contain_text(re.compile(r"^1(1\d|20) min left of 120$"))
