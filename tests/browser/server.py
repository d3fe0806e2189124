"""A real server, with files and processes of its own, for those who look at pages."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOADED = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("load_packs")
"""


@contextmanager
def serving(*scripts: str, migrated: Path | None = None, **environment: str) -> Iterator[str]:
    """`manage.py serve` on a free port with an empty data folder; its address.

    SQLite, unless `environment` names another database; a copy of `migrated`, if that is given.
    `scripts` are run in `manage.py shell` before it starts, to make people and copies.
    """
    with tempfile.TemporaryDirectory(prefix="pilcrow-shots-") as folder:
        port = free_port()
        env = os.environ | {"DATA_DIR": folder, "PORT": str(port), "HOST": "127.0.0.1"}
        for name in ("DATABASE_URL", "REDIS_URL", "SITE_URL", "DJANGO_SETTINGS_MODULE"):
            env.pop(name, None)
        env |= environment
        env.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
        if migrated:
            shutil.copy(migrated, Path(folder) / "pilcrow.sqlite3")
        manage = [sys.executable, str(ROOT / "manage.py")]
        if scripts:
            subprocess.run(
                [*manage, "shell", "-v0", "-c", "\n".join([LOADED, *scripts])],
                env=env,
                cwd=ROOT,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        server = subprocess.Popen(
            [*manage, "serve"],
            env=env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            address = f"http://localhost:{port}"
            wait_for(address)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    for _attempt in range(1200):  # two minutes: the machine may be busy
        try:
            with urllib.request.urlopen(f"{address}/", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")
