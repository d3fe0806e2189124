"""What a first view costs over the wire, and that nothing jumps while it loads.

It does not depend on the database, so one run is enough.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.people import PAGES, SECTION

pytestmark = pytest.mark.only_on("sqlite")
OpenPage = Callable[..., Page]
SHIFTS = """
window.shifts = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) window.shifts += e.value })
  .observe({ type: "layout-shift", buffered: true });
"""


def loaded(page: Page, path: str) -> dict[str, int]:
    """Bytes over the wire by address, of a view with an empty cache."""
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    client.on(
        "Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]})
    )
    client.on(
        "Network.loadingFinished",
        lambda e: sizes.update({names.get(e["requestId"], "?"): int(e["encodedDataLength"])}),
    )
    page.goto(path, wait_until="networkidle")
    return sizes


def test_a_first_view_is_light(open_page: OpenPage) -> None:
    sizes = loaded(open_page("about:blank"), SECTION)
    assert len(sizes) <= 5, sizes
    assert sum(sizes.values()) <= 60_000, sizes
    assert sum(size for url, size in sizes.items() if ".js" in url) <= 25_000, sizes


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", [PAGES["article"], SECTION, PAGES["term"], PAGES["timeline"]])
def test_nothing_jumps(open_page: OpenPage, path: str, width: int) -> None:
    page = open_page("about:blank", width=width)
    page.add_init_script(SHIFTS)
    page.goto(path, wait_until="networkidle")
    page.wait_for_timeout(200)
    assert page.evaluate("window.shifts") == 0
