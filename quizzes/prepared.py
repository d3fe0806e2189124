"""Queries that are compiled once. The ORM says what is asked; after that only values are put in.

Compiling a query with subqueries costs the ORM one to three milliseconds, asking it a twentieth
of that. So the questions that the most used pages ask are prepared here, and nothing else is:
everywhere else the plain way is plain enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]

Single = int | str | date | datetime | UUID
SINGLE = (int, str, date, datetime, UUID)
Slot = Single | Sequence[int] | Sequence[str]
# Values that no query of ours holds by itself, so that they are found again among its parameters.
NUMBER = 7_770_000_000_000_000
WORD = "\x02slot "
DAY = date(8001, 1, 1)
MOMENT = datetime(8001, 1, 1, tzinfo=UTC)
HELD = 2**63  # numbers below it, and not below its negative, are those that columns hold


Row = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Compiled:
    sql: str
    params: list[Any]  # of the query itself, with anything where values go
    slots: list[tuple[int, int]]  # places among them, and which of the values stands there
    converters: dict[int, Any]
    make: Callable[[Sequence[Any]], Any]  # an object of a row; of values, nothing

    def read(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Rows as the ORM gives them, of rows as they come from the database."""
        if not self.converters:
            return rows
        connection = connections["default"]
        found = [list(row) for row in rows]
        for column, (steps, expression) in self.converters.items():
            for row in found:
                for step in steps:
                    row[column] = step(row[column], expression, connection)
        return [tuple(row) for row in found]

    def objects(self, rows: Sequence[Row]) -> list[Any]:
        return [self.make(row) for row in self.read(rows)]


class Prepared:
    """`build` takes the named values and gives a queryset, of `values_list` or of objects.

    Values are whole numbers, strings, days, instants, tokens, or sequences of numbers or strings;
    for each length of a sequence the query is compiled once more. All must reach the query as they
    are, uncomputed.

    `as_stored`: rows are not converted, for to do so takes as long as to fetch them. Numbers, words
    and days come from both databases as they are; instants, JSON and truths do not.
    """

    def __init__(
        self, build: Callable[..., QuerySet[Any, Any]], *, as_stored: bool = False
    ) -> None:
        self.build = build
        self.as_stored = as_stored
        self.compiled: dict[Any, Compiled] = {}

    def rows(self, **values: Slot) -> Sequence[Row]:
        compiled, rows = self.raw(**values)
        return compiled.read(rows) if compiled else []

    def first(self, **values: Slot) -> Any:
        """The first object, with what `select_related` and annotations give it, or None."""
        compiled, rows = self.raw(**values)
        return compiled.make(compiled.read(rows[:1])[0]) if rows and compiled else None

    def raw(self, **values: Slot) -> tuple[Compiled | None, list[Row]]:
        """Rows as they come from the database, and what reads them."""
        if any(is_nowhere(value) for value in values.values()):
            return None, []
        key = tuple(
            (name, None if isinstance(value, SINGLE) else len(value))
            for name, value in values.items()
        )
        compiled = self.compiled.get(key) or self.compile(key, values)
        connection = connections["default"]
        given = all_stored(values, connection)
        params = [*compiled.params]
        for place, number in compiled.slots:
            params[place] = given[number]
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, params)
            return compiled, cursor.fetchall()

    def compile(self, key: Any, values: dict[str, Slot]) -> Compiled:
        markers = markers_for(values)
        compiler = self.build(**markers).query.get_compiler("default")
        sql, params = compiler.as_sql()
        columns = [] if self.as_stored else [select[0] for select in compiler.select]
        converters = compiler.get_converters(columns)
        numbers = {m: n for n, m in enumerate(all_stored(markers, connections["default"]))}
        slots = [(place, numbers[p]) for place, p in enumerate(params) if p in numbers]
        constants = [str(p) if isinstance(p, str) else p for p in params]  # of choices the values
        self.compiled[key] = Compiled(sql, constants, slots, converters, maker(compiler))
        return self.compiled[key]


def is_nowhere(value: Slot) -> bool:
    """In an empty list there is nothing, and a number that no column holds is in no row."""
    if isinstance(value, int):
        return not -HELD <= value < HELD
    return not isinstance(value, SINGLE) and not value


def maker(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """What makes an object of a row, as the ORM itself does it; of values, nothing."""
    if compiler.klass_info is None:
        return lambda _row: None
    model, columns = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    own = slice(columns[0], columns[-1] + 1)
    names = [select[0].target.attname for select in compiler.select[own]]
    related = get_related_populators(compiler.klass_info, compiler.select, "default")

    def make(row: Sequence[Any]) -> Any:
        found = model.from_db("default", names, row[own])
        for populator in related:
            populator.populate(row, found)
        for name, column in compiler.annotation_col_map.items():
            setattr(found, name, row[column])
        return found

    return make


def all_stored(values: dict[str, Slot], connection: Any) -> list[Any]:
    """Of all names the values, one after the other, as the database takes them."""
    found: list[Any] = []
    for value in values.values():
        if isinstance(value, SINGLE):
            found.append(stored(value, connection))
        else:
            found += value  # numbers and strings go as they are
    return found


def stored(value: Any, connection: Any) -> Any:
    """A value as the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def markers_for(values: dict[str, Slot]) -> dict[str, Any]:
    """For each name what stands for its value, or for each of its values."""
    numbers = count()
    return {
        name: marker_for(value, next(numbers))
        if isinstance(value, SINGLE)
        else [marker_for(item, next(numbers)) for item in value]
        for name, value in values.items()
    }


def marker_for(value: Single, number: int) -> Single:
    if isinstance(value, int):
        return NUMBER + number
    if isinstance(value, UUID):
        return UUID(int=NUMBER + number)
    if isinstance(value, datetime):
        return MOMENT + timedelta(days=number)
    return DAY + timedelta(days=number) if isinstance(value, date) else f"{WORD}{number}"


# Writes. An `INSERT` by the ORM costs a quarter of a millisecond, most of it for compiling it; an
# answer makes three or four. These are for models whose rows the database alone numbers.


def insert(row: Model) -> None:
    """As `row.save(force_insert=True)`, without signals."""
    connection = connections["default"]
    sql, fields = insertion(type(row))
    values = [f.get_db_prep_save(f.pre_save(row, add=True), connection) for f in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, "default"  # noqa: SLF001


@cache
def insertion(model: type[Model]) -> tuple[str, list[Any]]:
    quote, meta = parts_of(model)
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    into, key = f"INSERT INTO {quote(meta.db_table)}", quote(meta.pk.column)
    return f"{into} ({columns}) VALUES ({marks}) RETURNING {key}", fields


def update(row: Model, *names: str, **over: int) -> int:
    """Write these fields of a row, where it still is as `over` says. How many rows that were."""
    connection = connections["default"]
    sql, fields = updating(type(row), names, tuple(over))
    values = [f.get_db_prep_save(f.pre_save(row, add=False), connection) for f in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, row.pk, *over.values()])
        return int(cursor.rowcount)


@cache
def updating(
    model: type[Model], names: tuple[str, ...], over: tuple[str, ...]
) -> tuple[str, list[Any]]:
    quote, meta = parts_of(model)
    fields = [meta.get_field(name) for name in names]
    new = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    where = [meta.pk.column, *(meta.get_field(name).column for name in over)]
    now = " AND ".join(f"{quote(name)} = %s" for name in where)
    return f"UPDATE {quote(meta.db_table)} SET {new} WHERE {now}", fields  # noqa: S608


def parts_of(model: type[Model]) -> tuple[Callable[[str], str], Any]:
    return connections["default"].ops.quote_name, model._meta  # noqa: SLF001
