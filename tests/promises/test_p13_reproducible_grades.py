"""P13: grades follow from log and version, and change only on purpose."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.utils import timezone

from quizzes.grading import after_tries, worth
from quizzes.models import Attempt, AttemptQuestion, Grade, Quiz, Regrade, Response, Ruling
from quizzes.rules import Behaviour, Rules
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, load_samples, question_of
from tests.promises import harness
from tests.promises.figures import figure

PEOPLE = 12
SCOPE = "class"


def fill(quiz: Quiz, *, behaviour: Behaviour = Behaviour.DEFERRED) -> list[Attempt]:
    """Handed-in attempts at every kind, answered rightly, wrongly, partly or not at all."""
    chance = random.Random(harness.SEED)
    now = timezone.now()
    attempts = []
    for user in harness.make_people(PEOPLE):
        attempt = Attempt.start(
            user=user, quiz=quiz, now=now, rules=Rules(behaviour=behaviour), scope=SCOPE
        )
        for row in attempt.questions.select_related("version"):
            how = chance.choice(["right", "wrong", "partly", ""])
            if how:
                version = row.version
                data = getattr(SAMPLES[version.kind], how)
                value = version.kind_class.read(version.arranged(row.seed), data)
                ask: dict[str, Any] = {"token": harness.uuid4(), "base_rev": 0, "now": now}
                is_check = behaviour != Behaviour.DEFERRED
                attempt.respond(row.question_id, value, is_check=is_check, **ask)
        attempt.submit(now=now)
        attempts.append(attempt)
    return attempts


def grades() -> list[tuple[Any, ...]]:
    rows = AttemptQuestion.objects.order_by("pk")
    attempts = Attempt.objects.order_by("pk")
    return [
        *rows.values_list("pk", "fraction", "points", "is_excluded", "response", "version"),
        *attempts.values_list("pk", "score", "max_score"),
    ]


def test_every_grade_follows_from_log_and_version(db: None) -> None:
    quiz = load_samples()
    for behaviour in (Behaviour.DEFERRED, Behaviour.IMMEDIATE, Behaviour.TRIES):
        fill(quiz, behaviour=behaviour)
    different = []
    rows = AttemptQuestion.objects.select_related("attempt", "version", "response")
    for row in rows:
        log = Response.objects.filter(attempt_question=row, outcome="saved").order_by("rev").last()
        should = worth(row.version.load(), log.value if log else None).fraction
        if row.attempt.own_rules.behaviour == Behaviour.TRIES:
            penalty = row.attempt.own_rules.penalty
            should = after_tries(should, tries=max(row.tries, 1), penalty=penalty)
        last = Grade.objects.filter(attempt_question=row).last()
        if row.fraction != should or last is None or last.fraction != should:
            different.append((row.pk, row.fraction, should))
    figure("P13", f"{len(different)} differences of {rows.count()} grades")
    assert not different
    assert rows.count() == PEOPLE * 3 * len(SAMPLES)


def test_an_edited_question_changes_no_grade(db: None) -> None:
    """Neither what is graded, nor what an open attempt is going to be graded by."""
    quiz = harness.load_lamps(4)
    users = harness.make_people(2)
    rules = Rules(behaviour=Behaviour.DEFERRED)
    attempts = [
        Attempt.start(user=u, quiz=quiz, now=timezone.now(), rules=rules, scope=SCOPE)
        for u in users
    ]
    for attempt in attempts:
        for row in attempt.questions.all():
            attempt.respond(
                row.question_id,
                f"lamp{row.position}",
                token=harness.uuid4(),
                base_rev=0,
                now=timezone.now(),
            )
    attempts[0].submit(now=timezone.now())
    before = grades()
    harness.load_lamps(4, [harness.text_question(n, f"oar{n}") for n in range(1, 5)])
    assert grades() == before
    assert not Regrade.preview(SCOPE)
    attempts[1].submit(now=timezone.now())
    assert Attempt.objects.get(pk=attempts[1].pk).score == 4


def rule(by: User, **changes: Any) -> None:
    version = AttemptQuestion.objects.filter(version__kind="text").first()
    assert version is not None
    Ruling.objects.create(
        **{"version_id": version.version_id, "scope": SCOPE, "by": by, "at": timezone.now()}
        | changes
    )


def test_a_regrade_does_what_its_dry_run_said_and_can_be_undone(db: None) -> None:
    fill(load_samples())
    (tutor,) = harness.make_people(1)
    before = grades()
    log = list(Response.objects.order_by("pk").values_list())
    rule(tutor, kind="full_marks")
    choice = AttemptQuestion.objects.filter(version__kind="choice").first()
    assert choice is not None
    rule(tutor, kind="leave_out", version_id=choice.version_id)
    said = {c.row.pk: (c.before, c.after, c.is_excluded) for c in Regrade.preview(SCOPE)}
    assert said
    assert grades() == before
    regrade = Regrade.run(SCOPE, by=tutor, reason="It was ambiguous.", now=timezone.now())
    done = {g.attempt_question_id: (g.fraction, g.is_excluded) for g in regrade.grades.all()}
    assert done == {pk: (after, out) for pk, (_before, after, out) in said.items()}
    assert not Regrade.preview(SCOPE)
    assert grades() != before
    assert regrade.undo(now=timezone.now())
    assert not regrade.undo(now=timezone.now())
    assert grades() == before
    assert list(Response.objects.order_by("pk").values_list()) == log


@pytest.mark.parametrize(
    "rules",
    [Rules(behaviour=Behaviour.TRIES), Rules(behaviour=Behaviour.DEFERRED, has_certainty=True)],
)
@pytest.mark.parametrize("is_ruled_before", [True, False])
def test_full_marks_are_full_however_it_was_answered(
    db: None, rules: Rules, is_ruled_before: bool
) -> None:
    """Whatever tries cost, however sure somebody was, and where nothing was answered."""
    quiz, now = load_samples(), timezone.now()
    user, tutor = harness.make_people(2)
    attempt = Attempt.start(user=user, quiz=quiz, now=now, rules=rules, scope=SCOPE)

    def decide() -> None:
        for row in attempt.questions.all():
            rule(tutor, kind="full_marks", version_id=row.version_id)

    if is_ruled_before:
        decide()
    question, value = question_of("choice").pk, SAMPLES["choice"].wrong["choice"][0]
    for rev in range(2):
        ask: dict[str, Any] = {"token": harness.uuid4(), "base_rev": rev, "now": now}
        attempt.respond(question, value, is_check=True, certainty=3, **ask)
    attempt.submit(now=now)
    if not is_ruled_before:
        decide()
        Regrade.run(SCOPE, by=tutor, reason="It was ambiguous.", now=now)
    attempt.refresh_from_db()
    assert {row.fraction for row in attempt.questions.all()} == {1.0}
    assert attempt.score == attempt.max_score


def test_a_regrade_leaves_open_attempts_alone(db: None) -> None:
    quiz = load_samples()
    fill(quiz)
    user, tutor = harness.make_people(2)
    attempt = Attempt.start(user=user, quiz=quiz, now=timezone.now(), scope=SCOPE)
    row = attempt.questions.first()
    assert row is not None
    attempt.respond(row.question_id, "x", token=harness.uuid4(), base_rev=0, now=timezone.now())
    before = list(attempt.questions.values_list())
    rule(tutor, kind="full_marks")
    Regrade.run(SCOPE, by=tutor, reason="", now=timezone.now())
    assert list(attempt.questions.values_list()) == before
    assert attempt.responses.count() == 1
