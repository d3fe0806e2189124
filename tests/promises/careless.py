"""Settings that promise less: an answer is acknowledged before it has reached the disk."""

from __future__ import annotations

from studyguide.settings import *  # noqa: F403
from studyguide.settings import DATABASES, SQLITE_OPTIONS

careless = str(SQLITE_OPTIONS["init_command"]).replace("=FULL", "=NORMAL")
DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS | {"init_command": careless}
