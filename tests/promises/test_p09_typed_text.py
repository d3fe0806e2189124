"""P9: an expired session, a lost CSRF token, a 500, a conflict or no network never costs typed
text. In a real browser, for every kind of question: what the form holds before and after is
compared byte by byte, and it is stored once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from quizzes.kinds import kinds
from quizzes.models import AttemptQuestion, Response
from tests.browser.chromium import launch_options
from tests.browser.test_kinds import fill
from tests.every_kind import SAMPLES, load_samples
from tests.promises import harness
from tests.promises.harness import Site, Sitting

NAUGHTY = "Лампа “ё” <b>&amp;</b> 'x' \\ e\u0301 字 +%20"
RESPOND = "**/respond/"
HELD = """form => JSON.stringify([...new FormData(form)].filter(
    ([name]) => !["csrfmiddlewaretoken", "token", "rev", "question"].includes(name)))"""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return launch_options()


@pytest.fixture
def sitting(site: Site) -> Sitting:
    (found,) = harness.sit_down(site, harness.make_people(1), load_samples())
    return found


@pytest.fixture
def tab(browser: Browser, sitting: Sitting) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def tab(*, script: bool = True) -> Page:
        context = browser.new_context(
            base_url=sitting.learner.site.address,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        contexts.append(context)
        sign_in(context, sitting)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield tab
    for context in contexts:
        context.close()


def sign_in(context: BrowserContext, sitting: Sitting) -> None:
    pair = sitting.learner.cookies.partition(";")[0]
    name, _is, value = pair.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": sitting.learner.site.address}])


def data_of(kind: str) -> dict[str, list[str]]:
    if kind == "text":
        return {"text": [NAUGHTY]}
    if kind == "gaps":
        return {**SAMPLES[kind].partly, "gap-1": [NAUGHTY]}
    return dict(SAMPLES[kind].partly)


def write(form: Locator, kind: str) -> str:
    """Fill in the form as a learner would; what it then holds."""
    if kind == "ordering":  # its lines are moved by script only after a save: change their order
        form.locator("ol").evaluate("list => list.append(list.firstElementChild)")
        form.dispatch_event("input")
        form.dispatch_event("change")
    else:
        fill(form, data_of(kind), "mouse")
    return str(form.evaluate(HELD))


def question(page: Page, sitting: Sitting, row: AttemptQuestion) -> Locator:
    page.goto(f"/attempts/{sitting.attempt.public_id}/?q={row.position}")
    return page.locator("form[data-draft]")


def stored(row: AttemptQuestion) -> Any:
    fresh = AttemptQuestion.objects.select_related("response").get(pk=row.pk)
    assert fresh.response is not None
    return fresh.response.value


def posted(held: str, row: AttemptQuestion) -> Any:
    """The value that the form held, as its kind reads it."""
    data: dict[str, list[str]] = {}
    for name, value in json.loads(held):
        data.setdefault(name, []).append(value)
    version = row.version
    return version.kind_class.read(version.arranged(row.seed), data)


def comes_through(page: Page, sitting: Sitting, fail: Callable[..., None]) -> None:
    """`fail` brings the failure about, has the form filled in and mends it again."""
    rows = AttemptQuestion.objects.filter(attempt=sitting.attempt)
    for row in rows.select_related("version"):
        form = question(page, sitting, row)
        held = fail(form, row)
        form = page.locator("form[data-draft]")
        expect(form.locator(".kept")).to_contain_text("Saved at")
        assert form.evaluate(HELD) == held, row.version.kind
        value = stored(row)
        assert value == posted(str(held), row), row.version.kind
        same = Response.objects.filter(attempt_question=row, value=value, outcome="saved")
        assert same.count() == 1


def test_every_kind_is_asked(sitting: Sitting) -> None:
    asked = AttemptQuestion.objects.filter(attempt=sitting.attempt)
    assert {*asked.values_list("version__kind", flat=True)} == {*kinds()} == {*SAMPLES}


# What a browser holds while nobody answers, no database has a part in.
IN_THE_BROWSER = pytest.mark.only_on("sqlite")


@IN_THE_BROWSER
@pytest.mark.parametrize("failure", ["500", "no network"])
def test_a_failing_server_is_waited_for(
    tab: Callable[..., Page], sitting: Sitting, failure: str
) -> None:
    page = tab()

    def fail(form: Locator, row: AttemptQuestion) -> str:
        page.route(
            RESPOND,
            lambda route: route.fulfill(status=500) if failure == "500" else route.abort(),
        )
        held = write(form, row.version.kind)
        expect(form.locator(".kept")).to_contain_text("Not saved yet")
        page.unroute(RESPOND)
        return held

    comes_through(page, sitting, fail)


def test_an_expired_session_is_signed_in_again(tab: Callable[..., Page], sitting: Sitting) -> None:
    page = tab()

    def fail(form: Locator, row: AttemptQuestion) -> str:
        page.context.clear_cookies(name="sessionid")
        held = write(form, row.version.kind)
        expect(form.locator(".kept")).to_contain_text("you were signed out")
        back = form.get_by_role("link", name="Sign in and go on").get_attribute("href")
        assert back
        assert f"q%3D{row.position}" in back
        sign_in(page.context, sitting)
        page.goto(back)  # signed in, the door leads on to where the reader was
        return held

    comes_through(page, sitting, fail)


def test_a_lost_token_is_fetched_anew(tab: Callable[..., Page], sitting: Sitting) -> None:
    page = tab()

    def fail(form: Locator, row: AttemptQuestion) -> str:
        page.context.clear_cookies(name="csrftoken")
        held = write(form, row.version.kind)
        form.get_by_role("link", name="Load the page anew and go on").click()
        return held

    comes_through(page, sitting, fail)


@IN_THE_BROWSER
def test_a_page_loaded_anew_at_once_has_it_all(tab: Callable[..., Page], sitting: Sitting) -> None:
    page = tab()

    def fail(form: Locator, row: AttemptQuestion) -> str:
        page.route(RESPOND, lambda route: route.abort())
        held = write(form, row.version.kind)
        page.unroute(RESPOND)
        page.reload()
        return held

    comes_through(page, sitting, fail)


def test_a_conflict_shows_both_and_keeps_both(tab: Callable[..., Page], sitting: Sitting) -> None:
    page = tab()
    rows = AttemptQuestion.objects.filter(attempt=sitting.attempt)
    for row in rows.select_related("version"):
        form = question(page, sitting, row)
        other = {"question": row.question_id, "rev": 0, "token": harness.uuid4()}
        other |= SAMPLES[row.version.kind].wrong
        assert sitting.learner.post(sitting.path, **other).status == 200
        held = write(form, row.version.kind)
        expect(page.get_by_text("Another tab or device answered this")).to_be_visible()
        form = page.locator("form[data-draft]")
        assert form.evaluate(HELD) == held, row.version.kind
        with page.expect_response(RESPOND) as reply:
            form.get_by_role("button", name="Keep answer").click()
        assert reply.value.status == 200
        assert stored(row) == posted(held, row)
        log = Response.objects.filter(attempt_question=row)
        assert sorted(log.values_list("outcome", flat=True)) == ["conflict", "saved", "saved"]


@pytest.mark.parametrize("lost", ["sessionid", "csrftoken"])
def test_without_script_the_form_comes_back_to_be_sent(
    tab: Callable[..., Page], sitting: Sitting, lost: str
) -> None:
    page = tab(script=False)
    rows = AttemptQuestion.objects.filter(attempt=sitting.attempt)
    for row in rows.select_related("version"):
        kind = row.version.kind
        form = question(page, sitting, row)
        if kind == "ordering":
            order = [e.get_attribute("value") for e in form.locator("[name=order]").all()]
            data: dict[str, Any] = {"order": order}
        else:
            data = data_of(kind)
            fill(form, data, "mouse")
        page.context.clear_cookies(name=lost)
        form.get_by_role("button", name="Keep answer").click()
        expect(page.get_by_text("What you sent is kept")).to_be_visible()
        sign_in(page.context, sitting)
        if lost == "sessionid":
            expect(page.get_by_role("link", name="Sign in (new tab)")).to_be_visible()
        page.get_by_role("button", name="Send it").click()
        page.wait_for_url(f"**/attempts/{sitting.attempt.public_id}/**")
        should = row.version.kind_class.read(row.version.arranged(row.seed), data)
        assert stored(row) == should, kind
