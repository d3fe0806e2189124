from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.scheduling import (
    EXAM_DAYS,
    Memory,
    Rating,
    before_exam,
    costs,
    counts,
    firm_until_on,
    fuzz_range,
    interval,
    intervals,
    is_leech,
    minutes_a_day,
    off_easy_days,
    rating_for,
    replay,
    retrievability,
    review,
    study_day,
    turned_leech,
)

AGAIN, HARD, GOOD, EASY = Rating
MONDAY = date(2026, 11, 2)
NO_SUNDAYS = (1, 1, 1, 1, 1, 1, 0)

days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
stabilities = st.floats(0.001, 40000)
# In quarters of a day, so that no rounding of floats decides what a day is.
quarters = st.integers(1, 120_000).map(lambda n: n / 4)


def memory(
    stability: float = 10.0,
    *,
    reviewed_on: date = MONDAY,
    due_in: int | None = None,
    lapses: int = 0,
    reps: int = 3,
) -> Memory:
    due_on = reviewed_on + timedelta(days=interval(stability) if due_in is None else due_in)
    return Memory(stability, 5.0, reviewed_on, due_on, reps, lapses)


def on_due_dates(*ratings: Rating) -> list[Memory]:
    """Each rating given on the day on which the one before it made the card due."""
    memories = [review(None, ratings[0], MONDAY)]
    for rating in ratings[1:]:
        memories.append(review(memories[-1], rating, memories[-1].due_on))
    return memories


def instant(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# FSRS-6: reference figures


@pytest.mark.parametrize(
    ("rating", "stability", "difficulty"),
    [(AGAIN, 0.2120, 6.4133), (HARD, 1.2931, 5.1122), (GOOD, 2.3065, 2.1181), (EASY, 8.2956, 1.0)],
)
def test_a_first_rating_has_its_memory(rating: Rating, stability: float, difficulty: float) -> None:
    new = review(None, rating, MONDAY)
    assert (round(new.stability, 4), round(new.difficulty, 4)) == (stability, difficulty)


def test_the_library_keeps_its_own_figures() -> None:
    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    card = fsrs.Card(card_id=1)
    now = datetime(2022, 11, 29, 12, 30, tzinfo=UTC)
    found = []

    for rating in [3] * 6 + [1] * 2 + [3] * 5:
        card, _log = scheduler.review_card(card, fsrs.Rating(rating), now)
        found.append((card.due - now).days)
        now = card.due

    assert found == [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]


def test_a_course_of_reviews_has_its_stabilities() -> None:
    found = [round(m.stability, 4) for m in on_due_dates(GOOD, GOOD, GOOD, AGAIN, HARD, EASY)]
    assert found == [2.3065, 10.9643, 46.2802, 2.9326, 5.8468, 18.1492]


def test_a_course_of_reviews_has_its_difficulties() -> None:
    found = [round(m.difficulty, 4) for m in on_due_dates(GOOD, GOOD, GOOD, AGAIN, HARD, EASY)]
    assert found == [2.1181, 2.1112, 2.1043, 7.3900, 8.2526, 7.6539]


def test_a_course_of_reviews_has_its_days() -> None:
    memories = on_due_dates(GOOD, GOOD, GOOD, AGAIN, HARD, EASY)
    assert [(m.due_on - m.reviewed_on).days for m in memories] == [2, 11, 46, 3, 6, 18]


@pytest.mark.parametrize(
    ("retention", "multiple"), [(0.7, 9.29), (0.8, 3.32), (0.85, 1.91), (0.9, 1.0), (0.95, 0.4)]
)
def test_an_interval_is_a_multiple_of_stability(retention: float, multiple: float) -> None:
    assert interval(1000, retention) / 1000 == pytest.approx(multiple, abs=0.005)


@given(stabilities, st.floats(0.7, 0.99), st.sampled_from(Rating))
def test_an_interval_is_the_librarys(stability: float, retention: float, rating: Rating) -> None:
    old = memory(stability, due_in=1)
    new = review(old, rating, old.due_on, retention=retention)
    assert (new.due_on - new.reviewed_on).days == interval(new.stability, retention)


def test_an_interval_is_a_day_at_least() -> None:
    assert interval(0.001) == 1


def test_an_interval_is_a_century_at_most() -> None:
    assert interval(1e6) == 36500


# Memory


@pytest.mark.parametrize("stability", [1, 7, 60, 1000])
def test_recall_is_nine_in_ten_after_stability_days(stability: int) -> None:
    old = memory(stability)
    assert retrievability(old, MONDAY + timedelta(days=stability)) == pytest.approx(0.9)


def test_recall_is_certain_on_the_day_of_review() -> None:
    assert retrievability(memory(), MONDAY) == 1


@given(stabilities)
def test_a_firm_card_would_be_recalled_on_its_last_firm_day(stability: float) -> None:
    old = memory(stability)
    assert retrievability(old, firm_until_on(old)) >= 0.9 - 1e-9


@given(quarters)
def test_it_would_not_on_the_day_after(stability: float) -> None:
    old = memory(stability)
    assert retrievability(old, firm_until_on(old) + timedelta(days=1)) < 0.9


def test_firmness_lasts_for_whole_days_of_stability() -> None:
    assert firm_until_on(memory(10.9)) == MONDAY + timedelta(days=10)


def test_the_first_review_is_no_lapse() -> None:
    assert review(None, AGAIN, MONDAY).lapses == 0


def test_again_on_a_known_card_is_a_lapse() -> None:
    assert [m.lapses for m in on_due_dates(GOOD, AGAIN, HARD, AGAIN)] == [0, 1, 1, 2]


def test_reviews_are_counted() -> None:
    assert [m.reps for m in on_due_dates(GOOD, AGAIN, HARD)] == [1, 2, 3]


def test_a_second_answer_on_a_day_does_not_count() -> None:
    assert not counts(memory(), MONDAY)


def test_an_answer_on_the_next_day_counts() -> None:
    assert counts(memory(), MONDAY + timedelta(days=1))


def test_a_second_review_on_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="first answer"):
        review(memory(), GOOD, MONDAY)


@pytest.mark.parametrize("retention", [0, 1, 90])
def test_a_retention_that_is_no_chance_is_refused(retention: float) -> None:
    with pytest.raises(ValueError, match="retention"):
        review(None, GOOD, MONDAY, retention=retention)


def test_retention_moves_the_date_and_not_the_memory() -> None:
    usual, strict = (
        review(memory(), GOOD, MONDAY + timedelta(12), retention=r) for r in (0.9, 0.95)
    )
    assert strict == replace(usual, due_on=strict.due_on)


# What is shown before rating


def test_first_intervals_are_shown() -> None:
    assert intervals(None, MONDAY) == {AGAIN: 1, HARD: 1, GOOD: 2, EASY: 8}


@given(stabilities, st.integers(1, 500), st.integers(0, 99))
def test_the_interval_shown_is_the_one_given(stability: float, days: int, seed: int) -> None:
    old = memory(stability)
    on = MONDAY + timedelta(days)
    given_days = {
        rating: (review(old, rating, on, fuzz_seed=seed).due_on - on).days for rating in Rating
    }
    assert intervals(old, on, fuzz_seed=seed) == given_days


def test_the_interval_shown_knows_of_an_exam() -> None:
    shown = intervals(
        memory(100),
        MONDAY + timedelta(days=90),
        then=lambda new: before_exam(new, MONDAY + timedelta(days=110), seed=1),
    )
    assert max(shown.values()) < 20


# Fuzz


@pytest.mark.parametrize(
    ("days", "expected"),
    [(1, (1, 1)), (2, (2, 2)), (3, (2, 4)), (7, (5, 9)), (20, (17, 23)), (100, (93, 107))],
)
def test_fuzz_has_a_range(days: int, expected: tuple[int, int]) -> None:
    assert fuzz_range(days) == expected


@given(stabilities, st.integers())
def test_fuzz_stays_in_its_range(stability: float, seed: int) -> None:
    old = memory(stability)
    new = review(old, GOOD, old.due_on, fuzz_seed=seed)
    low, high = fuzz_range(interval(new.stability))
    assert low <= (new.due_on - new.reviewed_on).days <= high


def test_fuzz_reaches_every_day_of_its_range() -> None:
    found = {(review(None, EASY, MONDAY, fuzz_seed=n).due_on - MONDAY).days for n in range(200)}
    assert found == set(range(6, 11))


def test_a_seed_gives_one_date() -> None:
    one, other = (review(memory(), GOOD, MONDAY + timedelta(10), fuzz_seed="7") for _ in "ab")
    assert one == other


# Replay


@given(
    st.lists(
        st.tuples(days, st.sampled_from(Rating)), min_size=1, unique_by=lambda entry: entry[0]
    ),
    st.one_of(st.none(), st.integers()),
)
def test_a_replay_is_every_review_in_turn(log: list[tuple[date, Rating]], seed: int | None) -> None:
    expected = None
    for on, rating in sorted(log):
        expected = review(expected, rating, on, fuzz_seed=seed)
    assert replay(log, fuzz_seed=seed) == expected


def test_ten_thousand_random_reviews_replay_to_the_last_bit() -> None:
    random = Random(5)
    stepwise: dict[int, Memory] = {}
    log: dict[int, list[tuple[date, Rating]]] = {card: [] for card in range(250)}

    for day in range(40 * 14):
        for card in random.sample(range(250), 18):
            on, rating = MONDAY + timedelta(day), random.choice(list(Rating))
            log[card].append((on, rating))
            stepwise[card] = review(stepwise.get(card), rating, on, fuzz_seed=card)

    assert sum(map(len, log.values())) > 10_000
    assert {card: replay(entries, fuzz_seed=card) for card, entries in log.items()} == stepwise


def test_only_the_first_answer_of_a_day_is_replayed() -> None:
    log = [(MONDAY, AGAIN), (MONDAY, GOOD), (MONDAY, EASY)]
    assert replay(log) == review(None, AGAIN, MONDAY)


def test_a_day_that_is_released_late_is_replayed_in_its_place() -> None:
    log = [(MONDAY + timedelta(days=n), GOOD) for n in (0, 3, 9)]
    assert replay([log[2], log[0], log[1]]) == replay(log)


def test_an_empty_log_leaves_no_memory() -> None:
    assert replay([]) is None


# The study day


@pytest.mark.parametrize(
    "zone", ["Europe/London", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"]
)
@pytest.mark.parametrize(
    ("clock", "day"),
    [("03:59:59.999999", 9), ("04:00", 10), ("23:59", 10)],
)
def test_the_day_begins_at_four(zone: str, clock: str, day: int) -> None:
    assert study_day(instant(f"2026-11-10T{clock}", zone), ZoneInfo(zone)) == date(2026, 11, day)


@pytest.mark.parametrize(
    ("zone", "changes_on"),
    [
        ("Europe/Berlin", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25"),
        ("America/New_York", "2026-03-08"),
        ("America/New_York", "2026-11-01"),
        ("Europe/Helsinki", "2026-10-25"),  # back from 04:00 to 03:00
        ("Australia/Lord_Howe", "2026-04-05"),  # half an hour
    ],
)
def test_the_day_begins_at_four_when_clocks_change(zone: str, changes_on: str) -> None:
    day = date.fromisoformat(changes_on)
    found = [study_day(instant(f"{day}T{t}", zone), ZoneInfo(zone)) for t in ("03:59:59", "04:00")]
    assert found == [day - timedelta(days=1), day]


@pytest.mark.parametrize(
    "zone", ["Europe/Helsinki", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]
)
def test_days_never_run_back(zone: str) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = [study_day(start + timedelta(minutes=15 * n), ZoneInfo(zone)) for n in range(366 * 96)]
    assert all(day <= later <= day + timedelta(days=1) for day, later in pairwise(found))


def test_an_instant_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="zone"):
        study_day(datetime(2026, 11, 10, 12), ZoneInfo("Europe/London"))  # noqa: DTZ001


# From a graded answer to a rating


@pytest.mark.parametrize(
    ("rating", "answer"),
    [
        (AGAIN, {"fraction": 0.0}),
        (AGAIN, {"fraction": 0.49}),
        (AGAIN, {"fraction": -0.5}),
        (AGAIN, {"fraction": 1.0, "gave_up": True}),
        (AGAIN, {"fraction": 0.0, "certainty": 3, "is_free_recall": True}),
        (HARD, {"fraction": 0.5}),
        (HARD, {"fraction": 0.9}),
        (HARD, {"fraction": 1 / 6 * 3}),
        (HARD, {"fraction": 1.0, "tries_used": 2}),
        (HARD, {"fraction": 1.0, "hints_used": 1}),
        (HARD, {"fraction": 1.0, "hints_used": 1, "is_free_recall": True, "certainty": 3}),
        (GOOD, {"fraction": 1.0}),
        (GOOD, {"fraction": 0.1 + 0.2 + 0.7 - 1e-9}),
        (GOOD, {"fraction": 1.0, "certainty": 1}),
        (GOOD, {"fraction": 1.0, "is_free_recall": True}),
        (GOOD, {"fraction": 1.0, "is_free_recall": True, "certainty": 3}),
    ],
)
def test_an_answer_has_its_rating(rating: Rating, answer: dict[str, float]) -> None:
    assert rating_for(**answer) == rating  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rating", "certainty", "seconds"),
    [(EASY, 3, 10), (EASY, None, 10), (GOOD, 3, 10.1), (GOOD, 2, 5), (GOOD, 1, 5)],
)
def test_free_recall_is_easy_when_sure_and_fast(
    rating: Rating, certainty: int | None, seconds: float
) -> None:
    found = rating_for(
        1.0, is_free_recall=True, certainty=certainty, seconds=seconds, median_seconds=20
    )
    assert found == rating


def test_what_can_be_guessed_is_never_easy() -> None:
    assert rating_for(1.0, certainty=3, seconds=1, median_seconds=20) == GOOD


def test_without_a_median_nothing_is_easy() -> None:
    assert rating_for(1.0, is_free_recall=True, certainty=3, seconds=1) == GOOD


@pytest.mark.parametrize("rating", Rating)
def test_a_rule_begins_with_its_rating(rating: Rating) -> None:
    assert str(rating.rule).startswith(f"{rating.label}: ")


# Leeches


def test_leeches_are_spoken_of_at_eight_lapses_and_every_four() -> None:
    turned = [n for n in range(1, 21) if turned_leech(n - 1, n)]
    assert turned == [8, 12, 16, 20]


def test_a_good_review_of_a_leech_is_passed_over() -> None:
    assert not turned_leech(8, 8)


def test_a_leech_stays_one() -> None:
    assert [is_leech(memory(lapses=n)) for n in (7, 8, 9)] == [False, True, True]


# Easy days


@given(stabilities, days, st.integers())
def test_a_card_leaves_a_day_off_for_the_nearest_day(stability: float, on: date, seed: int) -> None:
    old = memory(stability, reviewed_on=on)
    new = off_easy_days(old, NO_SUNDAYS, seed=seed)
    is_moved = old.due_on.weekday() == 6 and interval(stability) >= 3
    assert abs(new.due_on - old.due_on) == timedelta(days=is_moved)


@given(stabilities, st.lists(st.sampled_from([0, 0.5, 1]), min_size=7, max_size=7), st.integers())
def test_no_card_moves_further_than_fuzz(stability: float, loads: list[float], seed: int) -> None:
    due = review(memory(stability), GOOD, MONDAY + timedelta(days=30), fuzz_seed=seed)
    new = off_easy_days(due, loads, seed=seed)
    low, high = fuzz_range(interval(due.stability))
    assert low <= (new.due_on - new.reviewed_on).days <= high


def test_half_a_day_keeps_half_its_cards() -> None:
    sunday = memory(13)
    kept = sum(
        off_easy_days(sunday, (1, 1, 1, 1, 1, 1, 0.5), seed=n) == sunday for n in range(1000)
    )
    assert kept == pytest.approx(500, abs=50)


def test_days_alike_move_nothing() -> None:
    assert off_easy_days(memory(13), [0.5] * 7, seed=1) == memory(13)


def test_days_all_off_move_nothing() -> None:
    assert off_easy_days(memory(13), [0] * 7, seed=1) == memory(13)


# An exam


@given(stabilities, st.integers(1, 400), st.integers())
def test_every_card_is_seen_before_an_exam(stability: float, days: int, seed: int) -> None:
    exam_on = MONDAY + timedelta(days)
    new = before_exam(memory(stability), exam_on, seed=seed)
    assert new.due_on < exam_on or (exam_on - new.reviewed_on).days <= EXAM_DAYS


@given(stabilities, st.integers(1, 400), st.integers())
def test_an_exam_puts_nothing_off(stability: float, days: int, seed: int) -> None:
    old = memory(stability)
    new = before_exam(old, MONDAY + timedelta(days), seed=seed)
    assert old.reviewed_on < new.due_on <= old.due_on


def test_cards_are_spread_over_the_days_before_an_exam() -> None:
    exam_on = MONDAY + timedelta(days=30)
    found = {before_exam(memory(90), exam_on, seed=n).due_on for n in range(100)}
    assert found == {exam_on - timedelta(days=n) for n in range(1, 8)}


def test_a_late_decision_puts_nothing_before_itself() -> None:
    exam_on = MONDAY + timedelta(days=30)
    set_on = exam_on - timedelta(days=2)
    found = {before_exam(memory(90), exam_on, set_on=set_on, seed=n).due_on for n in range(50)}
    assert found == {set_on, set_on + timedelta(days=1)}


def test_an_exam_named_on_its_day_changes_nothing() -> None:
    exam_on = MONDAY + timedelta(days=30)
    assert before_exam(memory(90), exam_on, set_on=exam_on, seed=1) == memory(90)


def test_an_exam_that_is_past_changes_nothing() -> None:
    assert before_exam(memory(90), MONDAY, seed=1) == memory(90)


# What retention costs


def test_minutes_are_reviews_a_day_times_their_length() -> None:
    assert minutes_a_day([10, 10, 20], 12) == pytest.approx(0.25 * 12 / 60)


def test_no_cards_take_no_time() -> None:
    assert minutes_a_day([], 12) == 0


@given(st.lists(stabilities, max_size=50))
def test_a_higher_retention_never_costs_less(cards: list[float]) -> None:
    found = list(costs(cards, 10).values())
    assert found == sorted(found)
