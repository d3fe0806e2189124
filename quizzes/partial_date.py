"""Dates no finer than they were given: a year, a month, a day, or a range. Pure."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Literal, NamedTuple

PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class PartialDate(NamedTuple):
    """First and last day that it may mean."""

    start: date
    end: date
    precision: Literal["day", "month", "year", "range"]

    def __str__(self) -> str:
        """As `partial_date` reads it."""
        if self.precision == "range":
            return f"{self.start}/{self.end}"
        return str(self.start)[: {"day": 10, "month": 7, "year": 4}[self.precision]]


def partial_date(text: object) -> PartialDate:
    """`1924-01-21`, `1921-03`, `1921`, or two of them with a slash between.

    Raises ValueError.
    """
    if isinstance(text, PartialDate):
        return text
    if not isinstance(text, str):
        raise ValueError("write a date as 1924-01-21, 1921-03, 1921 or 1921-03/1922-01")
    first, slash, last = text.partition("/")
    start = span_of(first)
    if not slash:
        return start
    end = span_of(last)
    if end.end <= start.start:
        raise ValueError(f"{text} ends before it begins")
    return PartialDate(start.start, end.end, "range")


def span_of(text: str) -> PartialDate:
    match = PARTIAL.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no date: write 1924-01-21, 1921-03, 1921 or 1921-03/1922-01")
    year, month, day = int(match[1]), match[2], match[3]
    try:
        if day:
            exact = date(year, int(month), int(day))
            return PartialDate(exact, exact, "day")
        if month:
            last = calendar.monthrange(year, int(month))[1]
            return PartialDate(date(year, int(month), 1), date(year, int(month), last), "month")
        return PartialDate(date(year, 1, 1), date(year, 12, 31), "year")
    except ValueError:
        raise ValueError(f"{text} is not in the calendar") from None
