"""A date, as precisely as is asked, or a range of years; near misses get part of the credit.

A point: 1 when it agrees at the precision asked for, else max(0, 1 - d/t), where d is the distance
and t the tolerance, both in the unit asked for (days, months, years). A range is scored by the
interval score of Gneiting and Raftery (2007, eq. 43) at alpha = 0.2, against the width of the
period: credit = max(0, 1 - IS/width).
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date as calendar_date
from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from quizzes.kinds.base import (
    Body,
    Marked,
    Part,
    Shown,
    Strict,
    Text,
    Unreadable,
    Value,
    one,
)
from quizzes.partial_date import PartialDate, partial_date

Precision = Literal["day", "month", "year", "range"]
Moment = Annotated[PartialDate, BeforeValidator(partial_date), PlainSerializer(str)]
MaybeMoment = Annotated[
    PartialDate | None,
    BeforeValidator(lambda value: value and partial_date(value)),
    PlainSerializer(lambda value: value and str(value)),
]
ALPHA = 0.2
FIELDS = ("day", "month", "year", "to_year", "style")


def interval_score(low: float, high: float, actual: float, *, alpha: float = ALPHA) -> float:
    """Width of the interval plus what it costs to have missed; 0 is perfect."""
    missed = max(low - actual, 0) + max(actual - high, 0)
    return (high - low) + 2 / alpha * missed


class Known(Strict):
    """Another date that is likely to be given, and what it would have been right for."""

    date: Moment
    feedback: Text


class Date(Body):
    name = "date"
    label = _("Date")
    miss = _("Another date")
    is_free_recall = True
    is_typed = True

    date: Moment
    asked: Precision
    tolerance: Annotated[int, Field(ge=0)] = 0  # in the unit asked for; 0: exact or nothing
    old_style: MaybeMoment = None  # the same day in the Julian calendar: counts when labelled
    period: tuple[int, int] = (1917, 1926)  # of a range: its width is what a guess is held against
    known: tuple[Known, ...] = ()

    @model_validator(mode="after")
    def sound(self) -> Self:
        order = ["day", "month", "year"]
        given = self.date.precision
        if self.asked != "range" and given not in order[: order.index(self.asked) + 1]:
            raise ValueError(f"a {self.asked} is asked for, but the date is only a {given}")
        if self.old_style and self.asked != "day":
            raise ValueError("old_style is for questions that ask for a day")
        if self.old_style and self.old_style.precision != "day":
            raise ValueError("old_style: write a day, such as 1917-10-25")
        if self.period[1] <= self.period[0]:
            raise ValueError("period: write two years, the earlier one first")
        return self

    def shown(self) -> Shown:
        return {"asked": self.asked, "styles": self.old_style is not None}

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        value = {name: one(data, name)[:40] for name in FIELDS}
        return value if any(value[name] for name in FIELDS if name != "style") else None

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        if not value:
            return ""
        month = value.get("month", "")
        if month.isdecimal() and 1 <= int(month) <= 12:
            month = calendar.month_name[int(month)]
        text = " ".join(filter(None, [value.get("day"), month, value.get("year")]))
        if value.get("to_year"):
            text = f"{text}–{value['to_year']}"
        return f"{text} ({_g('Old Style')})" if value.get("style") == "old" else text

    @classmethod
    def check(cls, shown: Shown, value: Value) -> None:
        cls.span(shown["asked"], value)

    @classmethod
    def span(cls, asked: Precision, value: Mapping[str, str]) -> PartialDate:
        """Raises Unreadable."""
        needed = {
            "day": ("day", "month", "year"),
            "month": ("month", "year"),
            "year": ("year",),
            "range": ("year", "to_year"),
        }
        told = {
            "day": _g("Give day, month and year, such as 21 January 1924."),
            "month": _g("Give month and year, such as March 1921."),
            "year": _g("Give a year in four figures, such as 1921."),
            "range": _g("Give two years in four figures, the earlier one first."),
        }
        parts = [value.get(name, "") for name in needed[asked]]
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise Unreadable(told[asked])
        if any(len(value[name]) != 4 for name in needed[asked] if name.endswith("year")):
            raise Unreadable(told[asked])
        numbers = dict(zip(needed[asked], map(int, parts), strict=True))
        try:
            if asked == "range":
                if numbers["to_year"] < numbers["year"]:
                    raise Unreadable(told[asked])
                return PartialDate(
                    calendar_date(numbers["year"], 1, 1),
                    calendar_date(numbers["to_year"], 12, 31),
                    "range",
                )
            text = f"{numbers['year']:04}"
            if asked != "year":
                text += f"-{numbers['month']:02}"
            if asked == "day":
                text += f"-{numbers['day']:02}"
            return partial_date(text)
        except ValueError:
            raise Unreadable(told[asked]) from None

    def wanted(self, value: Mapping[str, str]) -> PartialDate:
        """The right date in the calendar that the answer is labelled with."""
        if self.old_style and value.get("style") == "old":
            return self.old_style
        return self.date

    def distance(self, given: PartialDate, wanted: PartialDate) -> int:
        """In the unit asked for, between first days; 0 when they agree at that precision."""
        a, b = given.start, wanted.start
        if self.asked == "year":
            return abs(a.year - b.year)
        if self.asked == "month":
            return abs((a.year - b.year) * 12 + a.month - b.month)
        return abs((a - b).days)

    def credit(self, given: PartialDate, value: Mapping[str, str]) -> float:
        wanted = self.wanted(value)
        if self.asked == "range":
            if self.date.precision == "range":
                exact = (wanted.start.year, wanted.end.year)
                if (given.start.year, given.end.year) == exact:
                    return 1.0
                off = abs(given.start.year - exact[0]) + abs(given.end.year - exact[1])
                return max(0.0, 1 - off / self.tolerance) if self.tolerance else 0.0
            score = interval_score(given.start.year, given.end.year, wanted.start.year)
            return max(0.0, 1 - score / (self.period[1] - self.period[0]))
        distance = self.distance(given, wanted)
        if not distance:
            return 1.0
        return max(0.0, 1 - distance / self.tolerance) if self.tolerance else 0.0

    def mark(self, value: Value) -> Marked:
        try:
            given = self.span(self.asked, value)
        except Unreadable:
            return Marked(0.0, (), {"date": Part("miss")})
        credit = self.credit(given, value)
        state = "right" if credit == 1 else "partly" if credit else "miss"
        feedback: tuple[str, ...] = ()
        if credit < 1:
            feedback = tuple(
                known.feedback
                for known in self.known
                if known.date.start <= given.start <= known.date.end
                or given.start <= known.date.start <= given.end
            )[:1]
        part = Part(state, " ".join(feedback))  # type: ignore[arg-type]
        return Marked(credit, feedback, {"date": part})

    def key(self) -> Value:
        start, end = self.date.start, self.date.end
        value = dict.fromkeys(FIELDS, "") | {"year": f"{start.year:04}"}
        if self.asked == "range":
            value["to_year"] = f"{end.year:04}"
        if self.asked in {"month", "day"}:
            value["month"] = str(start.month)
        if self.asked == "day":
            value["day"] = str(start.day)
        return value

    def answer(self) -> str:
        text = self.words(self.shown(), self.key())
        if self.old_style is None:
            return text
        old = self.old_style.start
        return _g("%(new)s (%(old)s Old Style)") % {
            "new": text,
            "old": f"{old.day} {calendar.month_name[old.month]}",
        }


KIND = Date
