"""A class from its code on the wall to a mark that was changed, in real browsers: the tutor at a
desk, three learners on phones; with script and without."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect

from studyguide.courses.views.joining import qr_of
from tests.browser.conftest import OpenPage
from tests.browser.people import SECTION
from tests.browser.test_journeys import BOTH

NAMES = ("folio", "quarto", "octavo")


def newcomer(open_page: OpenPage, name: str, *, width: int, script: bool) -> tuple[Page, str]:
    """A browser with a new account signed in, and its user name."""
    page = open_page("/accounts/signup/", width=width, script=script)
    username = f"{name}-{uuid4().hex[:8]}"
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill("harbour light 9")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/")
    return page, username


def start_class(tutor: Page) -> str:
    """From the list of classes to a class of one's own; its address."""
    tutor.goto("/courses/")
    tutor.get_by_role("link", name="Start a class").click()
    tutor.get_by_label("Name", exact=True).fill("Reading on Thursdays")
    tutor.get_by_role("button", name="Start it").click()
    expect(tutor.get_by_role("heading", level=1)).to_have_text("Reading on Thursdays")
    return tutor.url


def project_code(tutor: Page) -> str:
    """Make a code and look at its page as the room sees it; the link that it carries."""
    tutor.get_by_role("link", name="Codes").click()
    tutor.get_by_role("button", name="Make it").click()
    link = tutor.get_by_role("textbox", name="The link").input_value()
    code = tutor.locator("h1").inner_text().replace("-", "").lower()
    assert link.endswith(f"/courses/join/{code}/")
    picture = tutor.get_by_role("img", name="QR code with the link to join")
    expect(picture).to_be_in_viewport(ratio=0.3)
    assert picture.locator("path").get_attribute("d") == qr_of(link)[1]
    return link


def set_work(tutor: Page, course: str, kind: str, title: str) -> None:
    tutor.goto(f"{course}assignments/new/?kind={kind}")
    tutor.get_by_label("Title").fill(title)
    if kind == "quiz":
        tutor.get_by_label("Quiz", exact=True).select_option(label="9. Who was left (10 questions)")
    else:
        tutor.get_by_text("9 Who was left").click()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT18:00")
    tutor.get_by_label("Due").fill(tomorrow)
    tutor.get_by_role("button", name="Save and publish").click()
    expect(tutor.get_by_role("heading", level=1)).to_have_text(title)


def come_in(learner: Page, link: str) -> None:
    learner.goto(link)
    learner.get_by_role("button", name="Look it up").click()
    expect(learner.get_by_role("heading", level=1)).to_have_text("Reading on Thursdays")
    learner.get_by_role("button", name="Join", exact=True).click()
    expect(learner.get_by_text("You are in.")).to_be_visible()


def read(learner: Page) -> None:
    learner.goto(SECTION)
    learner.locator("#mark-p48").get_by_role("button", name="Read up to here").click()
    expect(learner.locator("#tally")).to_contain_text("5 of 5 read")


def answer_a_checkpoint(learner: Page) -> None:
    learner.goto(SECTION)
    check = learner.locator("section.check", has=learner.locator("input[type=radio]"))
    check = check.filter(visible=True).first
    name = check.get_attribute("id")
    check.locator("label.opt").first.click()
    check.get_by_role("button", name="Check answer").click()
    expect(learner.locator(f"#{name} .said")).to_be_visible()


def take_quiz(learner: Page, course: str) -> None:
    """The first three questions that offer something to choose; the rest stays open."""
    learner.goto(course)
    learner.get_by_role("link", name="A quiz on it").click()
    learner.get_by_role("button", name="Take the quiz").click()
    learner.wait_for_url("**/attempts/**")
    attempt = learner.url.partition("?")[0]
    given = 0
    for number in range(1, 11):
        learner.goto(f"{attempt}?q={number}")
        form = learner.locator("#sheet form[data-draft]")
        if form.locator("label.opt input[type=radio]").count() and given < 3:
            form.locator("label.opt").first.click()
            form.get_by_role("button", name="Keep answer").click()
            expect(learner.locator("#sheet")).to_contain_text(f"{given + 1} of 10 answered")
            given += 1
    assert given
    hand_in = learner.get_by_role("button", name="Hand in all the same")
    expect(hand_in).to_be_hidden()  # a slip of the thumb hands in nothing
    learner.locator("#hand-in summary").click()
    hand_in.click()
    learner.wait_for_url("**/results/")


def open_cell(tutor: Page, course: str, name: str, title: str) -> None:
    tutor.goto(f"{course}results/")
    row = tutor.locator("#matrix tbody tr", has=tutor.get_by_role("link", name=name))
    heads = tutor.locator("#matrix thead th").all_inner_texts()
    row.locator("th, td").nth(heads.index(title)).get_by_role("link").click()
    expect(tutor.get_by_role("heading", level=1)).to_have_text(title)


def exported(tutor: Page, course: str, tmp_path: Path) -> list[list[str]]:
    tutor.goto(f"{course}gradebook/")
    with tutor.expect_download() as download:
        tutor.get_by_role("button", name="Export as CSV").click()
    download.value.save_as(tmp_path / "gradebook.csv")
    with (tmp_path / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@BOTH
def test_from_the_code_on_the_wall_to_a_changed_mark(
    open_page: OpenPage, script: bool, tmp_path: Path
) -> None:
    tutor, _name = newcomer(open_page, "colophon", width=1280, script=script)
    course = start_class(tutor)
    link = project_code(tutor)
    for kind, title in (("read", "The section"), ("answer", "Checks"), ("quiz", "A quiz on it")):
        set_work(tutor, course, kind, title)

    learners = [newcomer(open_page, name, width=390, script=script) for name in NAMES]
    for learner, _name in learners:
        come_in(learner, link)
    (first, first_name), (second, _second), (third, third_name) = learners
    for learner in (first, second):
        read(learner)
        answer_a_checkpoint(learner)
    take_quiz(first, course)

    open_cell(tutor, course, third_name, "The section")
    sheet = tutor.locator("#arrange-extend")
    later = datetime.now(UTC) + timedelta(days=9)
    sheet.get_by_label("Due for this learner").fill(later.strftime("%Y-%m-%dT18:00"))
    sheet.get_by_label("Why").fill("Away with the orchestra.")
    sheet.get_by_role("button", name="Arrange it").click()
    third.goto(course)
    expect(third.locator("#assignments li").first).to_contain_text("extended for you")
    third.get_by_role("link", name="The section").click()
    expect(third.locator("main")).to_contain_text("Arranged for you: Away with the orchestra.")
    expect(third.locator("main")).to_contain_text(later.strftime("%-d %B %Y, 18:00"))

    tutor.goto(f"{course}results/")
    row = tutor.locator("#matrix tbody tr", has=tutor.get_by_role("link", name=first_name))
    expect(row.locator("td").first).to_have_text("100")
    open_cell(tutor, course, first_name, "A quiz on it")
    expect(tutor.locator("main")).to_contain_text("What happened")
    sheet = tutor.locator("#arrange-override")
    sheet.get_by_label("Score, in per cent").fill("87.5")
    sheet.get_by_label("Why").fill("Three answers were given aloud.")
    sheet.get_by_role("button", name="Set the score").click()
    expect(tutor.locator("#score")).to_have_text("87.5%")
    sheet = tutor.locator("#arrange-comment")
    sheet.get_by_label("Comment").fill("Well read: now the notes.")
    sheet.get_by_role("button", name="Say it").click()

    rows = exported(tutor, course, tmp_path)
    line = next(row for row in rows if first_name in row)
    assert "87.5" in line

    first.goto(course)
    first.get_by_role("link", name="A quiz on it").click()
    expect(first.locator("#score")).to_have_text("87.5%")
    expect(first.locator("main")).to_contain_text("Three answers were given aloud.")
    expect(first.locator("main")).to_contain_text("Well read: now the notes.")
    second.goto(course)
    expect(second.locator("main")).not_to_contain_text("87.5")


@BOTH
def test_a_code_that_was_revoked_opens_nothing(open_page: OpenPage, script: bool) -> None:
    tutor, _name = newcomer(open_page, "colophon", width=1280, script=script)
    start_class(tutor)
    link = project_code(tutor)
    tutor.get_by_role("link", name="All codes").click()
    tutor.get_by_role("button", name="Revoke").click()
    learner, _name = newcomer(open_page, "folio", width=390, script=script)
    learner.goto(link)
    learner.get_by_role("button", name="Look it up").click()
    expect(learner.get_by_role("alert")).to_contain_text("No class opens with this code")


def test_what_is_set_is_dragged_to_its_place(open_page: OpenPage) -> None:
    tutor, _name = newcomer(open_page, "colophon", width=1280, script=True)
    course = start_class(tutor)
    for title in ("One", "Two", "Three"):
        set_work(tutor, course, "read", title)
    tutor.goto(f"{course}assignments/")
    titles = tutor.locator("[data-row] th a")
    expect(titles).to_have_text(["One", "Two", "Three"])
    first, last = (tutor.locator(".handle").nth(n).bounding_box() for n in (0, 2))
    assert first
    assert last
    tutor.mouse.move(first["x"] + 8, first["y"] + 8)
    tutor.mouse.down()
    tutor.mouse.move(last["x"] + 8, last["y"] + last["height"] - 4, steps=12)
    with tutor.expect_navigation():
        tutor.mouse.up()
    expect(titles).to_have_text(["Two", "Three", "One"])
    tutor.reload()
    expect(titles).to_have_text(["Two", "Three", "One"])


def test_an_open_table_is_refreshed_and_says_so(open_page: OpenPage) -> None:
    tutor, _name = newcomer(open_page, "colophon", width=1280, script=True)
    course = start_class(tutor)
    link = project_code(tutor)
    set_work(tutor, course, "read", "The section")
    come_in(newcomer(open_page, "folio", width=390, script=True)[0], link)
    tutor.clock.install()
    tutor.goto(f"{course}results/")
    tutor.evaluate("document.querySelector('#matrix').dataset.old = 'yes'")
    with tutor.expect_response("**/results/?"):
        tutor.clock.fast_forward(31_000)
    expect(tutor.locator("#refreshed")).to_be_empty()
    expect(tutor.locator("#matrix[data-old]")).to_have_count(1)  # the same is not put in anew
    learner, name = newcomer(open_page, "quarto", width=390, script=True)
    come_in(learner, link)
    with tutor.expect_response("**/results/?"):
        tutor.clock.fast_forward(31_000)
    expect(tutor.locator("#refreshed")).to_have_text("The table has been refreshed.")
    expect(tutor.locator("#matrix")).to_contain_text(name)


def test_each_sign_leads_to_what_is_behind_it(open_page: OpenPage) -> None:
    page = open_page("/courses/made-up/results/signs/", user="demo-colophon")
    links = page.locator("#signs a")
    covered = links.evaluate_all(
        """(all) => all.filter((one) => {
            one.scrollIntoView({ block: "center" });
            const { x, y, width, height } = one.getBoundingClientRect();
            return !one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
        }).map((one) => one.textContent)"""
    )
    assert links.count() > page.locator("#signs li").count() > 0
    assert covered == []
