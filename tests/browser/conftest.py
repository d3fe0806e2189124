from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page

from tests import databases
from tests.browser.chromium import launch_options
from tests.browser.people import PEOPLE, a_class
from tests.browser.server import fill, serving
from tests.databases import WORKER
from tests.sharing import once

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return launch_options()


@pytest.fixture(scope="session")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real server with the study edition and people, on the database under test."""
    changes = {}
    if settings.REDIS_URL:
        changes["REDIS_URL"] = f"{settings.REDIS_URL.rpartition('/')[0]}/{2 + int(WORKER[2:])}"
        with redis.from_url(changes["REDIS_URL"]) as store:
            store.flushdb()  # what was counted in the run before, perhaps in the same hour
    filled = once(tmp_path_factory, "people", settle)
    if connection.vendor == "postgresql":
        changes["DATABASE_URL"] = databases.copy(databases.PEOPLE, databases.BROWSER)
    with serving(filled, **changes) as address:
        yield address


def settle(folder: Path) -> None:
    folder.mkdir()
    changes = {}
    if connection.vendor == "postgresql":
        changes["DATABASE_URL"] = databases.copy(databases.MIGRATED, databases.PEOPLE)
    else:
        shutil.copy(databases.kept(), folder / "pilcrow.sqlite3")
    fill(folder, a_class(learners=5, weeks=3), PEOPLE, **changes)


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """A page in a browser of its own. Whatever the console complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    # What a test brought about itself.
    accepted = ("Failed to load resource", "htmx:", "Response Status Error Code")

    def open_page(
        path: str = "/",
        *,
        user: str = "",
        width: int = 1280,
        theme: str = "light",
        script: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 800},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
            base_url=site,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type in {"error", "warning"} and not message.text.startswith(accepted)
                else None
            ),
        )
        if user:
            sign_in(context, user)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


def sign_in(context: BrowserContext, user: str) -> None:
    """By the form, but without drawing its page: journeys that are about it go through it."""
    path = "/accounts/login/"
    context.request.get(path)
    token = next(each["value"] for each in context.cookies() if each["name"] == "csrftoken")
    form = {"login": user, "password": "a long password", "csrfmiddlewaretoken": token}
    answer = context.request.post(path, form=form, max_redirects=0)
    assert answer.status == 302, answer.text()
