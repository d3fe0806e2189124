from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from quizzes.kinds.base import Unreadable
from quizzes.kinds.number import Number, plain_figure, read_number


def number(value: float, **more: Any) -> Number:
    return Number.model_validate({"value": value, **more})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.1 million", 1_100_000),
        ("1,1 Million", 1_100_000),
        ("1.1m", 1_100_000),
        ("2 hundred thousand", 200_000),
        ("5k", 5_000),
        ("3 bn", 3_000_000_000),
        ("1,118,000", 1_118_000),
        ("1.118.000", 1_118_000),
        ("1 118 000", 1_118_000),
        ("1\u202f118\u00a0000", 1_118_000),
        ("1'118'000", 1_118_000),
        ("1,118,000.5", 1_118_000.5),
        ("1.118.000,5", 1_118_000.5),
        ("4,700", 4_700),
        ("15325", 15_325),
        ("15 325", 15_325),
        ("57.5", 57.5),
        ("57,5", 57.5),
        ("57,50", 57.5),
        ("57.5.", 57.5),
        ("57,5.", 57.5),
        ("4,700.", 4_700),
        ("4,700,", 4_700),
        ("0.125", 0.125),
        ("0,125", 0.125),
        (".5", 0.5),
        ("-3", -3),
        ("−3", -3),
        ("+3", 3),
        ("about 300", 300),
        ("~300", 300),
        ("٣٠٠", 300),
        (" 300 ", 300),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert read_number(text) == (pytest.approx(value), "")


@pytest.mark.parametrize(
    ("text", "unit"),
    [("57.5 %", "%"), ("57.5%", "%"), ("3 tons", "tons"), ("3 per cent", "per cent")],
)
def test_what_stands_after_a_number_is_its_unit(text: str, unit: str) -> None:
    assert read_number(text)[1] == unit


def test_a_scale_is_no_unit() -> None:
    assert read_number("1.1 million tons") == (pytest.approx(1_100_000), "tons")


@pytest.mark.parametrize(
    "text",
    [
        *("", "many", "million", "nan", "inf", "∞", "-", ".", "½", "²", "one", "5 6", "1 2345"),
        *("12 1,5 3", "x" * 100, "1" * 61, "\u202e5"),
    ],
)
def test_what_is_no_number_is_asked_again(text: str) -> None:
    with pytest.raises(Unreadable, match=r"such as 4,700 or 1\.1 million"):
        read_number(text)


@given(st.integers(0, 10**12), st.sampled_from(", \u202f'_"))
def test_thousands_may_be_parted_by_anything(value: int, mark: str) -> None:
    assert read_number(f"{value:,}".replace(",", mark))[0] == value


@given(st.text(".,0123456789", min_size=1))
def test_a_plain_figure_has_one_point_at_most(text: str) -> None:
    assert plain_figure(text).count(".") <= 1
    assert "," not in plain_figure(text)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Field required"),
        ({"value": "many"}, "valid number"),
        ({"value": float("nan")}, "finite number"),
        ({"value": float("inf")}, "finite number"),
        ({"value": 1e90}, "nobody can type"),
        ({"value": 1e-90}, "nobody can type"),
        ({"value": 5, "absolute": -1}, "greater than or equal to 0"),
        ({"value": 5, "relative": 1}, "less than 1"),
        ({"value": 5, "units": [{"name": "kg", "factor": 0}]}, "greater than 0"),
        (
            {"value": 100, "relative": 0.1, "known": [{"value": 105, "feedback": "x"}]},
            "105 would be graded right",
        ),
    ],
)
def test_what_is_unsound_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Number.model_validate(body)


@pytest.mark.parametrize(
    ("typed", "fraction"),
    [("1,118,000", 1), ("1 118 000", 1), ("1.118 million", 1), ("1.1 million", 0), ("many", 0)],
)
def test_a_number_is_exact_unless_told(typed: str, fraction: float) -> None:
    assert number(1_118_000).mark(typed).fraction == fraction


@pytest.mark.parametrize(
    ("typed", "fraction"), [("1.1 million", 1), ("1.173 million", 1), ("1.175 million", 0)]
)
def test_a_share_of_the_value_may_be_missed(typed: str, fraction: float) -> None:
    assert number(1_118_000, relative=0.05).mark(typed).fraction == fraction


@pytest.mark.parametrize(("typed", "fraction"), [("95", 1), ("105", 1), ("94.9", 0), ("105.1", 0)])
def test_an_amount_may_be_missed(typed: str, fraction: float) -> None:
    assert number(100, absolute=5).mark(typed).fraction == fraction


def test_the_wider_tolerance_counts() -> None:
    assert number(100, absolute=5, relative=0.1).mark("110").fraction == 1


@pytest.mark.parametrize(("typed", "state"), [("0.3", "right"), ("0.4", "miss")])
def test_tolerance_is_not_lost_in_rounding(typed: str, state: str) -> None:
    assert number(0.2, absolute=0.1).mark(typed).parts["number"].state == state


def test_a_near_miss_gets_half() -> None:
    marked = number(100, near=0.2).mark("85")
    assert (marked.fraction, marked.parts["number"].state) == (0.5, "partly")
    assert marked.feedback == ("Close to the figure.",)


def test_a_figure_that_was_foreseen_is_explained() -> None:
    known = [{"value": 732, "credit": 0.25, "feedback": "That was a year before."}]
    marked = number(576, near=0.9, known=known).mark("732")
    assert (marked.fraction, marked.feedback) == (0.25, ("That was a year before.",))


@pytest.mark.parametrize("typed", ["57.5", "57,5", "57.5 %", "57.5%", "57.5 per cent"])
@pytest.mark.parametrize("unit", ["", "%"])
def test_per_cent_may_be_written_or_left_out(typed: str, unit: str) -> None:
    share = number(57.5, unit=unit)
    share.check(share.shown(), typed)
    assert share.mark(typed).fraction == 1


@pytest.mark.parametrize(
    ("typed", "fraction"), [("1000", 1), ("1000 tons", 1), ("1 million kg", 1), ("1000 kg", 0)]
)
def test_other_units_are_reckoned_up(typed: str, fraction: float) -> None:
    tons = number(1000, unit="tons", units=[{"name": "kg", "factor": 0.001}])
    tons.check(tons.shown(), typed)
    assert tons.mark(typed).fraction == fraction


@pytest.mark.parametrize(
    ("unit", "typed", "message"),
    [
        ("tons", "5 poods", "Write a number of tons"),
        ("tons", "5 %", "Write a number of tons"),
        ("", "5 men", "Write the number alone"),
        ("", "many", "Write a number, such as"),
    ],
)
def test_what_cannot_be_graded_is_asked_again(unit: str, typed: str, message: str) -> None:
    asked = number(5, unit=unit)
    with pytest.raises(Unreadable, match=message):
        asked.check(asked.shown(), typed)
    assert asked.mark(typed).fraction == 0


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (4700, "4,700"),
        (57.5, "57.5"),
        (0.00001, "0.00001"),
        (-3, "-3"),
        (12_345_678_901.25, "12,345,678,901.25"),
        (0, "0"),
    ],
)
def test_the_key_is_written_out(value: float, key: str) -> None:
    assert number(value).key() == key


@pytest.mark.parametrize(("unit", "answer"), [("", "57.5"), ("%", "57.5%"), ("tons", "57.5 tons")])
def test_the_answer_has_its_unit(unit: str, answer: str) -> None:
    assert number(57.5, unit=unit).answer() == answer


def test_what_is_typed_is_kept_as_it_was() -> None:
    assert Number.read({}, {"number": [" 1.1 Million\x00"]}) == "1.1 Million"
    assert Number.read({}, {"number": [" "]}) is None


def test_the_value_is_not_shown() -> None:
    shown = number(576, relative=0.05, near=0.2, unit="men", hint="of 694").shown()
    assert shown == {"unit": "men", "units": ["men"], "hint": "of 694", "within": 5.0}


def test_spellings_of_one_number_have_one_sense() -> None:
    def sense(text: str) -> str:
        return Number.sense({}, text)

    assert sense("240000") == sense("240,000") == sense("about 240 thousand")
    assert len({sense("240"), sense("240 %"), sense("24"), sense("many")}) == 4
