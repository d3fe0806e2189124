"""What the answers to a question add up to: all that statistics need, and nobody's answer. Pure.

Marks and shares are whole millionths, so that sums are exact whatever the order in which answers
come and go. A mark is held against what the learner made of the rest of the attempt, and against
the whole of it, both as shares: which of them is read depends on whether the question was drawn.

How the shares spread is kept by levels of a hundredth, each with its sum: of a quiz of twenty that
are right or wrong, each level holds one share alone. Where it holds several, these count as their
mean, but only for the greatest covariance that could be: all other sums are of the shares as such.

How long answers took is kept to two digits: to the second below 100, to ten seconds below 1,000,
to a hundred above; half an hour stands for all that is longer. Blanks have no time.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from quizzes.statistics import Sample, option_counts

UNIT = 1_000_000
LEVELS = 101  # of shares, from 0 to 100 hundredths
OPTIONED = frozenset({"choice", "choices"})  # kinds whose options are counted
# Seconds, to two digits.
TIMES: tuple[int, ...] = (*range(100), *range(100, 1000, 10), *range(1000, 1801, 100))

Reading = Literal["rest", "whole"]


class Given(NamedTuple):
    """One question in one attempt, as it is stored."""

    attempt: int
    user: int
    context: str
    question: int
    version: int
    core: str  # digest of what the version asks and accepts
    mark: int
    is_blank: bool
    options: tuple[str, ...]  # that were chosen
    seconds: int | None = None  # whole ones that it took; None: not known


class Placed(NamedTuple):
    """The same beside what the learner made of the attempt."""

    given: Given
    rest: int
    whole: int


class Place(NamedTuple):
    """What is added up: a version in a context; or, for the scope as a whole, what is too much in
    the sum of its contexts, because a learner had met the question before."""

    context: str
    version: int
    is_whole: bool = False


def in_units(fraction: float | None) -> int:
    return math.floor((fraction or 0.0) * UNIT + 0.5)


def chosen_options(kind: str, value: Any) -> tuple[str, ...]:
    if kind not in OPTIONED or value is None:
        return ()
    return tuple(option_counts([value]).elements())


def in_seconds(seconds: float | None) -> int | None:
    return None if seconds is None else math.floor(seconds + 0.5)


def time_of(seconds: int) -> int:
    """Which of TIMES stands for so many."""
    if seconds < 100:
        return seconds
    if seconds < 995:
        return 90 + (seconds + 5) // 10
    return min(180 + (seconds + 50) // 100, len(TIMES) - 1)


def placed(rows: Iterable[Given]) -> Iterator[Placed]:
    """`rows`: those of an attempt together, and all of it."""
    for _attempt, group in groupby(rows, attrgetter("attempt")):
        asked = list(group)
        total, size = sum(row.mark for row in asked), len(asked)
        for row in asked:
            yield placed_in(row, total, size)


def placed_in(row: Given, total: int, size: int) -> Placed:
    """`total`: of the marks of the attempt, which asked `size` questions. Beside the only one there
    is no rest, and always the same tells nothing of anybody."""
    rest = share(total - row.mark, size - 1) if size > 1 else 0
    return Placed(row, rest, share(total, size))


def share(total: int, size: int) -> int:
    return (total + size // 2) // size


@dataclass
class Sums:
    """Sums over the answers that count. May be below 0 where they are a correction."""

    answers: int = 0
    asked: int = 0  # how often it stood in an attempt, by whomever
    blanks: int = 0
    mark_sum: int = 0
    mark_squares: int = 0
    rest_sum: int = 0
    rest_squares: int = 0
    rest_products: int = 0  # with the mark
    whole_sum: int = 0
    whole_squares: int = 0
    whole_products: int = 0
    marks: dict[str, int] = field(default_factory=dict)  # how many of each
    options: dict[str, int] = field(default_factory=dict)
    rest_levels: list[int] = field(default_factory=lambda: [0] * (2 * LEVELS))  # how many; sums
    whole_levels: list[int] = field(default_factory=lambda: [0] * (2 * LEVELS))
    times: list[int] = field(default_factory=lambda: [0] * len(TIMES))  # how many took each
    # How many of each level chose an option, by `rest:<option>` and `whole:<option>`.
    chosen: dict[str, list[int]] = field(default_factory=dict)

    def add(self, one: Placed, times: int = 1) -> None:
        mark, rest, whole = one.given.mark, one.rest, one.whole
        self.answers += times
        self.blanks += times * one.given.is_blank
        self.mark_sum += times * mark
        self.mark_squares += times * mark * mark
        self.rest_sum += times * rest
        self.rest_squares += times * rest * rest
        self.rest_products += times * rest * mark
        self.whole_sum += times * whole
        self.whole_squares += times * whole * whole
        self.whole_products += times * whole * mark
        increase(self.marks, str(mark), times)
        for reading, levels, value in (
            ("rest", self.rest_levels, rest),
            ("whole", self.whole_levels, whole),
        ):
            level = level_of(value)
            levels[level] += times
            levels[LEVELS + level] += times * value
            for option in one.given.options:
                self.chosen.setdefault(f"{reading}:{option}", [0] * LEVELS)[level] += times
        for option in one.given.options:
            increase(self.options, option, times)
        if one.given.seconds is not None and not one.given.is_blank:
            self.times[time_of(one.given.seconds)] += times

    def take(self, other: Sums, times: int = 1) -> None:
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + times * getattr(other, name))
        for name in ("marks", "options"):
            mine = getattr(self, name)
            for key, number in getattr(other, name).items():
                increase(mine, key, times * number)
        self.rest_levels = summed(self.rest_levels, other.rest_levels, times)
        self.whole_levels = summed(self.whole_levels, other.whole_levels, times)
        self.times = summed(self.times, other.times, times)
        for key, levels in other.chosen.items():
            self.chosen[key] = summed(self.chosen.get(key, [0] * LEVELS), levels, times)

    @property
    def is_nothing(self) -> bool:
        return not (
            self.marks
            or self.options
            or any(getattr(self, name) for name in NUMBERS)
            or any(self.rest_levels)
            or any(self.whole_levels)
            or any(self.times)
            or any(any(levels) for levels in self.chosen.values())
        )

    def tidied(self) -> Sums:
        """Without options that nobody chose any more, so that equal sums are the same."""
        self.chosen = {key: levels for key, levels in self.chosen.items() if any(levels)}
        return self

    def sample(self, reading: Reading) -> Sample:
        """As statistics reads it."""
        is_rest = reading == "rest"
        levels = self.rest_levels if is_rest else self.whole_levels
        return Sample(
            count=self.answers,
            unit=UNIT,
            x=self.mark_sum,
            xx=self.mark_squares,
            y=self.rest_sum if is_rest else self.whole_sum,
            yy=self.rest_squares if is_rest else self.whole_squares,
            xy=self.rest_products if is_rest else self.whole_products,
            xs=sorted((int(mark), number) for mark, number in self.marks.items()),
            ys=[pair for pair in zip(levels, levels[LEVELS:], strict=False) if pair[0]],
        )

    def thirds(self, reading: Reading) -> tuple[Third, Third]:
        """How often each option was chosen by the best and by the last third. Of learners who are
        level, some of whom are in it, a part counts."""
        levels = (self.rest_levels if reading == "rest" else self.whole_levels)[:LEVELS]
        options = {
            key.partition(":")[2]: counts
            for key, counts in self.chosen.items()
            if key.startswith(reading)
        }
        last = range(LEVELS)
        return (
            third(last[::-1], levels, options, self.answers // 3),
            third(last, levels, options, self.answers // 3),
        )


NUMBERS = (
    *("answers", "asked", "blanks", "mark_sum", "mark_squares"),
    *("rest_sum", "rest_squares", "rest_products"),
    *("whole_sum", "whole_squares", "whole_products"),
)
LISTS = ("marks", "options", "rest_levels", "whole_levels", "times", "chosen")
COLUMNS = (*NUMBERS, *LISTS)


@dataclass(frozen=True)
class Third:
    size: int
    counts: Mapping[str, float]

    def share(self, option: str) -> float:
        """Per cent."""
        return 100 * self.counts.get(option, 0.0) / self.size


def third(
    order: Sequence[int], levels: Sequence[int], options: Mapping[str, Sequence[int]], size: int
) -> Third:
    counts: dict[str, float] = defaultdict(float)
    wanted = size
    for level in order:
        taken = min(wanted, levels[level])
        if taken:
            for option, given in options.items():
                counts[option] += given[level] * taken / levels[level]
        wanted -= taken
    return Third(size, counts)


def median_time(times: Sequence[int], least: int) -> int | None:
    """Seconds, of how many took each of TIMES. None of fewer than `least`."""
    up_to = list(accumulate(times))
    count = up_to[-1]
    if count < max(least, 1):
        return None
    low, high = (TIMES[bisect_left(up_to, nth)] for nth in ((count + 1) // 2, count // 2 + 1))
    return (low + high + 1) // 2


def level_of(value: int) -> int:
    return (value * (LEVELS - 1) + UNIT // 2) // UNIT


def summed(mine: Sequence[int], theirs: Sequence[int], times: int) -> list[int]:
    return [a + times * b for a, b in zip(mine, theirs, strict=True)]


def increase(counts: dict[str, int], key: str, by: int) -> None:
    """Without the keys that come to nothing, so that equal sums are the same."""
    number = counts.get(key, 0) + by
    if number:
        counts[key] = number
    else:
        counts.pop(key, None)


def added_up(rows: Iterable[Placed]) -> dict[Place, Sums]:
    """`rows`: attempts in the order of their beginning. The first answer of each learner to each
    question counts, in each context and in the scope."""
    found: dict[Place, Sums] = defaultdict(Sums)
    seen: set[tuple[int, int, str]] = set()
    seen_here: set[tuple[int, int, str, str]] = set()
    for row in rows:
        one = row.given
        place = Place(one.context, one.version)
        found[place].asked += 1
        who = (one.user, one.question, one.core)
        if (*who, one.context) not in seen_here:
            found[place].add(row)
            if who in seen:
                found[Place("", one.version, is_whole=True)].add(row, -1)
        seen_here.add((*who, one.context))
        seen.add(who)
    return found


def difference(after: Mapping[Place, Sums], before: Mapping[Place, Sums]) -> dict[Place, Sums]:
    if not before:
        return dict(after)
    found: dict[Place, Sums] = defaultdict(Sums)
    for sums, times in ((after, 1), (before, -1)):
        for place, each in sums.items():
            found[place].take(each, times)
    return {place: sums.tidied() for place, sums in found.items() if not sums.is_nothing}
