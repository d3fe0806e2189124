from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from quizzes import scheduling
from quizzes.models import Question, Review, ReviewCard, ReviewSettings
from quizzes.models.attempts import day_of
from quizzes.models.memory import look
from quizzes.scheduling import Rating
from studyguide.accounts.models import User
from tests.every_kind import load_samples, question_of
from tests.factories import UserFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def bank(db: None) -> list[Question]:
    load_samples()
    return list(Question.objects.order_by("pk"))


def card_of(user: User, question: Question, day: date = DAY) -> ReviewCard:
    card = ReviewCard.of(user.pk, question, day=day, now=NOON)
    card.save()
    return card


def rate(card: ReviewCard, rating: Rating, day: date, **more: Any) -> Review:
    return look(card, rating, day=day, now=NOON, how=Review.How.RATED, **more)


def row(card: ReviewCard) -> dict[str, Any]:
    return ReviewCard.objects.filter(pk=card.pk).values().get()


def test_replay_of_ten_thousand_reviews_gives_the_cards_again(
    bank: list[Question], reader: User
) -> None:
    """Settings change on the way, some answers come late, some days have two, some are undone."""
    chance = random.Random(20260302)
    cards = [card_of(reader, question) for question in bank]
    chosen = ReviewSettings(user=reader)
    done, day = 0, DAY
    while done < 10_000:
        day += timedelta(days=chance.randint(0, 2))
        if chance.random() < 0.02:
            chosen.retention = chance.choice(scheduling.RETENTIONS)
            chosen.loads = chance.choice([[], [1, 1, 1, 1, 1, 0.5, 0]])
            chosen.exam_on = chance.choice([None, day + timedelta(days=chance.randint(8, 90))])
            chosen.keep(today=day)
            cards = list(ReviewCard.objects.order_by("pk"))
        for card in chance.sample(cards, 4):
            late = timedelta(days=chance.randint(1, 9) if chance.random() < 0.01 else 0)
            rating = Rating(chance.choices([1, 2, 3, 4], [2, 1, 6, 1])[0])
            review = rate(card, rating, day - late, chosen=chosen)
            done += 1
            if chance.random() < 0.03 and review.undo(now=NOON):
                card.refresh_from_db()
    for card in cards:
        card.refresh_from_db()
        before = row(card)
        card.put(None)
        card.due_on = date(1, 1, 1)
        card.replay(chosen.exam)
        card.save()
        assert row(card) == before


def test_undo_restores_byte_for_byte(bank: list[Question], reader: User) -> None:
    chance = random.Random(7)
    card = card_of(reader, bank[0])
    states, day = [], DAY
    for _review in range(30):
        states.append(row(card))
        rate(card, Rating(chance.randint(1, 4)), day)
        day += timedelta(days=chance.randint(1, 40))
    for state in reversed(states):
        last = Review.objects.last_of(reader.pk)
        assert last is not None
        assert last.undo(now=NOON)
        assert row(card) == state
    assert Review.objects.last_of(reader.pk) is None


def test_only_the_last_thirty_can_be_undone(bank: list[Question], reader: User) -> None:
    card = card_of(reader, bank[0])
    for n in range(31):
        rate(card, Rating.GOOD, DAY + timedelta(days=n))
    for _time in range(30):
        last = Review.objects.last_of(reader.pk)
        assert last is not None
        assert last.undo(now=NOON)
    assert Review.objects.last_of(reader.pk) is None


def test_a_review_is_undone_once(bank: list[Question], reader: User) -> None:
    review = rate(card_of(reader, bank[0]), Rating.GOOD, DAY)
    assert review.undo(now=NOON)
    assert not review.undo(now=NOON)


def test_a_review_under_a_later_one_is_not_undone(bank: list[Question], reader: User) -> None:
    card = card_of(reader, bank[0])
    first = rate(card, Rating.GOOD, DAY)
    rate(card, Rating.GOOD, DAY + timedelta(days=3))
    assert not first.undo(now=NOON)


def test_the_second_answer_of_a_day_is_practice(bank: list[Question], reader: User) -> None:
    card = card_of(reader, bank[0])
    rate(card, Rating.GOOD, DAY)
    before = row(card)
    assert rate(card, Rating.AGAIN, DAY).is_practice
    assert row(card) == before


def test_after_an_undo_the_day_has_its_answer_to_come(bank: list[Question], reader: User) -> None:
    card = card_of(reader, bank[0])
    rate(card, Rating.GOOD, DAY).undo(now=NOON)
    card.refresh_from_db()
    assert not rate(card, Rating.AGAIN, DAY).is_practice


def test_a_corrected_rating_takes_the_place_of_the_first(
    bank: list[Question], reader: User
) -> None:
    card, other = card_of(reader, bank[0]), card_of(reader, bank[1])
    rate(other, Rating.HARD, DAY)
    again = rate(card, Rating.GOOD, DAY).correct(Rating.HARD, now=NOON)
    card.refresh_from_db()
    other.refresh_from_db()
    assert again is not None
    assert (card.stability, card.difficulty) == (other.stability, other.difficulty)
    assert card.reviews.counted().get() == again


def test_what_a_rating_would_give_is_what_it_gives(bank: list[Question], reader: User) -> None:
    chosen = ReviewSettings(user=reader, loads=[1, 1, 1, 1, 1, 0, 0], retention=0.85)
    for rating in Rating:
        card = card_of(reader, bank[int(rating)])
        rate(card, Rating.GOOD, DAY, chosen=chosen)
        on = card.due_on
        told = card.intervals(chosen, on)[rating]
        rate(card, rating, on, chosen=chosen)
        assert (card.due_on - on).days == told


def test_an_exam_brings_cards_forward_and_its_end_puts_them_back(
    bank: list[Question], reader: User
) -> None:
    chosen = ReviewSettings(user=reader)
    for question in bank:
        card = card_of(reader, question)
        for n in range(4):
            rate(card, Rating.EASY, DAY + timedelta(days=10 * n))
    before = list(ReviewCard.objects.order_by("pk").values())
    chosen.exam_on = DAY + timedelta(days=60)
    assert chosen.keep(today=DAY + timedelta(days=31)) == len(bank)
    week = [chosen.exam_on - timedelta(days=n) for n in range(1, 8)]
    assert all(card.due_on in week for card in ReviewCard.objects.all())
    chosen.exam_on = None
    chosen.keep(today=DAY + timedelta(days=32))
    assert list(ReviewCard.objects.order_by("pk").values()) == before


def test_siblings_wait_for_another_day(bank: list[Question], reader: User) -> None:
    first, second = card_of(reader, bank[0]), card_of(reader, bank[1])
    assert first.concept == second.concept
    assert ReviewCard.objects.count_due(reader.pk, DAY) == 0  # new cards are not due
    assert ReviewCard.objects.to_review(reader.pk, DAY).values("concept").distinct().count() == 1
    rate(first, Rating.GOOD, DAY)
    assert not ReviewCard.objects.to_review(reader.pk, DAY).exists()
    assert [*ReviewCard.objects.to_review(reader.pk, DAY + timedelta(days=1))] == [second]


def test_stopping_keeps_what_was_learnt(bank: list[Question], reader: User) -> None:
    card = card_of(reader, bank[0])
    rate(card, Rating.GOOD, DAY)
    ReviewCard.objects.stop(reader, [bank[0].pk])
    ReviewCard.objects.keep(reader, [bank[0], bank[1]], now=NOON)
    card.refresh_from_db()
    assert (card.is_suspended, card.reps) == (False, 1)
    assert ReviewCard.objects.filter(user=reader).count() == 2


def test_a_question_that_left_its_pack_is_not_asked(bank: list[Question], reader: User) -> None:
    card_of(reader, bank[0])
    Question.objects.update(retired_at=NOON)
    assert not ReviewCard.objects.to_review(reader.pk, DAY).exists()


ZONES = [  # each with a change of its clocks among the sixty days
    ("Europe/London", datetime(2026, 3, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 2, 20, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 3, 10, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 3, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "begins"), ZONES)
def test_sixty_days_of_a_learner(bank: list[Question], zone: str, begins: datetime) -> None:
    """Due counts of every day match a straight replay of what was rated."""
    user = UserFactory(username="traveller", time_zone=zone)
    Question.objects.update(concepts=[])
    chance = random.Random(zone)
    cards = {
        question.pk: card_of(user, question, day=day_of(user, begins))
        for question in Question.objects.all()
    }
    log: dict[int, list[tuple[date, Rating]]] = {pk: [] for pk in cards}
    tz, seen = ZoneInfo(zone), set()
    start = begins.astimezone(tz).replace(hour=12)
    for n in range(60):
        # Wall clock of that day, from just after four in the morning to just before the next.
        local = start + timedelta(days=n)
        hour = chance.choice([4, 12, 23, 27])
        local = (local + timedelta(days=hour // 24)).replace(hour=hour % 24, minute=5)
        with time_machine.travel(local, tick=False):
            now = datetime.now(UTC)
            today = day_of(user, now)
            assert today not in seen
            seen.add(today)
            due = [card for card in cards.values() if card.due_on <= today and card.reps]
            assert ReviewCard.objects.count_due(user.pk, today) == len(due)
            expected = 0
            for pk, entries in log.items():
                memory = scheduling.replay(entries, fuzz_seed=cards[pk].pk)
                expected += memory is not None and memory.due_on <= today
            assert expected == len(due)
            for card in [*due, *[c for c in cards.values() if not c.reps][:1]]:
                if chance.random() < 0.9:
                    rating = Rating(chance.choices([1, 2, 3, 4], [2, 1, 6, 1])[0])
                    look(card, rating, day=today, now=now, how=Review.How.RATED)
                    log[card.question_id].append((today, rating))
    assert len(seen) == 60


def test_a_rating_said_by_the_learner_is_taken_as_it_is(reader: User, db: None) -> None:
    from uuid import uuid4

    from quizzes import checkpoint

    load_samples()
    question = question_of("recall")
    ReviewCard.objects.keep(reader, [question], now=NOON)
    version = question.current
    assert version is not None
    checkpoint.keep(reader, version, "4", token=uuid4(), now=NOON)
    assert Review.objects.get().rated == Rating.EASY
