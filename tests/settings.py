from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Database files, not memory: what is promised about WAL and flushing must hold here too.
DATA = Path(os.environ.get("TEST_DATA_DIR") or tempfile.mkdtemp(prefix="pilcrow-test-"))
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("DATA_DIR", str(DATA))
os.environ.setdefault("STATIC_ROOT", str(DATA / "static"))
os.environ["SITE_URL"] = "http://localhost:8000"
os.environ["DEBUG"] = "0"
os.environ["STATIC_COLLECTED"] = "0"
# Playwright's loop runs in the thread of the tests; nothing of ours does.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from studyguide.settings import *  # noqa: E402, F403
from studyguide.settings import CACHES, DATABASES, PASSWORD_HASHERS, REDIS_URL  # noqa: E402

for alias, config in DATABASES.items():
    if config["ENGINE"] == "studyguide.sqlite3":
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        config["TEST"] = {"NAME": str(DATA / f"test-{alias}{worker}.sqlite3")}

# As in use: the tables of the guide are made in its own database alone, not denied one by one here.
if "cache" in DATABASES:
    DATABASES["cache"]["TEST"]["MIGRATE"] = False

# A store for each worker: one's clearing must not be another's loss.
if REDIS_URL:
    worker_number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    CACHES["default"]["LOCATION"] = f"{REDIS_URL.rpartition('/')[0]}/{5 + worker_number % 10}"

# Fast enough to sign in a thousand times; the real one has a test of its own.
PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Each client of the tests has middleware of its own: static files are looked for when asked for.
WHITENOISE_AUTOREFRESH = True
