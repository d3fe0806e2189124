from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser

from quizzes import checkpoint
from quizzes.activity import Activity
from quizzes.mastery import Level, Standing, level
from quizzes.mistakes import mistakes_of
from quizzes.models import Question, QuestionVersion, Quiz, Review, ReviewCard
from quizzes.scheduling import Memory, Rating, firm_until_on
from quizzes.standing import Groups, Ids, Learned
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, SOURCE, load_samples, question_of
from tests.factories import UserFactory
from tests.queries import no_writes, queries

DAY = date(2026, 5, 4)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def samples(db: None) -> Quiz:
    return load_samples()


def answer(user: User, kind: str, how: str = "right", at: datetime = NOON) -> int:
    version = QuestionVersion.objects.get(question__external_id=f"sample-{kind}")
    value = version.kind_class.read(version.arranged(0), getattr(SAMPLES[kind], how))
    checkpoint.keep(user, version, value, token=uuid4(), now=at)
    return version.question_id


def learned(user: User, on: date = DAY) -> Learned:
    return Learned.of(user, source=SOURCE, on=on)


def test_one_question_to_the_database_tells_all(reader: User, samples: Quiz) -> None:
    answer(reader, "text")
    with queries(at_most=1), no_writes():
        learned(reader)


def test_a_first_right_answer_is_firm(reader: User, samples: Quiz) -> None:
    question = answer(reader, "date")
    assert Question.objects.get(pk=question).is_for_memory
    assert learned(reader).level(question) == Level.FIRM


def test_a_miss_is_not(reader: User, samples: Quiz) -> None:
    question = answer(reader, "date", "wrong")
    assert learned(reader).level(question) == Level.LEARNING


def test_a_right_answer_is_good_whatever_was_missed_before(reader: User, samples: Quiz) -> None:
    answer(reader, "date", "wrong")
    answer(reader, "date", at=NOON + timedelta(days=1))
    assert [review.rating for review in Review.objects.all()] == [Rating.AGAIN, Rating.GOOD]


def test_it_slips_with_the_days(reader: User, samples: Quiz) -> None:
    question = answer(reader, "date")
    assert learned(reader, DAY + timedelta(days=200)).level(question) == Level.LEARNING


def test_what_is_no_card_counts_only_once_it_is(reader: User, samples: Quiz) -> None:
    question = answer(reader, "choice")
    assert not Question.objects.get(pk=question).is_for_memory
    ids = Ids(others=[question])
    assert learned(reader).standing(ids) == Standing()
    ReviewCard.objects.create(
        user=reader, question_id=question, source=SOURCE, made_at=NOON, due_on=DAY
    )
    assert learned(reader).standing(ids) == Standing(learning=1)


def test_a_card_made_by_hand_is_new_until_answered(reader: User, samples: Quiz) -> None:
    question = Question.objects.get(external_id="sample-choice")
    ReviewCard.objects.create(
        user=reader, question=question, source=SOURCE, made_at=NOON, due_on=DAY
    )
    assert learned(reader).standing(Ids(others=[question.pk])) == Standing(new=1)


@pytest.mark.parametrize("stability", [0.4, 0.99, 1.0, 12.5, 59.9, 60.0, 400.0])
def test_the_database_tells_days_as_mastery_does(
    reader: User, samples: Quiz, stability: float
) -> None:
    question = Question.objects.get(external_id="sample-choice")
    card = ReviewCard(user=reader, question=question, source=SOURCE, made_at=NOON, due_on=DAY)
    memory = Memory(stability, 5.0, reviewed_on=DAY, due_on=DAY, reps=1, lapses=0)
    card.save()
    card.put(memory)
    card.save()
    last = firm_until_on(memory)
    for on in (DAY, last - timedelta(days=1), last, last + timedelta(days=1)):
        assert learned(reader, on).level(question.pk) == level(memory, on, has_answer=True)


def test_groups_asked_about_together_count_as_each_alone() -> None:
    chance = random.Random(7)
    known = Learned({n: Level(chance.randrange(4)) for n in chance.sample(range(60), 40)})
    draw = [[chance.choices(range(60), k=n) for n in (9, 4)] for _group in range(25)]
    groups = [Ids(*pair) for pair in [*draw, ((), ())]]
    assert known.standings(Groups(groups)) == [known.standing(ids) for ids in groups]


def test_a_question_that_was_never_seen_is_new(reader: User, samples: Quiz) -> None:
    assert learned(reader).standing(Ids(cards=[1, 2])) == Standing(new=2)


def test_nobody_knows_what_another_answered(reader: User, samples: Quiz) -> None:
    question = answer(UserFactory(), "date")
    assert learned(reader).level(question) == Level.NEW
    assert not learned(reader).answers


def test_a_visitor_asks_nothing(samples: Quiz) -> None:
    with queries(at_most=0):
        found = Learned.of(AnonymousUser(), source=SOURCE, on=DAY)
    assert not found.levels


def test_asked_of_some_it_brings_their_prompts(reader: User, samples: Quiz) -> None:
    question, other = answer(reader, "date"), answer(reader, "text")
    some = Learned.of(reader, source=SOURCE, on=DAY, questions=[question])
    assert some.answers == {question: (1.0, "What does the date ask?")}
    assert other not in some.levels


def test_where_no_answer_is_asked_for_levels_are_told(reader: User, samples: Quiz) -> None:
    question = answer(reader, "date")
    some = Learned.of(reader, source=SOURCE, on=DAY, questions=[question], checked=[])
    assert (list(some.levels), some.answers) == ([question], {})


def test_a_passage_without_questions_is_not_checked(reader: User, samples: Quiz) -> None:
    assert not learned(reader).is_checked(Ids())


# What falls due, and on which days


def test_activity_is_one_question_too(reader: User, samples: Quiz) -> None:
    answer(reader, "date")
    with queries(at_most=1), no_writes():
        found = Activity.of(reader, since=DAY, until=DAY + timedelta(days=60))
    assert found.studied == {DAY: 1}
    assert sum(found.due.values()) == 1


def test_what_waits_stands_on_today(reader: User, samples: Quiz) -> None:
    answer(reader, "date", at=NOON - timedelta(days=100))
    found = Activity.of(reader, since=DAY, until=DAY)
    assert found.due_by(DAY) == {DAY: 1}


def test_the_same_question_twice_a_day_is_one(reader: User, samples: Quiz) -> None:
    answer(reader, "date", "wrong")
    answer(reader, "date")
    assert Activity.of(reader, since=DAY, until=DAY).studied == {DAY: 1}


def test_a_rating_counts_and_an_undone_one_does_not(reader: User, samples: Quiz) -> None:
    answer(reader, "date", at=NOON - timedelta(days=9))
    card = ReviewCard.objects.get()
    review = Review.objects.create(
        card=card, user=reader, rating=3, how=Review.How.RATED, at=NOON, day_on=DAY
    )
    assert Activity.of(reader, since=DAY, until=DAY).studied == {DAY: 1}
    Review.objects.filter(pk=review.pk).update(undone_at=NOON)
    assert Activity.of(reader, since=DAY, until=DAY).studied == {}


# Two months of a learner, in several zones and across a change of clocks


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu"]
)
def test_due_counts_match_a_straight_replay(reader: User, samples: Quiz, zone: str) -> None:
    reader.time_zone = zone
    reader.save()
    clock, chance = ZoneInfo(zone), random.Random(zone)
    kinds = [k for k in SAMPLES if question_of(k).is_for_memory]
    for day in range(60):
        for _visit in range(chance.randrange(3)):
            local = datetime(2026, 3, 1, tzinfo=clock) + timedelta(days=day)
            at = local.replace(hour=chance.randrange(24), minute=chance.randrange(60))
            kind, how = chance.choice(kinds), chance.choice(["right", "right", "wrong"])
            answer(reader, kind, how, at=at.astimezone(UTC))
    today = date(2026, 4, 30)
    expected: dict[date, int] = {}
    for card in ReviewCard.objects.filter(user=reader):
        card.replay()
        due = max(card.due_on, today)
        expected[due] = expected.get(due, 0) + 1
    far = today + timedelta(days=5000)
    assert Activity.of(reader, since=today, until=far).due_by(today) == expected


# Mistakes


def test_the_last_answer_decides_what_is_a_mistake(reader: User, samples: Quiz) -> None:
    answer(reader, "date", "wrong")
    answer(reader, "text", "partly", at=NOON + timedelta(minutes=1))
    assert len(mistakes_of(reader)) == 2
    answer(reader, "date", at=NOON + timedelta(minutes=2))
    assert len(mistakes_of(reader)) == 1
