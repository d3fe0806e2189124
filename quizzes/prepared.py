"""Queries that are compiled once. The ORM says what is asked; after that only values are put in.

Compiling a query with subqueries costs the ORM one to three milliseconds, asking it a twentieth
of that. So the questions that the most used pages ask are prepared here, and nothing else is:
everywhere else the plain way is plain enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import QuerySet

Single = int | str | date
Slot = Single | Sequence[int]
# Values that no query of ours holds by itself, so that they are found again among its parameters.
NUMBER = 7_770_000_000_000_000
WORD = "\x02slot "
DAY = date(8001, 1, 1)


class Compiled(NamedTuple):
    sql: str
    params: list[Any]  # with markers where values go
    converters: dict[int, Any]


class Prepared:
    """`build` takes the named values and gives a queryset of `values_list`.

    Values are whole numbers, strings, days, or sequences of whole numbers; for each length of a
    sequence the query is compiled once more. All must reach the query as they are, uncomputed.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.build = build
        self.compiled: dict[Any, Compiled] = {}

    def rows(self, **values: Slot) -> list[tuple[Any, ...]]:
        if any(not isinstance(value, int | str | date) and not value for value in values.values()):
            return []  # in an empty list there is nothing
        key = tuple(
            (name, None if isinstance(value, int | str | date) else len(value))
            for name, value in values.items()
        )
        sql, template, converters = self.compiled.get(key) or self.compile(key, values)
        connection = connections["default"]
        stored = connection.ops.adapt_datefield_value
        given = {
            (stored(marker) if isinstance(marker, date) else marker): (
                stored(value) if isinstance(value, date) else value
            )
            for found in marked(values).values()
            for marker, value in found
        }
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(value, value) for value in template])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        if not converters:
            return rows
        found = [list(row) for row in rows]
        for column, (steps, expression) in converters.items():
            for row in found:
                for step in steps:
                    row[column] = step(row[column], expression, connection)
        return [tuple(row) for row in found]

    def compile(self, key: Any, values: dict[str, Slot]) -> Compiled:
        markers = {
            name: found[0][0]
            if isinstance(values[name], int | str | date)
            else [marker for marker, _value in found]
            for name, found in marked(values).items()
        }
        compiler = self.build(**markers).query.get_compiler("default")
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([select[0] for select in compiler.select])
        self.compiled[key] = Compiled(sql, list(params), converters)
        return self.compiled[key]


def marked(values: dict[str, Slot]) -> dict[str, list[tuple[Single, Single]]]:
    """For each name its values, each with the marker that stands for it."""
    found: dict[str, list[tuple[Single, Single]]] = {}
    numbers = count()
    for name, value in values.items():
        items: Sequence[Single] = [value] if isinstance(value, int | str | date) else value
        found[name] = [(marker_for(item, n), item) for item, n in zip(items, numbers, strict=False)]
    return found


def marker_for(value: Single, number: int) -> Single:
    if isinstance(value, int):
        return NUMBER + number
    return DAY + timedelta(days=number) if isinstance(value, date) else f"{WORD}{number}"
