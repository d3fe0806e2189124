from __future__ import annotations

from datetime import date, timedelta
from itertools import chain, combinations_with_replacement, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.plan import Piece, Plan, Task, plan, reading_minutes

MONDAY = date(2026, 11, 2)
SUNDAY = date(2026, 11, 8)
NO_WEEKEND = (1, 1, 1, 1, 1, 0, 0)

minutes = st.integers(0, 60)
pieces = st.lists(
    st.builds(
        Piece,
        st.uuids().map(str),
        minutes,
        minutes,
        minutes,
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=25,
)
reviews = st.dictionaries(
    st.dates(MONDAY, MONDAY + timedelta(days=40)), st.floats(0, 60), max_size=20
)
weeks = st.lists(st.sampled_from([0, 0.5, 1]), min_size=7, max_size=7)
spans = st.integers(-3, 40)
caps = st.one_of(st.none(), st.integers(1, 120))


def laid_out(
    *left: Piece, until: date = SUNDAY, today: date = MONDAY, cap: int | None = None, **more: object
) -> Plan:
    options = {"reviews": {}, "today": today, "ready_on": until, "cap": cap, **more}
    return plan(left, **options)  # type: ignore[arg-type]


def read(*lengths: int) -> list[Piece]:
    return [Piece(f"s{n}", length) for n, length in enumerate(lengths, 1)]


def work(found: Plan) -> list[Task]:
    """All tasks but reviews, in the order of days."""
    return [task for day in found.days for task in day.tasks if task.kind != "review"]


@given(pieces, reviews, weeks, spans, caps)
def test_nothing_is_dropped_and_order_is_kept(
    left: list[Piece], due: dict[date, float], loads: list[float], span: int, cap: int | None
) -> None:
    until = MONDAY + timedelta(days=span)
    found = laid_out(*left, until=until, cap=cap, reviews=due, loads=loads)
    assert work(found) == list(chain.from_iterable(piece.tasks() for piece in left))


@given(pieces, reviews, spans)
def test_what_is_done_today_never_makes_later_days_fuller(
    left: list[Piece], due: dict[date, float], span: int
) -> None:
    until = MONDAY + timedelta(days=max(1, span))
    tasks = [task for piece in left for task in piece.tasks()]
    today = laid_out(*left, until=until, reviews=due)

    done = len([t for t in today.days[0].tasks if t.kind != "review"])
    rest = [Piece(str(n), task.minutes) for n, task in enumerate(tasks[done:])]
    tomorrow = laid_out(*rest, today=MONDAY + timedelta(days=1), until=until, reviews=due)

    assert tomorrow.pace <= today.pace


@given(pieces, reviews, weeks, spans)
def test_the_pace_as_a_cap_fits(
    left: list[Piece], due: dict[date, float], loads: list[float], span: int
) -> None:
    until = MONDAY + timedelta(days=span)
    pace = laid_out(*left, until=until, reviews=due, loads=loads).pace
    found = laid_out(*left, until=until, reviews=due, loads=loads, cap=pace)
    over = [day for day in found.days if day.is_over and any(t.kind != "review" for t in day.tasks)]
    assert not over or not any(loads[day.on.weekday()] for day in found.days)


@given(pieces, reviews, weeks, spans, caps)
def test_a_plan_is_the_same_each_time(
    left: list[Piece], due: dict[date, float], loads: list[float], span: int, cap: int | None
) -> None:
    until = MONDAY + timedelta(days=span)
    one, other = (
        laid_out(*left, until=until, cap=cap, reviews=due, loads=loads) for _time in range(2)
    )
    assert one == other


def test_a_piece_is_read_then_checked_then_quizzed() -> None:
    found = laid_out(Piece("s1", 6, 3, 10), until=MONDAY)
    assert work(found) == [Task("read", "s1", 6), Task("check", "s1", 3), Task("quiz", "s1", 10)]


def test_what_is_done_is_left_out() -> None:
    found = laid_out(Piece("s1", 6, 3, 10, is_read=True, is_checked=True))
    assert work(found) == [Task("quiz", "s1", 10)]


def test_what_there_is_not_is_no_task() -> None:
    assert work(laid_out(Piece("s1", 6))) == [Task("read", "s1", 6)]


def test_every_day_is_there_the_last_one_too() -> None:
    found = laid_out(*read(6))
    assert [day.on for day in found.days] == [MONDAY + timedelta(days=n) for n in range(7)]


def test_equal_work_is_one_piece_a_day() -> None:
    found = laid_out(*read(*[10] * 7))
    assert [day.minutes for day in found.days] == [10] * 7


def test_little_work_is_spread_over_the_days() -> None:
    found = laid_out(*read(1, 1, 1), until=MONDAY + timedelta(days=8))
    assert [day.minutes for day in found.days] == [0, 1, 0, 0, 1, 0, 0, 1, 0]


def test_uneven_pieces_have_the_lowest_fullest_day() -> None:
    found = laid_out(*read(9, 2, 3, 8, 1, 7), until=MONDAY + timedelta(days=3))
    assert max(day.minutes for day in found.days) == found.pace == 9


@given(st.lists(st.integers(1, 20), min_size=1, max_size=7), st.integers(1, 4))
def test_no_cut_of_the_work_has_a_lower_fullest_day(lengths: list[int], days: int) -> None:
    cuts = combinations_with_replacement(range(len(lengths) + 1), days - 1)
    fullest = min(
        max(sum(lengths[a:b]) for a, b in pairwise([0, *cut, len(lengths)])) for cut in cuts
    )
    found = laid_out(*read(*lengths), until=MONDAY + timedelta(days=days - 1))
    assert max(day.minutes for day in found.days) == found.pace == fullest


def test_reviews_stay_on_their_days() -> None:
    found = laid_out(*read(5), reviews={MONDAY: 4.2})
    assert found.days[0].tasks[0] == Task("review", "", 5)


def test_work_goes_round_reviews() -> None:
    found = laid_out(*read(*[5] * 4), until=MONDAY + timedelta(days=2), reviews={MONDAY: 10})
    assert [day.minutes for day in found.days] == [10, 10, 10]


def test_a_day_of_many_reviews_does_not_raise_the_pace() -> None:
    found = laid_out(*read(5, 5), until=MONDAY + timedelta(days=2), reviews={MONDAY: 90})
    assert found.pace == 5


def test_a_day_off_has_no_work() -> None:
    found = laid_out(*read(*[10] * 10), loads=NO_WEEKEND)
    assert [day.minutes for day in found.days] == [20, 20, 20, 20, 20, 0, 0]


def test_reviews_do_not_make_a_day_off_too_full() -> None:
    found = laid_out(*read(10), loads=NO_WEEKEND, cap=30, reviews={SUNDAY: 12})
    assert not found.is_over


def test_half_a_day_has_half_the_work() -> None:
    loads = (1, 0.5, 1, 1, 1, 1, 1)
    found = laid_out(*read(*[5] * 6), until=MONDAY + timedelta(days=1), loads=loads)
    assert [day.minutes for day in found.days] == [20, 10]


def test_work_is_done_on_days_off_where_there_are_no_others() -> None:
    found = laid_out(*read(10), today=SUNDAY, until=SUNDAY, loads=NO_WEEKEND)
    assert (work(found), found.is_over) == ([Task("read", "s1", 10)], True)


def test_a_cap_that_is_kept_is_not_spoken_of() -> None:
    assert not laid_out(*read(*[10] * 7), cap=10).is_over


def test_days_over_the_cap_say_so() -> None:
    found = laid_out(*read(*[10] * 14), cap=15)
    assert all(day.is_over for day in found.days)


def test_an_impossible_plan_names_the_pace_it_would_take() -> None:
    assert laid_out(*read(*[10] * 14), cap=15).pace == 20


def test_a_piece_longer_than_the_cap_is_not_cut() -> None:
    found = laid_out(*read(40), cap=30)
    assert [day.minutes for day in found.days if day.is_over] == [40]


def test_a_day_that_is_past_puts_all_on_today() -> None:
    found = laid_out(*read(10, 10), until=MONDAY - timedelta(days=1))
    assert [day.minutes for day in found.days] == [20]


def test_a_day_that_is_past_is_late() -> None:
    assert laid_out(*read(10), until=MONDAY - timedelta(days=1)).is_late


def test_the_day_itself_is_not_late() -> None:
    assert not laid_out(*read(10), until=MONDAY).is_late


def test_a_missed_day_is_laid_out_anew() -> None:
    found = laid_out(*read(*[10] * 6), today=MONDAY + timedelta(days=4))
    assert [day.minutes for day in found.days] == [20, 20, 20]


def test_with_nothing_left_the_days_are_empty() -> None:
    assert laid_out().minutes == 0


@pytest.mark.parametrize(("words", "expected"), [(0, 0), (1, 1), (180, 1), (181, 2), (1800, 10)])
def test_reading_takes_whole_minutes(words: int, expected: int) -> None:
    assert reading_minutes(words, 180) == expected
