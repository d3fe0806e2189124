"""What courses ask a learner to do by when: in his calendar, and as days to be ready by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from quizzes.prepared import Prepared
from studyguide.accounts.models import User
from studyguide.courses import due
from studyguide.courses.models import Arrangement, Assignment
from studyguide.progress import calendar, days
from studyguide.progress.calendar import Entry
from studyguide.progress.days import Named


class Dated(NamedTuple):
    assignment: Assignment
    due_at: datetime  # this learner's own


def dated(user: User, today: date) -> list[Dated]:
    """What is set for this learner and due from today on, by its day. Two queries, or one."""
    compiled, raw = LEARNED.raw(user=user.pk, now=timezone.now())
    rows: list[Assignment] = compiled.objects(raw) if compiled else []
    if not rows:
        return []
    arranged = {
        each.assignment_id: each
        for each in Arrangement.objects.filter(membership__user=user, assignment__in=rows)
    }
    found = []
    for row in rows:
        mine = arranged.get(row.pk)
        due_at = row.due_for(mine)
        is_excused = mine is not None and mine.excused_at is not None
        if due_at is not None and not is_excused and due.day_of(due_at, user.time_zone) >= today:
            found.append(Dated(row, due_at))
    return sorted(found, key=lambda each: (each.due_at, each.assignment.pk))


def learned_by(*, user: int, now: datetime) -> QuerySet[Assignment]:
    """Asked for each dashboard, of those in no class too: so it is compiled once, and fetches what
    is shown alone. Measured, half of what an empty answer takes goes by the number of columns."""
    mine = Assignment.objects.learned_by(User(pk=user), now).select_related("course").order_by()
    course = ("course__public_id", "course__title", "course__time_zone")
    return mine.only("public_id", "title", "due_at", *course)


LEARNED = Prepared(learned_by)


def entries(user: User, today: date) -> Iterable[Entry]:
    """A due date each, at its instant, which every calendar shows by the clock of its owner."""
    for each in dated(user, today):
        course = each.assignment.course
        yield Entry(
            f"assignment-{each.assignment.public_id}",
            each.due_at,
            _("Due: %(title)s") % {"title": each.assignment.title},
            _("%(course)s. By %(moment)s.")
            % {"course": course.title, "moment": due.words(each.due_at, course.time_zone)},
            each.assignment.get_absolute_url(),
        )


def named(user: User, today: date) -> Iterable[Named]:
    for each in dated(user, today):
        yield Named(
            due.day_of(each.due_at, user.time_zone),
            each.assignment.title,
            due.words_for(each.due_at, each.assignment.course.time_zone, user.time_zone),
            each.assignment.get_absolute_url(),
            each.assignment.course.title,
        )


def register() -> None:
    calendar.register(entries)
    days.register(named)
