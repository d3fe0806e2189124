"""Scores and states as tables of text, so that a screen and its export cannot differ."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from studyguide.accounts.export import cell as safe
from studyguide.courses import due, spreadsheet
from studyguide.courses.columns import Column
from studyguide.courses.judging import Cell, State
from studyguide.courses.listing import Listing
from studyguide.courses.results import Learner
from studyguide.courses.tables import notes, score_text


class Mark(NamedTuple):
    """What stands in one cell: per cent, and words."""

    score: str
    words: str


NOT_SET = Mark("", "")


def mark_of(cell: Cell | None) -> Mark:
    return NOT_SET if cell is None else Mark(score_text(cell.score), notes(cell))


class File(NamedTuple):
    """A table to take away."""

    ending: str
    content_type: str
    content: bytes | str


def as_file(lines: Iterator[Sequence[str]], wanted: str) -> File:
    """The same lines for spreadsheets (`wanted` is xlsx) or for everything else."""
    if wanted == "xlsx":
        return File("xlsx", spreadsheet.TYPE, spreadsheet.workbook(lines))
    return File("csv", "text/csv; charset=utf-8", as_csv(lines))


def as_csv(lines: Iterator[Sequence[str]]) -> str:
    """RFC 4180 with a byte order mark; no cell is a formula."""
    out = io.StringIO()
    csv.writer(out).writerows([safe(each) for each in line] for line in lines)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()


class Written(Listing):
    """One that is written, not templated, for there are thousands of cells."""

    @property
    def rows_html(self) -> SafeString:
        return mark_safe("".join(self.written()))  # noqa: S308

    def written(self) -> Iterator[str]:
        raise NotImplementedError


class Gradebook(Written):
    """Learners by assignments: scores as they count, and the weighted total."""

    @property
    def columns(self) -> Sequence[Column]:
        return self.stand.columns

    def line(self, learner: Learner) -> tuple[list[Mark], str]:
        cells = self.row(learner)
        return [mark_of(cell) for cell in cells], score_text(self.stand.total(cells))

    def written(self) -> Iterator[str]:
        places = [column.public_id for column in self.columns]
        for learner in self.shown:
            pk = learner.pk
            marks, total = self.line(learner)
            row = f"../results/{pk}/"
            yield f'<tr><th scope="row"><a href="{row}">{escape(learner.name)}</a></th>'
            for place, mark in zip(places, marks, strict=True):
                words = f' <span class="tag">{escape(mark.words)}</span>' if mark.words else ""
                said = f"{escape(mark.score)}{words}"
                if said and not self.is_bare:
                    said = f'<a href="{row}{place}/">{said}</a>'
                yield f"<td>{said}</td>"
            yield f'<td class="n">{total}</td></tr>'

    def exported(self) -> Iterator[Sequence[str]]:
        """All learners of the group, whatever page was looked at. The second line says in the
        same sentence as everywhere what completes each assignment."""
        titles = [column.title for column in self.columns]
        state = _("%(title)s: state")
        score = _("%(title)s, per cent")
        yield [
            _("Learner"),
            *(
                text
                for title in titles
                for text in (score % {"title": title}, state % {"title": title})
            ),
            _("Total, per cent"),
        ]
        sentences = [text for column in self.columns for text in (column.sentence, "")]
        yield [_("What completes it"), *sentences, ""]
        yield [
            _("Weight"),
            *(text for column in self.columns for text in (f"{column.weight:g}", "")),
            "",
        ]
        for learner in self.everybody:
            marks, total = self.line(learner)
            yield [learner.name, *(text for mark in marks for text in mark), total]


COUNTED = (State.DONE, State.LATE, State.MISSING, State.EXCUSED)


class Report(Written):
    """Done in time, late, excused, missing: for each learner and for the class."""

    @cached_property
    def lines(self) -> list[tuple[Learner, list[str], list[int]]]:
        found = []
        for learner in self.everybody:
            cells = self.stand.row(learner)
            states = [None if cell is None else cell.state for cell in cells]
            words = ["" if cell is None else notes(cell) for cell in cells]
            found.append((learner, words, [states.count(state) for state in COUNTED]))
        return found

    def written(self) -> Iterator[str]:
        results = reverse("results", args=[self.stand.course.public_id])
        cells = {"": "<td></td>"}
        for learner, words, counts in self.lines:
            for said in words:
                if said not in cells:
                    cells[said] = f"<td>{escape(said)}</td>"
            yield f'<tr><th scope="row"><a href="{results}{learner.pk}/">{escape(learner.name)}</a>'
            yield "</th>"
            yield from map(cells.__getitem__, words)
            yield from [f'<td class="n">{count}</td>' for count in counts]
            yield "</tr>"

    @property
    def labels(self) -> list[str]:
        return [str(state.label) for state in COUNTED]

    @property
    def totals(self) -> list[int]:
        """Of the class."""
        return [sum(line[2][n] for line in self.lines) for n in range(len(COUNTED))]

    @property
    def by_state(self) -> list[tuple[str, int]]:
        return list(zip(self.labels, self.totals, strict=True))

    @property
    def moment(self) -> str:
        return due.words(self.stand.as_at, self.stand.course.time_zone)

    def exported(self) -> Iterator[Sequence[str]]:
        columns = self.stand.columns
        yield [_("As at"), self.moment]
        yield [_("Learner"), *(column.title for column in columns), *self.labels]
        yield [_("What completes it"), *(column.sentence for column in columns), *([""] * 4)]
        for learner, words, counts in self.lines:
            yield [learner.name, *words, *map(str, counts)]
        yield [_("All learners"), *([""] * len(columns)), *map(str, self.totals)]
