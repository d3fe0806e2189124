"""What learners did, kept for as long as their work has the same version.

A class is looked at far more often than each of its learners does something, and asking what thirty
of them did takes half the time of the page. So it is asked of those only whose version is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from studyguide.courses import evidence
from studyguide.courses.evidence import Found, Row, gather

if TYPE_CHECKING:
    from studyguide.courses.models import Course
    from studyguide.courses.results import Learner

AT_MOST = 1500  # learners, of about ten kilobytes


class Kept(NamedTuple):
    version: frozenset[str]
    since: datetime
    until: datetime | None  # when time alone changes it
    work: Sequence[Row]
    digest: bytes

    def holds(self, version: frozenset[str], now: datetime) -> bool:
        is_now = self.since <= now and (self.until is None or now < self.until)
        return is_now and self.version == version


KEPT: dict[tuple[int, int, frozenset[str]], Kept] = {}


def look(
    course: Course,
    learners: Sequence[Learner],
    *,
    members: Sequence[int] | None,
    kinds: frozenset[str],
    now: datetime,
) -> Found:
    """What these learners did up to now, and what is arranged for them. One query. Their versions
    were read before: what is found now may be newer than they say, but never older."""
    held: dict[int, Kept] = {}
    rest: list[Learner] = []
    for one in learners:
        kept = KEPT.get((course.pk, one.user, kinds))
        if kept is not None and kept.holds(one.version, now):
            held[one.user] = kept
        else:
            rest.append(one)
    found = gather(
        course,
        members=members,
        kinds=kinds,
        as_at=None,
        now=now,
        whose_work=[one.pk for one in rest] if held else None,
    )
    for one in rest:
        if one.version:
            keep(course, one, kinds, found, now)
    for user, kept in held.items():
        found.work[user], found.digests[user] = kept.work, kept.digest
    return found


def keep(
    course: Course, learner: Learner, kinds: frozenset[str], found: Found, now: datetime
) -> None:
    work = tuple(found.work.get(learner.user, ()))
    digest = found.digests[learner.user] = evidence.digest_of(work)
    if len(KEPT) >= AT_MOST:
        KEPT.clear()
    KEPT[course.pk, learner.user, kinds] = Kept(
        learner.version, now, evidence.until(work), work, digest
    )
