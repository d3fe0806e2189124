"""What the analysis of questions costs beside the bare floor, in the same run: a class of 10,000
learners who answered 100 questions in five quizzes of twenty, so 1,000,000 responses.

The gates are milliseconds of a machine on which the floor's page (b) takes 1.8 ms; what counts is
the multiple of that page, as the median of pairs. SQLite in a file; PostgreSQL where DATABASE_URL
names one, as a superuser, with the time that passes instead of the CPU's, for the server works
elsewhere.
Figures that stand as they stood are neither worked out nor written again. The page with all of
that done, what a hand-in spends on the figures, and counting all anew are told in milliseconds.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

FLOOR_MS = 1.8
JOBS: list[tuple[str, float]] = [
    ("all quizzes", 20),
    ("one quiz", 20),
    ("the text", 100),
    ("one question", 300),  # with the answers themselves, a hundred of 10,000
]
TIMES: list[tuple[str, int]] = [("all, anew", 20), ("a hand-in", 20), ("count anew", 3)]
LEARNERS, QUIZZES, QUESTIONS = 10_000, 5, 20
PAIRS = 16
TERM = datetime(2026, 9, 1, 8, tzinfo=UTC)

# An answer is right the more often the better the learner and the easier the question, and else
# one of the others, by numbers that look like chance.
ATTEMPTS = """
    INSERT INTO quizzes_attempt (id, public_id, user_id, quiz_id, source, purpose, context, scope,
        number, rules, state, started_at, submitted_at, closed_by, released_at, score, max_score)
    SELECT (m.user_id - {first}) * {quizzes} + s.n + 1, {text_id}, m.user_id, s.quiz, s.source,
        'quiz', s.context, '{scope}', 1, {rules}, 'submitted', {now}, {now}, 'learner', {now}, 1, 1
    FROM courses_membership m CROSS JOIN bench_set s
    WHERE m.course_id = {course} AND m.role = 'learner'
"""
QUESTIONS_ASKED = """
    INSERT INTO quizzes_attemptquestion (id, attempt_id, question_id, version_id, position, seed,
        rev, response_id, tries, fraction, points, first_fraction, is_final, is_released,
        is_excluded, graded_at)
    SELECT d.id, d.attempt, d.question, d.version, d.position, 1, 1, d.id, 1, o.fraction,
        o.fraction, o.fraction, TRUE, TRUE, FALSE, {now}
    FROM bench_draw d JOIN bench_option o ON o.version = d.version AND o.n = d.chosen
"""
RESPONSES = """
    INSERT INTO quizzes_response (id, attempt_id, attempt_question_id, version_id, token, digest,
        value, is_check, outcome, rev, arrived_at, day_on, seconds)
    SELECT d.id, d.attempt, d.id, d.version, {token}, 'x', {value}, TRUE, 'saved', 1,
        {now}, {today}, 3 + (d.id * 7919 % 409 + d.id * 104729 % 613 + d.id % 97 / 90
        * (d.id * 31 % 9001)) / 10.0
    FROM bench_draw d JOIN bench_option o ON o.version = d.version AND o.n = d.chosen
"""
DRAWS = """
    CREATE TABLE bench_draw AS
    SELECT (a.id - 1) * {questions} + q.position AS id, a.id AS attempt, q.question, q.version,
        q.position,
        CASE WHEN (a.user_id * 7919 + q.question * 104729 + a.user_id % 61 * q.question) % 1000
                < 250 + a.user_id * 31 % 45 * 10 + q.question % 25 * 10
            THEN 0 ELSE 1 + (a.user_id + q.question) % (q.options - 1) END AS chosen
    FROM quizzes_attempt a JOIN bench_set s ON s.context = a.context
    JOIN bench_question q ON q.n = s.n
"""


def fill() -> str:
    """A course with all that; its public id."""
    from django.db import connection, transaction

    from quizzes.models import QuestionVersion, Quiz
    from quizzes.recount import rebuild
    from studyguide.accounts.models import User
    from studyguide.courses.models import Assignment, Course, Membership
    from studyguide.library.models import Article

    article, quiz = Article.objects.get(), Quiz.objects.order_by("pk").first()
    tutor = User.objects.create(username="tutor")
    course = Course.start(
        by=tutor, title="All", time_zone="Europe/Berlin", articles=[article], now=TERM
    )
    users = User.objects.bulk_create(
        (
            User(username=f"c{n}", display_name=f"Learner {n}", password="!")
            for n in range(LEARNERS)
        ),
        batch_size=1000,
    )
    Membership.objects.bulk_create(
        (
            Membership(
                **{"course": course, "user": user, "role": "learner", "state": "active"},
                **{"way": "code", "asked_at": TERM, "joined_at": TERM, "counts_from_at": TERM},
            )
            for user in users
        ),
        batch_size=1000,
    )
    assignments = [
        Assignment.objects.create(
            **{"course": course, "kind": "quiz", "title": f"Quiz {n}", "quiz": quiz},
            **{"rules": {}, "position": n, "published_at": TERM},
        )
        for n in range(QUIZZES)
    ]
    # Chosen from options, which cost most; but for the worst, whose words are looked up.
    drawn = QuestionVersion.objects.filter(question__retired_at=None, question__is_drawn=True)
    optioned = drawn.filter(kind__in=["choice", "choices"]).order_by("pk")
    versions = [
        *optioned[: QUIZZES * QUESTIONS - 1],
        *drawn.filter(kind="text").order_by("pk")[:1],
    ]
    if len(versions) < QUIZZES * QUESTIONS:
        raise RuntimeError("the pack has too few questions")
    is_postgresql = connection.vendor == "postgresql"
    kinds = "version bigint, n int, value text, fraction float"
    with transaction.atomic(), connection.cursor() as cursor:
        if is_postgresql:
            # Links are not looked up for each of some millions of rows: a superuser may say so.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("CREATE TABLE bench_set (n int, quiz bigint, source text, context text)")
        cursor.executemany(
            "INSERT INTO bench_set VALUES (%s, %s, %s, %s)",
            [(n, quiz.pk, article.slug, each.context) for n, each in enumerate(assignments)],  # type: ignore[union-attr]
        )
        cursor.execute(
            "CREATE TABLE bench_question "
            "(n int, question bigint, version bigint, position int, options int)"
        )
        cursor.execute(f"CREATE TABLE bench_option ({kinds})")
        for at, version in enumerate(versions):
            options = options_of(version)
            row = (at % QUIZZES, version.question_id, version.pk, at // QUIZZES + 1, len(options))
            cursor.execute("INSERT INTO bench_question VALUES (%s, %s, %s, %s, %s)", row)
            cursor.executemany(
                "INSERT INTO bench_option VALUES (%s, %s, %s, %s)",
                [(version.pk, n, json.dumps(v), f) for n, (v, f) in enumerate(options)],
            )
        values = {
            "first": users[0].pk,
            "quizzes": QUIZZES,
            "questions": QUESTIONS,
            "scope": course.scope,
            "course": course.pk,
            "now": f"'{TERM:%Y-%m-%d %H:%M:%S}'" + ("::timestamptz" if is_postgresql else ""),
            "today": f"'{TERM:%Y-%m-%d}'" + ("::date" if is_postgresql else ""),
            "rules": "'{}'" + ("::jsonb" if is_postgresql else ""),
            "text_id": "'b' || CAST((m.user_id * 10 + s.n) AS text)",
            "value": "o.value::jsonb" if is_postgresql else "o.value",
            "token": (
                "lpad(to_hex(d.id), 32, '0')::uuid" if is_postgresql else "printf('%032x', d.id)"
            ),
        }
        for sql in (ATTEMPTS, DRAWS, RESPONSES, QUESTIONS_ASKED):
            cursor.execute("ANALYZE")
            cursor.execute(sql.format(**values))
        for table in ("quizzes_attempt", "quizzes_attemptquestion", "quizzes_response"):
            if is_postgresql:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
        cursor.execute("DROP TABLE bench_draw")
    rebuild(course.scope)
    return course.public_id


def options_of(version: Any) -> list[tuple[Any, float]]:
    """Answers and their worth, first what good learners give: the right one, but for words."""
    from quizzes.kinds import mark

    body = version.load()
    key = body.key()
    found = [(key, 1.0)]
    if version.kind in {"choice", "choices"}:
        is_one = version.kind == "choice"
        for option in version.shown["options"]:
            value = option["key"] if is_one else [option["key"]]
            if value != key:
                found.append((value, mark(body, value).fraction))
    else:
        found = [("slip", 0.0), *found, (None, 0.0), *((f"slip {n}", 0.0) for n in range(8))]
    return found


def jobs() -> dict[str, Callable[[], None]]:
    """Of the worker."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_packs", stdout=sys.stderr)
    from django.db import connection, transaction
    from django.test import Client

    from quizzes.models import Attempt, tallies
    from quizzes.recount import differences, rebuild
    from studyguide.accounts.models import User
    from studyguide.courses.item_answers import figured
    from studyguide.courses.item_rows import ROWS
    from studyguide.courses.items import Analysis
    from studyguide.courses.models import Course
    from studyguide.wsgi import application
    from tests.bench.matrix import ask
    from tests.bench.worker import caller

    course = Course.objects.get(public_id=fill())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if differences(course.scope):
        raise RuntimeError("what is kept is not what the attempts say")
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="tutor"))
    client.get("/me/")
    call = caller(application, {name: m.value for name, m in client.cookies.items()})
    page = partial(ask, call, most=None)
    address = f"{course.get_absolute_url()}items/"
    assignment = course.assignments.order_by("pk").first()
    version = Analysis.of(course).items[0].version.pk
    attempt = Attempt.objects.filter(scope=course.scope).order_by("pk").last()

    def anew() -> None:
        figured.cache_clear()
        ROWS.clear()
        page(address)

    def hand_in() -> None:
        with transaction.atomic():
            tallies.uncount([attempt])  # type: ignore[list-item]
            tallies.count([attempt])  # type: ignore[list-item]

    return {
        "all quizzes": partial(page, address),
        "one quiz": partial(page, f"{address}?assignment={assignment.public_id}"),  # type: ignore[union-attr]
        "one question": partial(page, f"{address}{version}/"),
        "the text": partial(page, f"{course.get_absolute_url()}text/"),
        "all, anew": anew,
        "a hand-in": hand_in,
        "count anew": partial(rebuild, course.scope),
    }


def measure() -> tuple[list[tuple[str, float, float, float]], list[tuple[str, float]]]:
    """Job, milliseconds at best, multiple of the floor's page, gate as a multiple; and times."""
    from tests.bench.pages import Side

    clock = {"CLOCK": "perf_counter"} if os.environ.get("DATABASE_URL") else {}
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        items = Side("items", ours, **clock)
        floor = Side("floor", theirs, **clock, DATABASE_URL="")
        try:
            found = []
            for job, gate in JOBS:
                best, ratio = items.beside(floor, job, "b", pairs=PAIRS)
                found.append((job, best, ratio, gate / FLOOR_MS))
            times = [
                (job, 1000 * min(items.cost(job) for _turn in range(turns))) for job, turns in TIMES
            ]
            return found, times
        finally:
            items.stop()
            floor.stop()


def main() -> int:
    failed = 0
    name = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    size = LEARNERS * QUIZZES * QUESTIONS
    print(f"questions, {size:,} responses, {name}: ms, multiple of the floor, gate")  # noqa: T201
    found, times = measure()
    for job, ms, ratio, gate in found:
        failed += ratio > gate
        verdict = "" if ratio <= gate else "  OVER"
        print(f"  {job:14} {ms:8.2f} ms  {ratio:6.2f} x (b)  gate {gate:.1f}{verdict}")  # noqa: T201
    for job, ms in times:
        print(f"  {job:14} {ms:8.2f} ms")  # noqa: T201
    return failed


if __name__ == "__main__":
    sys.exit(main())
