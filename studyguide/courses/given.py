"""What a learner answered in his attempts at a quiz that is set, as his tutors read it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from quizzes.models import Attempt, AttemptQuestion
from studyguide.courses.models import Assignment, Membership

LATEST = 10  # attempts that are told of


class Given(NamedTuple):
    """One question of an attempt."""

    number: int
    prompt: str
    words: str  # '' where it was left blank
    worth: int | None  # per cent; None: not graded
    is_excluded: bool  # left out by a ruling


def given(assignment: Assignment, member: Membership) -> list[tuple[int, list[Given]]]:
    """By the number of the attempt, the latest first. Only of those that are handed in."""
    mine = Attempt.objects.submitted().filter(user=member.user_id, context=assignment.context)
    latest = list(mine.order_by("-number").values_list("pk", flat=True)[:LATEST])
    rows = AttemptQuestion.objects.filter(attempt__in=latest).without_key()
    rows = rows.select_related("attempt", "version", "response")
    ordered = rows.order_by("-attempt__number", "position")
    return [
        (number, list(told(found)))
        for number, found in groupby(ordered, key=lambda row: row.attempt.number)
    ]


def told(rows: Iterator[AttemptQuestion]) -> Iterator[Given]:
    for row in rows:
        value = row.response.value if row.response else None
        kind, shown = row.version.kind_class, row.version.shown
        yield Given(
            row.position,
            row.version.prompt,
            "" if value is None else kind.words(shown, value),
            None if row.fraction is None else round(100 * row.fraction),
            row.is_excluded,
        )
