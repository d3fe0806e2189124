"""What the completion matrix costs beside the bare floor, in the same run: classes of 30 and of
1,000 learners at 100 assignments in one database, six tenths of the work and a quarter of all
checkpoints done.

The gates are milliseconds of a machine on which the floor's page (b) takes 1.8 ms; what counts is
the multiple of that page, as the median of pairs. SQLite in a file; PostgreSQL where DATABASE_URL
names one that is empty, with the time that passes instead of the CPU's, for the server works
elsewhere.

What a learner did is not asked again, nor his row judged, until he does something; a table that
says the same is neither written nor compressed again. "At work" is a page before which a learner
did something, with the write. "First" is one for which all of it is done, as for whoever looks
first after the site was started; it has no gate.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle

FLOOR_MS = 1.8
# A class of 30; one of 1,000, of which a page shows a hundred; and such a page in an order that
# must look at the work of all of them.
JOBS: list[tuple[str, float | None]] = [
    ("30", 10),
    ("30, at work", 20),  # with the write
    ("30, first", None),
    ("1000, a page", 100),
    ("1000, at work", 100),
    ("1000, first", 100),
    ("1000, sorted", 100),
]
GROWTH = (
    40  # times, from a class of 30 to one of 1,000 of which all are looked at for the first time
)
KILOBYTES = 80  # compressed, of a class of 30
SIZES = (30, 1000)
COLUMNS = 100
PAIRS = 16
TERM = datetime(2026, 9, 1, 8, tzinfo=UTC)


def fill(size: int) -> str:
    """A course with so many learners and what they did; its public id."""
    from django.utils import timezone

    from quizzes.models import (
        Attempt,
        AttemptQuestion,
        Question,
        Quiz,
        Review,
        ReviewCard,
    )
    from quizzes.rules import Rules
    from studyguide.accounts.models import User
    from studyguide.courses.models import Assignment, Course, Membership
    from studyguide.library.models import Article, Evidence, Passage, ReadingState

    chance, now = random.Random(size), timezone.now()
    article = Article.objects.get()
    tutor = User.objects.create(username=f"tutor{size}")
    course = Course.start(
        by=tutor, title=f"Class of {size}", time_zone="Europe/Berlin", articles=[article], now=TERM
    )
    users = User.objects.bulk_create(
        User(username=f"c{size}-{n}", display_name=f"Learner {n}", password="!")
        for n in range(size)
    )
    Membership.objects.bulk_create(
        Membership(
            **{"course": course, "user": user, "role": "learner", "state": "active"},
            **{"way": "code", "asked_at": TERM, "joined_at": TERM, "counts_from_at": TERM},
        )
        for user in users
    )
    sections = list(article.sections.order_by("number"))
    quiz = Quiz.objects.order_by("pk").first()
    rules = Rules(counts="best").snapshot()  # type: ignore[arg-type]
    assignments = []
    for n in range(COLUMNS):
        due_at = TERM + timedelta(days=7 + n)
        kind = ("quiz", "read", "quiz", "answer", "quiz")[n % 5]
        more = {"kind": kind, "title": f"{kind.title()} {n}", "due_at": due_at}
        if n % 30 == 29:
            more |= {"kind": "review", "days": 3, "opens_at": TERM}
        elif kind == "quiz":
            more |= {"quiz": quiz, "rules": rules}
        made = Assignment.objects.create(course=course, position=n, published_at=TERM, **more)
        if kind in {"read", "answer"}:
            made.set_sections(chance.sample(sections, 1 + n % 2))
        assignments.append(made)

    def moment() -> datetime:
        return min(now, TERM + timedelta(minutes=chance.randrange(60 * 24 * 80)))

    passages = list(Passage.objects.current().filter(section__in=sections))
    ReadingState.objects.bulk_create(
        (
            ReadingState(user=u, article=article, passage=p, is_read=True, read_at=moment())
            for u in users
            for p in passages
            if chance.random() < 0.6
        ),
        batch_size=5000,
    )
    standing = Attempt.objects.bulk_create(
        Attempt(
            **{"user": u, "purpose": "checkpoint", "source": article.slug},
            **{"number": 1, "rules": {}, "started_at": TERM},
        )
        for u in users
    )
    asked = Question.objects.current().filter(
        pk__in=Evidence.objects.filter(position=0, article=article).values("question")
    )
    versions = list(asked.values_list("pk", "current"))
    AttemptQuestion.objects.bulk_create(
        (
            AttemptQuestion(
                **{"attempt": attempt, "question_id": question, "version_id": version},
                **{"position": place, "seed": 1, "tries": 1, "fraction": 1.0, "points": 1.0},
                graded_at=moment(),
            )
            for attempt in standing
            for place, (question, version) in enumerate(versions)
            if chance.random() < 0.25
        ),
        batch_size=5000,
    )
    Attempt.objects.bulk_create(
        (
            Attempt(
                **{"user": u, "quiz": quiz, "purpose": "quiz", "source": article.slug},
                **{"context": each.context, "scope": course.scope, "number": 1, "rules": rules},
                **{"started_at": at, "submitted_at": at, "released_at": at, "state": "submitted"},
                **{"score": float(chance.randrange(21)), "max_score": 20.0},
            )
            for u in users
            for each in assignments
            if each.kind == "quiz" and chance.random() < 0.6
            for at in [moment()]
        ),
        batch_size=2000,
    )
    cards = ReviewCard.objects.bulk_create(
        ReviewCard(
            user=u, question_id=versions[0][0], source=article.slug, made_at=TERM, due_on=now
        )
        for u in users
    )
    Review.objects.bulk_create(
        (
            Review(card=card, user=u, rating=3, how="rated", at=at, day_on=at.date())
            for u, card in zip(users, cards, strict=True)
            for day in range(60)
            if chance.random() < 0.6
            for at in [TERM + timedelta(days=day)]
        ),
        batch_size=5000,
    )
    return course.public_id


def ask(call: Callable[..., tuple[int, bytes]], address: str, *, most: int | None) -> None:
    """A page, compressed to so many bytes at most."""
    status, body = call(address, accept_encoding="gzip")
    if status != 200 or (most is not None and len(body) > most):
        raise RuntimeError(f"{address}: {status}, {len(body)} bytes")


def forgetting(page: Callable[[], None]) -> None:
    from studyguide.courses.keeping import KEPT
    from studyguide.courses.lines import LINES
    from studyguide.courses.matrix import TABLES
    from studyguide.http import deflated

    KEPT.clear()
    LINES.clear()
    TABLES.clear()
    deflated.cache_clear()
    page()


def readings(size: int) -> list[int]:
    """A row of each learner's, of those whom the page shows."""
    from django.db.models import Min

    from studyguide.accounts.models import User

    first = User.objects.filter(username__startswith=f"c{size}-").order_by("display_name")[:30]
    rows = User.objects.filter(pk__in=[each.pk for each in first]).annotate(
        row=Min("reading_states")
    )
    return list(rows.values_list("row", flat=True))


def working(page: Callable[[], None], rows: Iterator[int]) -> None:
    """Somebody reads a passage."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE library_readingstate SET read_at = %s WHERE id = %s",
            [connection.ops.adapt_datetimefield_value(datetime.now(UTC)), next(rows)],
        )
    page()


def jobs() -> dict[str, Callable[[], None]]:
    """Of the worker: the page of each class, with compression."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_packs", stdout=sys.stderr)
    from django.db import connection
    from django.test import Client

    from studyguide.accounts.models import User
    from studyguide.wsgi import application
    from tests.bench.worker import caller

    found: dict[str, Callable[[], None]] = {}
    for size in SIZES:
        address = f"/courses/{fill(size)}/results/"
        client = Client(HTTP_HOST="localhost")
        client.force_login(User.objects.get(username=f"tutor{size}"))
        client.get("/me/")
        call = caller(application, {name: m.value for name, m in client.cookies.items()})

        page = partial(ask, call, most=1000 * KILOBYTES if size == SIZES[0] else None)
        name = f"{size}" if size == SIZES[0] else f"{size}, a page"
        found[name] = partial(page, address)
        found[f"{size}, at work"] = partial(working, found[name], cycle(readings(size)))
        found[f"{size}, first"] = partial(forgetting, found[name])
        found[f"{size}, sorted"] = partial(page, f"{address}?sort=behind")
        found[f"{size}, all first"] = partial(forgetting, found[f"{size}, sorted"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return found


Figure = tuple[str, float, float, float | None]


def measure() -> tuple[list[Figure], float]:
    """Job, milliseconds at best, multiple of the floor's page, gate as a multiple; and how many
    times more a class of 1,000 costs than one of 30."""
    from tests.bench.pages import Side

    clock = {"CLOCK": "perf_counter"} if os.environ.get("DATABASE_URL") else {}
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        matrix = Side("matrix", ours, **clock)
        floor = Side("floor", theirs, **clock, DATABASE_URL="")
        try:
            found = []
            for job, gate in JOBS:
                best, ratio = matrix.beside(floor, job, "b", pairs=PAIRS)
                found.append((job, best, ratio, gate and gate / FLOOR_MS))
            pairs = [
                (matrix.cost("1000, all first"), matrix.cost("30, all first")) for _ in range(PAIRS)
            ]
            return found, statistics.median(a / b for a, b in pairs)
        finally:
            matrix.stop()
            floor.stop()


def main() -> int:
    failed = 0
    name = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    print(f"matrix of {COLUMNS} columns, {name}: ms, multiple of the floor, gate")  # noqa: T201
    figures, growth = measure()
    for job, ms, ratio, gate in figures:
        is_over = gate is not None and ratio > gate
        failed += is_over
        told = f"  gate {gate:.1f}" if gate else ""
        print(f"  {job:14} {ms:8.2f} ms  {ratio:6.2f} x (b){told}{'  OVER' * is_over}")  # noqa: T201
    failed += growth > GROWTH
    verdict = "" if growth <= GROWTH else "  OVER"
    print(f"  from 30 to 1000 {growth:6.1f} x          gate {GROWTH}{verdict}")  # noqa: T201
    return failed


if __name__ == "__main__":
    sys.exit(main())
