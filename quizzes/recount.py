"""Tallies made anew from the attempts.

SQL of our own, because a million answers are joined where they lie, each attempt to a row: that is
some thirty times as fast as reading them one by one through the ORM. Here the same answer in
attempts that came out the same is added up at once.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, transaction

from quizzes.models import QuestionVersion
from quizzes.models.attempts import Attempt
from quizzes.models.tallies import Crowd, Turnout, replace, stored
from quizzes.tallying import (
    COLUMNS,
    OPTIONED,
    UNIT,
    Given,
    Place,
    Sums,
    chosen_options,
    placed_in,
    time_of,
)

# SQLite's cast cuts a float, PostgreSQL's rounds it.
WHOLE = {"sqlite": "CAST({0} + 0.5 AS INTEGER)", "postgresql": "CAST(FLOOR({0} + 0.5) AS BIGINT)"}
JOINED = {
    "sqlite": "GROUP_CONCAT({0}, CHAR(30))",
    "postgresql": "STRING_AGG(CAST({0} AS TEXT), CHR(30))",
}
BETWEEN = "\x1e"  # answers; JSON has no such character but as an escape
PARTS = re.compile(r"(\d+)(.*)", re.DOTALL)
# Whole numbers are joined sooner than texts: an answer is one, and its value where that counts,
# which as the key of an option begins with no digit.
ANSWER = """
    ((q.version_id * 2 + {is_blank}) * {most} + {mark})
    || CASE WHEN v.kind IN ({optioned}) THEN COALESCE(CAST({value} AS TEXT), '') ELSE '' END
"""
# What the mark is of: of several tries the first, as `with_first_answers()` has it.
VALUE = """CASE WHEN q.tries > 1 THEN COALESCE((
    SELECT f.value FROM quizzes_response f
    WHERE f.attempt_question_id = q.id AND f.is_check AND f.outcome = 'saved'
        AND f.value IS NOT NULL
    ORDER BY f.rev LIMIT 1
), r.value) ELSE r.value END"""
TIME = "CASE WHEN {is_blank} = 0 THEN q.version_id * {most} + {seconds} END"
IS_BLANK = "CASE WHEN r.id IS NULL OR (r.value IS NULL AND r.digest <> '') THEN 1 ELSE 0 END"
MOST = 100_000_000  # above all marks, and three years in seconds
ATTEMPTS = """
    SELECT a.user_id, a.context, a.quiz_id, CAST(SUM({mark}) AS BIGINT), COUNT(*),
        {answers}, {times}
    FROM quizzes_attempt a
    JOIN quizzes_attemptquestion q ON q.attempt_id = a.id
    JOIN quizzes_questionversion v ON v.id = q.version_id
    LEFT JOIN quizzes_response r ON r.id = q.response_id
    WHERE a.scope = %(scope)s AND a.number = 1 AND a.purpose = 'quiz' AND a.state = 'submitted'
        AND a.released_at IS NOT NULL
    GROUP BY a.user_id, a.id ORDER BY a.user_id, a.id
"""
Read = Callable[[str], Given]


def scopes() -> list[str]:
    attempts = Attempt.objects.exclude(scope="").order_by().values_list("scope", flat=True)
    known = Turnout.objects.values_list("scope", flat=True)
    return sorted({*attempts.distinct(), *known.distinct()})


def rebuild(scope: str) -> None:
    if not has_columns():
        return
    with transaction.atomic():
        Turnout.held(scope, [])
        replace(scope, *recounted(scope))


def has_columns() -> bool:
    """Not yet in a migration that counts before a later one has added some, and counts again."""
    with connection.cursor() as cursor:
        there = connection.introspection.get_table_description(cursor, "quizzes_itemtally")
    return {*COLUMNS} <= {column.name for column in there}


def differences(scope: str) -> list[str]:
    """What the rows say, and the attempts do not."""
    with transaction.atomic():
        list(Turnout.objects.select_for_update().filter(scope=scope, is_whole=True))
        (sums, crowd), (true_sums, true_crowd) = stored(scope), recounted(scope)
    places = {place for place in {*sums, *true_sums} if sums.get(place) != true_sums.get(place)}
    wheres = {where for where in {*crowd, *true_crowd} if crowd.get(where) != true_crowd.get(where)}
    return [*sorted(map(str, places)), *sorted(map(str, wheres))]


def recounted(scope: str) -> tuple[dict[Place, Sums], Crowd]:
    read = reader()
    alike: dict[tuple[str, int, int, int], Counter[str]] = defaultdict(Counter)
    times: dict[str, Counter[str]] = defaultdict(Counter)
    learners: dict[str, list[int]] = defaultdict(list)
    for learner, context, quiz, total, size, answers, took in attempts(scope):
        alike[context, quiz, total, size].update(answers.split(BETWEEN))
        times[context].update(took.split(BETWEEN) if took else ())
        learners[context].append(learner)
    found: dict[Place, Sums] = defaultdict(Sums)
    asked_in: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for (context, quiz, total, size), counts in alike.items():
        for answer, number in counts.items():
            given = read(answer)
            sums = found[Place(context, given.version)]
            sums.asked += number
            sums.add(placed_in(given, total, size), number)
            asked_in[given.question].add((context, quiz))
    for context, counts in times.items():
        for time, number in counts.items():
            version, seconds = divmod(int(time), MOST)
            found[Place(context, version)].times[time_of(seconds)] += number
    shared = {question for question, places in asked_in.items() if len(places) > 1}
    if shared:
        take_off_repeats(scope, shared, read, found)
    counted = {place: sums.tidied() for place, sums in found.items() if not sums.is_nothing}
    return counted, crowd_of(learners)


def crowd_of(learners: Mapping[str, Sequence[int]]) -> Crowd:
    """`learners`: of each attempt, by context."""
    crowd: Crowd = {(context, False): (len(e), len({*e})) for context, e in learners.items()}
    if learners:
        everybody = [learner for each in learners.values() for learner in each]
        crowd["", True] = (len(everybody), len({*everybody}))
    return crowd


def take_off_repeats(scope: str, shared: set[int], read: Read, found: dict[Place, Sums]) -> None:
    """Answers of learners who had met the question before, where that can be."""
    seen: set[tuple[int, int, str]] = set()
    seen_here: set[tuple[int, int, str, str]] = set()
    for learner, context, _quiz, total, size, answers, took in attempts(scope):
        seconds = dict(divmod(int(time), MOST) for time in took.split(BETWEEN)) if took else {}
        for given in map(read, answers.split(BETWEEN)):
            if given.question not in shared:
                continue
            who = (learner, given.question, given.core)
            if (*who, context) in seen_here or who in seen:
                is_here = (*who, context) in seen_here
                place = Place(context if is_here else "", given.version, is_whole=not is_here)
                given = given._replace(seconds=seconds.get(given.version))
                found[place].add(placed_in(given, total, size), -1)
            seen.add(who)
            seen_here.add((*who, context))


def reader() -> Read:
    """Of ANSWERs: each is understood once."""
    columns = ("pk", "question", "core_digest", "kind")
    versions = {pk: more for pk, *more in QuestionVersion.objects.values_list(*columns)}

    @cache
    def read(answer: str) -> Given:
        number, value = PARTS.fullmatch(answer).groups()  # type: ignore[union-attr]
        rest, mark = divmod(int(number), MOST)
        version, is_blank = divmod(rest, 2)
        question, core, kind = versions[version]
        options = chosen_options(kind, json.loads(value)) if value else ()
        return Given(0, 0, "", question, version, core, mark, bool(is_blank), options)

    return read


def attempts(scope: str) -> Iterator[tuple[Any, ...]]:
    """Learner, context, quiz, sum of the marks and how many, answers, times; those of a learner
    in the order of their beginning."""
    vendor = connection.vendor
    mark = WHOLE[vendor].format(f"COALESCE(q.first_fraction, 0.0) * {UNIT}")
    optioned = ", ".join(f"'{kind}'" for kind in sorted(OPTIONED))
    answer = ANSWER.format(mark=mark, is_blank=IS_BLANK, optioned=optioned, most=MOST, value=VALUE)
    time = TIME.format(is_blank=IS_BLANK, seconds=WHOLE[vendor].format("r.seconds"), most=MOST)
    answers, times = (JOINED[vendor].format(each) for each in (answer, time))
    with connection.cursor() as cursor:
        cursor.execute(ATTEMPTS.format(mark=mark, answers=answers, times=times), {"scope": scope})
        yield from cursor
