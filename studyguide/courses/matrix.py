"""Who is where, as a table of ready cells: a thousand learners are written, not templated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import cache, cached_property
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils import formats
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from studyguide.courses import due
from studyguide.courses.columns import Column, SectionColumn
from studyguide.courses.judging import State
from studyguide.courses.lines import IS_DONE, MARKS, SHARE_OF, Line, line_of
from studyguide.courses.listing import BOTH, SECTIONS, SHOWN, Listing, sort_of, worth
from studyguide.courses.results import Learner, Share
from studyguide.courses.tables import median_text

SHADES = ((100, "v5"), (80, "v4"), (60, "v3"), (40, "v2"), (0, "v1"))
HEADS = 20  # of one course, kept
TABLES_AT_MOST = 16  # kept, of about 400 kilobytes
ROWS = "<!-- rows -->"  # where they come to stand: through the template they would be copied
NUMBER = "\0"  # stands for that of a learner until a row is written
SIGNS = {State.LATE: "*", State.MISSING: "!", State.EXCUSED: "e"}


class Table(NamedTuple):
    """As it is sent, and the ETag of it."""

    html: bytes
    version: str


TABLES: dict[object, Table] = {}


class Matrix(Listing):
    """Learners by assignments, how much of each is done and a quiz's score; and by sections, what
    is marked as read and what is answered."""

    @cached_property
    def places(self) -> range:
        """Of the assignments that are shown, among the columns."""
        return range(0 if self.wish.show == SECTIONS else len(self.stand.frame.columns))

    @property
    def assignments(self) -> Sequence[Column]:
        return self.stand.columns if self.places else ()

    @cached_property
    def sections(self) -> Sequence[SectionColumn]:
        return self.stand.sections if self.wish.show in SHOWN else ()

    @property
    def has_assignments(self) -> bool:
        return bool(self.places)

    @property
    def has_sections(self) -> bool:
        return bool(self.sections)

    @cached_property
    def is_of_many_texts(self) -> bool:
        return len({each.section.article_id for each in self.sections}) > 1

    def line(self, learner: Learner) -> Line:
        line = self.known.get(learner.pk)
        if line is None:
            line = self.known[learner.pk] = line_of(self.stand, learner)
        return line

    @cached_property
    def known(self) -> dict[int, Line]:
        return {}

    @cached_property
    def lines(self) -> list[tuple[Learner, Line]]:
        return [(one, self.line(one)) for one in self.shown]

    @cached_property
    def shares(self) -> list[list[Share]]:
        """Of the learners that are shown, in each section."""
        return [[self.stand.share(one, each) for each in self.sections] for one in self.shown]

    def finished(self, learner: Learner) -> int:
        sections = sum(self.stand.share(learner, each).is_whole for each in self.sections)
        return sections + (self.line(learner).finished if self.places else 0)

    def last_of(self, learner: Learner) -> datetime | None:
        ends = [self.line(learner).last_at if self.places else None]
        ends += [self.stand.share(learner, each).last_at for each in self.sections]
        return max((each for each in ends if each is not None), default=None)

    def worth(self, learner: Learner, column: Column) -> float:
        place = self.stand.columns.index(column)
        return worth(MARKS[self.line(learner).marks[place]])

    @property
    def show_links(self) -> tuple[tuple[str, str, bool], ...]:
        known = (("", _("assignments")), (SECTIONS, _("sections")), (BOTH, _("both")))
        sort = self.wish.sort if self.wish.sort in {"behind", "last"} else ""
        return tuple(
            [(self.wish.query(show=s, sort=sort), name, s == self.wish.show) for s, name in known]
        )

    @property
    def title(self) -> str:
        return {
            "": _("Learners by assignments"),
            SECTIONS: _("Learners by sections"),
            BOTH: _("Learners by assignments and sections"),
        }[self.wish.show]

    @property
    def head_html(self) -> str:
        """Written once for each order and each state of the columns: a sentence for each is what
        takes longest on the page."""
        kept, wish = self.stand.frame.heads, self.wish
        zone = self.stand.course.time_zone
        key = (get_language(), zone, wish.show, wish.group, wish.sort)
        if key not in kept:
            if len(kept) >= HEADS:
                kept.clear()
            kept[key] = render_to_string("courses/_matrix_head.html", {"matrix": self})
        return kept[key]

    @property
    def head(self) -> list[tuple[Column, str, str, bool]]:
        """Each assignment with its class and the address that sorts by it."""
        return [
            (
                column,
                css(is_quiz=column.is_quiz),
                self.wish.query(sort=column.public_id, page=1),
                self.wish.sort == column.public_id,
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

    @cached_property
    def table(self) -> Table:
        """Written once for all that it says, for it is asked for again every half minute."""
        learners = tuple([(one.pk, one.name, line) for one, line in self.lines])
        shares = tuple(map(tuple, self.shares))
        zone, frame = self.stand.course.time_zone, self.stand.frame
        key = (get_language(), zone, frame, self.wish, self.is_bare, learners, shares)
        table = TABLES.get(key)
        if table is None:
            html = self.html()
            table = Table(html, f'"{hashlib.sha256(html).hexdigest()}"')
            if len(TABLES) >= TABLES_AT_MOST:
                TABLES.clear()
            TABLES[key] = table
        return table

    def html(self) -> bytes:
        page = render_to_string("courses/_matrix.html", {"matrix": self})
        before, _place, after = page.partition(ROWS)
        return b"".join([before.encode(), "".join(self.written()).encode(), after.encode()])

    def written(self) -> Iterator[str]:
        zone = self.stand.course.time_zone
        days: dict[date, str] = {}
        write = self.writer()
        for (learner, line), shares in zip(self.lines, self.shares, strict=True):
            pk = learner.pk
            cells = write(line.marks).replace(NUMBER, str(pk)) if self.places else ""
            yield f'<tr><th scope="row"><a id="m{pk}" href="{pk}/">{escape(learner.name)}</a></th>'
            yield cells
            for section, amount in zip(self.sections, shares, strict=True):
                tone, said = shade(share_read(amount)), read_and_answered(amount)
                if not self.is_bare:
                    place = section.section
                    address = f"{pk}/articles/{place.article.slug}/{place.slug}/"
                    said = f'<a id="s{pk}-{place.pk}" href="{address}">{said}</a>'
                yield f'<td class="{tone} s">{said}</td>'
            at = self.last_of(learner)
            day = due.wall_of(at, zone).date() if at else None
            if day is not None and day not in days:
                days[day] = escape(formats.date_format(day, "j M"))
            yield f'<td class="n">{days[day] if day else "–"}</td></tr>'

    def writer(self) -> Callable[[str], str]:
        """What makes cells of the marks of a line."""
        cells = cells_in(get_language())
        if self.is_bare:
            return lambda marks: marks.translate(cells.bare)
        links = [
            f'<a id="c{NUMBER}-{each.public_id}" href="{NUMBER}/{each.public_id}/">'
            for each in self.stand.frame.columns
        ]

        def write(marks: str) -> str:
            halves = map(cells.__getitem__, marks)
            return "".join(
                [
                    f"{opened}{link}{said}</a></td>" if said else f"{opened}</td>"
                    for (opened, said), link in zip(halves, links, strict=True)
                ]
            )

        return write

    @property
    def feet(self) -> list[tuple[str, list[str]]]:
        """Under the learners that are shown."""
        finished, medians = [], []
        for place in self.places:
            marks = [line.marks[place] for _one, line in self.lines]
            finished.append(str(sum(map(IS_DONE.__getitem__, marks))))
            medians.append(median_text(map(SHARE_OF.__getitem__, marks)) or "–")
        for place in range(len(self.sections)):
            shares = [each[place] for each in self.shares]
            finished.append(
                pair(sum(s.is_read for s in shares), sum(s.is_answered for s in shares))
            )
            begun = [share for share in shares if share.is_begun]
            read = median_text(each.read for each in begun)
            medians.append(
                pair(read, median_text(each.answered for each in begun)) if begun else "–"
            )
        return [(_("Finished"), finished), (_("Median"), medians)]

    @property
    def feet_html(self) -> SafeString:
        return mark_safe(  # noqa: S308
            "".join(
                f'<tr><th scope="row">{escape(name)}</th><td>'
                + "</td><td>".join([*values, ""])
                + "</td></tr>"
                for name, values in self.feet
            )
        )


class Cells(dict[str, tuple[str, str]]):
    """What stands for the marks of a line in one language: how the cell opens, and what it says
    (nothing where the assignment is not meant for the learner). Made when it is first needed."""

    def __init__(self) -> None:
        super().__init__()
        self.bare = Bare(self)

    def __missing__(self, character: str) -> tuple[str, str]:
        mark = MARKS[character]
        said = "" if mark.state is None else printed(mark.share, mark.state)
        self[character] = f'<td class="{shade(mark.share)} {css(is_quiz=mark.is_quiz)}">', said
        return self[character]


class Bare(dict[int, str]):
    """The same without links, as a table that a whole line is translated by."""

    def __init__(self, cells: Cells) -> None:
        super().__init__()
        self.cells = cells

    def __missing__(self, code: int) -> str:
        self[code] = "".join(self.cells[chr(code)]) + "</td>"
        return self[code]


@cache
def cells_in(language: str | None) -> Cells:
    """Of the language that is spoken now."""
    return Cells()


def css(*, is_quiz: bool) -> str:
    return "q" if is_quiz else "s"


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
    mark, words = SIGNS.get(state, ""), escape(state.label)
    if share is None:
        sign = mark or ("…" if state == State.STARTED else "·")
        return (
            f'<span class="hide">{escape(state.label)}</span><span aria-hidden="true">{sign}</span>'
        )
    if not mark:
        return str(share)
    return f'{share}<span aria-hidden="true">{mark}</span><span class="hide"> {words}</span>'
