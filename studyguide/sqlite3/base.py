"""What Django does anew with every statement and every value of SQLite, done once.

Parameters are spelled `?` there and `%s` in Django, which searches the text of a statement for
them each time it is sent; and days and instants are stored as texts. The same few statements are
sent again and again, and give the same few days. Measured, the search takes 0.04 to 0.1 ms of a
page of 1 to 3 ms, and a day that is known a tenth of one that is read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.utils.dateparse import parse_date, parse_datetime

STATEMENTS = 2000
LONGEST = 20_000  # characters: a statement beyond was put together for one time
TEXTS = 10_000  # of days, and of instants


class SQLiteCursorWrapper(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is None and len(query) <= LONGEST:
            return spelled(query)
        found: str = super().convert_query(query, param_names=param_names)  # type: ignore[misc]
        return found


@lru_cache(maxsize=STATEMENTS)
def spelled(query: str) -> str:
    found: str = base.FORMAT_QMARK_REGEX.sub("?", query)
    return found.replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: Any = None) -> SQLiteCursorWrapper:
        found: SQLiteCursorWrapper = self.connection.cursor(factory=SQLiteCursorWrapper)
        return found


day_of = lru_cache(maxsize=TEXTS)(base.decoder(parse_date))
instant_of = lru_cache(maxsize=TEXTS)(base.decoder(parse_datetime))
sqlite3.register_converter("date", day_of)
sqlite3.register_converter("datetime", instant_of)
sqlite3.register_converter("timestamp", instant_of)
