"""How learners come into a class, in a real browser: by a slip, by an invitation, by a link."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_journeys import join

OpenPage = Callable[..., Page]
BOTH = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])


def start_class(page: Page) -> str:
    """A new tutor's; its address."""
    join(page)
    page.goto("/courses/new/")
    page.get_by_label("Name", exact=True).fill("A class of a test")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("link", name="Members", exact=True).wait_for()
    return page.url


def test_a_class_begins_with_the_clock_and_the_only_text(open_page: OpenPage) -> None:
    page = open_page("/")
    clock = page.context.new_cdp_session(page)
    clock.send("Emulation.setTimezoneOverride", {"timezoneId": "America/Toronto"})
    join(page)
    page.goto("/account/")
    expect(page.get_by_label("Time zone")).to_have_value("America/Toronto")
    page.goto("/courses/new/")
    expect(page.get_by_label("Time zone")).to_have_value("America/Toronto")
    page.get_by_label("Name", exact=True).fill("A class of a test")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("link", name="Members", exact=True).wait_for()


def test_who_never_named_a_zone_is_offered_that_of_the_browser(open_page: OpenPage) -> None:
    page = open_page("/courses/", user="newcomer")
    clock = page.context.new_cdp_session(page)
    clock.send("Emulation.setTimezoneOverride", {"timezoneId": "America/Toronto"})
    page.goto("/courses/new/")
    expect(page.get_by_label("Time zone")).to_have_value("America/Toronto")


@BOTH
def test_from_a_list_by_a_slip_into_the_class(open_page: OpenPage, script: bool) -> None:
    page = open_page("/", script=script)
    address, name = start_class(page), f"pupil{uuid4().hex[:8]}"
    page.goto(f"{address}roster/")
    page.get_by_label("Or the list itself").fill(f"Ann Lee,{name},\nBo Ek,b o,")
    page.get_by_role("button", name="See what is understood").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 2")
    page.get_by_label("One person a line").fill(f"Ann Lee;{name};\nBo Ek;;bo@example.org")
    page.get_by_role("button", name="See what is understood").click()
    assert not script or not violations(page)
    page.get_by_role("button", name="Take them in").click()
    slip = page.locator(".slip")
    expect(slip).to_contain_text(name)
    assert not script or not violations(page)
    password = slip.locator("dd").last.inner_text()
    page.emulate_media(media="print")
    expect(slip).to_be_visible()
    expect(page.get_by_role("heading", name="Print this page now")).not_to_be_visible()

    pupil = open_page("/accounts/login/", script=script, width=390)
    pupil.get_by_label("User name or e-mail address").fill(name)
    pupil.get_by_label("Password", exact=True).fill(password)
    pupil.get_by_role("button", name="Sign in", exact=True).click()
    assert not script or not violations(pupil)
    pupil.get_by_label("New password").fill("harbour light 9")
    pupil.get_by_role("button", name="Keep it").click()
    pupil.goto(address)
    expect(pupil.get_by_role("heading", level=1)).to_have_text("A class of a test")


@BOTH
def test_by_a_link_on_a_phone_without_an_address(open_page: OpenPage, script: bool) -> None:
    page = open_page("/", script=script)
    address = start_class(page)
    page.goto(f"{address}codes/")
    page.get_by_role("button", name="Make it").click()
    link = page.get_by_label("The link", exact=True).input_value()

    phone = open_page(link, script=script, width=390)
    assert not script or not violations(phone)
    phone.get_by_label("Your name").fill("A. Newcomer")
    phone.get_by_label("User name").fill(f"new{uuid4().hex[:10]}")
    phone.get_by_label("Password").fill("harbour light 9")
    phone.get_by_role("button", name="Make it, and see the class").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("A class of a test")
    phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_text("You are in.")).to_be_visible()


def test_an_invitation_is_accepted_by_its_link(open_page: OpenPage) -> None:
    page = open_page("/")
    address = start_class(page)
    page.goto(f"{address}invitations/")
    page.get_by_label("E-mail addresses or user names").fill("a@example.org")
    page.get_by_role("button", name="Ask them in").click()
    page.get_by_text("The link for a@example.org").click()
    assert not violations(page)
    link = page.get_by_label("Link for a@example.org").input_value()

    guest = open_page(link, user="newcomer", width=390)
    assert not violations(guest)
    guest.get_by_role("button", name="Come in").click()
    expect(guest.get_by_text("You are in.")).to_be_visible()
