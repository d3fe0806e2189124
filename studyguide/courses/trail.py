"""The events behind a cell of the matrix: what a learner did for one assignment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from quizzes.models import Attempt, AttemptQuestion, Grade, Review
from studyguide.courses import due
from studyguide.courses.columns import Column
from studyguide.courses.judging import Cell
from studyguide.courses.models import Assignment, Membership
from studyguide.courses.tables import score_text
from studyguide.library.models import ReadingState, Section

Kind = Assignment.Kind
AT_MOST = 500


@dataclass(frozen=True)
class Event:
    at: datetime
    what: str
    zone: str

    @property
    def when(self) -> str:
        return due.words(self.at, self.zone)


def trail(column: Column, cell: Cell, member: Membership) -> list[Event]:
    """The first first. Only what counts for the course: nothing that was done for oneself, and
    nothing from before joining but where the learner let it count, which is said."""
    return told(happened(column, cell, member), member)


def trail_of_section(section: Section, member: Membership) -> list[Event]:
    """What was read and answered there, by the same rules."""
    both = chain(read(member, [section.pk]), answered(member, [section.pk]))
    return told(both, member)


def told(work: Iterable[tuple[datetime, str]], member: Membership) -> list[Event]:
    zone = member.course.time_zone
    events = sorted(work, key=lambda each: each[0])[:AT_MOST]
    found = [Event(at, before(member, at, what), zone) for at, what in events]
    let_at = member.counted_before_at
    if let_at is None or not any(is_before(member, event.at) for event in found):
        return found
    said = Event(let_at, _("The learner let count what was done before joining"), zone)
    return sorted([*found, said], key=lambda event: event.at)


def is_before(member: Membership, at: datetime) -> bool:
    return member.counts_from_at is not None and at < member.counts_from_at


def before(member: Membership, at: datetime, what: str) -> str:
    return _("%(what)s, before joining") % {"what": what} if is_before(member, at) else what


def happened(column: Column, cell: Cell, member: Membership) -> Iterator[tuple[datetime, str]]:
    sections = [each.section_id for each in column.sections]
    match column.kind:
        case Kind.READ:
            yield from read(member, sections)
        case Kind.ANSWER:
            yield from answered(member, sections)
        case Kind.REVIEW:
            yield from reviewed(column, cell, member)
        case _:
            for go in cell.goes:
                number = {"n": go.number}
                yield go.started_at, _("Attempt %(n)d begun") % number
                if go.ended_at is not None:
                    score = score_text(go.share)
                    yield (
                        go.ended_at,
                        (
                            _("Attempt %(n)d handed in: %(score)s%%") % {**number, "score": score}
                            if score
                            else _("Attempt %(n)d handed in, not graded yet") % number
                        ),
                    )


def read(member: Membership, sections: list[int]) -> Iterator[tuple[datetime, str]]:
    rows = ReadingState.objects.read().filter(
        Membership.counts("read_at", "user__memberships"),
        user__memberships=member,
        passage__section__in=sections,
        passage__retired_at=None,
    )
    found = rows.values_list("read_at", "passage__number").order_by("read_at")[:AT_MOST]
    for at, number in found:
        if at is not None:
            yield at, _("Paragraph %(n)d marked as read") % {"n": number}


def answered(member: Membership, sections: list[int]) -> Iterator[tuple[datetime, str]]:
    first = Grade.objects.filter(attempt_question=OuterRef("pk")).order_by("pk").values("at")[:1]
    rows = (
        AttemptQuestion.objects.filter(
            attempt__purpose=Attempt.Purpose.CHECKPOINT,
            fraction__isnull=False,
            question__library_evidence__position=0,
            question__library_evidence__passage__section__in=sections,
        )
        .annotate(answered_at=Subquery(first))
        .filter(
            Membership.counts("answered_at", "attempt__user__memberships"),
            attempt__user__memberships=member,
        )
    )
    passage = "question__library_evidence__passage__number"
    for at, number in rows.values_list("answered_at", passage).order_by("answered_at")[:AT_MOST]:
        yield at, _("Checkpoint at paragraph %(n)d answered") % {"n": number}


def reviewed(column: Column, cell: Cell, member: Membership) -> Iterator[tuple[datetime, str]]:
    """Days of review within the period, each by its first card."""
    if column.opens_at is None or cell.due_at is None:
        return
    zone = member.course.time_zone
    slugs = member.course.course_articles.values("article__slug")
    rows = Review.objects.counted().filter(
        Membership.counts("at", "user__memberships"),
        user__memberships=member,
        card__source__in=slugs,
        day_on__gte=due.day_of(column.opens_at, zone),
        day_on__lte=due.day_of(cell.due_at, zone),
        at__lte=cell.due_at,
    )
    days: dict[object, tuple[datetime, int]] = {}
    for at, day in rows.values_list("at", "day_on").order_by("at"):
        begun, count = days.get(day, (at, 0))
        days[day] = (begun, count + 1)
    for begun, count in days.values():
        yield begun, _("Cards reviewed that day: %(n)d") % {"n": count}
