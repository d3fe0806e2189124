"""P10: time-out submits exactly what was last acknowledged."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from django.utils import timezone

from quizzes.grading import worth
from quizzes.models import Attempt, AttemptQuestion, Response
from tests.promises import harness
from tests.promises.figures import figure
from tests.promises.harness import Site

LEARNERS = 20
MOST = 12  # answers of one learner before his browser dies


def vanish(sitting: harness.Sitting, fields: dict[str, object]) -> None:
    """The browser dies while it sends: the request is on its way, nobody waits for an answer."""
    line = http.client.HTTPConnection("127.0.0.1", sitting.learner.site.port, timeout=5)
    headers = {
        "Cookie": sitting.learner.cookies,
        "X-CSRFToken": "c" * 32,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with contextlib.suppress(OSError):
        line.request("POST", sitting.path, urlencode(fields), headers)
        if line.sock is not None:
            line.sock.shutdown(socket.SHUT_RDWR)
    line.close()


def test_the_job_grades_what_was_last_acknowledged(site: Site, tmp_path: Path) -> None:
    quiz = harness.load_lamps(4)
    sittings = harness.sit_down(site, harness.make_people(LEARNERS), quiz, seconds=600)

    def work(sitting: harness.Sitting) -> None:
        chance = random.Random(harness.SEED + sitting.attempt.pk)
        for number in range(chance.randrange(MOST)):
            place = chance.randrange(4)
            right = f"lamp{place + 1}" if chance.random() < 0.5 else f"wrong {number}"
            sitting.save(sitting.questions[place], right)
        place = chance.randrange(4)
        vanish(sitting, sitting.fields(sitting.questions[place], "dying words"))

    harness.at_once(work, sittings, 8)
    over = timezone.now() - timedelta(minutes=5)
    Attempt.objects.filter(quiz=quiz).update(deadline_at=over)
    harness.finish(harness.manage(tmp_path, "close_attempts"))
    different, graded = [], 0
    for sitting in sittings:
        attempt = Attempt.objects.get(pk=sitting.attempt.pk)
        assert (attempt.state, attempt.closed_by) == ("submitted", "clock")
        assert attempt.submitted_at == over
        for row in AttemptQuestion.objects.filter(attempt=attempt).select_related("version"):
            acked = [a for a in sitting.acks if a.question == row.question_id]
            log = Response.objects.filter(attempt_question=row, outcome="saved").order_by("rev")
            last = log.last()
            assert {a.token for a in acked} <= {r.token for r in log}
            unacknowledged = [r for r in log if r.token not in {a.token for a in acked}]
            assert all(r.value == "dying words" for r in unacknowledged)
            value = last.value if last else None
            graded += 1
            should = worth(row.version.load(), value).fraction
            if row.response_id != (last.pk if last else None) or row.fraction != should:
                different.append((row.pk, row.fraction, should))
        assert attempt.score == sum(
            AttemptQuestion.objects.filter(attempt=attempt).values_list("points", flat=True)
        )
    figure("P10", f"{graded - len(different)}/{graded} equal")
    assert not different
