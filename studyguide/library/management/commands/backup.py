from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient
from django.utils import timezone

ENDINGS = {"sqlite": "sqlite3", "postgresql": "dump"}


class Command(BaseCommand):
    help = (
        "Copy everything that people did, while the site runs, and check the copy. With --keep the "
        "older copies in the folder go."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", default=settings.DATA_DIR / "backups")
        parser.add_argument("--keep", type=int, help="how many copies stay; without it, all")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, keep = options["folder"], options["keep"]
        if keep is not None and keep < 1:
            raise CommandError("--keep must leave at least one copy.")
        begun = time.monotonic()
        ending = ENDINGS[connection.vendor]
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            to = folder / f"pilcrow-{timezone.now():%Y%m%dT%H%M%S%f}Z.{ending}"
            with written(to) as part:
                if connection.vendor == "sqlite":
                    copy_sqlite(Path(connection.settings_dict["NAME"]), part)
                else:
                    copy_postgresql(part)
        except (OSError, sqlite3.Error) as error:
            raise CommandError(f"Nothing was backed up: {error}") from error
        took, size = time.monotonic() - begun, to.stat().st_size / 1_000_000
        self.stdout.write(f"{to}: {size:.1f} MB in {took:.1f} s, written and checked.")
        for old in older(folder, ending, keep):
            old.unlink()
            self.stdout.write(f"{old}: removed, as {keep} newer are kept.")


@contextmanager
def written(to: Path) -> Iterator[Path]:
    """A name to write under, for its owner alone. Only what is whole and on the disk gets the
    name of a copy."""
    part = to.with_name(f"{to.name}.part")
    part.touch(mode=0o600, exist_ok=False)
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    if os.name != "nt":  # where a folder cannot be opened
        handle = os.open(to.parent, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def copy_sqlite(database: Path, part: Path) -> None:
    """As of one moment, what is in the log beside the file included; writers do not wait."""
    source = f"file:{quote(str(database))}?mode=rw"
    with closing(sqlite3.connect(source, uri=True, timeout=20)) as db:
        db.execute("VACUUM INTO ?", [str(part)])
    with closing(sqlite3.connect(f"file:{quote(str(part))}?mode=ro", uri=True)) as copy:
        found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check")]
        loose = {str(row[0]) for row in copy.execute("PRAGMA foreign_key_check")}
    if found != ["ok"] or loose:
        raise CommandError(
            f"Nothing was backed up: the database is damaged. Integrity: {'; '.join(found)}. "
            f"Rows that point nowhere: {', '.join(sorted(loose)) or 'none'}."
        )


def copy_postgresql(part: Path) -> None:
    """As of one moment; no password stands in a command line, where others of the machine could
    read it."""
    place = [f"--file={part}", "--format=custom", "--no-password"]
    words, own = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, place)
    tool(["pg_dump", *words[1:]], own or {})
    tool(["pg_restore", f"--file={os.devnull}", str(part)], {})  # reads it to the end


def tool(command: list[str], own: dict[str, str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603
            command, env=os.environ | own, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise CommandError(
            f"Nothing was backed up: there is no {command[0]} here. Install PostgreSQL's client "
            "programs, of the server's version or newer (Debian, Ubuntu: postgresql-client)."
        ) from None
    if done.returncode:
        raise CommandError(f"Nothing was backed up: {command[0]}: {done.stderr.strip()}")


def older(folder: Path, ending: str, keep: int | None) -> list[Path]:
    """Copies beyond the newest so many; the moment in their names puts them in order."""
    copies = sorted(folder.glob(f"pilcrow-*Z.{ending}"), reverse=True)
    return [] if keep is None else copies[keep:]
