"""The figure of each promise, said with its date, seed and commit where somebody asks for it."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from tests.browser.server import ROOT
from tests.promises.harness import SEED


def figure(promise: str, found: str) -> None:
    """One line in the file named by $TRUST_FIGURES; nothing without it."""
    path = os.environ.get("TRUST_FIGURES", "")
    if not path:
        return
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    now = datetime.now(UTC)
    words = [promise, connection.vendor, found, f"{now:%Y-%m-%d}", f"seed {SEED}", commit or "-"]
    with Path(path).open("a") as file:
        file.write("  ".join(words) + "\n")
