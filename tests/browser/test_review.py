"""Review by keyboard alone, and without script."""

from __future__ import annotations

from tests.browser.conftest import OpenPage


def test_a_card_is_turned_over_rated_and_undone_by_keys(open_page: OpenPage) -> None:
    page = open_page("/review/", user="reader")
    page.keyboard.press("Space")
    page.locator("#answer").wait_for()
    page.keyboard.press("3")
    page.get_by_text("Rated Good").wait_for()
    page.keyboard.press("u")
    page.get_by_text("Undone: “").wait_for()
    assert page.locator("h1").inner_text() == "Review"


def test_keys_are_left_alone_where_they_are_turned_off(open_page: OpenPage) -> None:
    page = open_page("/review/", user="reader")
    page.evaluate("document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.locator("#answer").count() == 0


def test_without_script_a_card_is_turned_over_rated_and_undone(open_page: OpenPage) -> None:
    page = open_page("/review/", user="reader", script=False)
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name="Hard").click()
    assert page.get_by_text("Rated Hard").is_visible()
    page.get_by_role("button", name="Undo the last review").click()
    assert page.get_by_text("Undone: “").is_visible()
