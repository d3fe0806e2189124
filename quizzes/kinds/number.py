"""A number, as people write numbers: 1,118,000, 1.1 million, 57.5 %, 15 325."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Self

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from pydantic import Field, FiniteFloat, model_validator

from quizzes.kinds.base import (
    Body,
    Fraction,
    Marked,
    Part,
    Shown,
    Strict,
    Text,
    Unreadable,
    Value,
    one,
)

SCALES = {
    "hundred": 100,
    "k": 1_000,
    "thousand": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "million": 1_000_000,
    "millions": 1_000_000,
    "bn": 1_000_000_000,
    "billion": 1_000_000_000,
}
SPACES = re.compile(r"(?<=\d)[\s\u00a0\u2009\u202f'’_](?=\d{3}(?!\d))")
FIGURE = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)(?:\s*([^\d\s].*))?", re.DOTALL)
LONGEST = 60


def plain_figure(text: str) -> str:
    """Separators of thousands out, the decimal one as a point.

    Three digits after a single comma are thousands (4,700), else it is decimal (57,5; 0,125).
    One at the end closes a sentence.
    """
    text = text.rstrip(".,")
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        whole = text[:decimal].replace(",", "").replace(".", "")
        return f"{whole}.{text[decimal + 1 :]}"
    if text.count(",") > 1 or re.fullmatch(r"[1-9]\d{0,2},\d{3}", text):
        return text.replace(",", "")
    if text.count(".") > 1:
        return text.replace(".", "")
    return text.replace(",", ".")


def read_number(text: str) -> tuple[float, str]:
    """The number and the words after it that are not part of it (its unit, or '').

    Raises Unreadable.
    """
    told = _g("Write a number, such as 4,700 or 1.1 million.")
    trimmed = SPACES.sub("", text.strip().replace("\u2212", "-"))
    for about in ("about ", "some ", "c. ", "ca. ", "~", "≈"):
        trimmed = trimmed.removeprefix(about).strip()
    found = FIGURE.fullmatch(trimmed)
    if found is None or len(text) > LONGEST:
        raise Unreadable(told)
    sign, figure, rest = found.groups()
    try:
        value = float(Decimal(sign + plain_figure(figure)))
    except InvalidOperation:
        raise Unreadable(told) from None
    words = (rest or "").split()
    while words and words[0].casefold() in SCALES:
        value *= SCALES[words.pop(0).casefold()]
    if not math.isfinite(value):
        raise Unreadable(told)
    return value, " ".join(words)


class Unit(Strict):
    """A unit that may be typed, and how many of the question's own it makes."""

    name: Text
    factor: Annotated[FiniteFloat, Field(gt=0)] = 1.0


class Known(Strict):
    """Another figure that is likely to be given, and what it would have been right for."""

    value: FiniteFloat
    credit: Fraction = 0.0
    feedback: Text


class Number(Body):
    name = "number"
    label = _("Number")
    miss = _("Another figure")
    is_free_recall = True
    is_typed = True

    value: FiniteFloat
    absolute: Annotated[FiniteFloat, Field(ge=0)] = 0.0  # right within so much
    relative: Annotated[float, Field(ge=0, lt=1)] = 0.0  # or within this share of the value
    near: Annotated[float, Field(ge=0, lt=1)] = 0.0  # half right within this share
    unit: str = ""  # shown after the field
    units: tuple[Unit, ...] = ()  # others that may be typed after the number
    known: tuple[Known, ...] = ()
    hint: str = ""

    @model_validator(mode="after")
    def sound(self) -> Self:
        if self.amount(self.key()) is None:
            raise ValueError(f"value: nobody can type {self.value:g}, write it in another unit")
        for other in self.known:
            if self.is_right(other.value):
                raise ValueError(f"known: {other.value:g} would be graded right: take it out")
        return self

    def shown(self) -> Shown:
        units = [self.unit, *(unit.name for unit in self.units)]
        return {
            "unit": self.unit,
            "units": [u for u in units if u],
            "hint": self.hint,
            "within": round(self.relative * 100, 2),
        }

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        return one(data, "number") or None

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        return str(value or "")

    @classmethod
    def sense(cls, shown: Shown, value: Value) -> str:
        try:
            number, unit = read_number(str(value))
        except Unreadable:
            return cls.words(shown, value)
        return f"{number!r} {unit.casefold()}"

    @classmethod
    def check(cls, shown: Shown, value: Value) -> None:
        _number, unit = read_number(str(value))
        units = shown["units"] if shown["unit"] else [*shown["units"], "%"]
        if unit and not any(same_unit(unit, u) for u in units):
            if shown["unit"]:
                raise Unreadable(
                    _g("Write a number of %(unit)s, without other words.") % {"unit": shown["unit"]}
                )
            raise Unreadable(_g("Write the number alone, without words after it."))

    def is_same(self, one: Value, other: Value) -> bool:
        return self.sense(self.shown(), one) == self.sense(self.shown(), other)

    def amount(self, value: Value) -> float | None:
        """In the question's unit; None if it cannot be read or has a unit of another kind."""
        try:
            number, unit = read_number(str(value))
        except Unreadable:
            return None
        # Where the prompt alone says that a share is asked for, 57.5 % is as good as 57.5.
        if not unit or same_unit(unit, self.unit or "%"):
            return number
        for other in self.units:
            if same_unit(unit, other.name):
                return number * other.factor
        return None

    def is_right(self, amount: float) -> bool:
        allowed = max(self.absolute, self.relative * abs(self.value)) + 1e-9 * abs(self.value)
        return abs(amount - self.value) <= allowed

    def mark(self, value: Value) -> Marked:
        amount = self.amount(value)
        if amount is None:
            return Marked(0.0, (), {"number": Part("miss")})
        if self.is_right(amount):
            return Marked(1.0, (), {"number": Part("right")})
        for other in self.known:
            if math.isclose(amount, other.value, rel_tol=1e-9):
                state = "partly" if other.credit else "miss"
                part = Part(state, other.feedback)  # type: ignore[arg-type]
                return Marked(other.credit, (other.feedback,), {"number": part})
        if self.near and abs(amount - self.value) <= self.near * abs(self.value):
            return Marked(0.5, (_g("Close to the figure."),), {"number": Part("partly")})
        return Marked(0.0, (), {"number": Part("miss")})

    def key(self) -> Value:
        return f"{Decimal(str(self.value)):,f}" if self.value % 1 else f"{int(self.value):,}"

    def answer(self) -> str:
        figure = str(self.key())
        return f"{figure}{'' if self.unit == '%' else ' '}{self.unit}".strip()


def same_unit(typed: str, unit: str) -> bool:
    trimmed = typed.casefold().strip(". ")
    wanted = unit.casefold().strip(". ")
    percents = {"%", "per cent", "percent", "pc"}
    return trimmed == wanted or (trimmed in percents and wanted in percents)


KIND = Number
