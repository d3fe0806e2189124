"""What the database is asked about the learners of a course, as SQL in parts of one query.

It is SQL, because it must begin at the members of the course: in a database that holds other
courses too, the same through the ORM read all that anybody ever did, 740 ms for a class of 30
beside a course of 1,000, where this takes 8.

What there is much of comes as one row for each learner, with the values joined to texts: to hand
over a row took three times as long as to find it (2,600 answers of a class of 30: 3.5 ms as rows,
1.2 ms as 30). Rows of all parts have the same columns.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from quizzes.grading import WRONG
from quizzes.models import Attempt
from studyguide.courses.models import Assignment

# Whose work counts, and from when. A learner may let count what he did before he joined; what that
# would be is asked as if he had. It stands in each part anew: shared, SQLite reads whole tables of
# answers into filters before it begins.
PEOPLE = """(
  SELECT m.id, m.user_id,
    CASE WHEN m.counted_before_at IS NOT NULL OR %(is_all)s THEN %(ever)s ELSE m.counts_from_at
    END AS since
  FROM courses_membership m
  WHERE m.course_id = %(course)s AND m.role = %(learner)s AND m.state = %(active)s {members}
) me"""
COUNTS = "{at} BETWEEN me.since AND %(as_at)s"

# Passages that stand as read.
READ = f"""
SELECT 'read', me.user_id, {{passage}} || ';' || {{read_at}}, 0,
  {{no_time}}, {{no_time}}, {{no_time}}, {{no_number}}, {{no_number}}
FROM {{people}} CROSS JOIN library_readingstate s
WHERE s.user_id = me.user_id AND s.is_read
  AND s.article_id IN (
    SELECT c.article_id FROM courses_coursearticle c WHERE c.course_id = %(course)s
  )
  AND {COUNTS.format(at="s.read_at")}
GROUP BY me.user_id
"""  # noqa: S608

# In which section each passage of the course's articles stands, and which questions it proves, with
# whether they are still asked.
PASSAGES = """
SELECT 'passages', 0, {passage_id} || ';' || {section_id}, 0,
  {no_time}, {no_time}, {no_time}, {no_number}, {no_number}
FROM courses_coursearticle c
JOIN library_passage p ON p.article_id = c.article_id AND p.retired_at IS NULL
WHERE c.course_id = %(course)s
"""
ASKED = """
SELECT 'asked', 0, {asked} || ';' || {section_id} || ';' || {passage_number}
  || ';' || {is_asked}, 0,
  {no_time}, {no_time}, {no_time}, {no_number}, {no_number}
FROM courses_coursearticle c
JOIN library_evidence e ON e.article_id = c.article_id AND e.position = 0
JOIN library_passage p ON p.id = e.passage_id
JOIN quizzes_question q ON q.id = e.question_id
WHERE c.course_id = %(course)s
"""

# Checkpoints that were graded at least once, each dated by its first grade, because answering
# again for practice makes nobody late. Only what was tried again has to ask the log: 60,000
# look-ups were 7 s on PostgreSQL. Then what was missed, and how often it was tried.
ANSWERED = f"""
SELECT 'answered', w.user_id,
  {{answered}} || ';' || {{answered_at}} || ';' || coalesce({{missed}}, ''), 0,
  {{no_time}}, {{no_time}}, {{no_time}}, {{no_number}}, {{no_number}}
FROM (
  SELECT me.user_id, me.since, q.question_id, q.fraction, q.tries,
    CASE WHEN q.tries <= 1 THEN q.graded_at ELSE (
      SELECT g.at FROM quizzes_grade g WHERE g.attempt_question_id = q.id ORDER BY g.id LIMIT 1
    ) END AS at
  FROM {{people}} CROSS JOIN quizzes_attempt a CROSS JOIN quizzes_attemptquestion q
  WHERE a.user_id = me.user_id AND a.purpose = '{Attempt.Purpose.CHECKPOINT}'
    AND q.attempt_id = a.id AND q.fraction IS NOT NULL
) w
WHERE {COUNTS.replace("me.", "w.").format(at="w.at")}
GROUP BY w.user_id
"""  # noqa: S608

# Looks at cards of the course's articles, with their days.
REVIEWED = f"""
SELECT 'reviewed', me.user_id, {{day}} || ';' || {{reviewed_at}}, 0,
  {{no_time}}, {{no_time}}, {{no_time}}, {{no_number}}, {{no_number}}
FROM {{people}} CROSS JOIN quizzes_review r CROSS JOIN quizzes_reviewcard c
WHERE r.user_id = me.user_id AND NOT r.is_practice AND r.undone_at IS NULL
  AND c.id = r.card_id AND c.source IN (
    SELECT a.slug FROM library_article a JOIN courses_coursearticle x ON x.article_id = a.id
    WHERE x.course_id = %(course)s
  )
  AND {COUNTS.format(at="r.at")}
GROUP BY me.user_id
"""  # noqa: S608

# Attempts at the quizzes of assignments; and when time alone will next change what this says: at
# the end of an open one, and at a release.
GOES = f"""
SELECT 'goes', me.user_id,
  {{context}} || ';' || {{number}} || ';' || {{started_at}} || ';' || {{ended_at}}
    || ';' || {{is_released}} || ';' || {{score}} || ';' || {{max_score}}, 0,
  min(CASE WHEN a.submitted_at IS NULL AND a.deadline_at >= %(past)s THEN a.deadline_at END),
  min(CASE WHEN a.released_at IS NULL AND a.release_on > %(now)s THEN a.release_on END),
  {{no_time}}, {{no_number}}, {{no_number}}
FROM {{people}} CROSS JOIN quizzes_attempt a
WHERE a.user_id = me.user_id AND a.purpose = '{Attempt.Purpose.QUIZ}' AND a.scope = %(scope)s
  AND a.started_at <= %(as_at)s
GROUP BY me.user_id
"""  # noqa: S608

# What is arranged, as it stands, one row each.
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
# Joined by commas, what is null left out. None of these holds a comma or a semicolon.
JOINED = {
    "passage": "s.passage_id",
    "read_at": "s.read_at",
    "passage_id": "p.id",
    "section_id": "p.section_id",
    "passage_number": "p.number",
    "asked": "e.question_id",
    "is_asked": "CASE WHEN q.retired_at IS NULL AND q.current_id IS NOT NULL THEN 1 ELSE 0 END",
    "answered": "w.question_id",
    "answered_at": "w.at",
    "missed": f"CASE WHEN w.fraction < {WRONG} THEN w.question_id || ':' || w.tries END",
    "day": "r.day_on",
    "reviewed_at": "r.at",
}
ENDED = """CASE WHEN a.submitted_at <= %(as_at)s THEN a.submitted_at
  WHEN a.submitted_at IS NULL AND a.deadline_at < %(past)s THEN a.deadline_at END"""
JOINED |= {
    "context": "a.context",
    "number": "a.number",
    "started_at": "a.started_at",
    "ended_at": f"coalesce(CAST({ENDED} AS text), '')",
    "is_released": "CASE WHEN a.released_at IS NOT NULL OR a.release_on <= %(now)s "
    "THEN 1 ELSE 0 END",
}
# To the last digit, which SQLite leaves out where it makes texts by itself.
EXACT = {
    "sqlite": "CASE WHEN {0} IS NULL THEN '' WHEN {0} = CAST({0} AS integer) "
    "THEN CAST({0} AS integer) ELSE printf('%%!.17g', {0}) END",
    "postgresql": "coalesce(CAST({0} AS text), '')",
}


@cache
def joined(vendor: str) -> dict[str, str]:
    how = "group_concat({})" if vendor == "sqlite" else "string_agg(CAST({} AS text), ',')"
    scores = {name: EXACT[vendor].format(f"a.{name}") for name in ("score", "max_score")}
    return {name: how.format(what) for name, what in (JOINED | scores).items()}


# Of these members and nobody else. Numbers as one value, so that the statement stays the same.
AMONG = {
    "sqlite": "AND m.id IN (SELECT value FROM json_each(%({0})s))",
    "postgresql": "AND m.id = ANY (CAST(%({0})s AS bigint[]))",
}


@cache
def statement(vendor: str, kinds: frozenset[str], who: str, whose_work: str | None) -> str:
    """One query. `kinds`: of assignments that there are; what no column needs is not asked for.
    `who`, `whose_work`: names of the values that say of which members it is asked what is arranged
    and what they did; "" for all, None for nobody's work."""

    def people(name: str) -> str:
        return PEOPLE.format(members=AMONG[vendor].format(name) if name else "")

    words = NOTHING | joined(vendor)
    parts = [PASSAGES, ASKED, TERMS.replace("{people}", people(who))]
    if whose_work is not None:
        parts += [each.replace("{people}", people(whose_work)) for each in of_work(kinds)]
    return "UNION ALL".join(parts).format(**words)


def of_work(kinds: Collection[str]) -> list[str]:
    parts = [READ, ANSWERED]
    if Assignment.Kind.QUIZ in kinds:
        parts.append(GOES)
    if Assignment.Kind.REVIEW in kinds:
        parts.append(REVIEWED)
    return parts
