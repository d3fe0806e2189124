"""One question, as a class answered it: its figures, what was chosen, and what to do about it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from heapq import nlargest
from typing import Any, NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from quizzes.grading import is_right
from quizzes.kinds import mark
from quizzes.models import QuestionVersion
from quizzes.references import Reference, links
from quizzes.statistics import ItemStatistics, option_counts
from quizzes.tallying import OPTIONED, Reading, Sums, Third
from studyguide.courses.item_answers import (
    FACES,
    Answer,
    Answered,
    Beside,
    Pooled,
    answers_to,
)
from studyguide.courses.item_plots import EASY, HARD, WEAK, bar

LIST = 12  # different answers that are listed
TOP = 5  # of them beside the table


class Verdict(NamedTuple):
    mark: str  # miss, part; '' where there is nothing to look at
    words: str


class Chosen(NamedTuple):
    """An option, or an answer in words, and how many gave it."""

    words: str
    given: int
    share: float  # per cent of the answers
    is_key: bool
    top: float | None  # per cent of the best third, and of the last, by the rest of the quiz
    bottom: float | None

    @property
    def bar(self) -> SafeString:
        return bar(self.share, "f-firm" if self.is_key else "f-ink")


RULES = {
    "few": ("", gettext_lazy("Too few answers to say")),
    "against": ("miss", gettext_lazy("Strong learners miss it: check the key")),
    "easy": ("part", gettext_lazy("Almost everyone gets it: retire or sharpen")),
    "hard": ("part", gettext_lazy("Hardly anyone gets it: check it against the text")),
    "weak": ("part", gettext_lazy("Says little about who knows the text: read it again")),
    "": ("", gettext_lazy("Keep")),
}


def ruled(one: ItemStatistics) -> str:
    """The first of RULES that the figures alone break; '' where they break none."""
    related, facility = one.discrimination, one.facility or 0.0
    if one.is_too_few:
        return "few"
    if related is not None and related < 0:
        return "against"
    if facility >= EASY:
        return "easy"
    if facility < HARD:
        return "hard"
    is_weak = related is not None and (related < WEAK or one.is_questionable)
    return "weak" if is_weak else ""


@cache
def said(rule: str, language: str | None) -> Verdict:
    mark, words = RULES[rule]
    return Verdict(mark, str(words))


def badness(mark: str, one: ItemStatistics) -> tuple[bool, float]:
    """In ascending order the worst is first."""
    return mark != "miss", one.discrimination or 0


@dataclass(frozen=True)
class Item:
    """A question, in the versions of it that ask and accept the same."""

    version: QuestionVersion  # the last of them that was answered; with its question
    number: int
    scope: str
    context: str  # '': all of the scope
    answered: Answered
    reading: Reading  # what it is held against
    statistics: ItemStatistics
    beside: Beside

    @property
    def sums(self) -> Sums:
        return self.answered.sums

    @property
    def pooled(self) -> Pooled | None:
        return self.beside.pooled

    @property
    def challenges(self) -> int:
        return self.beside.challenges

    @property
    def answers(self) -> int:
        return self.sums.answers

    @property
    def facility(self) -> float:
        return self.statistics.facility or 0.0

    @property
    def discrimination(self) -> float | None:
        return self.statistics.discrimination

    @property
    def label(self) -> str:
        return str(self.version.kind_class.label)

    @property
    def places(self) -> list[Reference]:
        return links(self.version.evidence)

    @property
    def blanks(self) -> int:
        return self.sums.blanks

    @property
    def has_options(self) -> bool:
        return self.version.kind in OPTIONED

    @cached_property
    def listed(self) -> list[Answer]:
        """The answers themselves, the first of each learner, as they came."""
        return answers_to(self.scope, self.context, self.version)

    @property
    def seconds(self) -> int | None:
        return self.answered.seconds

    @cached_property
    def chosen(self) -> list[Chosen]:
        """Every option with its count; where there are none, the answers in words."""
        if self.has_options:
            return self.options()
        return self.in_words([answer.value for answer in self.listed])

    @cached_property
    def top(self) -> list[Chosen]:
        """The same without a further query; of the answers in words, those that were given most.
        Where fewer than five learners have answered, none."""
        if self.has_options:
            return self.options()
        given = self.beside.given
        is_few = sum(value is not None for value in given) < FACES
        return [] if is_few else self.in_words(given)[:TOP]

    @property
    def looked_into(self) -> int | None:
        """How many answers `top` is of, if not of all."""
        given = self.beside.given
        return len(given) if given and len(given) < self.answers else None

    def options(self) -> list[Chosen]:
        thirds = None if self.statistics.is_too_few else self.thirds()
        found = []
        for option in self.version.shown["options"]:
            name, given = option["key"], self.sums.options.get(option["key"], 0)
            top, bottom = (each.share(name) for each in thirds) if thirds else (None, None)
            share = 100 * given / self.answers
            found.append(Chosen(option["text"], given, share, name in self.key, top, bottom))
        return found

    @property
    def key(self) -> Collection[str]:
        """The options that are right."""
        return option_counts([self.version.load().key()])

    def thirds(self) -> tuple[Third, Third]:
        held = replace(self.answered.understood(self.reading), chosen={})
        for each in self.answered.kept:
            held.take(Sums(chosen=json.loads(each.chosen)))
        return held.thirds(self.reading)

    def in_words(self, values: Sequence[Any]) -> list[Chosen]:
        """What was given most first; what differs in spelling alone is one, as most wrote it.
        `values`: of all answers; None for a blank."""
        body, shown, kind = self.version.load(), self.version.shown, self.version.kind_class
        spellings: dict[str, list[Any]] = defaultdict(list)
        senses: dict[str, list[str]] = defaultdict(list)
        for value in values:
            if value is not None:
                words = kind.words(shown, value)
                if words not in spellings:
                    senses[kind.sense(shown, value)].append(words)
                spellings[words].append(value)
        often = {words: len(given) for words, given in spellings.items()}
        found: dict[tuple[str, bool], list[str]] = defaultdict(list)
        for sense in nlargest(2 * LIST, senses, lambda each: sum(often[w] for w in senses[each])):
            for words in senses[sense]:
                is_key = is_right(mark(body, spellings[words][0]).fraction)
                found[sense, is_key].append(words)
        lines = []
        for (_sense, is_key), alike in found.items():
            number = sum(often[words] for words in alike)
            most = min(alike, key=lambda words: (-often[words], words))
            lines.append(Chosen(most, number, 100 * number / len(values), is_key, None, None))
        return sorted(lines, key=lambda line: (-line.given, line.words))[:LIST]

    @cached_property
    def magnet(self) -> tuple[str, float] | None:
        """A wrong option that more chose than the right one, and its share."""
        if self.version.kind != "choice":
            return None
        counts, key = self.sums.options, str(self.version.load().key())
        name = max(counts, key=lambda each: counts[each], default=key)
        if counts.get(name, 0) <= counts.get(key, 0):
            return None
        words = {option["key"]: option["text"] for option in self.version.shown["options"]}
        return str(words[name]), 100 * counts[name] / self.answers

    @cached_property
    def verdict(self) -> Verdict:
        """The first rule that applies; the page states them in this order."""
        rule = ruled(self.statistics)
        if rule not in {"few", "against"} and self.magnet is not None:
            option, share = self.magnet
            values = {"option": option, "share": round(share)}
            return Verdict("part", _("“%(option)s” takes %(share)d%%") % values)
        return said(rule, get_language())

    @property
    def is_flagged(self) -> bool:
        return bool(self.verdict.mark)

    @property
    def figures(self) -> dict[str, str]:
        """As they are printed, on the screen and in the export."""
        one = self.statistics
        right, related = one.facility_interval, one.discrimination_interval
        return {
            "facility": whole(one.facility),
            "facility_low": whole(right.low if right else None),
            "facility_high": whole(right.high if right else None),
            "discrimination": hundredths(one.discrimination),
            "discrimination_low": hundredths(related.low if related else None),
            "discrimination_high": hundredths(related.high if related else None),
            "efficiency": whole(one.efficiency),
            "seconds": whole(self.seconds),
            "pooled": whole(self.pooled.facility) if self.pooled else "",
            "pooled_answers": str(self.pooled.answers) if self.pooled else "",
        }

    @property
    def facility_bar(self) -> SafeString:
        return bar(self.facility, "f-ink")

    @property
    def discrimination_bar(self) -> SafeString:
        """From the axis at a quarter: below zero to its left."""
        related = self.discrimination or 0.0
        width = min(abs(related), 100 if related > 0 else 33) * 0.75
        start = 25 - width if related < 0 else 25
        css = "f-loose" if related < WEAK else "f-ink"
        return format_html(
            '<svg class="bar" aria-hidden="true"><rect class="{}" x="{}%" width="{}%" '
            'height="100%"/><line class="axis" x1="25%" x2="25%" y1="-30%" y2="130%"/></svg>',
            css,
            f"{start:.2f}",
            f"{width:.2f}",
        )


def whole(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def hundredths(value: float | None) -> str:
    return "" if value is None else f"{value / 100:.2f}".replace("-", "\N{MINUS SIGN}")
