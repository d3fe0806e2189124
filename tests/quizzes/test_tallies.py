"""What the answers of a scope add up to is kept exactly, whatever happens and in what order."""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

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
    tallies,
)
from quizzes.recount import differences, rebuild, scopes
from quizzes.rules import Behaviour, Rules
from quizzes.statistics import ItemStatistics, described, described_sample
from quizzes.tallying import (
    TIMES,
    UNIT,
    Given,
    Place,
    Sums,
    added_up,
    in_seconds,
    median_time,
    placed,
    time_of,
)
from quizzes.tokens import token_at
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, SOURCE, load_samples, question_of, specs
from tests.factories import TERM, UserFactory
from tests.queries import queries

SCOPES = ("course:a", "course:b")
KINDS = [*SAMPLES]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bank(db: None) -> Quiz:
    return load_samples()


def drawing(count: int, source: str = SOURCE) -> Quiz:
    draw = {"count": count, "any_of": [], "questions": []}
    return Quiz.objects.create(source=source, title=f"{count}", group="own", draws=[draw])


def respond(
    attempt: Attempt,
    row: AttemptQuestion,
    how: str,
    now: datetime,
    token: UUID | None = None,
    **more: Any,
) -> None:
    version = row.version
    value = None
    if how:
        form = getattr(SAMPLES[version.kind], how)
        value = version.kind_class.read(version.arranged(row.seed), form)
    row.refresh_from_db()
    token = token or uuid4()
    attempt.respond(row.question_id, value, token=token, base_rev=row.rev, now=now, **more)


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
                is_check = chance.random() < 0.7
                respond(attempt, row, how, self.now, self.token(), is_check=is_check)
        if chance.random() < 0.8:
            attempt.submit(now=self.now)

    def token(self) -> UUID:
        """Of a page that was looked at for some seconds, or nobody knows how long."""
        chance = self.chance
        if chance.random() < 0.2:
            return uuid4()
        seconds = chance.choice([chance.uniform(0, 120), chance.uniform(0, 1800)])
        return token_at(self.now - timedelta(seconds=seconds), chance.getrandbits(74))

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
    return replace(spec, **{field: value})


def test_a_blank_stays_one_when_its_learner_is_forgotten(bank: Quiz) -> None:
    user = UserFactory()
    attempt = Attempt.start(user=user, quiz=bank, now=TERM, scope=SCOPES[0], context="x:1")
    row = attempt.questions.select_related("version").get(version__kind="text")
    attempt.respond(row.question_id, None, token=uuid4(), base_rev=0, now=TERM)
    attempt.submit(now=TERM)
    Response.objects.filter(attempt=attempt).forget_typed()
    assert differences(SCOPES[0]) == []


@pytest.mark.parametrize("seed", range(4))
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
        seconds = median_time(each.times, 1)
        found[question, core, "", "seconds"] = float("nan") if seconds is None else seconds
    return found


def by_hand(scope: str) -> Figures:
    """The same from the rows, by the formulas as they stand in books."""
    rows = AttemptQuestion.objects.filter(
        attempt__scope=scope, attempt__number=1, attempt__released_at__isnull=False
    )
    by_attempt: dict[int, list[AttemptQuestion]] = defaultdict(list)
    rows = rows.select_related("attempt", "version", "response")
    for row in rows.order_by("attempt", "position"):
        by_attempt[row.attempt_id].append(row)
    pairs: dict[tuple[int, str, str], list[tuple[float, float]]] = defaultdict(list)
    times: dict[tuple[int, str], list[int]] = defaultdict(list)
    seen = set()
    for asked in by_attempt.values():
        marks = [row.first_fraction or 0.0 for row in asked]
        total, size = sum(marks), len(marks)
        for row, mark in zip(asked, marks, strict=True):
            key = (row.question_id, row.version.core_digest)
            if (*key, row.attempt.user_id) in seen:
                continue
            seen.add((*key, row.attempt.user_id))
            rest = (total - mark) / (size - 1) if size > 1 else 0.0
            pairs[*key, "rest"].append((mark, rest))
            pairs[*key, "whole"].append((mark, total / size))
            times[key] += took(row.response)
    found: Figures = {}
    for (question, core), seconds in times.items():
        value = math.floor(median(seconds) + 0.5) if seconds else float("nan")
        found[question, core, "", "seconds"] = value
    for key, each in pairs.items():
        said = described([mark for mark, _other in each], [other for _m, other in each], 1.0, 2)
        found |= told(said, *key)
    return found


def took(response: Response | None) -> list[int]:
    """The nearest time that counts; nothing of a blank."""
    if response is None or response.seconds is None:
        return []
    if response.value is None and response.digest:
        return []
    seconds = math.floor(response.seconds + 0.5)
    return [min(TIMES, key=lambda time: (abs(time - seconds), -time))]


def told(said: ItemStatistics, *key: Any) -> Figures:
    """In per cent; what is not said is nan."""
    names = ("answers", "facility", "standard_deviation", "discrimination", "efficiency")
    values = {name: getattr(said, name) for name in names}
    return {(*key, name): float("nan") if v is None else v for name, v in values.items()}


def test_nothing_moves_before_results_may_be_seen(bank: Quiz) -> None:
    attempt = hand_in(UserFactory(), bank, rules=Rules(release="by_hand"))
    assert not Turnout.objects.exists()
    attempt.release(now=TERM)
    assert answers() == 1


def test_what_the_clock_closes_counts_too(bank: Quiz) -> None:
    where = {"scope": SCOPES[0], "context": "assignment:1"}
    Attempt.start(user=UserFactory(), quiz=bank, now=TERM, rules=Rules(seconds=60), **where)
    close_overdue(TERM + 2 * MINUTE)
    tally = ItemTally.objects.get(version__kind="choice")
    assert (tally.answers, tally.blanks) == (1, 1)


def test_own_study_and_further_attempts_do_not_count(bank: Quiz) -> None:
    user = UserFactory()
    hand_in(user, bank, scope="", context="")
    hand_in(user, bank)
    hand_in(user, bank, "wrong")
    assert answers() == 1


def test_who_meets_a_question_in_two_quizzes_counts_once(bank: Quiz) -> None:
    user = UserFactory()
    hand_in(user, bank, "right")
    hand_in(user, bank, "wrong", context="assignment:2")
    rows = ItemTally.objects.of_scope(SCOPES[0]).filter(version__kind="choice")
    assert sum(rows.values_list("mark_sum", flat=True)) == 1_000_000
    assert ItemTally.objects.of_context(SCOPES[0], "assignment:2").count() == len(SAMPLES)
    assert Turnout.objects.get(is_whole=True).learners == 1


def test_the_first_attempt_counts_though_it_is_released_last(bank: Quiz) -> None:
    user = UserFactory()
    first = hand_in(user, bank, "wrong", rules=Rules(release="by_hand"))
    hand_in(user, bank, "right", context="assignment:2")
    first.release(now=TERM)
    rows = ItemTally.objects.of_scope(SCOPES[0]).filter(version__kind="choice")
    assert sum(rows.values_list("mark_sum", flat=True)) == 0
    assert not differences(SCOPES[0])


def test_a_regrade_leaves_first_answers_as_they_were(bank: Quiz) -> None:
    hand_in(UserFactory(), bank, "wrong")
    before = list(ItemTally.objects.values_list())
    version = question_of("choice").current
    ruling = Ruling(version=version, scope=SCOPES[0], kind="full_marks", reason="")
    ruling.apply(by=UserFactory(), now=TERM).undo(now=TERM)
    assert list(ItemTally.objects.values_list()) == before


def test_what_is_opened_again_counts_no_more(bank: Quiz) -> None:
    attempt = hand_in(UserFactory(), bank)
    assert attempt.reopen(until=None, by=UserFactory(), reason="", now=TERM)
    assert not ItemTally.objects.exists()
    assert set(Turnout.objects.values_list("attempts", "learners")) == {(0, 0)}


def test_words_that_are_forgotten_were_no_blank(bank: Quiz) -> None:
    hand_in(UserFactory(), bank)
    Response.objects.all().forget_typed()
    assert not differences(SCOPES[0])
    assert not ItemTally.objects.filter(blanks__gt=0).exists()


def test_no_word_of_a_learner_is_kept(bank: Quiz) -> None:
    hand_in(UserFactory(), bank, "wrong")
    for tally in ItemTally.objects.exclude(version__kind__in=["choice", "choices"]):
        assert (tally.options, tally.chosen) == ("{}", "{}")


@pytest.mark.parametrize("learners", [1, 8])
def test_a_release_of_many_adds_up_once(bank: Quiz, learners: int) -> None:
    rules = Rules(release="by_hand")
    waiting = [hand_in(UserFactory(), bank, rules=rules) for _n in range(learners)]
    for attempt in waiting:
        attempt.show(TERM)
    with queries(at_most=9):
        tallies.count(waiting)
    assert not differences(SCOPES[0])


@pytest.mark.parametrize("wrong", [{"mark_sum": 7}, {"times": json.dumps([1] * len(TIMES))}])
def test_the_command_finds_and_mends_what_differs(bank: Quiz, wrong: dict[str, Any]) -> None:
    hand_in(UserFactory(), bank)
    call_command("recount_items", "--check", stdout=StringIO())
    ItemTally.objects.filter(version__kind="choice").update(**wrong)
    with pytest.raises(CommandError, match="differs"):
        call_command("recount_items", "--check", stderr=StringIO())
    call_command("recount_items", stdout=StringIO())
    call_command("recount_items", "--check", stdout=StringIO())


def test_a_recount_forgets_what_has_no_attempt(bank: Quiz) -> None:
    hand_in(UserFactory(), bank)
    rebuild(SCOPES[0])
    Turnout.objects.update(scope=SCOPES[1])
    assert scopes() == [*SCOPES]
    for scope in SCOPES:
        rebuild(scope)
    assert answers(SCOPES[0]) == 1
    assert not ItemTally.objects.of_scope(SCOPES[1]).exists()


def test_a_migration_that_is_too_early_counts_nothing(bank: Quiz) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE quizzes_itemtally RENAME COLUMN times TO not_yet")
        rebuild(SCOPES[0])
        assert not Turnout.objects.exists()
        cursor.execute("ALTER TABLE quizzes_itemtally RENAME COLUMN not_yet TO times")
    rebuild(SCOPES[0])
    assert Turnout.objects.exists()


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        ([], None),
        ([0.4], 0),
        ([12.4, 40.0, 41.0], 40),
        ([10, 21], 16),
        ([99.4], 99),
        ([104.4], 100),
        ([104.5], 110),
        ([994], 990),
        ([995], 1000),
        ([20, 1760], 910),
        ([90_000], 1800),
    ],
)
def test_times_count_to_two_digits(seconds: list[float], found: int | None) -> None:
    times = [0] * len(TIMES)
    for each in seconds:
        times[time_of(in_seconds(each) or 0)] += 1
    assert median_time(times, 1) == found
    assert median_time(times, len(seconds) + 1) is None


def given(attempt: int, marks: list[int], **more: Any) -> list[Given]:
    return [
        Given(attempt, attempt, "", n, n, "", mark, is_blank=False, options=more.get("options", ()))
        for n, mark in enumerate(marks)
    ]


def test_a_question_is_held_against_the_rest_and_the_whole() -> None:
    rows = [row for n in range(10) for row in given(n, [(n % 2) * UNIT, (n % 2) * UNIT, UNIT])]
    sums = added_up(placed(rows))
    first, last = sums[Place("", 0)], sums[Place("", 2)]
    assert described_sample(first.sample("rest")).discrimination == pytest.approx(100)
    assert described_sample(last.sample("rest")).discrimination is None
    assert (first.rest_sum, first.whole_sum) == (5 * UNIT + 5 * UNIT // 2, 5 * UNIT + 5 * 333_333)


def test_learners_who_are_level_are_not_torn_apart() -> None:
    """Of six, two make a third; the three best are level, two of them chose the lamp."""
    levels = [2, 2, 2, 1, 1, 0]
    chosen = ["lamp", "lamp", "oar", "oar", "oar", "oar"]
    rows = [
        row
        for n, (level, option) in enumerate(zip(levels, chosen, strict=True))
        for row in given(n, [0, *[UNIT] * level, *[0] * (2 - level)], options=(option,))
    ]
    best, last = added_up(placed(rows))[Place("", 0)].thirds("rest")
    assert best.share("lamp") == pytest.approx(200 / 3)
    assert (last.share("lamp"), last.share("oar")) == (0, 100)
