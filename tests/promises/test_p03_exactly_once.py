"""P3: a retry, a double click, a refresh make no second answer, attempt or grade."""

from __future__ import annotations

import random
from collections import Counter
from uuid import uuid4

from django.utils import timezone

from quizzes.models import Attempt, Grade, Response
from quizzes.rules import Behaviour
from tests.promises import harness
from tests.promises.figures import figure
from tests.promises.harness import Site

THREADS = 8
EACH = 60


def test_repeated_sends_are_stored_once(site: Site) -> None:
    quiz = harness.load_lamps(20)
    sittings = harness.sit_down(site, harness.make_people(THREADS), quiz)

    def answer_all(sitting: harness.Sitting) -> None:
        chance = random.Random(harness.SEED + sitting.attempt.pk)
        for number in range(EACH):
            sitting.save(sitting.questions[number % 20], f"{number}", chance)

    harness.at_once(answer_all, sittings, THREADS)
    sends = Counter(status for s in sittings for status in s.statuses)
    stored = Response.objects.filter(attempt__quiz=quiz)
    extra = stored.count() - THREADS * EACH
    figure("P3", f"{extra} duplicates in {sends.total()} sends")
    assert set(sends) == {200}
    assert sends.total() > THREADS * EACH
    assert extra == 0
    assert not stored.exclude(outcome="saved").exists()


def test_a_token_with_another_text_is_refused(site: Site) -> None:
    quiz = harness.load_lamps(1)
    (sitting,) = harness.sit_down(site, harness.make_people(1), quiz)
    fields = sitting.fields(sitting.questions[0], "one", uuid4())
    assert sitting.learner.post(sitting.path, **fields).status == 200
    reply = sitting.learner.post(sitting.path, **(fields | {"text": "two"}))
    assert reply.status == 422
    assert "two" in reply.body
    assert [r.value for r in Response.objects.filter(attempt=sitting.attempt)] == ["one"]


def test_handing_in_twice_at_once_grades_once(site: Site) -> None:
    quiz = harness.load_lamps(5)
    (sitting,) = harness.sit_down(site, harness.make_people(1), quiz)
    path = f"/attempts/{sitting.attempt.public_id}/submit/"
    twins = [harness.Learner(site, sitting.learner.user) for _twin in range(6)]
    replies = harness.at_once(lambda twin: twin.insist(path, htmx=False), twins)
    assert {reply.status for reply in replies} == {302}
    assert Grade.objects.filter(attempt_question__attempt=sitting.attempt).count() == 5


def test_checking_twice_at_once_grades_once(site: Site) -> None:
    quiz = harness.load_lamps(3)
    (sitting,) = harness.sit_down(site, harness.make_people(1), quiz, behaviour=Behaviour.IMMEDIATE)
    fields = sitting.fields(sitting.questions[0], "lamp1") | {"act": "check"}
    twins = [harness.Learner(site, sitting.learner.user) for _twin in range(6)]
    replies = harness.at_once(lambda twin: twin.insist(sitting.path, **fields), twins)
    assert {reply.status for reply in replies} == {200}
    assert Grade.objects.filter(attempt_question__attempt=sitting.attempt).count() == 1


def test_a_start_sent_twice_is_one_attempt(site: Site) -> None:
    quiz = harness.load_lamps(3)
    (user,) = harness.make_people(1)
    twins = [harness.Learner(site, user) for _twin in range(6)]
    path = f"/quizzes/{quiz.public_id}/start/"
    replies = harness.at_once(lambda twin: twin.insist(path, behaviour="deferred"), twins)
    assert {reply.location for reply in replies} == {
        Attempt.objects.get(user=user, started_at__lte=timezone.now()).get_absolute_url()
    }
