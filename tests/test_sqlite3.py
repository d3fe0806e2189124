from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from django.db.backends.sqlite3 import base

from studyguide.sqlite3.base import SQLiteCursorWrapper, day_of

STATEMENTS = [
    "SELECT a FROM b WHERE c = %s AND d LIKE '100%%'",
    "SELECT '%%s', %s",
    "SELECT 1",
    "SELECT " + ", ".join(["%s"] * 9000),  # longer than what is kept
]


def spelled(wrapper: Any, statement: str, **names: Any) -> str:
    with closing(sqlite3.connect(":memory:")) as connection:
        found: str = connection.cursor(factory=wrapper).convert_query(statement, **names)
        return found


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s[:30])
def test_statements_are_spelled_as_django_spells_them(statement: str) -> None:
    expected = spelled(base.SQLiteCursorWrapper, statement)
    for _time in range(2):
        assert spelled(SQLiteCursorWrapper, statement) == expected


def test_parameters_by_name_are_spelled_as_before() -> None:
    assert spelled(SQLiteCursorWrapper, "SELECT %(a)s", param_names=["a"]) == "SELECT :a"


def test_a_day_is_read_from_its_text() -> None:
    assert day_of(b"2026-03-02") == date(2026, 3, 2)
