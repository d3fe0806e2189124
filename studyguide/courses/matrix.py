"""Who is where, as a table of ready cells: a thousand learners are written, not templated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from statistics import median
from typing import Self
from urllib.parse import urlencode

from django.utils import formats
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from studyguide.courses import due
from studyguide.courses.models import Course
from studyguide.courses.results import (
    Cell,
    Column,
    Learner,
    Results,
    SectionColumn,
    Share,
    State,
    people,
    results,
)
from studyguide.courses.tables import median_text, share_done

PAGE = 100  # learners; a course of so many has bare cells, opened through their rows
SHADES = ((100, "v5"), (80, "v4"), (60, "v3"), (40, "v2"), (0, "v1"))
SECTIONS, BOTH = "sections", "both"
SHOWN = (SECTIONS, BOTH)
MARKS = {State.LATE: "*", State.MISSING: "!", State.EXCUSED: "e"}


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
            return sorted(found, key=lambda one: self.last_of(one, self.row(one)) or NEVER)
        column = self.stand.column(self.wish.sort)
        if column is not None:
            return sorted(found, key=lambda one: self.worth(one, column))
        section = next((c for c in self.stand.sections if sort_of(c) == self.wish.sort), None)
        if section is not None:
            return sorted(found, key=lambda one: self.stand.share(one, section).amounts)
        return found

    def last_of(self, learner: Learner, cells: list[Cell | None]) -> datetime | None:
        """Of the last work for what is shown."""
        return max((c.last_at for c in cells if c is not None and c.last_at), default=None)

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
        """What a column sorts by, the least first; those it is not meant for at the end."""
        cell = self.stand.cell(learner, column)
        if cell is None:
            return 1000.0
        share = share_done(column, cell)
        return -1.0 if share is None else float(share)

    def row(self, learner: Learner) -> list[Cell | None]:
        return self.stand.row(learner)

    @property
    def pages(self) -> int:
        return pages(self.size)

    @property
    def page(self) -> int:
        return self.wish.page_of(self.size)

    @cached_property
    def shown(self) -> list[tuple[Learner, list[Cell | None]]]:
        here = self.everybody
        if len(here) == self.size:
            here = here[self.wish.slice_of(self.size)]
        return [(one, self.row(one)) for one in here]

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
    def group_links(self) -> list[tuple[str, str, bool]]:
        everybody = (self.wish.query(group=None, page=1), _("Everybody"), self.wish.group is None)
        return [
            everybody,
            *(
                (self.wish.query(group=pk, page=1), name, pk == self.wish.group)
                for pk, name in self.groups
            ),
        ]

    @property
    def sort_links(self) -> list[tuple[str, str, bool]]:
        known = {"": _("by name"), "behind": _("fewest finished first"), "last": _("longest away")}
        return [
            (self.wish.query(sort=sort, page=1), name, sort == self.wish.sort)
            for sort, name in known.items()
        ]


NEVER = datetime.min.replace(tzinfo=UTC)


class Matrix(Listing):
    """Learners by assignments, how much of each is done and a quiz's score; and by sections, what
    is marked as read and what is answered."""

    @cached_property
    def assignments(self) -> Sequence[Column]:
        return () if self.wish.show == SECTIONS else self.stand.columns

    @cached_property
    def sections(self) -> Sequence[SectionColumn]:
        return self.stand.sections if self.wish.show in SHOWN else ()

    @property
    def is_shown(self) -> bool:
        return bool(self.assignments or self.sections)

    @cached_property
    def is_of_many_texts(self) -> bool:
        return len({each.section.article_id for each in self.sections}) > 1

    def finished(self, learner: Learner) -> int:
        sections = sum(self.stand.share(learner, each).is_whole for each in self.sections)
        return sections + (super().finished(learner) if self.assignments else 0)

    def last_of(self, learner: Learner, cells: list[Cell | None]) -> datetime | None:
        ends = [super().last_of(learner, cells if self.assignments else [])]
        ends += [self.stand.share(learner, each).last_at for each in self.sections]
        return max((each for each in ends if each is not None), default=None)

    @property
    def show_links(self) -> list[tuple[str, str, bool]]:
        known = {"": _("assignments"), SECTIONS: _("sections"), BOTH: _("both")}
        sort = self.wish.sort if self.wish.sort in {"behind", "last"} else ""
        return [
            (self.wish.query(show=show, sort=sort), name, show == self.wish.show)
            for show, name in known.items()
        ]

    @property
    def title(self) -> str:
        return {
            "": _("Learners by assignments"),
            SECTIONS: _("Learners by sections"),
            BOTH: _("Learners by assignments and sections"),
        }[self.wish.show]

    @property
    def head(self) -> list[tuple[Column, str, str, bool]]:
        """Each assignment with its class and the address that sorts by it."""
        return [
            (
                column,
                css(column),
                self.wish.query(sort=column.assignment.public_id, page=1),
                self.wish.sort == column.assignment.public_id,
            )
            for column in self.assignments
        ]

    @property
    def section_head(self) -> list[tuple[SectionColumn, str, bool]]:
        return [
            (
                column,
                self.wish.query(sort=sort_of(column), page=1),
                self.wish.sort == sort_of(column),
            )
            for column in self.sections
        ]

    @property
    def rows_html(self) -> SafeString:
        return mark_safe("".join(self.lines()))  # noqa: S308

    def lines(self) -> Iterator[str]:
        zone = self.stand.course.time_zone
        known: dict[tuple[int | None, State], tuple[str, str]] = {}
        places = [(css(c), c, c.assignment.public_id) for c in self.assignments]
        is_bare = self.is_bare
        for learner, cells in self.shown:
            pk = learner.pk
            yield f'<tr><th scope="row"><a id="m{pk}" href="{pk}/">{escape(learner.name)}</a></th>'
            for (kind, column, public_id), cell in zip(places, cells, strict=False):
                if cell is None:
                    yield f'<td class="m0 {kind}"></td>'
                    continue
                share = share_done(column, cell)
                key = (share, cell.state)
                if key not in known:
                    known[key] = (shade(share), printed(share, cell.state))
                tone, said = known[key]
                if is_bare:
                    yield f'<td class="{tone} {kind}">{said}</td>'
                else:
                    link = f'<a id="c{pk}-{public_id}" href="{pk}/{public_id}/">{said}</a>'
                    yield f'<td class="{tone} {kind}">{link}</td>'
            for section in self.sections:
                amount = self.stand.share(learner, section)
                tone, said = shade(share_read(amount)), read_and_answered(amount)
                if not is_bare:
                    place = section.section
                    address = f"{pk}/articles/{place.article.slug}/{place.slug}/"
                    said = f'<a id="s{pk}-{place.pk}" href="{address}">{said}</a>'
                yield f'<td class="{tone} s">{said}</td>'
            at = self.last_of(learner, cells)
            seen = formats.date_format(due.wall_of(at, zone), "j M") if at else "–"
            yield f'<td class="n">{escape(seen)}</td></tr>'

    @property
    def feet(self) -> list[tuple[str, list[str]]]:
        """Under the learners that are shown."""
        columns = [[cells[n] for _one, cells in self.shown] for n in range(len(self.assignments))]
        finished = [
            str(sum(cell is not None and cell.state.is_done for cell in cells)) for cells in columns
        ]
        medians = [
            median_text(column, cells) or "–"
            for column, cells in zip(self.assignments, columns, strict=True)
        ]
        for section in self.sections:
            shares = [self.stand.share(one, section) for one, _cells in self.shown]
            finished.append(
                pair(sum(s.is_read for s in shares), sum(s.is_answered for s in shares))
            )
            begun = [share for share in shares if share.is_begun]
            medians.append(
                pair(
                    f"{median(each.read for each in begun):g}",
                    f"{median(each.answered for each in begun):g}",
                )
                if begun
                else "–"
            )
        return [(_("Finished"), finished), (_("Median"), medians)]


def css(column: Column) -> str:
    return "q" if column.is_quiz else "s"


def sort_of(column: SectionColumn) -> str:
    return f"section-{column.section.pk}"


def pair(read: object, answered: object) -> str:
    return f"{read} · {answered}"


def share_read(share: Share) -> int | None:
    """Per cent, as cells are shaded by; None for nothing done."""
    return int(share.part_read * 100) if share.is_begun else None


def read_and_answered(share: Share) -> str:
    """Both, the paragraphs first: "5/7 · 3/9"."""
    if not share.is_begun:
        return printed(None, State.NOT_YET)
    return pair(
        f"{share.read}/{share.passages}",
        f"{share.answered}/{share.questions}" if share.questions else "–",
    )


def shade(share: int | None) -> str:
    if share is None:
        return "m0"
    return next(name for least, name in SHADES if share >= least)


def printed(share: int | None, state: State) -> str:
    """The number with a mark for its state; whoever does not see marks hears words."""
    mark, words = MARKS.get(state, ""), escape(state.label)
    if share is None:
        sign = mark or ("…" if state == State.STARTED else "·")
        return (
            f'<span class="hide">{escape(state.label)}</span><span aria-hidden="true">{sign}</span>'
        )
    if not mark:
        return str(share)
    return f'{share}<span aria-hidden="true">{mark}</span><span class="hide"> {words}</span>'
