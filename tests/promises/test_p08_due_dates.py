"""P8: due dates mean what the tutor typed, in every zone and across the changes of its clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from studyguide.accounts.models import User
from studyguide.courses.due import Clock, clock_at
from studyguide.courses.models import Arrangement, Assignment, copy_course
from studyguide.library.models import Article
from tests.courses.doing import signed_in
from tests.factories import CourseFactory, MembershipFactory, UserFactory
from tests.promises.figures import figure

WEEK = timedelta(days=7)
FORM = "%Y-%m-%d %H:%M"
# Two changes of 2026 in each of twelve zones, reckoned by hand from the published offsets, never
# from the library that the site asks: a wall time three days before the change; its instant; the
# instant of the same wall time a week later; a wall time that the change leaves out or doubles;
# the instant it is taken for: by the clock before the change, or the later of the two.
TABLE = """
Europe/London       | 03-26 18:00 | 03-26 18:00 | 04-02 17:00 | 03-29 01:30 | 03-29 01:30
Europe/London       | 10-22 18:00 | 10-22 17:00 | 10-29 18:00 | 10-25 01:30 | 10-25 01:30
Europe/Berlin       | 03-26 18:00 | 03-26 17:00 | 04-02 16:00 | 03-29 02:30 | 03-29 01:30
Europe/Berlin       | 10-22 18:00 | 10-22 16:00 | 10-29 17:00 | 10-25 02:30 | 10-25 01:30
America/New_York    | 03-05 18:00 | 03-05 23:00 | 03-12 22:00 | 03-08 02:30 | 03-08 07:30
America/New_York    | 10-29 18:00 | 10-29 22:00 | 11-05 23:00 | 11-01 01:30 | 11-01 06:30
America/Los_Angeles | 03-05 18:00 | 03-06 02:00 | 03-13 01:00 | 03-08 02:30 | 03-08 10:30
America/Los_Angeles | 10-29 18:00 | 10-30 01:00 | 11-06 02:00 | 11-01 01:30 | 11-01 09:30
America/Santiago    | 04-01 18:00 | 04-01 21:00 | 04-08 22:00 | 04-04 23:30 | 04-05 03:30
America/Santiago    | 09-03 18:00 | 09-03 22:00 | 09-10 21:00 | 09-06 00:30 | 09-06 04:30
America/St_Johns    | 03-05 18:00 | 03-05 21:30 | 03-12 20:30 | 03-08 02:30 | 03-08 06:00
America/St_Johns    | 10-29 18:00 | 10-29 20:30 | 11-05 21:30 | 11-01 01:30 | 11-01 05:00
Africa/Cairo        | 04-21 18:00 | 04-21 16:00 | 04-28 15:00 | 04-24 00:30 | 04-23 22:30
Africa/Cairo        | 10-26 18:00 | 10-26 15:00 | 11-02 16:00 | 10-29 23:30 | 10-29 21:30
Asia/Beirut         | 03-26 18:00 | 03-26 16:00 | 04-02 15:00 | 03-29 00:30 | 03-28 22:30
Asia/Beirut         | 10-21 18:00 | 10-21 15:00 | 10-28 16:00 | 10-24 23:30 | 10-24 21:30
Asia/Jerusalem      | 03-24 18:00 | 03-24 16:00 | 03-31 15:00 | 03-27 02:30 | 03-27 00:30
Asia/Jerusalem      | 10-22 18:00 | 10-22 15:00 | 10-29 16:00 | 10-25 01:30 | 10-24 23:30
Australia/Sydney    | 04-02 18:00 | 04-02 07:00 | 04-09 08:00 | 04-05 02:30 | 04-04 16:30
Australia/Sydney    | 10-01 18:00 | 10-01 08:00 | 10-08 07:00 | 10-04 02:30 | 10-03 16:30
Australia/Lord_Howe | 04-02 18:00 | 04-02 07:00 | 04-09 07:30 | 04-05 01:45 | 04-04 15:15
Australia/Lord_Howe | 10-01 18:00 | 10-01 07:30 | 10-08 07:00 | 10-04 02:15 | 10-03 15:45
Pacific/Auckland    | 04-02 18:00 | 04-02 05:00 | 04-09 06:00 | 04-05 02:30 | 04-04 14:30
Pacific/Auckland    | 09-24 18:00 | 09-24 06:00 | 10-01 05:00 | 09-27 02:30 | 09-26 14:30
"""


class Row(NamedTuple):
    zone: str
    typed: datetime  # by the clock; naive
    at: datetime
    a_week_later: datetime
    odd: datetime
    odd_at: datetime


def rows() -> list[Row]:
    found = []
    for line in TABLE.strip().splitlines():
        zone, *times = (part.strip() for part in line.split("|"))
        typed, at, later, odd, odd_at = (datetime.strptime(f"2026-{time}", FORM) for time in times)  # noqa: DTZ007
        instants = [each.replace(tzinfo=UTC) for each in (at, later, odd_at)]
        found.append(Row(zone, typed, instants[0], instants[1], odd, instants[2]))
    return found


def wall(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


@pytest.fixture
def mismatches(db: None, article: Article) -> list[str]:
    """What became of each row by the pages of a tutor: set, extended, copied to a new term."""
    wrong: list[str] = []
    tutor, learner = UserFactory(), UserFactory()
    client = signed_in(tutor)
    for row in rows():
        course = CourseFactory(by=tutor, time_zone=row.zone, articles=[article])
        member, at = MembershipFactory(course=course, user=learner), course.get_absolute_url()
        data = {"late": "full", "weight": "1", "revision": "0", "audience": "all"}
        data |= {"act": "publish", "sections": article.sections.all()[0].pk}
        for title, typed in (("plain", row.typed), ("odd", row.odd), ("before", row.odd - WEEK)):
            client.post(
                f"{at}assignments/new/?kind=read", data | {"title": title, "due_at": wall(typed)}
            )
        plain = course.assignments.get(title="plain")
        client.post(
            f"{at}results/{member.pk}/{plain.public_id}/extend/",
            {"due_at": wall(row.odd), "reason": "As agreed", "revision": "0"},
        )
        copies = copied(course.assignments.all()[0], tutor, WEEK.days)
        found = {
            "due": (plain.due_at, row.at),
            "due at an odd hour": (course.assignments.get(title="odd").due_at, row.odd_at),
            "extension": (Arrangement.objects.get(assignment=plain).due_at, row.odd_at),
            "copy": (copies["plain"], row.a_week_later),
            "copy to an odd hour": (copies["before"], row.odd_at),
        }
        where = f"{row.zone} {row.typed:%B}"
        wrong += [f"{where}: {what}" for what, (is_at, due) in found.items() if is_at != due]
    return wrong


def copied(one: Assignment, by: User, days: int) -> dict[str, datetime | None]:
    new = copy_course(one.course, title="Next", days=days, by=by, now=one.course.made_at)
    return dict(new.assignments.values_list("title", "due_at"))


def test_every_date_is_the_one_in_the_table(mismatches: list[str]) -> None:
    table = rows()
    zones = len({row.zone for row in table})
    figure("P8", f"{len(mismatches)} mismatches of {5 * len(table)} dates in {zones} zones")
    assert not mismatches
    assert (zones, len(table)) == (12, 24)


def test_the_odd_hours_of_the_table_are_odd() -> None:
    """Half of them never come, half of them come twice."""
    clocks = [clock_at(row.odd, row.zone) for row in rows()]
    assert (clocks.count(Clock.NEVER), clocks.count(Clock.TWICE)) == (12, 12)
