from __future__ import annotations

import os
from pathlib import Path
from typing import Any

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# The first has the same engine without windows, which cost a third of what the tests do.
DEBIANS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")


def launch_options() -> dict[str, Any]:
    """$CHROMIUM, else Debian's, else Playwright's own."""
    known = [os.environ.get("CHROMIUM", ""), *DEBIANS]
    path = next((path for path in known if path and Path(path).exists()), "")
    options: dict[str, Any] = {"args": FLAGS}
    if path:
        options["executable_path"] = path
    return options
