"""Pictures of the pages as they are, at three widths and in both themes: `make shots`.

They go to var/shots (or where --to says); the one in the README is made with --readme.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import launch_options
from tests.browser.people import (
    OF_LEARNERS,
    OF_READERS,
    OF_TUTORS,
    OF_VISITORS,
    PAGES,
    PEOPLE,
    a_class,
)
from tests.browser.server import ROOT, fill, serving

WIDTHS = {390: 844, 1280: 800, 1920: 1080}
ORIGINAL = """
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from django.utils import timezone
from studyguide.accounts.models import User
from studyguide.library.models import Article, Original
from studyguide.library.originals.parse import parse
from studyguide.library.originals.store import aligned, store
article = Article.objects.get()
parsed = parse(Path(os.environ['ARTICLE_FILE']).read_text())
store(parsed, aligned(parsed, article), article=article, owner=User.objects.get(username='reader'),
      audience=Original.Audience.PRIVATE, right='', credit='My own copy', at=timezone.now())
"""
# By whom they are looked at; visitors' first.
VIEWERS = {
    "": OF_VISITORS,
    "reader": {**PAGES, **OF_READERS},
    "demo-colophon": OF_TUTORS,
    "demo-ampersand": OF_LEARNERS,
}
SHOTS = {name: path for pages in VIEWERS.values() for name, path in pages.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "var" / "shots")
    parser.add_argument("--only", nargs="*", default=list(SHOTS))
    parser.add_argument("--widths", nargs="*", type=int, default=list(WIDTHS))
    parser.add_argument("--themes", nargs="*", default=["light", "dark"])
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("--fold", action="store_true", help="the first screen only")
    options = parser.parse_args()
    scripts = [a_class(learners=24, weeks=6), PEOPLE]
    if "ARTICLE_FILE" in os.environ:
        scripts.append(ORIGINAL)
    with ExitStack() as stack:
        filled = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pilcrow-people-")))
        fill(filled, *scripts)
        address = stack.enter_context(serving(filled))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(**launch_options())
        if options.readme:
            shoot_readme(browser, address)
            return
        options.to.mkdir(parents=True, exist_ok=True)
        for theme in options.themes:
            for width in options.widths:
                for viewer, pages in VIEWERS.items():
                    wanted = [name for name in options.only if name in pages]
                    if not wanted:
                        continue
                    page = new_page(browser, width, theme)
                    if viewer:
                        sign_in(page, address, viewer)
                    for name in wanted:
                        to = options.to / f"{name}-{width}-{theme}.png"
                        shoot(page, address, name, to, full=not options.fold)
                    page.context.close()


def new_page(browser: Browser, width: int, theme: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS.get(width, 800)},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    return context.new_page()


def sign_in(page: Page, address: str, viewer: str = "reader") -> None:
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("User name or e-mail address").fill(viewer)
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{address}/")


def shoot(page: Page, address: str, name: str, to: Path, *, full: bool) -> None:
    page.goto(address + SHOTS[name])
    page.screenshot(path=to, full_page=full)


def shoot_readme(browser: Browser, address: str) -> None:
    page = new_page(browser, 1280, "light")
    sign_in(page, address)
    shoot(page, address, "section", ROOT / "docs" / "reader.png", full=False)


if __name__ == "__main__":
    main()
