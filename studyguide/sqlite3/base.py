"""The spelling of parameters that SQLite takes (`?`), for statements in Django's (`%s`).

Django searches the text of every statement for them each time it is sent. The same few statements
are sent again and again; measured, the search alone takes 0.04 to 0.1 ms of a page of 1 to 3 ms.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

AT_MOST = 2000  # statements
LONGEST = 20_000  # characters: what is longer was put together for one time


class SQLiteCursorWrapper(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is None and len(query) <= LONGEST:
            return spelled(query)
        found: str = super().convert_query(query, param_names=param_names)  # type: ignore[misc]
        return found


@lru_cache(maxsize=AT_MOST)
def spelled(query: str) -> str:
    found: str = base.FORMAT_QMARK_REGEX.sub("?", query)
    return found.replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: Any = None) -> SQLiteCursorWrapper:
        found: SQLiteCursorWrapper = self.connection.cursor(factory=SQLiteCursorWrapper)
        return found
