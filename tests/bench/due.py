"""What a learner's due cards cost beside the bare indexed SQL, in the same run: 10,000 cards of one
learner among 1,000,000 of others. SQLite in a file; PostgreSQL where DATABASE_URL names one.

Both sides take turns; what counts is the median of the pairs' ratios.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta

OWN, OTHERS, LEARNERS = 10_000, 1_000_000, 100
GATE = 3.0
PAIRS = 60
BARE = (
    "SELECT id, question_id, due_on FROM quizzes_reviewcard "
    "WHERE user_id = %s AND due_on <= %s ORDER BY due_on LIMIT 1"
)
BARE_COUNT = (
    "SELECT count(DISTINCT concept) FROM quizzes_reviewcard "
    "WHERE user_id = %s AND due_on <= %s AND NOT is_suspended"
)
# The page needs both numbers: groups of siblings, and those reviewed before. With them comes the
# number of the next card, which is then read by it.
BARE_COUNTS = (
    "SELECT count(DISTINCT concept), count(DISTINCT concept) FILTER (WHERE stability IS NOT NULL) "
    "FROM quizzes_reviewcard WHERE user_id = %s AND due_on <= %s AND NOT is_suspended"
)


def fill(today: date) -> int:
    """Cards of all, spread over the days; the id of the learner who is asked for."""
    from django.db import connection, transaction
    from django.utils import timezone

    from quizzes.models import Question
    from studyguide.accounts.models import User
    from tests.every_kind import load_samples, question_of

    load_samples()
    current, now = question_of("recall").current_id, timezone.now()
    questions = [
        question.pk
        for question in Question.objects.bulk_create(
            [
                Question(
                    source="bench",
                    external_id=f"q{n}",
                    kind="recall",
                    aim="term",
                    difficulty=1,
                    current_id=current,
                )
                for n in range(OWN)
            ],
            batch_size=1000,
        )
    ]
    users = User.objects.bulk_create(
        [User(username=f"person{n}", password="!") for n in range(LEARNERS + 1)]
    )
    columns = (
        *("user_id", "question_id", "source", "concept", "made_at", "stability", "difficulty"),
        *("reps", "lapses", "is_suspended", "reviewed_on", "due_on", "own_due_on"),
    )
    marks = ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO quizzes_reviewcard ({', '.join(columns)}) VALUES ({marks})"
    days = [today + timedelta(days=n) for n in range(-30, 120)]
    with transaction.atomic(), connection.cursor() as cursor:
        for number, user in enumerate(users):
            rows = []
            for n, question in enumerate(questions):
                due_on, seen_on = days[25 + (n * 37 + number) % 120], days[29 - n % 30]
                card = (user.pk, question, "bench", f"{question}", now, 9.0, 5.0, 3, 0, False)
                rows.append((*card, seen_on, due_on, due_on))  # about 500 are due
            cursor.executemany(insert, rows)
    return users[LEARNERS // 2].pk


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def compare(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of ours at best, and the median ratio."""
    ours(), bare()
    pairs = [(seconds(ours), seconds(bare)) for _turn in range(PAIRS)]
    return 1000 * min(a for a, _b in pairs), statistics.median(a / b for a, b in pairs)


def measure() -> list[tuple[str, float, float]]:
    """Name, milliseconds, multiple of the bare SQL: the SQL that the pages send, through the same
    cursor as the bare one, so that the database alone is measured."""
    from django.db import connection
    from django.db.models import Count

    from quizzes.models import ReviewCard
    from quizzes.review import TO_SHOW, card_of, counts_of
    from studyguide.accounts.models import User

    today = date(2026, 3, 2)
    user = User.objects.get(pk=fill(today))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    counts = counts_of(user=user.pk, on=today)
    first = next(a for which, a, _b in counts if which == TO_SHOW)
    ready = ReviewCard.objects.to_review(user.pk, today).filter(stability__isnull=False)
    count = ready.order_by().values("user").annotate(n=Count("concept", distinct=True)).values("n")
    at = [user.pk, today]
    pairs = {
        "next card": ([counts, card_of(card=first)], [(BARE_COUNTS, at), (BARE, at)]),
        "due count": ([count], [(BARE_COUNT, at)]),
    }

    def run(asked: Sequence[tuple[str, object]]) -> Callable[[], object]:
        def act() -> object:
            with connection.cursor() as cursor:
                for sql, parameters in asked:
                    cursor.execute(sql, parameters)  # type: ignore[arg-type]
                    cursor.fetchall()
            return None

        return act

    return [
        (name, *compare(run([query.query.sql_with_params() for query in sent]), run(bare)))
        for name, (sent, bare) in pairs.items()
    ]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="pilcrow-bench-") as folder:
        os.environ |= {
            "DATA_DIR": folder,
            "SECRET_KEY": "x" * 50,
            "DJANGO_SETTINGS_MODULE": "studyguide.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        print(f"due cards, {connection.vendor}: ms, multiple of the bare SQL, gate")  # noqa: T201
        failed = 0
        for name, ms, ratio in measure():
            failed += ratio > GATE
            verdict = "" if ratio <= GATE else "  OVER"
            print(f"  {name:12} {ms:7.3f} ms  {ratio:5.2f} x  gate {GATE}{verdict}")  # noqa: T201
        connection.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
