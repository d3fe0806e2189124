"""P11: the closing job may run twice, side by side, and be killed."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.db.models import Count
from django.utils import timezone

from quizzes.models import Attempt, AttemptEvent, AttemptQuestion, Review
from quizzes.rules import Behaviour, Rules
from tests.promises import harness
from tests.promises.figures import figure

OVERDUE = 60
WORKERS = 4


def test_four_jobs_at_once_and_one_killed_close_each_attempt_once(
    transactional_db: None, tmp_path: Path
) -> None:
    quiz = harness.load_lamps(3)
    now = timezone.now()
    rules = Rules(behaviour=Behaviour.DEFERRED, seconds=600)
    for user in harness.make_people(OVERDUE):
        attempt = Attempt.start(user=user, quiz=quiz, now=now, rules=rules)
        row = attempt.questions.get(position=1)
        attempt.respond(row.question_id, "lamp1", token=uuid4(), base_rev=0, now=now)
    Attempt.objects.update(deadline_at=now - timedelta(minutes=5))
    jobs = [harness.manage(tmp_path, "close_attempts") for _n in range(WORKERS)]
    while not Attempt.objects.submitted().exists():
        time.sleep(0.005)
    time.sleep(random.Random(harness.SEED).uniform(0, 0.3))
    os.killpg(jobs[0].pid, signal.SIGKILL)
    jobs[0].communicate()
    for job in jobs[1:]:
        harness.finish(job)
    harness.finish(harness.manage(tmp_path, "close_attempts"))
    assert Attempt.objects.submitted().count() == OVERDUE
    for kind in ("closed", "released"):
        events = AttemptEvent.objects.filter(kind=kind).values("attempt")
        assert {row["n"] for row in events.annotate(n=Count("pk"))} == {1}
        assert len(events.distinct()) == OVERDUE
    rows = AttemptQuestion.objects.annotate(n=Count("grades"))
    graded = rows.filter(n=1, is_final=True).count()
    figure("P11", f"{OVERDUE} closed once, {graded} of {rows.count()} questions graded once")
    assert graded == rows.count() == OVERDUE * 3
    looks = Review.objects.values("card").annotate(n=Count("pk"))
    assert {row["n"] for row in looks} == {1}


def test_what_is_due_for_release_is_released(transactional_db: None, tmp_path: Path) -> None:
    quiz = harness.load_lamps(1)
    (user,) = harness.make_people(1)
    now = timezone.now()
    closes = now + timedelta(minutes=1)
    rules = Rules(behaviour=Behaviour.DEFERRED, release="after_close", closes_at=closes)
    attempt = Attempt.start(user=user, quiz=quiz, now=now, rules=rules)
    attempt.submit(now=now)
    harness.finish(harness.manage(tmp_path, "close_attempts"))
    assert Attempt.objects.get().released_at is None
    Attempt.objects.update(release_on=now)
    harness.finish(harness.manage(tmp_path, "close_attempts"))
    assert Attempt.objects.get().released_at is not None


def test_nothing_due_says_nothing(transactional_db: None, tmp_path: Path) -> None:
    assert harness.finish(harness.manage(tmp_path, "close_attempts")) == ""
