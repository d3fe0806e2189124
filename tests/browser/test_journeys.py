"""What readers do, in a real browser, with script and without."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests import copies
from tests.browser.people import SECTION, SLUG

OpenPage = Callable[..., Page]
BOTH = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])


def join(page: Page) -> None:
    """A new account, signed in."""
    name = f"new{uuid4().hex[:10]}"
    page.goto("/accounts/signup/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill("harbour light 9")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/")


@BOTH
def test_from_the_cover_to_a_mark_and_back(open_page: OpenPage, script: bool) -> None:
    page = open_page("/", script=script)
    join(page)
    page.get_by_role("link", name="Who was left").click()
    page.get_by_role("button", name="Mark ¶44 read").click()
    expect(page.locator("#mark-p44")).to_contain_text("Not read after all")
    expect(page.locator("#tally")).to_contain_text("1 of 5 read")
    page.goto("/")
    page.get_by_role("link", name="Continue at ¶45").click()
    expect(page.locator("#p45")).to_be_in_viewport()


@BOTH
def test_read_up_to_here_and_not_after_all(open_page: OpenPage, script: bool) -> None:
    page = open_page("/", script=script)
    join(page)
    page.goto(SECTION)
    page.locator("#mark-p47").get_by_role("button", name="Read up to here").click()
    expect(page.locator("#tally")).to_contain_text("4 of 5 read")
    expect(page.locator("#mark-p44")).to_contain_text("Read")
    page.locator("#mark-p46").get_by_role("button", name="Not read after all").click()
    expect(page.locator("#tally")).to_contain_text("3 of 5 read")


@BOTH
def test_an_unclear_passage_can_be_clear_again(open_page: OpenPage, script: bool) -> None:
    page = open_page("/", script=script)
    join(page)
    page.goto(SECTION)
    page.locator("#mark-p45").get_by_role("button", name="Unclear").click()
    page.locator("#mark-p45").get_by_role("button", name="Clear now").click()
    expect(page.locator("#mark-p45").get_by_role("button", name="Unclear")).to_be_visible()


@BOTH
def test_a_footnote_opens_in_place(open_page: OpenPage, script: bool) -> None:
    page = open_page(f"/articles/{SLUG}/n18/", script=script)
    expect(page.locator("#n18")).to_contain_text("60%")
    if script:
        expect(page.locator("#n18")).to_be_visible()


@BOTH
def test_a_term_leads_to_its_entry(open_page: OpenPage, script: bool) -> None:
    page = open_page(SECTION, script=script)
    page.locator("#p46 a.term", has_text="Communist Party").click()
    if script:
        expect(page.locator("#pop")).to_be_visible()
        page.get_by_role("link", name="Whole entry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Communist Party")


def test_where_a_term_was_opened_is_kept(open_page: OpenPage) -> None:
    page = open_page("/")
    join(page)
    page.goto(SECTION)
    with page.expect_response("**/look-up/") as told:
        page.locator("#p46 a.term", has_text="Communist Party").click()
    assert told.value.status == 204
    page.get_by_role("link", name="Whole entry").click()
    expect(page.locator("#looked-up")).to_contain_text("You looked this up in Paragraph ¶46")


def test_a_term_opened_before_reading_is_kept_where_it_is_met(open_page: OpenPage) -> None:
    page = open_page("/")
    join(page)
    page.goto(SECTION)
    term = page.locator(".ahead a.term").first
    at = term.get_attribute("data-at")
    with page.expect_response("**/look-up/") as told:
        term.click()
    assert told.value.status == 204
    page.get_by_role("link", name="Whole entry").click()
    expect(page.locator("#looked-up")).to_contain_text(f"Paragraph ¶{(at or '').lstrip('p')}")


def test_a_mark_keeps_the_focus_on_what_was_pressed(open_page: OpenPage) -> None:
    """A second press of the key takes back this mark, not another."""
    page = open_page("/")
    join(page)
    page.goto(SECTION)
    page.locator("#mark-p44").get_by_role("button", name="Unclear").press("Enter")
    expect(page.locator("#mark-p44").get_by_role("button", name="Clear now")).to_be_focused()


@BOTH
def test_a_term_is_found_by_its_kind_and_letters(open_page: OpenPage, script: bool) -> None:
    page = open_page(f"/articles/{SLUG}/glossary/", script=script)
    page.get_by_text("Places 5").click()
    expect(page.locator(".gloss .k-place").first).to_be_visible()
    expect(page.locator(".gloss .k-idea").first).not_to_be_visible()
    page.get_by_label("Find a term").fill("uchr")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator("dt")).to_have_count(1)


@BOTH
def test_searching(open_page: OpenPage, script: bool) -> None:
    page = open_page(f"/articles/{SLUG}/search/", script=script)
    page.get_by_label("Words to find").fill("purge cards")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="A purge takes away cards, not lives.").click()
    expect(page.locator("#p53")).to_be_in_viewport()


@BOTH
def test_a_theme_is_kept(open_page: OpenPage, script: bool) -> None:
    page = open_page("/settings/", script=script)
    page.locator("main").get_by_text("Night", exact=True).click()
    page.locator("main").get_by_text("Very large", exact=True).click()
    page.locator("main").get_by_role("button", name="Keep").click()
    page.goto("/")
    assert page.locator("html").get_attribute("data-size") == "xl"
    expect(page.locator("#theme-dark")).to_be_checked()


@BOTH
def test_the_theme_can_be_kept_at_the_foot_of_a_page(open_page: OpenPage, script: bool) -> None:
    page = open_page(SECTION, script=script)
    page.locator(".foot").get_by_text("Night", exact=True).click()
    page.locator(".foot").get_by_role("button", name="Keep").click()
    assert page.url.endswith(SECTION)
    expect(page.locator("#theme-dark")).to_be_checked()


@BOTH
def test_a_copy_is_looked_at_stored_and_removed(open_page: OpenPage, script: bool) -> None:
    page = open_page("/", script=script)
    join(page)
    page.goto(f"/articles/{SLUG}/originals/")
    page.get_by_label("Or its text").fill(copies.plain())
    page.get_by_label("Whose text it is").fill("mine")
    page.get_by_role("button", name="Look at what was understood").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Some of it does not fit")
    expect(page.locator("main")).to_contain_text("2 chapters, 9 passages, 7 footnotes")


@BOTH
def test_the_copy_beside_the_notes(open_page: OpenPage, script: bool) -> None:
    page = open_page(SECTION, user="copyist", script=script)
    page.get_by_text("Original", exact=True).click()
    expect(page.locator("#p44 .note")).not_to_be_visible()
    expect(page.locator("#p44 .orig")).to_contain_text("stand-in text")
    page.get_by_text("Notes", exact=True).click()
    expect(page.locator("#p44 .orig")).not_to_be_visible()


@BOTH
def test_a_way_back_after_a_jump(open_page: OpenPage, script: bool) -> None:
    page = open_page(f"/articles/{SLUG}/opening/a-retreat-and-its-price/", script=script)
    page.locator("#p31 .note a", has_text="it comes back").click()
    expect(page.locator("#p49")).to_be_in_viewport()
    page.get_by_role("link", name="Back to ¶31").click()
    expect(page.locator("#p31")).to_be_in_viewport()


@BOTH
def test_signing_out(open_page: OpenPage, script: bool) -> None:
    page = open_page("/", user="newcomer", script=script)
    page.locator(".who summary").click()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


@BOTH
def test_on_a_phone_the_rest_of_the_words_stands_behind_more(
    open_page: OpenPage, script: bool
) -> None:
    page = open_page("/me/", user="newcomer", width=390, script=script)
    timeline = page.get_by_role("link", name="Timeline")
    expect(timeline).not_to_be_visible()
    page.get_by_role("button", name="More").press("Enter")
    expect(timeline).to_be_visible()
    page.keyboard.press("Escape")
    expect(timeline).not_to_be_visible()
    expect(page.get_by_role("button", name="More")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/courses/")


def test_on_a_desk_all_words_stand_in_the_row(open_page: OpenPage) -> None:
    page = open_page("/me/", user="newcomer", width=1024)
    expect(page.get_by_role("link", name="Timeline")).to_be_visible()
    expect(page.get_by_role("button", name="More")).not_to_be_visible()


@BOTH
def test_what_was_typed_survives_a_mistake(open_page: OpenPage, script: bool) -> None:
    page = open_page("/accounts/signup/", script=script)
    page.get_by_label("User name").fill("reader")
    page.get_by_label("Password", exact=True).fill("harbour light 9")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_label("User name")).to_have_value("reader")
    expect(page.locator(".why")).to_be_visible()


# With the keyboard


def test_keys_go_from_passage_to_passage(open_page: OpenPage) -> None:
    page = open_page(SECTION)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#p45 .para-n")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("#p44 .para-n")).to_be_focused()
    page.keyboard.press("l")
    page.wait_for_url("**/the-old-office-in-the-new/")


def test_a_key_opens_the_note(open_page: OpenPage) -> None:
    page = open_page(f"{SECTION}#p46")
    page.wait_for_timeout(300)
    page.keyboard.press("n")
    expect(page.locator("#p46 details").first).to_have_attribute("open", "")


def test_a_pop_over_takes_focus_and_gives_it_back(open_page: OpenPage) -> None:
    page = open_page(SECTION)
    term = page.locator("#p44 a.term").first
    term.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#pop h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#pop")).not_to_be_visible()
    expect(term).to_be_focused()


def test_keys_can_be_turned_off(open_page: OpenPage) -> None:
    page = open_page("/settings/")
    page.get_by_text("Single-key shortcuts").click()
    page.locator("main").get_by_role("button", name="Keep").click()
    page.goto(SECTION)
    page.keyboard.press("l")
    page.wait_for_timeout(300)
    assert page.url.endswith(SECTION)


def test_typing_is_not_taken_for_a_key(open_page: OpenPage) -> None:
    page = open_page(f"/articles/{SLUG}/search/")
    page.get_by_label("Words to find").press_sequentially("jkl")
    expect(page.get_by_label("Words to find")).to_have_value("jkl")


def test_the_skip_link_comes_first(open_page: OpenPage) -> None:
    page = open_page(SECTION)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()


# When something fails


def test_a_mark_is_sent_again_until_it_is_kept(open_page: OpenPage) -> None:
    page = open_page("/")
    join(page)
    page.goto(SECTION)
    page.route("**/mark/", lambda route: route.abort())
    page.get_by_role("button", name="Mark ¶44 read").click()
    expect(page.locator("#mark-p44 .save")).to_contain_text("Not saved yet")
    page.unroute("**/mark/")
    expect(page.locator("#tally")).to_contain_text("1 of 5 read", timeout=10_000)


def test_a_lost_answer_is_not_a_second_mark(open_page: OpenPage) -> None:
    page = open_page("/")
    join(page)
    page.goto(SECTION)
    calls = []

    def lose_the_first_answer(route: Route) -> None:
        calls.append(route.request.post_data)
        if len(calls) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/mark/", lose_the_first_answer)
    page.get_by_role("button", name="Mark ¶44 read").click()
    expect(page.locator("#tally")).to_contain_text("1 of 5 read", timeout=10_000)
    assert calls[0] == calls[1]


def test_a_mark_of_a_session_that_ended_leads_to_the_sign_in_page(open_page: OpenPage) -> None:
    page = open_page("/")
    join(page)
    page.goto(SECTION)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Mark ¶44 read").click()
    expect(page.locator("#mark-p44")).to_contain_text("you were signed out")
    page.get_by_role("link", name="Sign in and mark it again").click()
    page.wait_for_url("**/accounts/login/?next=*")


def test_where_one_stopped_is_kept_for_other_devices(open_page: OpenPage) -> None:
    page = open_page("/")
    join(page)
    with page.expect_response("**/position/"):
        page.goto(f"{SECTION}#p47")
    page.goto("/")
    expect(page.get_by_role("link", name="Continue at ¶47")).to_be_visible()


def answer_anyhow(form: Locator) -> None:
    """The last option of each group, and the same figure everywhere."""
    for option in form.locator("input[type=radio], input[type=checkbox]").all():
        option.check()
    for field in form.locator("input:not([type=hidden], [type=radio], [type=checkbox])").all():
        field.fill("7")
    form.get_by_role("button", name="Check answer").click()


def test_an_answer_beside_the_text_moves_what_stands_around_it(open_page: OpenPage) -> None:
    page = open_page("/")
    join(page)
    page.goto(SECTION)
    standing = page.locator("#stands-p44")
    expect(standing).to_be_hidden()
    checks = page.locator("#c-p44")
    checks.locator("summary").first.click()
    asked = checks.locator("form:has(button[value=check])")
    for left in reversed(range(asked.count())):
        answer_anyhow(asked.first)
        expect(asked).to_have_count(left)
    expect(standing).to_contain_text("Checked")
    expect(page.locator("#rail-of-p44")).to_contain_text("checked")
    shown = standing.inner_text()
    page.reload()
    expect(standing).to_have_text(shown)
