"""Who may need help, by rules that the page states: it says where to look, never why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.utils.translation import gettext as _

from studyguide.courses import due
from studyguide.courses.columns import SOON
from studyguide.courses.evidence import MISSES
from studyguide.courses.lines import Line
from studyguide.courses.results import Learner, Results


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


def signs(stand: Results, rows: Iterable[tuple[Learner, Line]]) -> Iterator[Sign]:
    """Of these learners, in their order."""
    known: dict[tuple[int, datetime], str] = {}  # of many learners the same
    for learner, line in rows:
        for unbegun in line.unbegun:
            place, due_at = unbegun
            column = stand.frame.columns[place]
            if unbegun not in known:
                said = {"title": column.title, "when": due.words(due_at, stand.course.time_zone)}
                known[unbegun] = _("%(title)s not started, due %(when)s") % said
            yield Sign(learner, known[unbegun], f"{learner.pk}/{column.public_id}/")
        for told in stuck(stand, line.stuck):
            yield Sign(learner, told, f"{learner.pk}/#stuck")


def by_learner(found: Iterable[Sign]) -> list[tuple[Learner, list[Sign]]]:
    """Everybody once, with all signs."""
    return [(learner, list(group)) for learner, group in groupby(found, attrgetter("learner"))]


def stuck(stand: Results, misses: Sequence[tuple[int, int, int]]) -> list[str]:
    """Where a learner has missed so often, by paragraph."""
    if not misses:
        return []
    several = len({each.section.article_id for each in stand.sections}) > 1
    sections = {each.section.pk: each.section for each in stand.sections}
    found = sorted(
        (sections[section].number, passage, count, sections[section].article.title)
        for section, passage, count in misses
        if section in sections
    )
    return [
        _("paragraph %(n)d: %(count)d missed answers") % {"n": passage, "count": count}
        + (f" ({title})" if several else "")
        for _number, passage, count, title in found
    ]
