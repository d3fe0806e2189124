"""All that the learners of a course did, and what was arranged for them, in one question.

Apart, these were five questions, and the matrix page may ask seven in all, with session, header
and access. Rows of all sources have the same columns. This is the one place that knows them.

It is SQL, because it must begin at the members of the course: in a database that holds other
courses too, the same through the ORM read all that anybody ever did, 740 ms for a class of 30
beside a course of 1,000, where this takes 8.

What there is much of comes as one row for each learner, with the values joined to texts: to hand
over a row took three times as long as to find it (2,600 answers of a class of 30: 3.5 ms as rows,
1.2 ms as 30). It is taken apart for those whose work is looked at, and not before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property, lru_cache
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


@dataclass(slots=True)
class Record:
    """What one learner did: by section, by day, by assignment."""

    read: dict[int, Amount] = field(default_factory=dict)
    answered: dict[int, Amount] = field(default_factory=dict)
    reviewed: dict[date, datetime] = field(default_factory=dict)
    goes: dict[int, list[Go]] = field(default_factory=dict)
    terms: dict[int, Terms] = field(default_factory=dict)
    # The section, the passage's number, and how many misses.
    stuck: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Places:
    """Where passages stand and questions are proved, by their numbers as text."""

    passages: dict[str, int]  # the section
    questions: dict[str, tuple[int, int]]  # the section, and the passage's number
    sizes: Counter[int]  # passages of a section
    asked: Counter[int]  # questions of a section, those left out that are no longer asked

    @cached_property
    def sections(self) -> dict[str, int]:
        """Of the questions."""
        return {question: section for question, (section, _number) in self.questions.items()}


Row = tuple[Any, ...]
Told = Callable[[Iterable[str]], list[Any]]
NOBODY = Record()


@dataclass
class Found:
    """What several learners did, as it came; of each it is taken apart when it is asked for."""

    places: Places
    rows: dict[int, list[Row]]  # by user
    known: dict[int, Record] = field(default_factory=dict)

    def of(self, user: int) -> Record:
        record = self.known.get(user)
        if record is None:
            rows = self.rows.get(user)
            record = self.known[user] = record_of(rows, self.places) if rows else NOBODY
        return record


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

# Attempts at the quizzes of assignments.
GOES = f"""
SELECT 'goes', me.user_id,
  {{context}} || ';' || {{number}} || ';' || {{started_at}} || ';' || {{ended_at}}
    || ';' || {{is_released}} || ';' || {{score}} || ';' || {{max_score}}, 0,
  {{no_time}}, {{no_time}}, {{no_time}}, {{no_number}}, {{no_number}}
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
    parts = [PASSAGES, ASKED, READ, ANSWERED, TERMS]
    if Assignment.Kind.QUIZ in kinds:
        parts.append(GOES)
    if Assignment.Kind.REVIEW in kinds:
        parts.append(REVIEWED)
    some = "" if members is None else f"AND m.id IN ({', '.join(map(str, [0, *members]))})"
    people = PEOPLE.format(members=some)
    sql = "UNION ALL".join(parts).format(**NOTHING, **joined(connection.vendor), people=people)
    stored = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "course": course.pk,
                "scope": course.scope,
                "learner": Role.LEARNER,
                "active": Membership.State.ACTIVE,
                "as_at": stored(as_at),
                "past": stored(as_at - GRACE),
                "now": stored(now),
                "is_all": is_all,
                "ever": stored(datetime.min.replace(tzinfo=UTC)),
            },
        )
        return sorted_out(cursor.fetchall())


def earlier(membership: Membership) -> Record:
    """What a learner did before his work counts, and would count if he said so. One query."""
    if membership.counts_from_at is None or membership.counted_before_at is not None:
        return NOBODY
    before = membership.counts_from_at - timedelta(microseconds=1)
    found = gather(
        membership.course,
        members=[membership.pk],
        kinds=frozenset({Assignment.Kind.REVIEW}),
        as_at=before,
        now=before,
        is_all=True,
    )
    return found.of(membership.user_id)


def sorted_out(rows: Sequence[Row]) -> Found:
    """By user."""
    of_places: dict[str, str | None] = {}
    of_users: dict[int, list[Row]] = {}
    for row in rows:
        if row[1]:
            of_users.setdefault(row[1], []).append(row)
        else:
            of_places[row[0]] = row[2]
    return Found(places_of(of_places["passages"], of_places["asked"]), of_users)


@lru_cache(maxsize=64)
def places_of(passages: str | None, asked: str | None) -> Places:
    """Of texts, so that those of one course are taken apart once. None: there are none."""
    found: dict[str, int] = {}
    proved: dict[str, tuple[int, int]] = {}
    standing: Counter[int] = Counter()
    if passages:
        numbers, sections = lists(passages)
        found = dict(zip(numbers, map(int, sections), strict=True))
    if asked:
        questions, sections, numbers, are_asked = lists(asked)
        ids = list(map(int, sections))
        proved = dict(zip(questions, zip(ids, map(int, numbers), strict=True), strict=True))
        standing.update(
            [section for section, is_asked in zip(ids, are_asked, strict=True) if is_asked == "1"]
        )
    return Places(found, proved, Counter(found.values()), standing)


def lists(text: str) -> list[list[str]]:
    return [each.split(",") for each in text.split(";")]


def record_of(rows: Sequence[Row], places: Places) -> Record:
    """What a learner's rows say."""
    record = Record()
    moment, told = READERS[connection.vendor]
    for what, _who, key, number, first, last, shown, points, top in rows:
        match what:
            case "goes":
                record.goes = goes_of(key, told)
            case "read":
                passages, ats = lists(key)
                record.read = amounts(map(places.passages.get, passages), ats, told)
            case "answered":
                questions, ats, missed = lists(key)
                record.answered = amounts(map(places.sections.get, questions), ats, told)
                record.stuck = stuck(missed, places)
            case "reviewed":
                firsts: dict[str, str] = {}
                for day, at in zip(*lists(key), strict=True):
                    if day not in firsts or at < firsts[day]:
                        firsts[day] = at
                days = map(date.fromisoformat, firsts)
                record.reviewed = dict(zip(days, told(firsts.values()), strict=True))
            case _:
                record.terms[int(key)] = Terms(
                    number, moment(first), moment(last), moment(shown), points, bool(top)
                )
    return record


def goes_of(text: str, told: Told) -> dict[int, list[Go]]:
    """By assignment, in the order of their numbers."""
    contexts, numbers, started, ended, released, scores, tops = lists(text)
    found: dict[int, list[Go]] = {}
    goes = zip(
        map(int, numbers),
        told(started),
        told(ended),
        [each == "1" for each in released],
        [float(each) if each else None for each in scores],
        [float(each) if each else None for each in tops],
        strict=True,
    )
    for context, go in zip(contexts, map(Go._make, goes), strict=True):
        found.setdefault(assignment_of(context), []).append(go)
    for several in found.values():
        if len(several) > 1:
            several.sort()
    return found


@lru_cache(maxsize=1000)
def assignment_of(context: str) -> int:
    return int(context.rpartition(":")[2])


def amounts(sections: Iterable[int | None], ats: Iterable[str], told: Told) -> dict[int, Amount]:
    """What it comes to in each section. Instants of one database can be compared as texts."""
    found: dict[int | None, list[str]] = {}
    for section, at in zip(sections, ats, strict=True):
        if section in found:
            found[section].append(at)
        else:
            found[section] = [at]
    found.pop(None, None)  # of another course's article, or gone
    lasts = told(map(max, found.values()))
    sizes = map(len, found.values())
    return dict(zip(found, map(Amount, sizes, lasts), strict=True))  # type: ignore[arg-type]


def stuck(missed: Sequence[str], places: Places) -> list[tuple[int, int, int]]:
    counts: dict[tuple[int, int], int] = {}
    for each in missed:  # one that is empty, where there is none
        question, _colon, tries = each.partition(":")
        place = places.questions.get(question)
        if place is not None:
            counts[place] = counts.get(place, 0) + max(1, int(tries))
    return [(*place, count) for place, count in counts.items() if count >= MISSES]


def of_sqlite(text: str | None) -> Any:
    """It keeps instants as text, in UTC."""
    return datetime.fromisoformat(f"{text}+00:00") if text else None


def told_by_sqlite(texts: Iterable[str]) -> list[Any]:
    return [read(f"{text}+00:00") if text else None for text in texts]


def as_it_is(at: datetime | None) -> Any:
    return at


def told_by_postgresql(texts: Iterable[str]) -> list[Any]:
    """It says there that it is UTC."""
    return [read(text) if text else None for text in texts]


read = datetime.fromisoformat
# What reads an instant, and those that were joined to a text; None for an empty one.
READERS: dict[str, tuple[Callable[[Any], Any], Told]] = {
    "sqlite": (of_sqlite, told_by_sqlite),
    "postgresql": (as_it_is, told_by_postgresql),
}
