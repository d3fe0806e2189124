"""Certainty-based marking: points for being right, and for knowing how sure one may be. Pure.

The table is that of Moodle's question_cbm (after Gardner-Medwin). Each level pays best within its
own band of the chance of being right: the expected marks cross at 2/3 and at 0.8.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

WRONG = 1e-6  # fractions up to here are wrong
DEFAULT = 1  # where no certainty was given


class Pay(NamedTuple):
    right: int
    wrong: int


class Band(NamedTuple):
    """Chances of being right at which a level is the best choice."""

    low: float
    high: float


TABLE = {1: Pay(1, 0), 2: Pay(2, -2), 3: Pay(3, -6)}
MOST = float(max(pay.right for pay in TABLE.values()))
BANDS = {1: Band(0.0, 2 / 3), 2: Band(2 / 3, 0.8), 3: Band(0.8, 1.0)}


@dataclass(frozen=True)
class Sure:
    """An answer as it counts here. A fraction of None is a blank."""

    certainty: int | None
    fraction: float | None
    weight: float = 1.0  # marks that the question is worth


@dataclass(frozen=True)
class Level:
    """The answers given at one certainty."""

    certainty: int
    count: int
    accuracy: float | None
    verdict: Literal["over", "under", ""] = ""  # confident; '' if it fits, or nothing was given
    is_plain: bool = False  # else slightly so


@dataclass(frozen=True)
class Summary:
    count: int  # blanks left out
    accuracy: float | None
    average: float | None  # marks for a question of weight 1
    bonus: float | None
    score: float | None  # accuracy + bonus: what tells most reliably who knows
    levels: tuple[Level, ...]


def mark(certainty: int | None, fraction: float | None) -> float:
    """Marks for one answer, from -6 to 3. What is partly right is paid in part, never fined.

    Raises KeyError for a certainty that is not in the table.
    """
    if fraction is None:
        return 0.0
    pay = TABLE[DEFAULT if certainty is None else certainty]
    return float(pay.wrong) if fraction <= WRONG else pay.right * fraction


def expected(certainty: int, chance: float) -> float:
    """Mean marks of answers that are right with this chance: p, 4p - 2, 9p - 6."""
    pay = TABLE[certainty]
    return pay.right * chance + pay.wrong * (1 - chance)


def best(chance: float) -> float:
    return max(expected(certainty, chance) for certainty in TABLE)


def mean_fraction(answers: Sequence[Sure]) -> float | None:
    weight = math.fsum(a.weight for a in answers)
    if not weight:
        return None
    return math.fsum(a.weight * (a.fraction or 0.0) for a in answers) / weight


def judged(certainty: int, answers: Sequence[Sure]) -> Level:
    count, accuracy = len(answers), mean_fraction(answers)
    band = BANDS[certainty]
    if accuracy is None or band.low <= accuracy <= band.high:
        return Level(certainty, count, accuracy)
    limit = band.low if accuracy < band.low else band.high
    is_plain = count * (accuracy - limit) ** 2 > 0.5
    return Level(certainty, count, accuracy, "over" if accuracy < limit else "under", is_plain)


def summary(answers: Iterable[Sure]) -> Summary:
    given = [answer for answer in answers if answer.fraction is not None]
    levels = tuple(
        judged(certainty, [a for a in given if (a.certainty or DEFAULT) == certainty])
        for certainty in TABLE
    )
    accuracy = mean_fraction(given)
    if accuracy is None:
        return Summary(len(given), None, None, None, None, levels)
    marks = math.fsum(a.weight * mark(a.certainty, a.fraction) for a in given)
    average = marks / math.fsum(a.weight for a in given)
    bonus = 0.1 * (average - best(accuracy))
    return Summary(len(given), accuracy, average, bonus, accuracy + bonus, levels)
