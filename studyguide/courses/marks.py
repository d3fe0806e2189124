"""Scores for many learners at once: typed for one assignment, or in a sheet as the gradebook gives
it away. What is blank, or as it stands, is no change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as _

from studyguide.accounts.export import cell as safe
from studyguide.courses.columns import Column
from studyguide.courses.judging import Cell
from studyguide.courses.results import Learner, Results
from studyguide.courses.roster import Unreadable, cells, refuse_large
from studyguide.courses.tables import score_text

MOST_ROWS = 1000
MOST_CHANGES = 500  # at once: answers wait while they are stored
PER_CENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,4})?) ?%?")
# A change as the page that shows it sends it back: learner, assignment, revision, score, and what
# stood there.
SENT = re.compile(
    r"([0-9]{1,9}):([a-z0-9]{1,20}):([0-9]{1,9}):([0-9.]{1,8}):([0-9]{0,3}(?:\.[0-9])?)"
)


def read_score(text: str) -> float | None:
    """A share, typed as per cent; None where it is no such thing."""
    found = PER_CENT.fullmatch(text.strip())
    share = round(float(found[1].replace(",", ".")) / 100, 6) if found else 2.0
    return share if share <= 1 else None


def no_score(text: str) -> str:
    said = _("“%(text)s” is no score: write a number from 0 to 100.")
    return said % {"text": text[:40]}


@dataclass(frozen=True)
class Change:
    """A score that would be set. `meanwhile`: another stood there when the tutor looked."""

    learner: Learner
    column: Column
    cell: Cell
    score: float
    seen: str = ""
    meanwhile: bool = False

    @classmethod
    def over(
        cls, revision: int, learner: Learner, column: Column, cell: Cell, score: float, seen: str
    ) -> Self:
        """As asked for by somebody who had read this revision."""
        return cls(learner, column, cell, score, seen, cell.terms.revision != revision)

    @property
    def before(self) -> str:
        return score_text(self.cell.score)

    @property
    def after(self) -> str:
        return score_text(self.score)

    @property
    def is_one(self) -> bool:
        """What is typed as it stands changes nothing, whether a tutor set it or it was worked."""
        return self.after != self.before

    @property
    def sent(self) -> str:
        """For the form that confirms it."""
        place = f"{self.learner.pk}:{self.column.assignment.public_id}"
        return f"{place}:{self.cell.terms.revision}:{round(self.score * 100, 4):g}:{self.before}"


@dataclass(frozen=True)
class Trouble:
    """What stands in the way: at which line of a sheet, or at which learner's field."""

    at: int
    text: str


@dataclass
class Asked:
    """What somebody asked for."""

    changes: list[Change] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)  # heads of columns that mean nothing here

    def add(self, change: Change) -> None:
        if change.is_one:
            self.changes.append(change)

    @property
    def is_good(self) -> bool:
        return bool(self.changes) and not self.troubles and not self.is_too_much

    @property
    def is_too_much(self) -> bool:
        return len(self.changes) > MOST_CHANGES


def typed(stand: Results, column: Column, sent: Mapping[str, str]) -> Asked:
    """Of one assignment: `score-7` and `revision-7` are of the member 7."""
    asked = Asked()
    for learner in stand.learners:
        text = sent.get(f"score-{learner.pk}", "").strip()
        cell = stand.cell(learner, column)
        if not text or cell is None:
            continue
        score = read_score(text)
        if score is None:
            asked.troubles.append(Trouble(learner.pk, f"{learner.name}: {no_score(text)}"))
            continue
        revision, seen = sent.get(f"revision-{learner.pk}", ""), sent.get(f"seen-{learner.pk}", "")
        read = int(revision) if re.fullmatch("[0-9]{1,9}", revision) else -1
        asked.add(Change.over(read, learner, column, cell, score, seen[:5]))
    return asked


def confirmed(stand: Results, sent: Iterable[str]) -> Asked:
    """As the page of changes sends them. What is there no more is left out."""
    asked = Asked()
    learners = {each.pk: each for each in stand.learners}
    for found in filter(None, map(SENT.fullmatch, sent)):
        learner, column = learners.get(int(found[1])), stand.column(found[2])
        cell = stand.cell(learner, column) if learner and column else None
        score = read_score(found[4])
        if learner and column and cell and score is not None:
            asked.add(Change.over(int(found[3]), learner, column, cell, score, found[5]))
    return asked


def members_in(sent: Iterable[str]) -> list[int]:
    return sorted({int(found[1]) for found in map(SENT.fullmatch, sent) if found})


def in_sheet(stand: Results, text: str) -> Asked:
    """Raises Unreadable. The first column has the learners, by the names that the class sees; a
    column of scores has the title of its assignment. Everything else that an export has is passed
    over."""
    refuse_large(text)
    lines = list(cells(text.removeprefix("\ufeff")))
    if len(lines) < 2:
        raise Unreadable(
            _("There is nothing in it. The first line names the assignments, each other a learner.")
        )
    if len(lines) > MOST_ROWS:
        raise Unreadable(_("At most 1000 lines at once. Take in the sheet in parts."))
    places, ignored = heads(stand, lines[0][1])
    asked = Asked(ignored=ignored)
    known = by_name(stand.learners)
    lines_before: dict[str, int] = {}
    for number, line in without_notes(lines[1:]):
        given = [(column, line[at]) for at, column in places.items() if at < len(line) and line[at]]
        if not given:
            continue
        name = line[0].casefold()
        found, before = known.get(name, []), lines_before.setdefault(name, number)
        for error in name_errors(line[0], found, before if before != number else 0):
            asked.troubles.append(Trouble(number, error))
        if len(found) == 1 and before == number:
            for column, score in given:
                read_cell(asked, stand, found[0], column, score, number)
    return asked


def read_cell(
    asked: Asked, stand: Results, learner: Learner, column: Column, text: str, line: int
) -> None:
    cell, score = stand.cell(learner, column), read_score(text)
    if score is None:
        asked.troubles.append(Trouble(line, no_score(text)))
    elif cell is None:
        said = _("“%(title)s” is not set for this learner: leave the cell blank.")
        asked.troubles.append(Trouble(line, said % {"title": column.assignment.title}))
    else:
        asked.add(Change(learner, column, cell, score, score_text(cell.score)))


def name_errors(name: str, found: Sequence[Learner], before: int) -> Iterator[str]:
    if not name:
        yield _("Whose line is this? The first column has the learner's name.")
    elif not found:
        yield _("No learner of this class is called “%(name)s”.") % {"name": name[:80]}
    elif len(found) > 1:
        said = _(
            "Several learners are called “%(name)s”: leave them out, and set theirs one by one."
        )
        yield said % {"name": name[:80]}
    elif before:
        yield _("The same learner stands in line %(line)s.") % {"line": before}


def heads(stand: Results, first: Sequence[str]) -> tuple[dict[int, Column], list[str]]:
    """Which column is of which assignment; and the heads that say nothing here."""
    titles: dict[str, list[Column]] = {}
    passed_over = {_("Total, per cent").casefold(), ""}
    for column in stand.columns:
        title = {"title": column.assignment.title}
        for head in (_("%(title)s, per cent") % title, column.assignment.title):
            for name in {plain(head), plain(safe(head))}:
                titles.setdefault(name, []).append(column)
        passed_over |= {plain(each) for each in state_heads(title)}
    places: dict[int, Column] = {}
    ignored = []
    for at, head in list(enumerate(first))[1:]:
        found = titles.get(plain(head), [])
        if len(found) > 1:
            said = _("Several assignments are called “%(title)s”: leave them out of the sheet.")
            raise Unreadable(said % {"title": head[:80]})
        if found and found[0] in places.values():
            raise Unreadable(_("Two columns have the same name. Leave one of them out."))
        if found:
            places[at] = found[0]
        elif plain(head) not in passed_over:
            ignored.append(head[:80])
    if not places:
        raise Unreadable(
            _(
                "No column has the title of an assignment in its first line. Export the gradebook "
                "to see how a sheet looks."
            )
        )
    return places, ignored


def state_heads(title: Mapping[str, Any]) -> tuple[str, str]:
    head = _("%(title)s: state") % title
    return head, safe(head)


def without_notes(lines: Sequence[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Without the two lines that an export has before the learners. Only there: a learner may be
    called the same."""
    notes = (_("What completes it"), _("Weight"))
    if [line[0] for _number, line in lines[:2]] == list(notes):
        return list(lines[2:])
    return list(lines)


def by_name(learners: Iterable[Learner]) -> dict[str, list[Learner]]:
    """As they are shown and as they are exported, without capitals."""
    found: dict[str, list[Learner]] = {}
    for learner in learners:
        for name in {plain(learner.name), plain(safe(learner.name))}:
            found.setdefault(name, []).append(learner)
    return found


def plain(text: str) -> str:
    return " ".join(text.split()).casefold()
