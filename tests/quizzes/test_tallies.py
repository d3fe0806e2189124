"""What the answers of a scope add up to is kept exactly, whatever happens and in what order."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from quizzes.models import (
    Attempt,
    AttemptQuestion,
    AttemptRefused,
    ItemTally,
    QuestionVersion,
    Quiz,
    Regrade,
    Response,
    Ruling,
    Turnout,
    close_overdue,
    release_all,
    sync_bank,
)
from quizzes.recount import differences
from quizzes.rules import Behaviour, Rules
from quizzes.statistics import ItemStatistics, described, described_sample
from quizzes.tallying import Sums
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, SOURCE, load_samples, specs
from tests.factories import TERM, UserFactory

SCOPES = ("course:a", "course:b")
KINDS = [*SAMPLES]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bank(db: None) -> Quiz:
    return load_samples()


def drawing(count: int, source: str = SOURCE) -> Quiz:
    draw = {"count": count, "any_of": [], "questions": []}
    return Quiz.objects.create(source=source, title=f"{count}", group="own", draws=[draw])


def respond(attempt: Attempt, row: AttemptQuestion, how: str, now: datetime, **more: Any) -> None:
    version = row.version
    value = None
    if how:
        form = getattr(SAMPLES[version.kind], how)
        value = version.kind_class.read(version.arranged(row.seed), form)
    row.refresh_from_db()
    attempt.respond(row.question_id, value, token=uuid4(), base_rev=row.rev, now=now, **more)


def hand_in(user: User, quiz: Quiz, how: str = "right", **more: Any) -> Attempt:
    rules = more.pop("rules", Rules())
    where = {"scope": SCOPES[0], "context": "assignment:1"} | more
    attempt = Attempt.start(user=user, quiz=quiz, now=TERM, rules=rules, **where)
    for row in attempt.questions.select_related("version"):
        respond(attempt, row, how, TERM)
    attempt.submit(now=TERM)
    return attempt


def answers(scope: str = SCOPES[0], kind: str = "choice") -> int:
    tallies = ItemTally.objects.of_scope(scope).filter(version__kind=kind)
    return sum(tallies.values_list("answers", flat=True))


class Life:
    """Learners, tutors and the clock, doing what comes to their minds."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = TERM
        self.users = [UserFactory() for _n in range(4)]
        self.tutor = UserFactory()
        self.quizzes = [drawing(1), drawing(3), drawing(5)]

    def go(self) -> None:
        self.now += self.chance.choice([MINUTE, 20 * MINUTE])
        acts: list[Callable[[], object]] = [
            *[self.sit] * 8,
            *[self.close] * 2,
            *[self.release] * 2,
            *[self.reopen] * 2,
            *(self.rule, self.withdraw, self.undo, self.edit, self.forget, self.release_some),
        ]
        self.chance.choice(acts)()

    def attempts(self, **wanted: Any) -> list[Attempt]:
        return list(Attempt.objects.filter(**wanted).order_by("pk"))

    def sit(self) -> None:
        chance = self.chance
        rules = Rules(
            behaviour=chance.choice([*Behaviour]),
            release=chance.choice(["at_once", "at_once", "after_close", "by_hand"]),
            closes_at=self.now + chance.choice([5, 300]) * MINUTE,
        )
        where = {
            "scope": chance.choice([*SCOPES, ""]),
            "context": chance.choice(["", "x:1", "x:2"]),
        }
        user, quiz = chance.choice(self.users), chance.choice(self.quizzes)
        try:
            attempt = Attempt.start(user=user, quiz=quiz, now=self.now, rules=rules, **where)
        except AttemptRefused:
            return
        for row in attempt.questions.select_related("version"):
            for _turn in range(chance.choice([0, 1, 1, 2])):
                how = chance.choice(["right", "wrong", "partly", ""])
                respond(attempt, row, how, self.now, is_check=chance.random() < 0.7)
        if chance.random() < 0.8:
            attempt.submit(now=self.now)

    def close(self) -> None:
        close_overdue(self.now)

    def release(self) -> None:
        waiting = self.attempts(state="submitted", released_at=None)
        if waiting:
            self.chance.choice(waiting).release(now=self.now)

    def release_some(self) -> None:
        release_all(self.attempts(state="submitted", released_at=None), now=self.now)

    def reopen(self) -> None:
        done = self.attempts(state="submitted")
        if done:
            until = self.now + 30 * MINUTE
            one = self.chance.choice(done)
            one.reopen(until=until, by=self.tutor, reason="", now=self.now)

    def rule(self) -> None:
        version = self.chance.choice(list(QuestionVersion.objects.order_by("pk")))
        kind = self.chance.choice(["leave_out", "full_marks"])
        ruling = Ruling(version=version, scope=self.chance.choice(SCOPES), kind=kind, reason="")
        ruling.apply(by=self.tutor, now=self.now)

    def withdraw(self) -> None:
        for ruling in Ruling.objects.filter(withdrawn_at=None).order_by("pk")[:1]:
            ruling.withdraw(by=self.tutor, now=self.now)

    def undo(self) -> None:
        for regrade in Regrade.objects.filter(undone_at=None).order_by("-pk")[:1]:
            regrade.undo(now=self.now)

    def edit(self) -> None:
        """A new version, which asks the same or does not."""
        load_samples()
        changed = specs()
        one = self.chance.randrange(len(changed))
        field = self.chance.choice(["prompt", "explanation"])
        changed[one] = replaced(changed[one], field, f"Said anew at {self.now}.")
        sync_bank(SOURCE, questions=changed, quizzes=[], topics=[], now=self.now)
        Quiz.objects.filter(source=SOURCE).update(retired_at=None)

    def forget(self) -> None:
        user = self.chance.choice(self.users)
        for attempt in self.attempts(user=user, state="open"):
            attempt.submit(now=self.now)
        Response.objects.filter(attempt__user=user).forget_typed()


def replaced(spec: Any, field: str, value: str) -> Any:
    from dataclasses import replace

    return replace(spec, **{field: value})


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_the_attempts_say_whatever_happened(bank: Quiz, seed: int) -> None:
    life = Life(seed)
    for _turn in range(40):
        life.go()
        assert [differences(scope) for scope in SCOPES] == [[], []]
    assert Turnout.objects.filter(is_whole=True, learners__gt=1).exists()
    for scope in SCOPES:
        assert figures(scope) == pytest.approx(by_hand(scope), abs=0.01, nan_ok=True)


Figures = dict[tuple[int, str, str, str], float]


def figures(scope: str) -> Figures:
    """What the tallies say of each question, held against the rest and against the whole."""
    found: Figures = {}
    sums: dict[tuple[int, str], Sums] = defaultdict(Sums)
    rows = ItemTally.objects.of_scope(scope).select_related("version")
    for row in rows:
        sums[row.version.question_id, row.version.core_digest].take(row.sums)
    for (question, core), each in sums.items():
        for reading in ("rest", "whole"):
            said = described_sample(each.sample(reading), 2)  # type: ignore[arg-type]
            found |= told(said, question, core, reading)
    return found


def by_hand(scope: str) -> Figures:
    """The same from the rows, by the formulas as they stand in books."""
    rows = AttemptQuestion.objects.filter(
        attempt__scope=scope, attempt__number=1, attempt__released_at__isnull=False
    )
    by_attempt: dict[int, list[AttemptQuestion]] = defaultdict(list)
    for row in rows.select_related("attempt", "version").order_by("attempt", "position"):
        by_attempt[row.attempt_id].append(row)
    pairs: dict[tuple[int, str, str], list[tuple[float, float]]] = defaultdict(list)
    seen = set()
    for asked in by_attempt.values():
        marks = [row.first_fraction or 0.0 for row in asked]
        total, size = sum(marks), len(marks)
        for row, mark in zip(asked, marks, strict=True):
            key = (row.question_id, row.version.core_digest)
            if (*key, row.attempt.user_id) in seen:
                continue
            seen.add((*key, row.attempt.user_id))
            rest = (total - mark) / (size - 1) if size > 1 else total
            pairs[*key, "rest"].append((mark, rest))
            pairs[*key, "whole"].append((mark, total / size))
    found: Figures = {}
    for key, each in pairs.items():
        said = described([mark for mark, _other in each], [other for _m, other in each], 1.0, 2)
        found |= told(said, *key)
    return found


def told(said: ItemStatistics, *key: Any) -> Figures:
    """In per cent; what is not said is nan."""
    names = ("answers", "facility", "standard_deviation", "discrimination", "efficiency")
    values = {name: getattr(said, name) for name in names}
    return {(*key, name): float("nan") if v is None else v for name, v in values.items()}
