"""What the database must be set to, so that an answer called saved survives a power cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

DEFAULT = "default"
SQLITE_FULL = 2


@register(Tags.database)
def flushes_before_it_acknowledges(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Asked of the database itself, not of the settings: a server may have its own."""
    if DEFAULT not in (databases or ()):
        return []
    vendor = connections[DEFAULT].vendor
    if vendor == "sqlite":
        level = int(ask("PRAGMA synchronous"))
        if level >= SQLITE_FULL:
            return []
        found, wanted, code = f"synchronous={level}", "PRAGMA synchronous=FULL", "quizzes.E001"
    elif vendor == "postgresql":
        said = {name: ask(f"SHOW {name}") for name in ("fsync", "synchronous_commit")}
        wrong = {name: value for name, value in said.items() if value == "off"}
        if not wrong:
            return []
        found = ", ".join(f"{name}={value}" for name, value in wrong.items())
        wanted, code = " and ".join(f"{name}=on" for name in wrong), "quizzes.E002"
    else:
        return []
    return [
        Error(
            f"The database has {found}: answers that were called saved may be lost "
            "when the power goes.",
            hint=f"Set {wanted}.",
            id=code,
        )
    ]


def ask(question: str) -> str:
    with connections[DEFAULT].cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return str(row[0])
