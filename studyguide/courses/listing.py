"""A course's learners as a tutor asked for them: a group, an order, a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Self
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from studyguide.courses.columns import Column, SectionColumn
from studyguide.courses.evidence import AT_HAND
from studyguide.courses.judging import Cell
from studyguide.courses.lines import MARKS, Mark, last_of, mark_of
from studyguide.courses.models import Course
from studyguide.courses.results import Learner, Results, people, results

PAGE = 100  # learners; a course of so many has bare cells, opened through their rows
SECTIONS, BOTH = "sections", "both"
SHOWN = (SECTIONS, BOTH)


@dataclass(frozen=True)
class Wish:
    """What was asked of a table of learners: one group, an order, a page, and of what."""

    group: int | None = None
    sort: str = ""
    page: int = 1
    show: str = ""  # assignments; or one of SHOWN

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Wish:
        """What cannot be read is passed over."""
        show = asked.get("show", "")
        return cls(
            whole(asked.get("group")),
            asked.get("sort", "")[:20],
            whole(asked.get("page")) or 1,
            show if show in SHOWN else "",
        )

    def page_of(self, size: int) -> int:
        return min(max(1, self.page), pages(size))

    def slice_of(self, size: int) -> slice:
        first = (self.page_of(size) - 1) * PAGE
        return slice(first, first + PAGE)

    def query(self, **changes: object) -> str:
        values = {
            "show": self.show,
            "group": self.group,
            "sort": self.sort,
            "page": self.page,
        } | changes
        kept = {k: v for k, v in values.items() if v and (k, v) != ("page", 1)}
        return "?" + urlencode(kept)


def pages(size: int) -> int:
    return max(1, -(-size // PAGE))


def whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


@dataclass(frozen=True)
class Listing:
    """The learners that a wish comes to, on pages."""

    stand: Results  # of those of them whose work is needed
    wish: Wish
    all_learners: Sequence[Learner]
    judged: dict[int, list[Cell | None]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        course: Course,
        wish: Wish,
        *,
        now: datetime,
        as_at: datetime | None = None,
        is_whole: bool = False,
    ) -> Self:
        """`is_whole`: everybody, whatever page was asked for. By name, a page can be told before
        anybody's work is looked at; every other order has to look at all."""
        everybody = people(course)
        inside = [each for each in everybody if wish.group is None or wish.group in each.groups]
        needed = inside if is_whole or wish.sort else inside[wish.slice_of(len(inside))]
        is_everyone = len(needed) == len(everybody)
        members = None if is_everyone else [each.pk for each in needed]
        stand = results(course, now=now, as_at=as_at, learners=needed, members=members)
        return cls(stand, wish, everybody)

    @cached_property
    def groups(self) -> list[tuple[int, str]]:
        names = {pk: name for one in self.all_learners for pk, name in one.group_names.items()}
        return sorted(names.items(), key=lambda each: (each[1].casefold(), each[0]))

    @cached_property
    def everybody(self) -> list[Learner]:
        """Whose work is here, in the order that was asked for; by name where two are equal."""
        found = list(self.stand.learners)
        if self.wish.sort == "behind":
            return sorted(found, key=self.finished)
        if self.wish.sort == "last":
            return sorted(found, key=lambda one: self.last_of(one) or NEVER)
        column = self.stand.column(self.wish.sort)
        if column is not None:
            return sorted(found, key=lambda one: self.worth(one, column))
        section = next((c for c in self.stand.sections if sort_of(c) == self.wish.sort), None)
        if section is not None:
            return sorted(found, key=lambda one: self.stand.share(one, section).amounts)
        return found

    def last_of(self, learner: Learner) -> datetime | None:
        """Of the last work for what is shown."""
        return last_of(self.row(learner))

    @property
    def is_bare(self) -> bool:
        return len(self.all_learners) >= PAGE

    @cached_property
    def size(self) -> int:
        """Of all pages."""
        group = self.wish.group
        return sum(group is None or group in one.groups for one in self.all_learners)

    def finished(self, learner: Learner) -> int:
        return sum(cell is not None and cell.state.is_done for cell in self.row(learner))

    def worth(self, learner: Learner, column: Column) -> float:
        return worth(MARKS[mark_of(column, self.stand.cell(learner, column))])

    def row(self, learner: Learner) -> list[Cell | None]:
        """Of few learners judged once, whatever asks for it: the order, the table, its feet."""
        row = self.judged.get(learner.pk)
        if row is None:
            row = self.stand.row(learner)
            if len(self.judged) < AT_HAND:
                self.judged[learner.pk] = row
        return row

    @property
    def pages(self) -> int:
        return pages(self.size)

    @property
    def page(self) -> int:
        return self.wish.page_of(self.size)

    @cached_property
    def shown(self) -> list[Learner]:
        here = self.everybody
        return here[self.wish.slice_of(self.size)] if len(here) == self.size else here

    def turned(self, step: int) -> str:
        """The address of another page of the same, if there is one."""
        there = self.page + step
        return self.wish.query(page=there) if 1 <= there <= self.pages else ""

    @property
    def before(self) -> str:
        return self.turned(-1)

    @property
    def after(self) -> str:
        return self.turned(1)

    @property
    def here(self) -> str:
        return self.wish.query()

    @property
    def group_links(self) -> tuple[tuple[str, str, bool], ...]:
        """None, where there are no groups."""
        known = ((None, _("Everybody")), *self.groups) if self.groups else ()
        return tuple(
            [(self.wish.query(group=pk, page=1), name, pk == self.wish.group) for pk, name in known]
        )

    @property
    def sort_links(self) -> tuple[tuple[str, str, bool], ...]:
        known = (
            ("", _("by name")),
            ("behind", _("fewest finished first")),
            ("last", _("longest away")),
        )
        return tuple(
            [
                (self.wish.query(sort=sort, page=1), name, sort == self.wish.sort)
                for sort, name in known
            ]
        )


NEVER = datetime.min.replace(tzinfo=UTC)


def worth(mark: Mark) -> float:
    """What a column sorts by, the least first; those it is not meant for at the end."""
    if mark.state is None:
        return 1000.0
    return -1.0 if mark.share is None else float(mark.share)


def sort_of(column: SectionColumn) -> str:
    return f"section-{column.section.pk}"
