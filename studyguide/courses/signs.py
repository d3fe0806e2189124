"""Who may need help, by rules that the page states: it says where to look, never why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from studyguide.courses import due
from studyguide.courses.evidence import MISSES
from studyguide.courses.results import Cell, Learner, Results, State

SOON = timedelta(days=2)


class Sign(NamedTuple):
    """One sign, in words, and the address of the events behind it below the matrix."""

    learner: Learner
    what: str
    events: str


def rule() -> str:
    """What puts somebody on the list."""
    return _(
        "Not started %(days)d days before it is due, or %(misses)d missed answers at checkpoints "
        "of one paragraph with none of them put right since."
    ) % {"days": SOON.days, "misses": MISSES}


def signs(
    stand: Results, rows: Iterable[tuple[Learner, list[Cell | None]]], now: datetime
) -> Iterator[Sign]:
    """Of these learners, in their order."""
    for learner, cells in rows:
        for column, cell in zip(stand.columns, cells, strict=True):
            if cell is not None and is_unbegun(cell, column.assignment.opens_at, now):
                said = {
                    "title": column.assignment.title,
                    "when": due.words(cell.due_at, stand.course.time_zone) if cell.due_at else "",
                }
                yield Sign(
                    learner,
                    _("%(title)s not started, due %(when)s") % said,
                    f"{learner.pk}/{column.assignment.public_id}/",
                )
        for said_of in stuck(stand, learner):
            yield Sign(learner, said_of, f"{learner.pk}/#stuck")


def is_unbegun(cell: Cell, opens_at: datetime | None, now: datetime) -> bool:
    has_opened = opens_at is None or opens_at <= now
    is_soon = cell.due_at is not None and now <= cell.due_at <= now + SOON
    return cell.state == State.NOT_YET and has_opened and is_soon


def stuck(stand: Results, learner: Learner) -> list[str]:
    """Where a learner has missed so often, by paragraph."""
    several = len({each.section.article_id for each in stand.sections}) > 1
    sections = {each.section.pk: each.section for each in stand.sections}
    found = sorted(
        (sections[section].number, passage, count, sections[section].article.title)
        for section, passage, count in stand.found.stuck.get(learner.membership.user_id, ())
        if section in sections
    )
    return [
        _("paragraph %(n)d: %(count)d missed answers") % {"n": passage, "count": count}
        + (f" ({title})" if several else "")
        for _number, passage, count, title in found
    ]
