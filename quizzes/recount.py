"""Tallies made anew from the attempts.

SQL of our own, because a million answers are grouped where they lie and only the groups are added
up here: that is some thirty times as fast as reading them one by one through the ORM.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection, transaction

from quizzes.models import QuestionVersion
from quizzes.models.attempts import Attempt
from quizzes.models.tallies import Crowd, Turnout, replace, stored
from quizzes.tallying import OPTIONED, UNIT, Given, Place, Placed, Sums, chosen_options

# A float below 0.5 more is cut: SQLite's cast does so, PostgreSQL's rounds.
IN_UNITS = {
    "sqlite": f"CAST(COALESCE(q.first_fraction, 0.0) * {UNIT} + 0.5 AS INTEGER)",
    "postgresql": f"CAST(FLOOR(COALESCE(q.first_fraction, 0.0) * {UNIT} + 0.5) AS BIGINT)",
}
COUNTED = """
    a.scope = %(scope)s AND a.number = 1 AND a.purpose = 'quiz' AND a.state = 'submitted'
    AND a.released_at IS NOT NULL
"""
GIVEN = """
    WITH totals AS MATERIALIZED (
        SELECT q.attempt_id, CAST(SUM({mark}) AS BIGINT) AS total, COUNT(*) AS size
        FROM quizzes_attempt a JOIN quizzes_attemptquestion q ON q.attempt_id = a.id
        WHERE {counted} GROUP BY q.attempt_id
    ), given AS (
        SELECT a.id AS attempt, a.user_id AS learner, a.context, a.quiz_id AS quiz,
            q.question_id AS question, q.version_id AS version, q.position, {mark} AS mark,
            CASE WHEN t.size > 1
                THEN (t.total - {mark} + (t.size - 1) / 2) / (t.size - 1)
                ELSE (t.total + t.size / 2) / t.size END AS rest,
            (t.total + t.size / 2) / t.size AS whole,
            CASE WHEN r.id IS NULL OR (r.value IS NULL AND r.digest <> '')
                THEN 1 ELSE 0 END AS is_blank,
            CASE WHEN v.kind IN ({optioned}) THEN CAST(r.value AS TEXT) END AS value
        FROM totals t JOIN quizzes_attempt a ON a.id = t.attempt_id
        JOIN quizzes_attemptquestion q ON q.attempt_id = a.id
        JOIN quizzes_questionversion v ON v.id = q.version_id
        LEFT JOIN quizzes_response r ON r.id = q.response_id
    )
"""
GROUPED = """
    SELECT context, quiz, question, version, mark, rest, whole, is_blank, value, COUNT(*)
    FROM given GROUP BY context, quiz, question, version, mark, rest, whole, is_blank, value
"""
SHARED = """
    SELECT context, learner, question, version, mark, rest, whole, is_blank, value
    FROM given WHERE question IN ({questions}) ORDER BY attempt, position
"""
CROWD = """
    SELECT a.context, COUNT(*), COUNT(DISTINCT a.user_id) FROM quizzes_attempt a
    WHERE {counted} AND EXISTS (
        SELECT 1 FROM quizzes_attemptquestion q WHERE q.attempt_id = a.id
    ) GROUP BY a.context
"""
LEARNERS = CROWD.replace("a.context,", "'',").replace("GROUP BY a.context", "")


def scopes() -> list[str]:
    attempts = Attempt.objects.exclude(scope="").order_by().values_list("scope", flat=True)
    known = Turnout.objects.values_list("scope", flat=True)
    return sorted({*attempts.distinct(), *known.distinct()})


def rebuild(scope: str) -> None:
    with transaction.atomic():
        Turnout.held(scope, [])
        replace(scope, *recounted(scope))


def differences(scope: str) -> list[str]:
    """What the rows say, and the attempts do not."""
    with transaction.atomic():
        list(Turnout.objects.select_for_update().filter(scope=scope, is_whole=True))
        (sums, crowd), (true_sums, true_crowd) = stored(scope), recounted(scope)
    places = {place for place in {*sums, *true_sums} if sums.get(place) != true_sums.get(place)}
    wheres = {where for where in {*crowd, *true_crowd} if crowd.get(where) != true_crowd.get(where)}
    return [*sorted(map(str, places)), *sorted(map(str, wheres))]


def recounted(scope: str) -> tuple[dict[Place, Sums], Crowd]:
    kinds = {
        pk: (kind, core)
        for pk, kind, core in QuestionVersion.objects.values_list("pk", "kind", "core_digest")
    }
    found: dict[Place, Sums] = defaultdict(Sums)
    asked_in: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for context, quiz, question, version, *rest, times in asked(scope, GROUPED):
        sums = found[Place(context, version)]
        sums.asked += times
        sums.add(place_of(kinds, 0, context, question, version, *rest), times)
        asked_in[question].add((context, quiz))
    shared = [question for question, places in asked_in.items() if len(places) > 1]
    if shared:
        take_off_repeats(scope, shared, kinds, found)
    counted = {place: sums.tidied() for place, sums in found.items() if not sums.is_nothing}
    return counted, crowd_of(scope)


def take_off_repeats(
    scope: str, shared: list[int], kinds: Mapping[int, tuple[str, str]], found: dict[Place, Sums]
) -> None:
    """Answers of learners who had met the question before, where that can be."""
    seen: set[tuple[int, int, str]] = set()
    seen_here: set[tuple[int, int, str, str]] = set()
    sql = SHARED.format(questions=", ".join(str(int(question)) for question in shared))
    for context, learner, question, version, *rest in asked(scope, sql):
        who = (learner, question, kinds[version][1])
        if (*who, context) in seen_here or who in seen:
            is_here = (*who, context) in seen_here
            place = Place(context, version) if is_here else Place("", version, is_whole=True)
            found[place].add(place_of(kinds, learner, context, question, version, *rest), -1)
        seen.add(who)
        seen_here.add((*who, context))


def place_of(
    kinds: Mapping[int, tuple[str, str]],
    learner: int,
    context: str,
    question: int,
    version: int,
    mark: int,
    rest: int,
    whole: int,
    is_blank: int,
    value: str | None,
) -> Placed:
    kind, core = kinds[version]
    options = () if value is None else chosen_options(kind, json.loads(value))
    given = Given(0, learner, context, question, version, core, mark, bool(is_blank), options)
    return Placed(given, int(rest), int(whole))


def crowd_of(scope: str) -> Crowd:
    found: Crowd = {}
    with connection.cursor() as cursor:
        for is_whole, sql in ((False, CROWD), (True, LEARNERS)):
            cursor.execute(sql.format(counted=COUNTED), {"scope": scope})
            for context, attempts, learners in cursor.fetchall():
                if attempts:
                    found[context, is_whole] = (attempts, learners)
    return found


def asked(scope: str, select: str) -> Iterator[tuple[Any, ...]]:
    sql = (GIVEN + select).format(
        mark=IN_UNITS[connection.vendor],
        counted=COUNTED,
        optioned=", ".join(f"'{kind}'" for kind in sorted(OPTIONED)),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"scope": scope})
        yield from cursor.fetchall()
