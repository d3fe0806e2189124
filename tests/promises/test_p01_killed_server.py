"""P1: an answer that was acknowledged is never lost when the server dies."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

from quizzes.models import Response
from tests.promises import harness
from tests.promises.figures import figure

ANSWERS = int(os.environ.get("TRUST_ANSWERS", "600"))
KILLS = int(os.environ.get("TRUST_KILLS", "5"))
THREADS = 16


def test_no_acknowledged_answer_is_lost_when_the_server_is_killed(
    transactional_db: None, tmp_path: Path
) -> None:
    each = -(-ANSWERS // THREADS)
    size = min(each, 50)
    chance = random.Random(harness.SEED)
    quiz = harness.load_lamps(size)
    with harness.serving(tmp_path) as site:
        sittings = harness.sit_down(site, harness.make_people(THREADS), quiz)
        total = each * THREADS

        def answer_all(sitting: harness.Sitting) -> None:
            for number in range(each):
                question = sitting.questions[number % size]
                sitting.save(question, f"{sitting.attempt.pk}-{number}")

        everybody = threading.Thread(target=harness.at_once, args=(answer_all, sittings))
        everybody.start()
        kills = 0
        # Somewhere in each stretch of the work, so that there is always somebody writing.
        moments = [(n + chance.uniform(0.1, 0.9)) * total / KILLS for n in range(KILLS)]
        for moment in moments:
            while sum(len(s.acks) for s in sittings) < moment and everybody.is_alive():
                threading.Event().wait(0.005)
            site.kill()
            kills += 1
            site.start()
        everybody.join()
        site.kill()  # and once right after the last acknowledgement
    acks = [ack for sitting in sittings for ack in sitting.acks]
    stored = {
        row.token: (row.attempt_id, row.value, row.outcome, row.rev)
        for row in Response.objects.filter(attempt__quiz=quiz)
    }
    lost = [a for a in acks if stored.get(a.token) != (a.attempt, a.text, "saved", a.rev)]
    copies = Response.objects.filter(attempt__quiz=quiz).count() - len(acks)
    figure("P1", f"{len(lost)} lost, {copies} doubled of {len(acks)} acknowledged, {kills} kills")
    assert not lost
    assert copies == 0
    assert len(acks) == total
    assert kills == KILLS >= 5
