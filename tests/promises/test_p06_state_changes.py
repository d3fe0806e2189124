"""P6: only legal changes of state, and each happens once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.models import (
    Attempt,
    AttemptEvent,
    Grade,
    Quiz,
    Regrade,
    Response,
    Ruling,
    close_overdue,
)
from quizzes.rules import Behaviour, Rules
from studyguide.accounts.models import User
from tests.promises import harness
from tests.promises.harness import Site

ACTS = ("start", "save", "submit", "expire", "extend", "reopen", "rule", "regrade", "wait", "stale")
MINUTES = 10
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Undone(Exception):  # noqa: N818
    """Ends an example and takes back what it wrote."""


class Desk:
    """A learner, his tutor and the job at one quiz; what they may do is known beside the code."""

    def __init__(self) -> None:
        self.quiz: Quiz = harness.load_lamps(2)
        self.learner, self.tutor = harness.make_people(2)
        self.now = BEGIN
        self.attempt: Attempt | None = None
        self.stale: Attempt | None = None
        self.closings = self.reopenings = 0
        self.deadline = BEGIN

    def act(self, name: str) -> None:
        self.now += timedelta(seconds=1)
        getattr(self, name)()
        self.look()

    @property
    def is_open(self) -> bool:
        return self.attempt is not None and self.state == "open"

    @property
    def state(self) -> str:
        assert self.attempt is not None
        return Attempt.objects.values_list("state", flat=True).get(pk=self.attempt.pk)

    @property
    def is_past(self) -> bool:
        return self.now > self.deadline + timedelta(seconds=5)

    def start(self) -> None:
        if self.attempt is not None:
            return
        rules = Rules(behaviour=Behaviour.DEFERRED, seconds=MINUTES * 60)
        self.attempt = Attempt.start(
            user=self.learner, quiz=self.quiz, now=self.now, rules=rules, scope="class"
        )
        self.stale = Attempt.objects.get(pk=self.attempt.pk)
        self.deadline = self.now + timedelta(minutes=MINUTES)

    def save(self) -> None:
        if self.attempt is None:
            return
        row = self.attempt.questions.first()
        assert row is not None
        should = "saved" if self.is_open and not self.is_past else "late"
        text = {"token": uuid4(), "base_rev": row.rev, "now": self.now}
        ack = self.attempt.respond(row.question_id, "lamp1", **text)
        assert ack.outcome == should

    def submit(self, attempt: Attempt | None = None) -> None:
        attempt = attempt or (Attempt.objects.get(pk=self.attempt.pk) if self.attempt else None)
        if attempt is None:
            return
        was_open, was_past = self.is_open, self.is_past
        done = attempt.submit(now=self.now)
        if attempt is not self.stale:
            assert done == (was_open and not was_past)
        self.closings += was_open and not self.is_open

    def expire(self) -> None:
        due = self.is_open and self.is_past
        closed = close_overdue(self.now)
        assert closed == due
        self.closings += closed

    def extend(self) -> None:
        if self.attempt is None:
            return
        until = self.now + timedelta(minutes=MINUTES)
        was_open = self.is_open
        done = self.attempt.extend(until=until, by=self.tutor, reason="", now=self.now)
        assert done == was_open
        if done:
            self.deadline = until

    def reopen(self) -> None:
        if self.attempt is None:
            return
        until = self.now + timedelta(minutes=MINUTES)
        was_open = self.is_open
        done = self.attempt.reopen(until=until, by=self.tutor, reason="", now=self.now)
        assert done == (not was_open)
        if done:
            self.reopenings += 1
            self.deadline = until

    def rule(self) -> None:
        if self.attempt is None:
            return
        row = self.attempt.questions.first()
        assert row is not None
        Ruling.objects.create(
            version=row.version, scope="class", kind="full_marks", by=self.tutor, at=self.now
        )

    def regrade(self) -> None:
        before = Response.objects.count()
        should = len(Regrade.preview("class"))
        regrade = Regrade.run("class", by=self.tutor, reason="", now=self.now)
        assert len(regrade.before) == should
        assert not Regrade.preview("class")
        assert Response.objects.count() == before

    def wait(self) -> None:
        self.now += timedelta(minutes=MINUTES + 1)

    def stale_submit(self) -> None:
        """A process that read the attempt long ago hands it in."""
        if self.stale is not None:
            self.submit(self.stale)

    def look(self) -> None:
        if self.attempt is None:
            return
        events = AttemptEvent.objects.filter(attempt=self.attempt)
        assert events.filter(kind="started").count() == 1
        assert events.filter(kind="closed").count() == self.closings
        assert events.filter(kind="reopened").count() == self.reopenings
        assert self.closings - self.reopenings == (not self.is_open)
        turns = [e.kind for e in events if e.kind in {"started", "closed", "reopened"}]
        assert all(a != b for a, b in pairwise(turns))
        released = events.filter(kind="released").count()
        assert released == self.closings
        fresh = Attempt.objects.get(pk=self.attempt.pk)
        assert (fresh.submitted_at is None) == self.is_open


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=4, max_size=14))
def test_any_sequence_of_acts_changes_state_legally(db: None, acts: list[str]) -> None:
    try:
        with transaction.atomic():
            desk = Desk()
            desk.act("start")
            for name in acts:
                desk.act("stale_submit" if name == "stale" else name)
            raise Undone
    except Undone:
        pass


def test_learner_tutor_and_job_at_once_close_it_once(site: Site) -> None:
    quiz = harness.load_lamps(5)
    people = harness.make_people(6)
    tutor: User = harness.make_people(1)[0]
    sittings = harness.sit_down(site, people, quiz, seconds=600)
    late = timezone.now() - timedelta(minutes=1)
    for number, sitting in enumerate(sittings):
        if number % 2:
            Attempt.objects.filter(pk=sitting.attempt.pk).update(deadline_at=late)

    def hand_in(sitting: harness.Sitting) -> None:
        path = f"/attempts/{sitting.attempt.public_id}/submit/"
        assert harness.Learner(site, sitting.learner.user).insist(path, htmx=False).status == 302

    def close(sitting: harness.Sitting) -> None:
        Attempt.objects.get(pk=sitting.attempt.pk).expire(now=timezone.now())

    def extend(sitting: harness.Sitting) -> None:
        now = timezone.now()
        attempt = Attempt.objects.get(pk=sitting.attempt.pk)
        attempt.extend(until=now + timedelta(minutes=5), by=tutor, reason="", now=now)

    acts = [(act, s) for s in sittings for act in (hand_in, close, hand_in, extend, close)]
    harness.at_once(lambda pair: pair[0](pair[1]), acts)
    for sitting in sittings:
        Attempt.objects.get(pk=sitting.attempt.pk).submit(now=timezone.now())
        events = AttemptEvent.objects.filter(attempt=sitting.attempt)
        assert events.filter(kind="closed").count() == 1
        assert events.filter(kind="released").count() == 1
        assert Grade.objects.filter(attempt_question__attempt=sitting.attempt).count() == 5
