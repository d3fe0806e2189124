"""What the answers to a question add up to: all that statistics need, and nobody's answer. Pure.

Marks and shares are whole millionths, so that sums are exact whatever the order in which answers
come and go. A mark is held against what the learner made of the rest of the attempt, and against
the whole of it, both as shares: which of them is read depends on whether the question was drawn.

How the shares spread is kept in bins of a thousandth, each with its sum: quizzes have few different
totals, so that a bin nearly always holds a single one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from quizzes.statistics import Sample, option_counts

UNIT = 1_000_000
BIN = 1_000  # of these millionths, for shares
COARSE = 10  # bins of a thousandth in one of those that options are held against
OPTIONED = frozenset({"choice", "choices"})  # kinds whose options are counted

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


def placed(rows: Iterable[Given]) -> Iterator[Placed]:
    """`rows`: those of an attempt together, and all of it."""
    for _attempt, group in groupby(rows, attrgetter("attempt")):
        asked = list(group)
        total, size = sum(row.mark for row in asked), len(asked)
        whole = share(total, size)
        for row in asked:
            yield Placed(row, share(total - row.mark, size - 1) if size > 1 else whole, whole)


def share(total: int, size: int) -> int:
    """Rounded as whole numbers are, so that a database gets the same."""
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
    # m<mark>, o<option>: how many; r<bin>, w<bin>: how many; R<bin>, W<bin>: their sum.
    spread: dict[str, int] = field(default_factory=dict)
    # r<coarse bin>:<option>, w<coarse bin>:<option>: how many.
    chosen: dict[str, int] = field(default_factory=dict)

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
        low, high = (rest + BIN // 2) // BIN, (whole + BIN // 2) // BIN
        increase(self.spread, f"m{mark}", times)
        increase(self.spread, f"r{low}", times)
        increase(self.spread, f"R{low}", times * rest)
        increase(self.spread, f"w{high}", times)
        increase(self.spread, f"W{high}", times * whole)
        for option in one.given.options:
            increase(self.spread, f"o{option}", times)
            increase(self.chosen, f"r{coarse(low)}:{option}", times)
            increase(self.chosen, f"w{coarse(high)}:{option}", times)

    def take(self, other: Sums, times: int = 1) -> None:
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + times * getattr(other, name))
        for mine, theirs in ((self.spread, other.spread), (self.chosen, other.chosen)):
            for key, number in theirs.items():
                increase(mine, key, times * number)

    @property
    def is_nothing(self) -> bool:
        return not (self.spread or any(getattr(self, name) for name in NUMBERS))

    def sample(self, reading: Reading) -> Sample:
        """As statistics reads it, in marks and shares of 1."""
        letter = reading[0]
        marks, shares = [], []
        for key, number in self.spread.items():
            if key[0] == "m":
                marks.append((int(key[1:]), number))
            elif key[0] == letter:
                total = self.spread.get(letter.upper() + key[1:], 0)
                shares.append((int(key[1:]), number, total / number))
        return Sample(
            count=self.answers,
            unit=UNIT,
            x=self.mark_sum,
            xx=self.mark_squares,
            y=getattr(self, f"{reading}_sum"),
            yy=getattr(self, f"{reading}_squares"),
            xy=getattr(self, f"{reading}_products"),
            xs=sorted(marks),
            ys=[(mean, number) for _bin, number, mean in sorted(shares)],
        )

    def given(self, option: str) -> int:
        return self.spread.get(f"o{option}", 0)

    def thirds(self, reading: Reading) -> tuple[Third, Third]:
        """How often each option was chosen by the best and by the last third. Of learners who are
        level, some of whom are in it, a part counts."""
        letter = reading[0]
        levels: Counter[int] = Counter()
        for key, number in self.spread.items():
            if key[0] == letter:
                levels[coarse(int(key[1:]))] += number
        options: dict[int, dict[str, int]] = defaultdict(dict)
        for key, number in self.chosen.items():
            level, _colon, option = key[1:].partition(":")
            if key[0] == letter:
                options[int(level)][option] = number
        size = self.answers // 3
        best = sorted(levels, reverse=True)
        return third(best, levels, options, size), third(best[::-1], levels, options, size)


NUMBERS = tuple(name for name in Sums.__dataclass_fields__ if name not in {"spread", "chosen"})


@dataclass(frozen=True)
class Third:
    size: int
    counts: Mapping[str, float]

    def share(self, option: str) -> float:
        """Per cent."""
        return 100 * self.counts.get(option, 0.0) / self.size


def third(
    order: Sequence[int],
    levels: Mapping[int, int],
    options: Mapping[int, Mapping[str, int]],
    size: int,
) -> Third:
    counts: dict[str, float] = defaultdict(float)
    wanted = size
    for level in order:
        taken = min(wanted, levels[level])
        for option, number in options.get(level, {}).items():
            counts[option] += number * taken / levels[level]
        wanted -= taken
        if not wanted:
            break
    return Third(size, counts)


def coarse(thousandths: int) -> int:
    return (thousandths + COARSE // 2) // COARSE


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
    found: dict[Place, Sums] = defaultdict(Sums)
    for sums, times in ((after, 1), (before, -1)):
        for place, each in sums.items():
            found[place].take(each, times)
    return {place: sums for place, sums in found.items() if not sums.is_nothing}
