"""P5: one open attempt for each learner and quiz, whoever starts at the same moment."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from quizzes.models import Attempt, Quiz
from quizzes.rules import Rules
from tests.promises import harness
from tests.promises.figures import figure
from tests.promises.harness import Site

ROUNDS = 3
LEARNERS = 4
EACH = 10


def test_simultaneous_starts_open_one_attempt_each(site: Site) -> None:
    quiz = harness.load_lamps(10)
    people = harness.make_people(LEARNERS)
    starters = [harness.Learner(site, user) for user in people for _n in range(EACH)]
    path = f"/quizzes/{quiz.public_id}/start/"
    seen: Counter[int] = Counter()
    for round_number in range(1, ROUNDS + 1):
        replies = harness.at_once(lambda starter: starter.insist(path), starters, 20)
        seen.update(reply.status for reply in replies)
        assert Attempt.objects.open().count() == LEARNERS
        assert Attempt.objects.count() == LEARNERS * round_number
        for attempt in Attempt.objects.open():
            assert attempt.submit(now=timezone.now())
    figure("P5", f"{sum(seen.values())} starts, {LEARNERS} attempts a round, {dict(seen)}")
    assert set(seen) == {302}


def test_a_limit_holds_for_simultaneous_starts(site: Site) -> None:
    quiz = harness.load_lamps(3)
    quiz.rules = Rules(attempts=1).snapshot()
    quiz.save()
    (user,) = harness.make_people(1)
    starters = [harness.Learner(site, user) for _n in range(8)]
    path = f"/quizzes/{quiz.public_id}/start/"
    harness.at_once(lambda starter: starter.insist(path), starters)
    Attempt.objects.get(user=user).submit(now=timezone.now())
    replies = harness.at_once(lambda starter: starter.insist(path), starters)
    assert {reply.status for reply in replies} == {302}
    assert Attempt.objects.filter(user=user).count() == 1


def test_a_quiz_of_ones_own_is_made_and_begun_once(site: Site) -> None:
    """The button that makes it, pressed several times at once."""
    quiz = harness.load_lamps(3)
    (user,) = harness.make_people(1)
    before = Attempt.start(user=user, quiz=quiz, now=timezone.now())
    before.submit(now=timezone.now())
    starters = [harness.Learner(site, user) for _n in range(8)]
    again = f"/attempts/{before.public_id}/again/"
    replies = harness.at_once(lambda starter: starter.insist(again), starters)
    assert {reply.status for reply in replies} == {302}
    assert Attempt.objects.exclude(pk=before.pk).count() == 1
    assert Quiz.objects.filter(owner=user).count() == 1


def test_the_database_itself_has_the_partial_index(db: None) -> None:
    asked = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE name = 'attempt_open_once'",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE indexname = 'attempt_open_once'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(asked)
        row = cursor.fetchone()
    assert row is not None
    assert "UNIQUE" in row[0]
    assert "WHERE" in row[0]


def test_the_database_refuses_a_second_open_attempt(db: None) -> None:
    quiz = harness.load_lamps(1)
    (user,) = harness.make_people(1)
    first = Attempt.start(user=user, quiz=quiz, now=timezone.now())
    first.pk, first.public_id, first.number, first._state.adding = None, "another", 2, True
    with pytest.raises(IntegrityError):
        first.save()
