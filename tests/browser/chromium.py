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


def launch_options() -> dict[str, Any]:
    """$CHROMIUM, else Debian's, else Playwright's own."""
    path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    options: dict[str, Any] = {"args": FLAGS}
    if Path(path).exists():
        options["executable_path"] = path
    return options
