"""What a class's answers say about the questions that it was asked.

First attempts at the quizzes set for the course, by whoever was a learner of it then, once their
results may be seen. A mark is what the first graded answer was worth, before penalties; a blank is
worth nothing. All of it comes from what the quiz engine adds up as results are released; the
answers themselves are read for one question alone, where they are listed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, cast

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from quizzes.statistics import FEW, ItemStatistics
from quizzes.tallying import OPTIONED, Reading
from studyguide.courses.item import RULES, Item, badness, ruled
from studyguide.courses.item_answers import (
    Answered,
    beside,
    quizzes_of,
    tallied,
)
from studyguide.courses.item_plots import EASY, HARD, WEAK, scatter
from studyguide.courses.models import Assignment, Course


@dataclass(frozen=True)
class Analysis:
    course: Course
    assignments: Sequence[Assignment]  # the quizzes that are set; with `is_waiting`
    chosen: Assignment | None  # the one that was asked for
    items: Sequence[Item]  # as the text goes

    @classmethod
    def of(cls, course: Course, wanted: str = "", *, with_words: bool = False) -> Analysis:
        """Three queries, whatever the numbers. What is wanted and not there is passed over.
        `with_words`: with what was answered to the worst, where it has no options."""
        assignments = quizzes_of(course)
        chosen = next((each for each in assignments if each.public_id == wanted), None)
        context = chosen.context if chosen else ""
        return cls(course, assignments, chosen, items_of(course, context, with_words=with_words))

    def item(self, version: int) -> Item | None:
        return next((each for each in self.items if each.version.pk == version), None)

    @property
    def waiting(self) -> list[Assignment]:
        """Quizzes of which something was handed in that learners may not see yet."""
        asked = [self.chosen] if self.chosen else self.assignments
        return [each for each in asked if cast(Any, each).is_waiting]

    @cached_property
    def flagged(self) -> list[Item]:
        """The worst first."""
        found = [each for each in self.items if each.is_flagged]
        return sorted(found, key=lambda each: badness(each.verdict.mark, each.statistics))

    @property
    def plotted(self) -> list[Item]:
        return [each for each in self.items if each.discrimination is not None]

    def ordered(self, sort: str) -> list[Item]:
        if sort == "facility":
            return sorted(self.items, key=lambda each: each.facility)
        if sort == "discrimination":
            return sorted(
                self.items,
                key=lambda each: (each.discrimination is None, each.discrimination or 0.0),
            )
        return list(self.items)

    @property
    def working(self) -> int:
        return sum(
            HARD <= each.facility < EASY and (each.discrimination or 0) >= WEAK
            for each in self.plotted
        )

    @property
    def has_pooled(self) -> bool:
        return any(each.pooled for each in self.items)

    @property
    def scatter(self) -> SafeString:
        return scatter(self.plotted)

    def exported(self) -> Iterator[Sequence[str]]:
        yield [
            _("No."),
            _("Question"),
            _("Kind"),
            _("Paragraphs"),
            _("Answers"),
            _("Left blank"),
            _("Facility, per cent"),
            _("from"),
            _("to"),
            _("Discrimination"),
            _("from"),
            _("to"),
            _("Efficiency, per cent"),
            _("Median time, seconds"),
            _("Other classes: answers"),
            _("Other classes: facility, per cent"),
            _("What to do"),
        ]
        for one in self.items:
            figures = {
                name: text.replace("\N{MINUS SIGN}", "-") for name, text in one.figures.items()
            }
            yield [
                str(one.number),
                one.version.prompt,
                one.label,
                ", ".join(place.label for place in one.places),
                str(one.answers),
                str(one.blanks),
                *(figures[name] for name in ("facility", "facility_low", "facility_high")),
                *(
                    figures[name]
                    for name in ("discrimination", "discrimination_low", "discrimination_high")
                ),
                figures["efficiency"],
                figures["seconds"],
                figures["pooled_answers"],
                figures["pooled"],
                one.verdict.words,
            ]


def items_of(
    course: Course,
    context: str = "",
    questions: Collection[int] = (),
    *,
    with_words: bool = False,
) -> list[Item]:
    """Two queries. `questions`: these alone; else all that were asked."""
    found, drawn, learners = tallied(course.scope, context, questions)
    if not found:
        return []
    described = []
    for one in sorted(found.values(), key=lambda each: (*each.place, *each.last)):
        reading: Reading = "whole" if one.question in drawn else "rest"
        described.append((one, reading, one.statistics(reading)))
    names = [one.last for one in found.values()]
    told = without_options(described) if with_words else None
    known = beside(course, names, is_few=learners < FEW, told=told)
    items = []
    for number, (one, reading, statistics) in enumerate(described, 1):
        version, more = known[one.last[0]]
        items.append(Item(version, number, course.scope, context, one, reading, statistics, more))
    return items


def without_options(
    described: Iterable[tuple[Answered, Reading, ItemStatistics]],
) -> Answered | None:
    """The worst by its figures, if it has no options. A wrong option that draws the most is not
    among the figures: a question that is worse by that has options."""
    marks = [(RULES[ruled(statistics)][0], one, statistics) for one, _r, statistics in described]
    bad = [(badness(mark, statistics), one) for mark, one, statistics in marks if mark]
    _badness, worst = min(bad, key=itemgetter(0), default=((False, 0.0), None))
    return worst if worst and worst.kind not in OPTIONED else None
