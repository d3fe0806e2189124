from __future__ import annotations

from fractions import Fraction

import pytest

from quizzes.certainty import BANDS, TABLE, Sure, best, expected, mark, summary


def answers(certainty: int | None, *, right: int, wrong: int) -> list[Sure]:
    return [Sure(certainty, 1.0)] * right + [Sure(certainty, 0.0)] * wrong


@pytest.mark.parametrize(("certainty", "right", "wrong"), [(1, 1, 0), (2, 2, -2), (3, 3, -6)])
def test_marks_are_those_of_the_table(certainty: int, right: int, wrong: int) -> None:
    assert (mark(certainty, 1.0), mark(certainty, 0.0)) == (right, wrong)


def test_certainty_not_given_is_low() -> None:
    assert (mark(None, 1.0), mark(None, 0.0)) == (1, 0)


def test_a_blank_is_neither_paid_nor_fined() -> None:
    assert mark(3, None) == 0


@pytest.mark.parametrize("certainty", TABLE)
def test_what_is_partly_right_is_paid_in_part(certainty: int) -> None:
    assert mark(certainty, 0.5) == TABLE[certainty].right / 2


def test_what_is_next_to_nothing_is_wrong() -> None:
    assert mark(3, 1e-7) == -6


def test_no_other_certainty_is_known() -> None:
    with pytest.raises(KeyError):
        mark(4, 1.0)


@pytest.mark.parametrize(
    ("chance", "lower", "higher"), [(Fraction(2, 3), 1, 2), (Fraction(4, 5), 2, 3)]
)
def test_levels_pay_alike_where_their_bands_meet(chance: Fraction, lower: int, higher: int) -> None:
    assert expected(lower, float(chance)) == pytest.approx(expected(higher, float(chance)))
    assert BANDS[lower].high == BANDS[higher].low == float(chance)


@pytest.mark.parametrize("certainty", TABLE)
def test_a_level_pays_best_within_its_band(certainty: int) -> None:
    middle = sum(BANDS[certainty]) / 2
    assert max(TABLE, key=lambda level: expected(level, middle)) == certainty
    assert best(middle) == expected(certainty, middle)


@pytest.mark.parametrize("chance", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_expected_marks_are_lines(chance: float) -> None:
    assert [expected(level, chance) for level in TABLE] == [chance, 4 * chance - 2, 9 * chance - 6]


def test_who_judges_well_has_no_bonus_to_lose() -> None:
    told = summary(answers(3, right=10, wrong=0))
    assert (told.accuracy, told.average, told.bonus, told.score) == (1, 3, 0, 1)


def test_who_is_too_sure_loses_by_it() -> None:
    told = summary(answers(3, right=5, wrong=5))
    assert (told.accuracy, told.average) == (0.5, -1.5)
    assert told.bonus == pytest.approx(0.1 * (-1.5 - 0.5))
    assert told.score == pytest.approx(0.3)


def test_who_knows_which_answers_are_sure_gains_by_it() -> None:
    told = summary(answers(3, right=5, wrong=0) + answers(1, right=0, wrong=5))
    assert told.bonus == pytest.approx(0.1 * (1.5 - 0.5))
    assert told.score == pytest.approx(0.6)


def test_weights_count() -> None:
    told = summary([Sure(1, 1.0, weight=3.0), Sure(2, 0.0)])
    assert (told.accuracy, told.average) == (0.75, 0.25)


def test_blanks_are_left_out() -> None:
    assert summary([*answers(1, right=1, wrong=1), Sure(3, None)]).count == 2
    assert summary([*answers(1, right=1, wrong=1), Sure(3, None)]).accuracy == 0.5


def test_of_nothing_there_is_nothing_to_say() -> None:
    told = summary([Sure(2, None)])
    assert (told.count, told.accuracy, told.bonus, told.score) == (0, None, None, None)
    assert [level.verdict for level in told.levels] == ["", "", ""]


@pytest.mark.parametrize(
    ("certainty", "right", "wrong", "verdict", "is_plain"),
    [
        (1, 5, 5, "", False),
        (1, 2, 1, "", False),  # 2/3 is still within the band
        (1, 7, 3, "under", False),
        (1, 10, 0, "under", True),
        (2, 3, 1, "", False),
        (2, 5, 5, "over", False),
        (2, 9, 1, "under", False),
        (2, 0, 5, "over", True),
        (3, 9, 1, "", False),
        (3, 7, 3, "over", False),
        (3, 5, 5, "over", True),
    ],
)
def test_a_level_is_judged_by_its_band(
    certainty: int, right: int, wrong: int, verdict: str, is_plain: bool
) -> None:
    told = summary(answers(certainty, right=right, wrong=wrong)).levels[certainty - 1]
    assert (told.count, told.verdict, told.is_plain) == (right + wrong, verdict, is_plain)


def test_answers_without_certainty_are_judged_as_low() -> None:
    assert summary(answers(None, right=3, wrong=0)).levels[0].count == 3
