from __future__ import annotations

from datetime import date

import pytest

from quizzes.partial_date import PartialDate, partial_date


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("1924-01-21", date(1924, 1, 21), date(1924, 1, 21), "day"),
        ("1921-03", date(1921, 3, 1), date(1921, 3, 31), "month"),
        ("1924-02", date(1924, 2, 1), date(1924, 2, 29), "month"),
        ("1921", date(1921, 1, 1), date(1921, 12, 31), "year"),
        ("1921-03/1922-01", date(1921, 3, 1), date(1922, 1, 31), "range"),
        ("1917/1926", date(1917, 1, 1), date(1926, 12, 31), "range"),
        (" 1917 / 1926 ", date(1917, 1, 1), date(1926, 12, 31), "range"),
    ],
)
def test_a_date_is_as_fine_as_it_is_written(
    text: str, start: date, end: date, precision: str
) -> None:
    assert partial_date(text) == (start, end, precision)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no date"),
        ("March 1921", "is no date"),
        ("21", "is no date"),
        ("1921-3", "is no date"),
        ("1921-03-08T10:00", "is no date"),
        ("1921/", "is no date"),
        ("1921/1922/1923", "is no date"),
        ("1921-13", "not in the calendar"),
        ("1921-00", "not in the calendar"),
        ("1921-03-00", "not in the calendar"),
        ("1921-00-08", "not in the calendar"),
        ("1921-02-29", "not in the calendar"),
        ("0000", "not in the calendar"),
        ("1926/1917", "ends before it begins"),
    ],
)
def test_what_is_no_date_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        partial_date(text)


@pytest.mark.parametrize("value", [1921, None, date(1921, 3, 8), ["1921"]])
def test_a_date_is_written_as_text(value: object) -> None:
    with pytest.raises(ValueError, match="write a date as"):
        partial_date(value)


@pytest.mark.parametrize("text", ["1924-01-21", "1921-03", "1921", "0987", "1921-03/1922-01"])
def test_a_date_is_read_as_it_writes_itself(text: str) -> None:
    assert partial_date(str(partial_date(text))) == partial_date(text)


def test_a_date_stays_a_date() -> None:
    day = PartialDate(date(1921, 1, 1), date(1921, 12, 31), "year")
    assert partial_date(day) is day
