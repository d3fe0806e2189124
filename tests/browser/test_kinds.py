"""Every kind of question in a real browser: by mouse, by keyboard alone, without script; answered
rightly, wrongly and partly. The cells come from the registry of kinds: none may be missing.

How each is kept and marked is asked on both databases without a browser; here one is enough.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page

from quizzes.kinds import kinds
from tests.browser.conftest import OpenPage
from tests.every_kind import SAMPLES, Form

pytestmark = pytest.mark.only_on("sqlite")
FIRST = 10_000  # id of the first sample on the server of these tests, see people.py
WAYS = ("mouse", "keyboard", "no script")
OUTCOMES = {"right": ".said.right", "wrong": ".said.part", "partly": ".said.part"}


def test_every_kind_has_its_cells() -> None:
    assert {*kinds()} == {*SAMPLES}
    assert all(getattr(sample, how) for sample in SAMPLES.values() for how in OUTCOMES)


def press(place: Locator, way: str, key: str = "Enter") -> None:
    """A button: clicked, or reached and pressed."""
    if way == "keyboard":
        place.focus()
        place.press(key)
    else:
        place.click()


def fill(form: Locator, data: Form, way: str) -> None:
    for control in form.locator("input:not([type=hidden]), select").all():
        name = control.get_attribute("name") or ""
        values = data.get(name, [])
        kind = control.get_attribute("type")
        if kind in {"radio", "checkbox"}:
            if control.get_attribute("value") in values:
                if way == "keyboard":
                    control.press("Space")
                else:
                    control.locator("xpath=ancestor::label").click()
        elif control.evaluate("e => e.tagName") == "SELECT":
            choose(control, values[0] if values else "", way)
        elif values:
            if way == "keyboard":
                control.focus()
                control.page.keyboard.type(values[0])
            else:
                control.fill(values[0])


def choose(select: Locator, value: str, way: str) -> None:
    if way != "keyboard":
        select.select_option(value)
        return
    select.focus()
    for _step in range(select.locator("option").count()):
        if select.input_value() == value:
            return
        select.press("ArrowDown")


def put_in_order(page: Page, order: list[str], way: str) -> None:
    """Bring the lines into an order with the buttons that move one up."""
    for target, key in enumerate(order):
        for _step in range(len(order)):
            keys = [
                line.get_attribute("value") for line in page.locator("form input[name=order]").all()
            ]
            at = keys.index(key)
            if at == target:
                break
            moved = [*keys[: at - 1], keys[at], keys[at - 1], *keys[at + 1 :]]
            press(page.locator(f'form button[value="up:{key}"]'), way)
            for index, each in enumerate(moved):
                page.locator("form input[name=order]").nth(index).and_(
                    page.locator(f'[value="{each}"]')
                ).wait_for(state="attached")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", kinds())
def test_a_kind_can_be_answered(open_page: OpenPage, kind: str, way: str) -> None:
    page = open_page("/quizzes/", script=way != "no script")
    for how, verdict in OUTCOMES.items():
        page.goto(f"/questions/{FIRST + [*SAMPLES].index(kind)}/")
        form = page.locator("section.check form")
        data: Form = getattr(SAMPLES[kind], how)
        if "order" in data:
            put_in_order(page, data["order"], way)
        else:
            fill(form, data, way)
        press(page.get_by_role("button", name="Check answer"), way)
        page.locator(verdict).wait_for()
        heading = page.locator(f"{verdict} h3").inner_text()
        assert heading.startswith("Partly right") == (how == "partly")
