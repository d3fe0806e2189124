"""How firm a card is, and a passage, a section or a concept by its cards. Pure.

One function gives the level and one counts levels; every screen that speaks of mastery shows
what these return, with the rule beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cached_property, lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from quizzes.scheduling import Memory, firm_until_on

MASTERED = 60.0  # days of stability
HEADLINE = (2, 3)  # of the cards must have reached a level for the whole to be called by it


class Level(IntEnum):
    """How firm a card is; each level takes in the ones below it."""

    NEW = 0
    LEARNING = 1
    FIRM = 2
    MASTERED = 3

    @property
    def label(self) -> Promise:
        return LABELS[self]

    @property
    def icon(self) -> str:
        """The square that fills up: m0 to m3 in the symbol sheet."""
        return f"m{int(self)}"

    @property
    def rule(self) -> Promise:
        """What it means, in one sentence for the learner."""
        return RULES[self]


LABELS: dict[Level, Promise] = {
    Level.NEW: _("New"),
    Level.LEARNING: _("Learning"),
    Level.FIRM: _("Firm"),
    Level.MASTERED: _("Mastered"),
}
RULES: dict[Level, Promise] = {
    Level.NEW: _("New: not answered yet"),
    Level.LEARNING: _(
        "Learning: answered, but recall is below 90% today, or falls below it within the day"
    ),
    Level.FIRM: _("Firm: would recall today with 90% or more"),
    Level.MASTERED: _("Mastered: firm, and would stay so for 60 days or more after a review"),
}
HEADLINE_RULE: Promise = _("The whole is called by the level that two of three cards have reached")


@dataclass(frozen=True)
class Standing:
    """Cards counted by level."""

    new: int = 0
    learning: int = 0
    firm: int = 0
    mastered: int = 0

    @property
    def total(self) -> int:
        return self.new + self.learning + self.firm + self.mastered

    def count(self, level: Level) -> int:
        return (self.new, self.learning, self.firm, self.mastered)[level]

    def reached(self, level: Level) -> int:
        """Cards at this level or above it."""
        return sum((self.new, self.learning, self.firm, self.mastered)[level:])

    def share(self, level: Level) -> float:
        """The part of the cards, 0 to 1, at this level; 0 where there are none."""
        return self.count(level) / self.total if self.total else 0.0

    @cached_property
    def firm_share(self) -> float:
        """The part of the cards, 0 to 1, that would be recalled today: firm or mastered."""
        return self.reached(Level.FIRM) / self.total if self.total else 0.0

    @property
    def told(self) -> str:
        """The counts in words, the same on every screen."""
        return _g("%(mastered)d mastered, %(firm)d firm, %(learning)d learning, %(new)d new") % {
            "mastered": self.mastered,
            "firm": self.firm,
            "learning": self.learning,
            "new": self.new,
        }

    @cached_property
    def is_begun(self) -> bool:
        return self.total > self.new

    @cached_property
    def is_firm(self) -> bool:
        """Whether the whole is called firm, or better."""
        return self.headline is not None and self.headline >= Level.FIRM

    @cached_property
    def headline(self) -> Level | None:
        """One word for the whole, or None where there are no cards.

        Mastered or Firm when two of three cards have reached it; else Learning as soon as one
        card has been answered.
        """
        if not self.total:
            return None
        part, whole = HEADLINE
        for level in (Level.MASTERED, Level.FIRM):
            if self.reached(level) * whole >= self.total * part:
                return level
        return Level.LEARNING if self.reached(Level.LEARNING) else Level.NEW


def level(memory: Memory | None, on: date, *, has_answer: bool) -> Level:
    """The level of a card on a study day.

    `has_answer`: whether its question has a graded answer, whose result is released. A card that
    was made by hand and not yet seen is New.
    """
    if memory is None:
        return Level.LEARNING if has_answer else Level.NEW
    if on > firm_until_on(memory):
        return Level.LEARNING
    return level_while(memory.stability)


def level_while(stability: float) -> Level:
    """The level of a card on a day that it is firm until.

    What does not hold for a day, as after a first miss, is not firm on the day itself either.
    """
    if stability < 1:
        return Level.LEARNING
    return Level.MASTERED if stability >= MASTERED else Level.FIRM


def standing(levels: Iterable[Level]) -> Standing:
    numbers = [0] * len(Level)
    for each in levels:
        numbers[each] += 1
    return counted(*numbers)


@lru_cache(maxsize=10_000)
def counted(new: int, learning: int, firm: int, mastered: int) -> Standing:
    """A page counts hundreds of times, most of them the same few: those are one object, which
    works out once what its numbers are called."""
    return Standing(new, learning, firm, mastered)
