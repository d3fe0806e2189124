"""When a card comes back: FSRS-6 by whole days, through the fsrs library. Pure.

A learner's study day is the clock. There are no learning or relearning steps, and only the first
answer to a card on a day counts. The scheduler is given each day as 00:00 UTC, so that elapsed
time is a whole number of days wherever the learner lives and whatever the clocks do.

A card's memory is `None` until its first review. Everything here is a function of the log of
reviews, so `replay` of that log gives the memory back, to the last bit.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

import fsrs
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAY_BEGINS = time(4)  # local time
RETENTION = 0.9
RETENTIONS = (0.8, 0.85, 0.9, 0.95)  # what a learner is shown the cost of
MAX_INTERVAL = 36500  # days
DECAY = -fsrs.Scheduler().parameters[20]
FACTOR = math.pow(0.9, 1 / DECAY) - 1

WHOLE = 1 - 1e-6  # fractions from here on are right; parts of 1/3 do not add up to 1
HALF = 0.5 - 1e-6
SURE = 3
FAST = 0.5  # of the learner's own median time

LEECH_AT = 8  # lapses, as in Anki
LEECH_AGAIN = 4

EXAM_DAYS = 7
EVERY_DAY = (1.0,) * 7
FUZZ = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, math.inf, 0.05))  # from, to, days per day

Seed = str | int


class Rating(IntEnum):
    """How well a card was remembered; only Again is a failure."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4

    @property
    def label(self) -> Promise:
        return LABELS[self]

    @property
    def rule(self) -> Promise:
        """When `rating_for` chooses it, for the learner."""
        return RULES[self]


LABELS: dict[Rating, Promise] = {
    Rating.AGAIN: _("Again"),
    Rating.HARD: _("Hard"),
    Rating.GOOD: _("Good"),
    Rating.EASY: _("Easy"),
}
RULES: dict[Rating, Promise] = {
    Rating.AGAIN: _("Again: wrong, or given up"),
    Rating.HARD: _("Hard: right after a wrong try or a hint, or at least half right"),
    Rating.GOOD: _("Good: right first time"),
    Rating.EASY: _("Easy: right first time from memory, sure, and twice as fast as usual"),
}


@dataclass(frozen=True)
class Terms:
    """What a learner had settled when a card was reviewed, as far as its next date depends on it.

    `retention` is the chance of recall at which it falls due; `loads` are how full each weekday
    may be, from Monday (see `off_easy_days`).
    """

    retention: float = RETENTION
    loads: tuple[float, ...] = EVERY_DAY


@dataclass(frozen=True)
class Exam:
    """A day before which everything should come back, and the day on which that was decided."""

    on: date
    set_on: date


@dataclass(frozen=True)
class Memory:
    """One card in one learner's memory after its last review.

    `stability` is the days until recall falls to 90 %; `difficulty` is 1 to 10; a lapse is an
    Again on a card that had been reviewed before.
    """

    stability: float
    difficulty: float
    reviewed_on: date
    due_on: date
    reps: int
    lapses: int


def study_day(instant: datetime, zone: ZoneInfo) -> date:
    """The learner's day, which begins at 04:00 on the wall clock.

    Raises ValueError for an instant without a zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    local = instant.astimezone(zone)
    return local.date() - timedelta(days=local.time() < DAY_BEGINS)


def rating_for(
    fraction: float,
    *,
    tries_used: int = 1,
    hints_used: int = 0,
    is_free_recall: bool = False,
    certainty: int | None = None,
    seconds: float | None = None,
    median_seconds: float | None = None,
    gave_up: bool = False,
) -> Rating:
    """The rating that a graded answer stands for.

    `fraction` is how right the last try was, before any penalty for tries and hints. Easy is
    kept for what can hardly be guessed: free recall, in half the learner's own median time, and
    not less than sure where certainty was asked. Without times there is no Easy.
    """
    if gave_up or fraction < HALF:
        return Rating.AGAIN
    if fraction < WHOLE or tries_used > 1 or hints_used:
        return Rating.HARD
    is_fast = (
        seconds is not None and median_seconds is not None and seconds <= FAST * median_seconds
    )
    if is_free_recall and is_fast and certainty in (None, SURE):
        return Rating.EASY
    return Rating.GOOD


def counts(memory: Memory | None, on: date) -> bool:
    """Whether an answer on this day is a review; a later one on the same day is practice."""
    return memory is None or on > memory.reviewed_on


def review(
    memory: Memory | None,
    rating: Rating,
    on: date,
    *,
    retention: float = RETENTION,
    fuzz_seed: Seed | None = None,
) -> Memory:
    """The memory after a review on this study day.

    `retention` is the chance of recall at which the card falls due. `fuzz_seed` is the card's
    own: it moves the due date a little, so that cards learnt together part; the same seed gives
    the same date. Raises ValueError when the day does not come after the last review, or for a
    retention outside 0 to 1.
    """
    if not counts(memory, on):
        raise ValueError("only the first answer of a day counts")
    midnight = midnight_of(on)
    scheduler = scheduler_for(retention)
    card, _log = scheduler.review_card(card_of(memory, on), fsrs.Rating(rating), midnight)
    days = (card.due - midnight).days
    reps = 1 if memory is None else memory.reps + 1
    if fuzz_seed is not None:
        low, high = fuzz_range(days)
        days = low + int(draw(fuzz_seed, "fuzz", reps) * (high - low + 1))
    return Memory(
        stability=cast(float, card.stability),
        difficulty=cast(float, card.difficulty),
        reviewed_on=on,
        due_on=on + timedelta(days=days),
        reps=reps,
        lapses=0 if memory is None else memory.lapses + (rating == Rating.AGAIN),
    )


def replay(
    log: Iterable[tuple[date, Rating]],
    *,
    retention: float = RETENTION,
    fuzz_seed: Seed | None = None,
) -> Memory | None:
    """The memory that a log of answers leaves, each with its study day.

    Days may come in any order (a result can be released late); of one day's answers the first in
    the log counts. An empty log leaves None.
    """
    memory: Memory | None = None
    for on, rating in sorted(log, key=lambda entry: entry[0]):
        if counts(memory, on):
            memory = review(memory, rating, on, retention=retention, fuzz_seed=fuzz_seed)
    return memory


def scheduled(
    memory: Memory | None, rating: Rating, on: date, *, terms: Terms, seed: Seed
) -> Memory:
    """The memory after a review, with the date that its learner's terms give it."""
    after = review(memory, rating, on, retention=terms.retention, fuzz_seed=seed)
    if terms.loads == EVERY_DAY:
        return after
    return off_easy_days(after, terms.loads, seed=seed, retention=terms.retention)


def with_exam(memory: Memory, exam: Exam | None, *, seed: Seed) -> Memory:
    """The memory with its date brought forward by an exam, if one is named."""
    if exam is None:
        return memory
    return before_exam(memory, exam.on, seed=seed, set_on=exam.set_on)


def replay_scheduled(log: Iterable[tuple[date, Rating, Terms]], *, seed: Seed) -> Memory | None:
    """As `replay`, each review by the terms that held when it was made."""
    memory: Memory | None = None
    for on, rating, terms in sorted(log, key=lambda entry: entry[0]):
        if counts(memory, on):
            memory = scheduled(memory, rating, on, terms=terms, seed=seed)
    return memory


def retrievability(memory: Memory, on: date) -> float:
    """The chance, 0 to 1, that it would be recalled on this day."""
    card = card_of(memory, on)
    return scheduler_for(RETENTION).get_card_retrievability(card, midnight_of(on))


def firm_until_on(memory: Memory) -> date:
    """The last day on which it would be recalled with 90 % or more."""
    days = min(math.floor(memory.stability), MAX_INTERVAL)
    return memory.reviewed_on + timedelta(days=days)


def interval(stability: float, retention: float = RETENTION) -> int:
    """Days until recall falls to `retention`, at least 1.

    I(r, S) = (S / factor) (r^(1 / decay) - 1), rounded; FSRS-6.
    """
    days = round(stability / FACTOR * (math.pow(retention, 1 / DECAY) - 1))
    return min(max(days, 1), MAX_INTERVAL)


def intervals(
    memory: Memory | None,
    on: date,
    retention: float = RETENTION,
    *,
    fuzz_seed: Seed | None = None,
    then: Callable[[Memory], Memory] | None = None,
) -> dict[Rating, int]:
    """In how many days the card would come back, for each rating it could get on this day.

    `then` is what is done to a memory after its review (easy days, an exam), so that the learner
    is shown what would happen.
    """
    after = {
        rating: review(memory, rating, on, retention=retention, fuzz_seed=fuzz_seed)
        for rating in Rating
    }
    return {
        rating: ((then(new) if then else new).due_on - on).days for rating, new in after.items()
    }


def is_leech(memory: Memory) -> bool:
    return memory.lapses >= LEECH_AT


def turned_leech(before: int, after: int) -> bool:
    """Whether a review is to be spoken of, by lapses: the eighth, and every fourth after it."""
    return after > before and after >= LEECH_AT and (after - LEECH_AT) % LEECH_AGAIN == 0


def fuzz_range(days: int) -> tuple[int, int]:
    """The shortest and the longest interval that may stand for this one, as FSRS has it."""
    if days < FUZZ[0][0]:
        return days, days
    delta = 1 + sum(rate * max(min(days, end) - start, 0) for start, end, rate in FUZZ)
    return max(2, round(days - delta)), min(round(days + delta), MAX_INTERVAL)


def off_easy_days(
    memory: Memory, loads: Sequence[float], *, seed: Seed, retention: float = RETENTION
) -> Memory:
    """The memory with its due date moved off a day that the learner wants easy.

    `loads` are seven, from Monday: 1 is a full day, 0.5 half of one, 0 none. A card stays on its
    day with the chance that the day's load has of the best load in reach; else it goes to the
    nearest best day, the earlier of two. In reach are the days that fuzz could have chosen, so an
    interval under three days stays as it is.
    """
    shortest, longest = fuzz_range(interval(memory.stability, retention))
    days = [memory.reviewed_on + timedelta(days=n) for n in range(shortest, longest + 1)]
    if memory.due_on not in days:
        return memory
    best = max(loads[day.weekday()] for day in days)
    load = loads[memory.due_on.weekday()]
    if load == best or draw(seed, "easy", memory.reps) * best < load:
        return memory
    nearest = min(
        (day for day in days if loads[day.weekday()] == best),
        key=lambda day: (abs(day - memory.due_on), day),
    )
    return replace(memory, due_on=nearest)


def before_exam(memory: Memory, exam_on: date, *, seed: Seed, set_on: date | None = None) -> Memory:
    """The memory with its due date brought forward so that the card is seen before an exam.

    A card that would come back on the day of the exam or after it comes back once in the seven
    days before it, the day chosen by the seed so that they do not all fall on the eve. One that
    was last seen within those seven days has been seen, and keeps its date. `set_on` is the day
    on which the exam was named: nothing is put before it, so a late decision makes no backlog.
    """
    begins = exam_on - timedelta(days=EXAM_DAYS)
    if memory.due_on < exam_on or memory.reviewed_on >= begins:
        return memory
    first = begins if set_on is None else max(begins, set_on)
    if first >= exam_on:
        return memory
    days = (exam_on - first).days
    return replace(
        memory, due_on=first + timedelta(days=int(draw(seed, "exam", memory.reps) * days))
    )


def minutes_a_day(
    stabilities: Iterable[float], seconds: float, retention: float = RETENTION
) -> float:
    """What it takes to keep these cards at a retention, `seconds` being the time of one review.

    The steady state: each card comes once in its interval. It is an estimate of today's cards as
    they stand: it leaves out that they grow firmer, and that more is forgotten at a lower
    retention.
    """
    return sum(1 / interval(stability, retention) for stability in stabilities) * seconds / 60


def costs(stabilities: Sequence[float], seconds: float) -> dict[float, float]:
    """Minutes a day by desired retention."""
    return {retention: minutes_a_day(stabilities, seconds, retention) for retention in RETENTIONS}


@lru_cache(maxsize=64)
def scheduler_for(retention: float) -> fsrs.Scheduler:
    if not 0 < retention < 1:
        raise ValueError(f"retention is between 0 and 1, not {retention}")
    return fsrs.Scheduler(
        desired_retention=retention,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=MAX_INTERVAL,
        enable_fuzzing=False,  # the library's cannot be seeded
    )


def card_of(memory: Memory | None, on: date) -> fsrs.Card:
    """The library's card. Its id is given, else the library sleeps to make one of its own."""
    if memory is None:
        return fsrs.Card(card_id=0, due=midnight_of(on))
    return fsrs.Card(
        card_id=0,
        state=fsrs.State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=midnight_of(memory.due_on),
        last_review=midnight_of(memory.reviewed_on),
    )


def midnight_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def draw(*seed: Seed) -> float:
    """A number from 0 up to 1 that is the same on every machine and Python."""
    digest = hashlib.sha256(":".join(map(str, seed)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48
