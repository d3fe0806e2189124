"""How well questions, and the quiz they make, tell those who know from those who do not. Pure.

The formulas are Moodle's (question/classes/statistics/questions/calculator.php and
mod/quiz/report/statistics/classes/calculator.php), with the sample divisor S - 1. The index of
discrimination is the correlation of a question with the *rest* of the quiz, not the difference of
the best and the worst 27 %. They were made for tests that are taken once and at the end: give the
first finished attempt of each learner, and say so where it is otherwise.

The intervals, and what is withheld while answers are few, are ours.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist, median
from typing import Any

TOO_FEW = 10  # below it, nothing is said of discrimination and reliability
FEW = 30  # below it, they are tentative
QUESTIONABLE = 15.0  # discriminative efficiency, %
Z = NormalDist().inv_cdf(0.975)
NOTHING = 1e-12  # a variance below it is one of rounding

Marks = Sequence[float]
Rows = Sequence[Marks]  # one attempt each, one mark for every question


@dataclass(frozen=True)
class Interval:
    """Of 95 %, in per cent."""

    low: float
    high: float


@dataclass(frozen=True)
class ItemStatistics:
    """In per cent, but for `answers`; None where a formula has no answer, or none to trust."""

    answers: int
    facility: float | None
    facility_interval: Interval | None
    standard_deviation: float | None
    discrimination: float | None
    discrimination_interval: Interval | None
    efficiency: float | None
    intended_weight: float | None = None
    effective_weight: float | None = None
    has_negative_covariance: bool = False  # with the total: then it has no effective weight

    @property
    def is_too_few(self) -> bool:
        return self.answers < TOO_FEW

    @property
    def is_tentative(self) -> bool:
        return self.answers < FEW

    @property
    def is_questionable(self) -> bool:
        return self.efficiency is not None and self.efficiency < QUESTIONABLE


@dataclass(frozen=True)
class QuizStatistics:
    """Marks for `mean`, `median`, `standard_deviation`, `standard_error` and `maximum`; per cent
    for `consistency` and `error_ratio`."""

    attempts: int
    maximum: float
    mean: float | None
    median: float | None
    standard_deviation: float | None
    skewness: float | None
    kurtosis: float | None
    consistency: float | None  # Cronbach's alpha; may be negative
    error_ratio: float | None
    standard_error: float | None

    @property
    def is_too_few(self) -> bool:
        return self.attempts < TOO_FEW

    @property
    def is_tentative(self) -> bool:
        return self.attempts < FEW


def mean_of(values: Marks) -> float:
    return math.fsum(values) / len(values)


def covariance(xs: Marks, ys: Marks) -> float:
    """Of a sample of two or more; rounding is taken off."""
    x_mean, y_mean = mean_of(xs), mean_of(ys)
    products = ((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    found = math.fsum(products) / (len(xs) - 1)
    return 0.0 if abs(found) < NOTHING else found


def variance(xs: Marks) -> float:
    return covariance(xs, xs)


def correlation(xs: Marks, ys: Marks) -> float | None:
    """In [-1, 1]; None if either does not vary."""
    if len(xs) < 2:
        return None
    spread = math.sqrt(variance(xs)) * math.sqrt(variance(ys))
    return max(-1.0, min(1.0, covariance(xs, ys) / spread)) if spread else None


def rest_of(marks: Marks, totals: Marks) -> list[float]:
    return [total - mark for mark, total in zip(marks, totals, strict=True)]


def rest_correlation(marks: Marks, totals: Marks) -> float | None:
    """Of a question that stands in every attempt, with the rest of the attempt."""
    return correlation(marks, rest_of(marks, totals))


def total_correlation(marks: Marks, totals: Marks) -> float | None:
    """Of a question that was drawn at random, with the whole attempt."""
    return correlation(marks, totals)


def efficiency(marks: Marks, others: Marks) -> float | None:
    """Covariance as a share of the greatest that these marks could have with those."""
    if len(marks) < 2:
        return None
    greatest = covariance(sorted(marks), sorted(others))
    return covariance(marks, others) / greatest if greatest else None


def wilson(proportion: float, count: int) -> Interval | None:
    """Wilson's interval. For fractional marks `proportion` is their mean, which errs on the wide
    side; with marks below 0 there is none."""
    if not count or not 0 <= proportion <= 1:
        return None
    weight = Z * Z / count
    middle = (proportion + weight / 2) / (1 + weight)
    half = Z * math.sqrt(proportion * (1 - proportion) / count + weight / count / 4) / (1 + weight)
    return Interval(100 * max(0.0, middle - half), 100 * min(1.0, middle + half))


def fisher(correlation: float | None, count: int) -> Interval | None:
    """Interval of a correlation by Fisher's z; None where z is infinite or has no error."""
    if correlation is None or count < 4 or abs(correlation) >= 1:
        return None
    z, half = math.atanh(correlation), Z / math.sqrt(count - 3)
    return Interval(100 * math.tanh(z - half), 100 * math.tanh(z + half))


def percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def described(marks: Marks, others: Marks, maximum: float, minimum: int) -> ItemStatistics:
    count = len(marks)
    is_graded = maximum > 0 and count > 0
    facility = mean_of(marks) / maximum if is_graded else None
    is_shown = count >= max(minimum, 2)
    related = correlation(marks, others) if is_shown else None
    spread = math.sqrt(variance(marks)) / maximum if is_graded and count > 1 else None
    return ItemStatistics(
        answers=count,
        facility=percent(facility),
        facility_interval=None if facility is None else wilson(facility, count),
        standard_deviation=percent(spread),
        discrimination=percent(related),
        discrimination_interval=fisher(related, count),
        efficiency=percent(efficiency(marks, others)) if is_shown else None,
    )


@dataclass(frozen=True)
class Sample:
    """Pairs of a mark and what it is held against, as sums: in units of which `unit` make 1.

    `xs`: the different marks in ascending order, each with how often it occurs. `ys`: what they
    are held against by levels, in ascending order: how many there are in each, and their sum."""

    count: int
    unit: int
    x: int
    xx: int
    y: int
    yy: int
    xy: int
    xs: Sequence[tuple[int, int]]
    ys: Sequence[tuple[int, int]]

    def covariance(self, products: float, x: float, y: float) -> float:
        count = self.count
        return (count * products - x * y) / (count * (count - 1)) / self.unit**2

    @property
    def greatest(self) -> float:
        """The covariance if the best marks stood beside the best of the others."""
        products = 0.0
        levels = iter(self.ys)
        left = mean = 0.0
        for x, number in self.xs:
            wanted, total = float(number), 0.0
            while wanted > left:
                wanted, total = wanted - left, total + left * mean
                left, whole = next(levels)
                mean = whole / left
            left, total = left - wanted, total + wanted * mean
            products += x * total
        return self.covariance(products, self.x, self.y)


def described_sample(sample: Sample, minimum: int = TOO_FEW) -> ItemStatistics:
    """As `described()` from the pairs themselves, of marks from 0 to 1."""
    count = sample.count
    if not count:
        return described([], [], 1.0, minimum)
    facility = sample.x / sample.unit / count
    related = efficient = spread = None
    if count > 1:
        x_variance = sample.covariance(sample.xx, sample.x, sample.x)
        spread = math.sqrt(x_variance)
    if count >= max(minimum, 2):
        both = sample.covariance(sample.xy, sample.x, sample.y)
        width = math.sqrt(x_variance) * math.sqrt(sample.covariance(sample.yy, sample.y, sample.y))
        related = max(-1.0, min(1.0, both / width)) if width else None
        greatest = sample.greatest
        efficient = both / greatest if greatest > NOTHING else None
    return ItemStatistics(
        answers=count,
        facility=percent(facility),
        facility_interval=wilson(facility, count),
        standard_deviation=percent(spread),
        discrimination=percent(related),
        discrimination_interval=fisher(related, count),
        efficiency=percent(efficient),
    )


def item_statistics(
    rows: Rows, maxima: Marks, *, minimum: int = TOO_FEW
) -> tuple[ItemStatistics, ...]:
    """Of each position of a quiz, whose marks are a column of `rows`.

    With fewer attempts than `minimum`, discrimination and efficiency are left out.
    """
    totals = [math.fsum(row) for row in rows]
    columns: list[Marks] = [[row[p] for row in rows] for p in range(len(maxima))]
    shared = [covariance(column, totals) if len(rows) > 1 else 0.0 for column in columns]
    weights = [math.sqrt(max(0.0, c)) for c in shared]
    return tuple(
        replace(
            described(column, rest_of(column, totals), maximum, minimum),
            intended_weight=share(maximum, math.fsum(maxima)),
            effective_weight=None if c < 0 else share(weight, math.fsum(weights)),
            has_negative_covariance=c < 0,
        )
        for column, maximum, c, weight in zip(columns, maxima, shared, weights, strict=True)
    )


def share(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def drawn_statistics(
    marks: Marks, totals: Marks, maximum: float, *, minimum: int = TOO_FEW
) -> ItemStatistics:
    """Of one question wherever it was drawn: its marks, and the totals of those attempts.

    It is held against the total, as the rest differs from attempt to attempt. It has no weight.
    """
    return described(marks, totals, maximum, minimum)


def quiz_statistics(rows: Rows, maxima: Marks, *, minimum: int = TOO_FEW) -> QuizStatistics:
    """Of a whole quiz. With fewer attempts than `minimum`, what follows from consistency is left
    out."""
    totals = [math.fsum(row) for row in rows]
    count = len(rows)
    if not count:
        return QuizStatistics(0, math.fsum(maxima), *(None,) * 8)
    mean = mean_of(totals)
    m2, m3, m4 = (math.fsum((total - mean) ** r for total in totals) / count for r in (2, 3, 4))
    k2 = variance(totals) if count > 1 else 0.0
    skewness = kurtosis = None
    if count > 2 and k2:
        k3 = count**2 * m3 / ((count - 1) * (count - 2))
        skewness = k3 / k2**1.5
    if count > 3 and k2:
        k4 = count**2 * ((count + 1) * m4 - 3 * (count - 1) * m2**2)
        kurtosis = k4 / ((count - 1) * (count - 2) * (count - 3)) / k2**2
    deviation = math.sqrt(k2) if count > 1 else None
    consistency = alpha(rows, maxima, k2) if count >= minimum else None
    error_ratio = None if consistency is None else math.sqrt(max(0.0, 1 - consistency))
    return QuizStatistics(
        attempts=count,
        maximum=math.fsum(maxima),
        mean=mean,
        median=median(totals),
        standard_deviation=deviation,
        skewness=skewness,
        kurtosis=kurtosis,
        consistency=percent(consistency),
        error_ratio=percent(error_ratio),
        standard_error=None if error_ratio is None else error_ratio * math.sqrt(k2),
    )


def alpha(rows: Rows, maxima: Marks, k2: float) -> float | None:
    """Cronbach's alpha as a fraction: what Moodle calls the coefficient of internal consistency."""
    positions = len(maxima)
    if positions < 2 or len(rows) < 3 or not k2:
        return None
    unshared = math.fsum(variance([row[p] for row in rows]) for p in range(positions))
    return positions / (positions - 1) * (1 - unshared / k2)


def option_counts(values: Iterable[Any]) -> Counter[str]:
    """How often each option was chosen, from answers as they are stored.

    Of several options each is counted; of several parts, as `part:option`; a blank is ''.
    """
    counts: Counter[str] = Counter()
    for value in values:
        if isinstance(value, Mapping):
            counts.update(f"{part}:{chosen}" for part, chosen in value.items())
        elif isinstance(value, list | tuple):
            counts.update(map(str, value))
        else:
            counts["" if value is None else str(value)] += 1
    return counts
