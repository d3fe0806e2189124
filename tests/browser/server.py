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
MANAGE = [sys.executable, str(ROOT / "manage.py")]
LOADED = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("load_packs")
"""


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """For a process whose files lie in a folder: SQLite, unless `changes` name another database."""
    own = os.environ | {"DATA_DIR": str(folder), "HOST": "127.0.0.1"}
    for name in ("DATABASE_URL", "REDIS_URL", "SITE_URL", "DJANGO_SETTINGS_MODULE"):
        own.pop(name, None)
    return {"SECRET_KEY": "only-for-tests-" + "x" * 40} | own | changes


def fill(folder: Path, *scripts: str, **changes: str) -> None:
    """A database with the study edition, and the people and copies that scripts make in
    `manage.py shell`."""
    subprocess.run(
        [*MANAGE, "shell", "-v0", "-c", "\n".join([LOADED, *scripts])],
        env=environment(folder, **changes),
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def serving(filled: Path, **changes: str) -> Iterator[str]:
    """`manage.py serve` on a free port with a copy of the folder that `fill` left; its address."""
    with tempfile.TemporaryDirectory(prefix="pilcrow-shots-") as folder:
        shutil.copytree(filled, folder, dirs_exist_ok=True)
        port = free_port()
        server = subprocess.Popen(
            [*MANAGE, "serve"],
            env=environment(Path(folder), PORT=str(port), **changes),
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
