"""All that the learners of a course did, and what was arranged for them, in one question.

Apart, these were five questions, and the matrix page may ask seven in all, with session, header
and access. Rows of all sources have the same nine columns; the database groups them, so that
1,000 learners of 80 passages come as 16 rows each. This is the one place that knows the columns.

It is SQL, because it must begin at the members of the course: in a database that holds other
courses too, the same through the ORM read all that anybody ever did, 740 ms for a class of 30
beside a course of 1,000, where this takes 11.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from quizzes.grading import WRONG
from quizzes.models import Attempt
from studyguide.courses.models import Assignment, Course, Membership, Role

GRACE = timedelta(seconds=5)  # before an open attempt whose time is up is taken for handed in
MISSES = 4  # on one passage, before somebody is said to be stuck there


class Amount(NamedTuple):
    """So many passages read, or checkpoints answered, until when."""

    size: int
    last: datetime


class Go(NamedTuple):
    """One attempt at the quiz of an assignment."""

    number: int
    started_at: datetime
    ended_at: datetime | None  # handed in
    is_released: bool
    score: float | None
    max_score: float | None

    @property
    def share(self) -> float | None:
        if self.ended_at is None or self.score is None or not self.max_score:
            return None
        return min(1.0, max(0.0, self.score / self.max_score))


class Terms(NamedTuple):
    """What is arranged for a learner at an assignment."""

    revision: int = 0
    due_at: datetime | None = None
    closes_at: datetime | None = None
    excused_at: datetime | None = None
    score: float | None = None
    is_chosen: bool = False


@dataclass
class Found:
    """By user and section, user and day, user and assignment."""

    read: dict[tuple[int, int], Amount] = field(default_factory=dict)
    answered: dict[tuple[int, int], Amount] = field(default_factory=dict)
    reviewed: dict[int, dict[date, datetime]] = field(default_factory=dict)
    goes: dict[tuple[int, int], list[Go]] = field(default_factory=dict)
    terms: dict[tuple[int, int], Terms] = field(default_factory=dict)
    # By user: the section, the passage's number, and how many misses.
    stuck: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)


# Whose work counts, and from when. A learner may let count what he did before he joined; what that
# would be is asked as if he had. It stands in each part anew: shared, SQLite reads whole tables of
# answers into filters before it begins.
PEOPLE = """(
  SELECT m.id, m.user_id,
    CASE WHEN m.counted_before_at IS NULL THEN m.counts_from_at END AS since,
    (m.counted_before_at IS NOT NULL OR %(is_all)s) AS has_all
  FROM courses_membership m
  WHERE m.course_id = %(course)s AND m.role = %(learner)s AND m.state = %(active)s {members}
) me"""
COUNTS = "(me.has_all OR {at} >= me.since) AND {at} <= %(as_at)s"

# Passages that stand as read, by section.
READ = f"""
SELECT 'read', me.user_id, CAST(p.section_id AS text), count(*),
  {{no_time}}, max(s.read_at), {{no_time}}, {{no_number}}, {{no_number}}
FROM {{people}} CROSS JOIN library_readingstate s CROSS JOIN library_passage p
WHERE s.user_id = me.user_id AND s.is_read AND p.id = s.passage_id AND p.retired_at IS NULL
  AND s.article_id IN (
    SELECT c.article_id FROM courses_coursearticle c WHERE c.course_id = %(course)s
  )
  AND {COUNTS.format(at="s.read_at")}
GROUP BY me.user_id, p.section_id
"""  # noqa: S608

# Where the questions of the course's articles are proved. First of all, for what comes next.
ASKED = """
SELECT 'asked', p.section_id, CAST(e.question_id AS text), p.number,
  {no_time}, {no_time}, {no_time}, {no_number}, {no_number}
FROM courses_coursearticle c
JOIN library_evidence e ON e.article_id = c.article_id AND e.position = 0
JOIN library_passage p ON p.id = e.passage_id
WHERE c.course_id = %(course)s
"""

# Checkpoints that were graded at least once, each dated by its first grade, because answering
# again for practice makes nobody late. Only what was tried again has to ask the log: 60,000
# look-ups were 7 s on PostgreSQL. One row each: to group them here took twice as long as below.
ANSWERED = f"""
SELECT 'answered', w.user_id, CAST(w.question_id AS text), w.tries,
  {{no_time}}, w.at, {{no_time}}, w.fraction, {{no_number}}
FROM (
  SELECT me.user_id, me.since, me.has_all, q.question_id, q.fraction, q.tries,
    CASE WHEN q.tries <= 1 THEN q.graded_at ELSE (
      SELECT g.at FROM quizzes_grade g WHERE g.attempt_question_id = q.id ORDER BY g.id LIMIT 1
    ) END AS at
  FROM {{people}} CROSS JOIN quizzes_attempt a CROSS JOIN quizzes_attemptquestion q
  WHERE a.user_id = me.user_id AND a.purpose = '{Attempt.Purpose.CHECKPOINT}'
    AND q.attempt_id = a.id AND q.fraction IS NOT NULL
) w
WHERE {COUNTS.replace("me.", "w.").format(at="w.at")}
"""  # noqa: S608

# Days on which cards of the course's articles were reviewed.
REVIEWED = f"""
SELECT 'reviewed', me.user_id, CAST(r.day_on AS text), 0,
  min(r.at), {{no_time}}, {{no_time}}, {{no_number}}, {{no_number}}
FROM {{people}} CROSS JOIN quizzes_review r
WHERE r.user_id = me.user_id AND NOT r.is_practice AND r.undone_at IS NULL
  AND (SELECT c.source FROM quizzes_reviewcard c WHERE c.id = r.card_id) IN (
    SELECT a.slug FROM library_article a JOIN courses_coursearticle x ON x.article_id = a.id
    WHERE x.course_id = %(course)s
  )
  AND {COUNTS.format(at="r.at")}
GROUP BY me.user_id, r.day_on
"""  # noqa: S608

# Attempts at the quizzes of assignments, one row each.
GOES = f"""
SELECT 'go', me.user_id, a.context, a.number,
  a.started_at,
  CASE WHEN a.submitted_at <= %(as_at)s THEN a.submitted_at
    WHEN a.submitted_at IS NULL AND a.deadline_at < %(past)s THEN a.deadline_at END,
  CASE WHEN a.released_at IS NOT NULL THEN a.released_at
    WHEN a.release_on <= %(now)s THEN a.release_on END,
  a.score, a.max_score
FROM {{people}} CROSS JOIN quizzes_attempt a
WHERE a.user_id = me.user_id AND a.purpose = '{Attempt.Purpose.QUIZ}' AND a.scope = %(scope)s
  AND a.started_at <= %(as_at)s
"""  # noqa: S608

# What is arranged, as it stands.
TERMS = """
SELECT 'terms', me.user_id, CAST(t.assignment_id AS text), t.revision,
  t.due_at, t.closes_at, t.excused_at, t.score, CASE WHEN t.is_chosen THEN 1.0 ELSE 0.0 END
FROM {people} CROSS JOIN courses_arrangement t
WHERE t.membership_id = me.id
"""

NOTHING = {
    "no_time": "CAST(NULL AS timestamp with time zone)",
    "no_number": "CAST(NULL AS double precision)",
}


def gather(
    course: Course,
    *,
    members: Sequence[int] | None,
    kinds: frozenset[str],
    as_at: datetime,
    now: datetime,
    is_all: bool = False,
) -> Found:
    """What these members (None: all learners) did up to a moment. One query. `kinds`: of
    assignments that there are; what no column needs is not asked for. `is_all`: also what was
    done before it counts."""
    parts = [ASKED, READ, ANSWERED, TERMS]
    if Assignment.Kind.QUIZ in kinds:
        parts.append(GOES)
    if Assignment.Kind.REVIEW in kinds:
        parts.append(REVIEWED)
    some = "" if members is None else f"AND m.id IN ({', '.join(map(str, [0, *members]))})"
    sql = "UNION ALL".join(parts).format(**NOTHING, people=PEOPLE.format(members=some))
    moment = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "course": course.pk,
                "scope": course.scope,
                "learner": Role.LEARNER,
                "active": Membership.State.ACTIVE,
                "as_at": moment(as_at),
                "past": moment(as_at - GRACE),
                "now": moment(now),
                "is_all": is_all,
            },
        )
        rows = cursor.fetchall()
    return sorted_out(rows, of_sqlite if connection.vendor == "sqlite" else as_it_is)


def earlier(membership: Membership) -> Found:
    """What a learner did before his work counts, and would count if he said so. One query."""
    if membership.counts_from_at is None or membership.counted_before_at is not None:
        return Found()
    before = membership.counts_from_at - timedelta(microseconds=1)
    return gather(
        membership.course,
        members=[membership.pk],
        kinds=frozenset({Assignment.Kind.REVIEW}),
        as_at=before,
        now=before,
        is_all=True,
    )


def sorted_out(rows: Sequence[tuple[Any, ...]], when: Callable[[Any], Any]) -> Found:
    """`when`: reads an instant; before that, those of one database can be compared."""
    found = Found()
    places: dict[str, tuple[int, int]] = {}
    sizes: dict[tuple[int, int], int] = {}
    lasts: dict[tuple[int, int], Any] = {}
    missed: dict[tuple[int, int, int], int] = {}
    for what, who, key, number, first, last, shown, points, top in rows:
        match what:
            case "answered":
                place = places.get(key)
                if place is None:
                    continue
                section, passage = place
                at = (who, section)
                if at in sizes:
                    sizes[at] += 1
                    if last > lasts[at]:
                        lasts[at] = last
                else:
                    sizes[at], lasts[at] = 1, last
                if points < WRONG:
                    where = (who, section, passage)
                    missed[where] = missed.get(where, 0) + max(1, number)
            case "go":
                go = Go(number, when(first), when(last), shown is not None, points, top)
                found.goes.setdefault((who, int(key.rpartition(":")[2])), []).append(go)
            case "reviewed":
                found.reviewed.setdefault(who, {})[date.fromisoformat(key)] = when(first)
            case "read":
                found.read[who, int(key)] = Amount(number, when(last))
            case "asked":
                places[key] = (who, number)
            case _:
                found.terms[who, int(key)] = Terms(
                    number, when(first), when(last), when(shown), points, bool(top)
                )
    found.answered = {at: Amount(size, when(lasts[at])) for at, size in sizes.items()}
    for (who, section, passage), count in missed.items():
        if count >= MISSES:
            found.stuck.setdefault(who, []).append((section, passage, count))
    for each in found.goes.values():
        if len(each) > 1:
            each.sort()
    return found


def of_sqlite(text: str | None) -> Any:
    """It keeps instants as text, in UTC."""
    return datetime.fromisoformat(f"{text}+00:00") if text else None


def as_it_is(at: datetime | None) -> Any:
    return at
