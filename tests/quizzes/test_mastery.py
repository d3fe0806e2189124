from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.mastery import Level, Standing, level, standing
from quizzes.scheduling import Memory, firm_until_on, retrievability

TODAY = date(2026, 11, 2)
NEW, LEARNING, FIRM, MASTERED = Level


def memory(stability: float) -> Memory:
    return Memory(stability, 5.0, TODAY, TODAY + timedelta(days=1), reps=1, lapses=0)


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


def test_a_card_without_an_answer_is_new() -> None:
    assert level(None, TODAY, has_answer=False) == NEW


def test_a_question_answered_without_a_card_is_learning() -> None:
    assert level(None, TODAY, has_answer=True) == LEARNING


@pytest.mark.parametrize(
    ("stability", "days", "expected"),
    [
        (10.0, 0, FIRM),
        (10.0, 10, FIRM),
        (10.0, 11, LEARNING),
        (10.9, 11, LEARNING),
        (0.212, 0, LEARNING),
        (0.212, 1, LEARNING),
        (59.99, 0, FIRM),
        (60.0, 0, MASTERED),
        (60.0, 60, MASTERED),
        (60.0, 61, LEARNING),
    ],
)
def test_a_card_has_its_level(stability: float, days: int, expected: Level) -> None:
    assert level(memory(stability), after(days), has_answer=True) == expected


# In quarters of a day, so that no rounding of floats decides what a day is.
@given(st.integers(4, 120_000).map(lambda n: n / 4), st.integers(0, 40_000))
def test_firm_is_recall_of_nine_in_ten(stability: float, days: int) -> None:
    card = memory(stability)
    is_firm = level(card, after(days), has_answer=True) >= FIRM
    assert is_firm == (retrievability(card, after(days)) >= 0.9 - 1e-12)


def test_a_firm_card_is_loose_on_the_day_after_its_last() -> None:
    card = memory(7.5)
    assert level(card, firm_until_on(card) + timedelta(days=1), has_answer=True) == LEARNING


@given(st.lists(st.sampled_from(Level)))
def test_every_card_is_counted_once(levels: list[Level]) -> None:
    found = standing(levels)
    assert {each: found.count(each) for each in Level} == {
        each: Counter(levels)[each] for each in Level
    }


@given(st.lists(st.sampled_from(Level), min_size=1))
def test_shares_add_up_to_the_whole(levels: list[Level]) -> None:
    assert sum(standing(levels).share(each) for each in Level) == pytest.approx(1)


def test_a_share_of_nothing_is_nothing() -> None:
    assert Standing().share(FIRM) == 0


def test_mastered_cards_are_firm_too() -> None:
    assert Standing(new=1, learning=1, firm=1, mastered=1).firm_share == 0.5


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0, 0, 0), None),
        ((4, 0, 0, 0), NEW),
        ((3, 1, 0, 0), LEARNING),
        ((3, 0, 1, 0), LEARNING),
        ((1, 1, 3, 0), LEARNING),
        ((0, 1, 2, 0), FIRM),
        ((1, 0, 0, 2), MASTERED),
        ((0, 0, 1, 1), FIRM),
        ((0, 1, 1, 1), FIRM),
        ((0, 0, 0, 1), MASTERED),
    ],
)
def test_a_whole_is_called_by_what_two_of_three_have_reached(
    counts: tuple[int, int, int, int], expected: Level | None
) -> None:
    assert Standing(*counts).headline == expected


@pytest.mark.parametrize("each", Level)
def test_a_rule_begins_with_its_level(each: Level) -> None:
    assert str(each.rule).startswith(f"{each.label}: ")
