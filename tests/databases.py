"""The database as migrations make it, kept beside that of the tests: who needs one of his own
copies it, and does not migrate for as long again."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.sql import SQL, Composable, Identifier

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
GIVEN = settings.DATABASE_URL.rpartition("/")[2]  # what names of others begin with
MIGRATED = f"{GIVEN}_migrated_{WORKER}"
BROWSER = f"{GIVEN}_browser_{WORKER}"
PEOPLE = f"{GIVEN}_people"  # one for all processes


def keep_migrated() -> None:
    """Before anybody else is connected: PostgreSQL copies only what nobody uses."""
    if connection.vendor == "sqlite":
        kept().unlink(missing_ok=True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(kept())])
    else:
        name = connection.settings_dict["NAME"]
        is_made = name != GIVEN  # not if no test asks for it
        connection.close()
        copy(name if is_made else "template1", MIGRATED)


def drop_migrated() -> None:
    if connection.vendor == "postgresql":
        on_server(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(MIGRATED)))


def kept() -> Path:
    return Path(connection.settings_dict["NAME"]).with_name(f"migrated_{WORKER}.sqlite3")


def copy(source: str, target: str) -> str:
    """A copy on the PostgreSQL server; its address."""
    on_server(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(target)))
    on_server(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(target), Identifier(source)))
    return f"{settings.DATABASE_URL.rpartition('/')[0]}/{target}"


def on_server(command: Composable) -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(command)
