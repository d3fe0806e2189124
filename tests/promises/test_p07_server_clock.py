"""P7: the server's clock alone decides; nothing is cut off early, nothing late counts, and late
text is kept and flagged."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from quizzes.models import Attempt, AttemptQuestion, Response
from quizzes.rules import Behaviour, Rules
from tests.promises import harness
from tests.promises.figures import figure
from tests.promises.harness import Site

ARRIVALS = 300
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRACE = 5


def settled(**changes: Any) -> Rules:
    return Rules(**({"behaviour": Behaviour.DEFERRED, "seconds": 600, "grace": GRACE} | changes))


def arrive(attempt: Attempt, at: datetime, text: str) -> str:
    row = attempt.questions.get(position=1)
    ack = attempt.respond(row.question_id, text, token=uuid4(), base_rev=row.rev, now=at)
    kept = Response.objects.get(pk=ack.response.pk)
    assert (kept.value, kept.outcome, kept.arrived_at) == (text, ack.outcome, at)
    return ack.outcome


def test_arrivals_around_the_deadline_are_decided_rightly(db: None) -> None:
    """Within the grace they count; a microsecond after it they are kept and flagged."""
    quiz = harness.load_lamps(1)
    (user,) = harness.make_people(1)
    attempt = Attempt.start(user=user, quiz=quiz, now=START, rules=settled())
    end = START + timedelta(seconds=600 + GRACE)
    chance = random.Random(harness.SEED)
    edges = [timedelta(0), timedelta(microseconds=1), timedelta(microseconds=-1)]
    around = [timedelta(seconds=chance.uniform(-GRACE - 5, 5)) for _n in range(ARRIVALS)]
    wrong, late = [], 0
    for number, offset in enumerate(edges + around):
        outcome = arrive(attempt, end + offset, f"text {number}")
        late += offset > timedelta(0)
        if outcome != ("late" if offset > timedelta(0) else "saved"):
            wrong.append((offset, outcome))
    stored = Response.objects.filter(attempt=attempt)
    figure("P7", f"{len(wrong)} wrong decisions of {stored.count()}, {late} late kept")
    assert not wrong
    assert stored.count() == ARRIVALS + len(edges)
    assert stored.filter(outcome="late").count() == late > 0


def test_the_close_date_inside_the_limit_ends_it(db: None) -> None:
    quiz = harness.load_lamps(1)
    (user,) = harness.make_people(1)
    closes = START + timedelta(seconds=100)
    attempt = Attempt.start(user=user, quiz=quiz, now=START, rules=settled(closes_at=closes))
    assert attempt.deadline_at == closes
    assert arrive(attempt, closes + timedelta(seconds=GRACE), "in time") == "saved"
    assert arrive(attempt, closes + timedelta(seconds=GRACE + 1), "late") == "late"


def test_an_extension_during_the_attempt_holds(db: None) -> None:
    quiz = harness.load_lamps(1)
    user, tutor = harness.make_people(2)
    attempt = Attempt.start(user=user, quiz=quiz, now=START, rules=settled())
    until = START + timedelta(seconds=900)
    asleep = Attempt.objects.get(pk=attempt.pk)  # a tab from before the extension
    attempt.extend(until=until, by=tutor, reason="fire drill", now=START)
    assert not asleep.expire(now=START + timedelta(seconds=700))
    assert arrive(asleep, START + timedelta(seconds=899), "in time") == "saved"
    assert arrive(asleep, until + timedelta(seconds=GRACE + 1), "late") == "late"


def test_a_learners_own_multiplier_moves_the_deadline(db: None) -> None:
    quiz = harness.load_lamps(1)
    (user,) = harness.make_people(1)
    attempt = Attempt.start(user=user, quiz=quiz, now=START, rules=settled(multiplier=1.5))
    assert arrive(attempt, START + timedelta(seconds=900), "in time") == "saved"


@pytest.mark.parametrize("hours", [-26, 0, 26])
def test_what_the_client_says_of_time_decides_nothing(site: Site, hours: int) -> None:
    """A wrong clock, a time-up it made out itself: neither ends an attempt nor prolongs it."""
    quiz = harness.load_lamps(2)
    early, late = harness.sit_down(site, harness.make_people(2), quiz, seconds=600, grace=GRACE)
    past = timezone.now() - timedelta(seconds=GRACE + 1)
    Attempt.objects.filter(pk=late.attempt.pk).update(deadline_at=past)
    clock = datetime.now(UTC) + timedelta(hours=hours)
    for time_up in ("", "0", "1"):
        for sitting, outcome in ((early, "saved"), (late, "late")):
            claims = {
                **{"time_up": time_up, "is_late": time_up, "timeup": time_up},
                **{"now": clock.isoformat(), "client_at": clock.timestamp()},
            }
            fields = sitting.fields(sitting.questions[0], f"said at {hours}") | claims
            assert sitting.learner.post(sitting.path, **fields).status == 200
            stored = Response.objects.get(token=fields["token"])
            assert stored.outcome == outcome
            assert abs(stored.arrived_at - datetime.now(UTC)) < timedelta(minutes=1)
            if outcome == "saved":
                sitting.revs[sitting.questions[0]] = stored.rev


def test_a_tab_that_slept_past_the_end_is_told_and_loses_nothing(site: Site) -> None:
    """A real deadline, waited for: what was saved before counts, what came after is kept."""
    quiz = harness.load_lamps(2)
    (sitting,) = harness.sit_down(site, harness.make_people(1), quiz, seconds=2, grace=1)
    first, second = sitting.questions
    sitting.save(first, "lamp1")
    assert sitting.attempt.deadline_at is not None
    over = sitting.attempt.deadline_at + timedelta(seconds=1.1)
    time.sleep(max(0.0, (over - timezone.now()).total_seconds()))
    reply = sitting.learner.post(sitting.path, **sitting.fields(second, "lamp2"))
    assert "Time was up" in reply.body
    assert Response.objects.get(attempt=sitting.attempt, value="lamp2").outcome == "late"
    rows = AttemptQuestion.objects.filter(attempt=sitting.attempt).order_by("position")
    assert [row.fraction for row in rows] == [1.0, 0.0]
