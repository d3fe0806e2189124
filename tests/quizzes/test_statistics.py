from __future__ import annotations

import pytest

from quizzes.statistics import (
    FEW,
    TOO_FEW,
    Interval,
    correlation,
    drawn_statistics,
    efficiency,
    fisher,
    item_statistics,
    option_counts,
    quiz_statistics,
    rest_correlation,
    total_correlation,
    wilson,
)

ROWS = (
    (1, 1, 1, 2),
    (1, 1, 0, 2),
    (1, 0.5, 1, 1),
    (1, 1, 0, 1),
    (0, 0.5, 1, 0),
    (1, 0, 0, 0),
    (0, 0, 1, 1),
    (0, 0, 0, 0),
)
MAXIMA = (1, 1, 1, 2)
ITEMS = item_statistics(ROWS, MAXIMA, minimum=0)
QUIZ = quiz_statistics(ROWS, MAXIMA, minimum=0)
KNOWING = ((1, 1), (0, 0))  # two who know, two who do not


def close(value: float | None, digits: str) -> bool:
    """Whether a value is this one at the digits given."""
    assert value is not None
    places = len(digits.partition(".")[2])
    return f"{value:.{places}f}".replace("-0.00", "0.00") == digits


@pytest.mark.parametrize(
    ("position", "facility", "deviation", "discrimination", "share", "weight"),
    [
        (0, "62.50", "51.75", "42.43", "51.52", "23.43"),
        (1, "50.00", "46.29", "70.71", "75.00", "24.85"),
        (2, "50.00", "53.45", "0.00", "0.00", "16.57"),
        (3, "43.75", "41.73", "73.99", "80.49", "35.15"),
    ],
)
def test_questions_are_as_moodle_has_them(
    position: int, facility: str, deviation: str, discrimination: str, share: str, weight: str
) -> None:
    item = ITEMS[position]
    assert close(item.facility, facility)
    assert close(item.standard_deviation, deviation)
    assert close(item.discrimination, discrimination)
    assert close(item.efficiency, share)
    assert close(item.effective_weight, weight)


def test_weights_were_intended_by_the_maxima() -> None:
    assert [item.intended_weight for item in ITEMS] == [20, 20, 20, 40]


def test_effective_weights_are_shares() -> None:
    assert sum(item.effective_weight or 0 for item in ITEMS) == pytest.approx(100)


def test_what_tells_nobody_apart_is_questionable() -> None:
    assert [item.is_questionable for item in ITEMS] == [False, False, True, False]


def test_the_quiz_is_as_moodle_has_it() -> None:
    assert (QUIZ.mean, QUIZ.median, QUIZ.maximum, QUIZ.skewness) == (2.5, 2.5, 5, 0)
    assert close(QUIZ.standard_deviation, "1.6690")
    assert close(QUIZ.kurtosis, "-0.9071")
    assert close(QUIZ.consistency, "63.248")
    assert close(QUIZ.error_ratio, "60.624")
    assert close(QUIZ.standard_error, "1.0118")


def test_a_lopsided_quiz_is_skewed() -> None:
    skewed = quiz_statistics([(0,), (0,), (0,), (1,)], [1], minimum=0)
    assert (skewed.skewness, skewed.kurtosis) == pytest.approx((2, 4))


def test_the_median_of_an_even_number_lies_between_two() -> None:
    assert quiz_statistics([(0,), (1,), (2,), (9,)], [9]).median == 1.5


def test_skewness_needs_three_and_kurtosis_four() -> None:
    two, three = (quiz_statistics(ROWS[:n], MAXIMA, minimum=0) for n in (2, 3))
    assert (two.skewness, two.kurtosis, two.consistency) == (None, None, None)
    assert three.skewness is not None
    assert three.kurtosis is None


def test_one_attempt_has_no_deviation() -> None:
    one = quiz_statistics(ROWS[:1], MAXIMA, minimum=0)
    assert (one.mean, one.standard_deviation, one.standard_error) == (5, None, None)


def test_no_attempt_has_no_statistics() -> None:
    assert quiz_statistics([], MAXIMA).mean is None
    assert [item.facility for item in item_statistics([], MAXIMA)] == [None] * 4


def test_one_question_is_not_consistent_with_itself() -> None:
    assert quiz_statistics([(0,), (1,), (1,)], [1], minimum=0).consistency is None


def test_equal_totals_have_no_consistency() -> None:
    assert quiz_statistics([(0, 1), (1, 0), (0, 1)], [1, 1], minimum=0).consistency is None


def test_questions_against_each_other_have_negative_consistency() -> None:
    quiz = quiz_statistics([(0, 1), (1, 0), (1, 1), (0, 1)], [1, 1], minimum=0)
    assert quiz.consistency is not None
    assert quiz.error_ratio is not None
    assert quiz.consistency < 0 < 100 < quiz.error_ratio


def test_parallel_questions_are_wholly_consistent() -> None:
    quiz = quiz_statistics([(0.1, 0.1), (0.7, 0.7), (1, 1)], [1, 1], minimum=0)
    assert (quiz.consistency, quiz.error_ratio) == pytest.approx((100, 0), abs=1e-5)


def test_a_question_without_marks_has_no_facility() -> None:
    item = item_statistics([(0, 1), (0, 0)], (0, 1), minimum=0)[0]
    assert (item.facility, item.facility_interval, item.standard_deviation) == (None, None, None)


def test_a_question_all_answer_alike_discriminates_nothing() -> None:
    item = item_statistics([(0.1, 0.7), (0.1, 0.2), (0.1, 0.4)], (1, 1), minimum=0)[0]
    assert (item.discrimination, item.efficiency) == (None, None)
    assert not item.is_questionable


def test_a_rest_that_does_not_vary_says_nothing() -> None:
    assert item_statistics([(1, 0.1), (0, 0.1), (0, 0.1)], (1, 1), minimum=0)[0].efficiency is None


def test_a_question_against_the_quiz_has_no_weight() -> None:
    backward, *others = item_statistics(
        [(0, 1, 1), (0, 1, 1), (1, 0, 0), (0, 1, 0), (1, 0, 1)], (1, 1, 1), minimum=0
    )
    assert backward.has_negative_covariance
    assert backward.effective_weight is None
    assert backward.is_questionable
    assert sum(other.effective_weight or 0 for other in others) == pytest.approx(100)


def test_the_rest_leaves_the_question_out() -> None:
    marks, totals = [row[2] for row in ROWS], [sum(row) for row in ROWS]
    assert rest_correlation(marks, totals) == 0
    assert total_correlation(marks, totals) == pytest.approx(0.3203, abs=1e-4)


def test_a_drawn_question_is_held_against_the_total() -> None:
    marks, totals = [row[2] for row in ROWS], [sum(row) for row in ROWS]
    drawn = drawn_statistics(marks, totals, 1, minimum=0)
    assert close(drawn.discrimination, "32.03")
    assert (drawn.facility, drawn.intended_weight, drawn.effective_weight) == (50, None, None)


def test_efficiency_is_full_when_the_order_agrees() -> None:
    assert efficiency([0, 0, 1, 1], [1, 2, 5, 9]) == pytest.approx(1)


def test_correlation_never_leaves_its_range() -> None:
    marks = [0.1, 0.2, 0.3, 0.7]
    assert correlation(marks, [mark * 3 for mark in marks]) == pytest.approx(1)
    assert (correlation(marks, marks) or 0) <= 1


def test_correlation_needs_two() -> None:
    assert correlation([1], [1]) is None
    assert efficiency([1], [1]) is None


def test_few_answers_tell_nothing_of_discrimination() -> None:
    items = item_statistics(KNOWING * 4, (1, 1))
    assert [(item.discrimination, item.efficiency) for item in items] == [(None, None)] * 2
    assert all(item.is_too_few and item.discrimination_interval is None for item in items)


def test_few_answers_still_have_a_facility() -> None:
    assert item_statistics(KNOWING * 4, (1, 1))[0].facility == 50


def test_few_attempts_tell_nothing_of_consistency() -> None:
    quiz = quiz_statistics(KNOWING * 4, (1, 1))
    assert (quiz.consistency, quiz.error_ratio, quiz.standard_error) == (None, None, None)
    assert quiz.is_too_few


@pytest.mark.parametrize(
    ("count", "is_told", "is_tentative"),
    [(TOO_FEW - 2, False, True), (TOO_FEW, True, True), (FEW - 2, True, True), (FEW, True, False)],
)
def test_answers_are_too_few_then_few(count: int, is_told: bool, is_tentative: bool) -> None:
    rows = KNOWING * (count // 2)
    item, quiz = item_statistics(rows, (1, 1))[0], quiz_statistics(rows, (1, 1))
    assert (item.discrimination is not None) == (quiz.consistency is not None) == is_told
    assert item.is_tentative == quiz.is_tentative == is_tentative


@pytest.mark.parametrize(
    ("proportion", "count", "low", "high"),
    [
        (0.5, 10, "23.66", "76.34"),
        (0.9, 10, "59.58", "98.21"),
        (0.0, 10, "0.00", "27.75"),
        (1.0, 10, "72.25", "100.00"),
        (0.1, 100, "5.52", "17.44"),
    ],
)
def test_facility_has_wilsons_interval(proportion: float, count: int, low: str, high: str) -> None:
    interval = wilson(proportion, count)
    assert interval is not None
    assert close(interval.low, low)
    assert close(interval.high, high)


def test_marks_below_nothing_have_no_wilsons_interval() -> None:
    assert wilson(-0.5, 10) is None
    assert wilson(0.5, 0) is None


def test_discrimination_has_fishers_interval() -> None:
    interval = fisher(0.5, 28)
    assert interval is not None
    assert close(interval.low, "15.60")
    assert close(interval.high, "73.58")


@pytest.mark.parametrize(("value", "count"), [(None, 30), (0.5, 3), (1.0, 30), (-1.0, 30)])
def test_there_are_correlations_without_an_interval(value: float | None, count: int) -> None:
    assert fisher(value, count) is None


def test_intervals_hold_what_they_are_of() -> None:
    for item in ITEMS:
        assert isinstance(item.facility_interval, Interval)
        assert isinstance(item.discrimination_interval, Interval)
        assert item.facility_interval.low < (item.facility or 0) < item.facility_interval.high
        assert item.discrimination_interval.low <= (item.discrimination or 0)


def test_options_are_counted_with_the_blanks() -> None:
    assert option_counts(["a", "b", "a", None]) == {"a": 2, "b": 1, "": 1}


def test_each_of_several_options_is_counted() -> None:
    assert option_counts([["a", "b"], ["b"]]) == {"a": 1, "b": 2}


def test_parts_are_counted_apart() -> None:
    values = [{"verdict": "true", "whose": "x"}, {"verdict": "true", "whose": "y"}]
    assert option_counts(values) == {"verdict:true": 2, "whose:x": 1, "whose:y": 1}
