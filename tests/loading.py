"""Packs in the database of a test. Each is really loaded once by each process; who asks for the
same files again gets the rows which that load left, for a tenth of the time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation

from studyguide.library.models import Article
from studyguide.library.packs import sync
from studyguide.library.packs.read import read_pack

Rows = list[tuple[Any, ...]]


@dataclass
class Kept:
    """What a load left behind, as the database gives it."""

    article: int
    loaded_at: Any
    tables: dict[str, tuple[list[str], Rows]]  # the columns' names, and the rows


KEPT: dict[str, Kept] = {}


def load_pack(folder: Path) -> Article:
    """The pack in `folder`; what would meet rows of another load is loaded in earnest."""
    digest = digest_of(folder)
    if (kept := KEPT.get(digest)) and not any(filled(kept.tables)):
        return put_back(kept)
    before = filled(tables())
    article = sync.load(read_pack(folder)).article
    grown = [t for t, had, has in zip(tables(), before, filled(tables()), strict=True) if has > had]
    if kept is None and Article._meta.db_table in grown:
        KEPT[digest] = keep(article, grown)
    return article


def digest_of(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    parts = [part for path in files for part in (str(path.relative_to(folder)), path.read_text())]
    parts += [sync.renderer_version(), translation.get_language() or ""]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@lru_cache
def tables() -> list[str]:
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


def filled(names: Iterable[str]) -> list[bool]:
    """Which of the tables have rows."""
    asked = ", ".join(f"EXISTS (SELECT 1 FROM {connection.ops.quote_name(n)})" for n in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return [bool(has) for has in cursor.fetchone()]


def keep(article: Article, names: list[str]) -> Kept:
    found = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            found[name] = [column[0] for column in cursor.description], cursor.fetchall()
        cursor.execute(f"SELECT loaded_at FROM {Article._meta.db_table}")
        return Kept(article.pk, cursor.fetchone()[0], found)


def put_back(kept: Kept) -> Article:
    """The rows again; whatever happened at the load happens now."""
    quoted = connection.ops.quote_name
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (names, rows) in kept.tables.items():
            columns = ", ".join(map(quoted, names))
            holders = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(rows))
            values = [now if value == kept.loaded_at else value for row in rows for value in row]
            cursor.execute(f"INSERT INTO {quoted(table)} ({columns}) VALUES {holders}", values)
    return Article.objects.get(pk=kept.article)
