from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from quizzes.kinds.base import Unreadable
from quizzes.kinds.date import Date, interval_score


def asked(date: str, precision: str, **more: Any) -> Date:
    return Date.model_validate({"date": date, "asked": precision, **more})


def day(text: str, *, style: str = "") -> dict[str, str]:
    """`21.1.1924`, or less from the left; the rest is empty as a form sends it."""
    parts = text.split(".")
    return {
        **dict(zip(("day", "month", "year"), ["", ""][: 3 - len(parts)] + parts, strict=True)),
        "to_year": "",
        "style": style,
    }


def years(low: int, high: int) -> dict[str, str]:
    return day(str(low)) | {"to_year": str(high)}


OCTOBER = asked("1917-11-07", "day", old_style="1917-10-25", tolerance=4)
NEP = asked("1921", "range")


@pytest.mark.parametrize(
    ("low", "high", "score"), [(1920, 1922, 2), (1917, 1926, 9), (1922, 1924, 12), (1921, 1921, 0)]
)
def test_a_range_costs_its_width_and_what_it_missed(low: int, high: int, score: float) -> None:
    assert interval_score(low, high, 1921, alpha=0.2) == pytest.approx(score)


@pytest.mark.parametrize(
    ("low", "high", "fraction"),
    [(1921, 1921, 1), (1920, 1922, 7 / 9), (1917, 1926, 0), (1922, 1924, 0), (1918, 1920, 0)],
)
def test_a_range_is_held_against_the_period(low: int, high: int, fraction: float) -> None:
    assert NEP.mark(years(low, high)).fraction == pytest.approx(fraction)


def test_a_wider_period_is_milder() -> None:
    wide = asked("1921", "range", period=(1900, 1950))
    assert wide.mark(years(1922, 1924)).fraction == pytest.approx(1 - 12 / 50)


@pytest.mark.parametrize(
    ("low", "high", "fraction"), [(1918, 1921, 1), (1918, 1920, 0.5), (1917, 1922, 0)]
)
def test_a_span_is_asked_for_by_both_its_ends(low: int, high: int, fraction: float) -> None:
    span = asked("1918/1921", "range", tolerance=2)
    assert span.mark(years(low, high)).fraction == fraction


def test_a_span_without_tolerance_is_exact_or_nothing() -> None:
    assert asked("1918/1921", "range").mark(years(1918, 1920)).fraction == 0


@pytest.mark.parametrize(
    ("date", "precision", "given", "fraction"),
    [
        ("1924-01-21", "day", "21.1.1924", 1),
        ("1924-01-21", "day", "21.01.1924", 1),
        ("1924-01-21", "day", "22.1.1924", 0.75),
        ("1924-01-21", "day", "25.1.1924", 0),
        ("1924-01-21", "day", "20.1.1924", 0.75),
        ("1924-03-01", "day", "29.2.1924", 0.75),
        ("1924-01-21", "month", "1.1924", 1),
        ("1924-01-21", "month", "11.1923", 0.5),
        ("1924-01", "month", "1.1924", 1),
        ("1924-01-21", "year", "1924", 1),
        ("1924", "year", "1927", 0.25),
        ("1924", "year", "1920", 0),
        ("1924", "year", "1900", 0),
    ],
)
def test_a_near_miss_is_credited_by_its_distance(
    date: str, precision: str, given: str, fraction: float
) -> None:
    assert asked(date, precision, tolerance=4).mark(day(given)).fraction == fraction


@pytest.mark.parametrize("given", ["20.1.1924", "22.1.1924"])
def test_without_tolerance_a_day_off_gets_nothing(given: str) -> None:
    assert asked("1924-01-21", "day").mark(day(given)).fraction == 0


@pytest.mark.parametrize(
    ("given", "style", "fraction"),
    [
        ("7.11.1917", "", 1),
        ("25.10.1917", "old", 1),
        ("26.10.1917", "old", 0.75),
        ("25.10.1917", "", 0),
        ("7.11.1917", "old", 0),
    ],
)
def test_either_calendar_counts_when_it_is_labelled(
    given: str, style: str, fraction: float
) -> None:
    assert OCTOBER.mark(day(given, style=style)).fraction == fraction


def test_a_label_means_nothing_where_it_was_not_offered() -> None:
    assert asked("1924-01-21", "day").mark(day("21.1.1924", style="old")).fraction == 1


def test_a_date_that_was_foreseen_is_explained() -> None:
    known = [{"date": "1922", "feedback": "Then it was over."}]
    marked = asked("1921-03", "month", tolerance=24, known=known).mark(day("5.1922"))
    assert (marked.feedback, marked.parts["date"].state) == (("Then it was over.",), "partly")


@pytest.mark.parametrize(
    ("given", "state"), [("1921", "right"), ("1922", "partly"), ("1929", "miss")]
)
def test_an_answer_is_right_or_partly_or_not(given: str, state: str) -> None:
    assert asked("1921", "year", tolerance=2).mark(day(given)).parts["date"].state == state


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"date": "March 1921", "asked": "month"}, "is no date"),
        ({"date": "1921-02-30", "asked": "day"}, "not in the calendar"),
        ({"date": 1921, "asked": "year"}, "write a date as"),
        ({"date": "1921", "asked": "decade"}, "Input should be"),
        ({"date": "1921", "asked": "month"}, "the date is only a year"),
        ({"date": "1921-03", "asked": "day"}, "the date is only a month"),
        ({"date": "1918/1921", "asked": "year"}, "the date is only a range"),
        (
            {"date": "1917-11", "asked": "month", "old_style": "1917-10-25"},
            "old_style is for questions that ask for a day",
        ),
        (
            {"date": "1917-11-07", "asked": "day", "old_style": "1917-10"},
            "old_style: write a day",
        ),
        ({"date": "1921", "asked": "range", "period": [1926, 1917]}, "write two years"),
        ({"date": "1921", "asked": "year", "tolerance": -1}, "greater than or equal to 0"),
        ({"date": "1921", "asked": "year", "known": [{"date": "1922"}]}, "Field required"),
    ],
)
def test_what_is_unsound_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Date.model_validate(body)


@pytest.mark.parametrize(
    ("precision", "value", "message"),
    [
        ("day", day("1.1924"), "Give day, month and year"),
        ("day", day("30.2.1924"), "Give day, month and year"),
        ("day", day("0.1.1924"), "Give day, month and year"),
        ("month", day("1924"), "Give month and year"),
        ("month", day("0.1924"), "Give month and year"),
        ("month", day("13.1924"), "Give month and year"),
        ("month", day("March.1924"), "Give month and year"),
        ("year", day("24"), "Give a year in four figures"),
        ("year", day("19244"), "Give a year in four figures"),
        ("year", day("0000"), "Give a year in four figures"),
        ("year", day("١٩٢٤"), "Give a year in four figures"),
        ("year", day("192²"), "Give a year in four figures"),
        ("range", day("1924"), "Give two years"),
        ("range", years(1926, 1917), "Give two years"),
        ("range", years(0, 1917), "Give two years"),
        ("range", years(1917, 9 * 10**38), "Give two years"),
    ],
)
def test_what_is_no_date_is_asked_again(
    precision: str, value: dict[str, str], message: str
) -> None:
    date = asked("1924-01-21", precision)
    with pytest.raises(Unreadable, match=message):
        date.check(date.shown(), value)
    assert date.mark(value).fraction == 0


def test_a_form_is_read_by_its_fields() -> None:
    posted = {"day": [" 21 "], "month": ["1"], "year": ["1924\x00"], "hour": ["6"]}
    assert Date.read({}, posted) == day("21.1.1924")


def test_a_label_alone_is_a_blank() -> None:
    assert Date.read({}, {"style": ["old"], "year": [""]}) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (day("21.1.1924"), "21 January 1924"),
        (day("3.1921"), "March 1921"),
        (day("1921"), "1921"),
        (years(1918, 1921), "1918–1921"),
        (day("25.10.1917", style="old"), "25 October 1917 (Old Style)"),
        (day("25.13.1917"), "25 13 1917"),
        (day("25.².1917"), "25 ² 1917"),
    ],
)
def test_a_date_is_put_in_words(value: dict[str, str], words: str) -> None:
    assert Date.words({}, value) == words


@pytest.mark.parametrize(
    ("date", "precision", "answer"),
    [
        ("1924-01-21", "day", "21 January 1924"),
        ("1924-01-21", "month", "January 1924"),
        ("1924-01-21", "year", "1924"),
        ("1918/1921", "range", "1918–1921"),
    ],
)
def test_the_answer_is_as_fine_as_was_asked(date: str, precision: str, answer: str) -> None:
    assert asked(date, precision).answer() == answer


def test_the_answer_names_both_calendars() -> None:
    assert OCTOBER.answer() == "7 November 1917 (25 October Old Style)"


def test_the_date_is_not_shown() -> None:
    assert OCTOBER.shown() == {"asked": "day", "styles": True}
