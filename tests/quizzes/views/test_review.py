from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt, Question, Quiz, Review, ReviewCard, ReviewSettings
from quizzes.models.memory import look
from quizzes.scheduling import Rating, study_day
from quizzes.tokens import new_token
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, question_of
from tests.factories import UserFactory
from tests.queries import no_writes, queries
from tests.quizzes.views.sending import HTMX

TODAY = study_day(timezone.now(), ZoneInfo("UTC"))


@pytest.fixture
def bank(quiz: Quiz) -> Quiz:
    """One question of each kind, none the other's sibling."""
    Question.objects.update(concepts=[])
    return quiz


def keep(user: User, *kinds: str) -> ReviewCard:
    questions = [question_of(kind) for kind in kinds]
    ReviewCard.objects.keep(user, questions, now=timezone.now())
    return ReviewCard.objects.get(user=user, question=questions[0])


def reviewed(user: User, kind: str, *, days_ago: int = 30) -> ReviewCard:
    card = keep(user, kind)
    day, now = TODAY - timedelta(days=days_ago), timezone.now()
    look(card, Rating.GOOD, day=day, now=now, how=Review.How.RATED)
    return card


def respond(client: Client, card: ReviewCard, how: str = "right", **more: Any) -> Any:
    kind = card.question.kind
    headers = more.pop("headers", {})
    data = {**getattr(SAMPLES[kind], how), "token": uuid4(), "act": "check", **more}
    return client.post(f"/review/cards/{card.pk}/respond/", data, headers=headers)


def post(client: Client, path: str, htmx: bool = False, **data: Any) -> str:
    response = client.post(path, data, headers=HTMX if htmx else {}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def text(client: Client, path: str = "/review/") -> str:
    return client.get(path).content.decode()


def test_a_visitor_is_asked_to_sign_in(client: Client, bank: Quiz) -> None:
    assert client.get("/review/").status_code == 302


def test_a_newcomer_is_told_how_cards_come_about(reading: Client, bank: Quiz) -> None:
    assert "No cards yet" in text(reading)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_card_of_every_kind_is_asked_without_its_key(
    reading: Client, bank: Quiz, reader: User, kind: str
) -> None:
    keep(reader, kind)
    page = text(reading)
    assert f"What does the {kind} ask?" in page
    assert "canary" not in page
    assert "The card returns after" in page


@pytest.mark.parametrize("kind", SAMPLES)
def test_an_answer_is_graded_and_rated_by_the_rule(
    reading: Client, bank: Quiz, reader: User, kind: str
) -> None:
    card = keep(reader, kind)
    page = respond(reading, card, "wrong").content.decode()
    assert f"canary explanation of {kind}" in page
    assert "Again: wrong, or given up." in page
    assert card.reviews.get().rated == Rating.AGAIN


def test_the_intervals_told_are_those_that_come(reading: Client, bank: Quiz, reader: User) -> None:
    card = reviewed(reader, "choice")
    days = card.intervals(ReviewSettings(user=reader), TODAY)[Rating.GOOD]
    assert f"<dd>{days} days</dd>" in text(reading)
    page = respond(reading, card).content.decode()
    assert f"It comes back in {days} days" in page


def test_a_card_says_whose_claim_it_is(reading: Client, bank: Quiz, reader: User) -> None:
    keep(reader, "choice")
    assert "The author’s own claim" in text(reading)


@pytest.mark.parametrize("kind", ["voice", "claim"])
def test_it_does_not_where_that_is_asked(
    reading: Client, bank: Quiz, reader: User, kind: str
) -> None:
    card = keep(reader, kind)
    assert "The author’s own claim" not in text(reading)
    assert "The author’s own claim" in respond(reading, card).content.decode()


def test_what_is_said_from_memory_is_turned_over_then_rated(
    reading: Client, bank: Quiz, reader: User
) -> None:
    card = keep(reader, "recall")
    with no_writes():
        page = text(reading, f"/review/?show={card.pk}")
    assert "canary feedback: it burns for strangers" in page
    assert 'name="rating" value="3"' in page
    assert "Rated Good" in post(reading, f"/review/cards/{card.pk}/rate/", rating=3)
    assert card.reviews.get().how == "rated"


def test_another_cards_other_side_is_not_shown(reading: Client, bank: Quiz, reader: User) -> None:
    keep(reader, "recall")
    stranger = keep(UserFactory(), "recall")
    assert "canary" not in text(reading, f"/review/?show={stranger.pk}")


def test_what_can_be_graded_is_not_rated_by_oneself(
    reading: Client, bank: Quiz, reader: User
) -> None:
    card = keep(reader, "choice")
    assert reading.post(f"/review/cards/{card.pk}/rate/", {"rating": 4}).status_code == 404


@pytest.mark.parametrize("rating", ["", "0", "5", "x", "³", "9" * 40])
def test_a_rating_that_is_none_is_asked_for_again(
    reading: Client, bank: Quiz, reader: User, rating: str
) -> None:
    card = keep(reader, "recall")
    page = post(reading, f"/review/cards/{card.pk}/rate/", rating=rating)
    assert "Choose one of the four ratings" in page
    assert not Review.objects.exists()


def test_a_rating_can_be_corrected(reading: Client, bank: Quiz, reader: User) -> None:
    card = keep(reader, "choice")
    respond(reading, card)
    assert "Rated Hard" in post(reading, f"/review/cards/{card.pk}/correct/", rating=2)
    assert [review.rating for review in card.reviews.counted()] == [2]


def test_a_rating_of_another_day_stands(reading: Client, bank: Quiz, reader: User) -> None:
    card = reviewed(reader, "choice")
    page = post(reading, f"/review/cards/{card.pk}/correct/", rating=2)
    assert "can be changed on its day" in page
    assert card.reviews.get().rated == Rating.GOOD


@pytest.mark.parametrize("htmx", [True, False])
def test_the_last_review_is_undone(reading: Client, bank: Quiz, reader: User, htmx: bool) -> None:
    card = keep(reader, "choice")
    before = ReviewCard.objects.values().get()
    respond(reading, card)
    page = post(reading, "/review/undo/", htmx)
    assert "Undone" in page
    assert ReviewCard.objects.values().get() == before
    assert page.lstrip().startswith("<div" if htmx else "<!doctype")


def test_with_nothing_to_undo_it_says_so(reading: Client, bank: Quiz) -> None:
    assert "no review left to undo" in post(reading, "/review/undo/")


def test_a_second_answer_of_the_day_is_practice(reading: Client, bank: Quiz, reader: User) -> None:
    card = keep(reader, "choice")
    respond(reading, card)
    before = ReviewCard.objects.values().get()
    assert "Practice" in respond(reading, card, "wrong").content.decode()
    assert ReviewCard.objects.values().get() == before


def test_an_answer_sent_twice_is_one_review(reading: Client, bank: Quiz, reader: User) -> None:
    card, token = keep(reader, "choice"), uuid4()
    for _time in range(2):
        assert respond(reading, card, token=token).status_code == 200
    assert card.reviews.count() == 1


def test_a_blank_is_asked_for_again(reading: Client, bank: Quiz, reader: User) -> None:
    response = respond(reading, keep(reader, "text"), text=" ")
    assert response.status_code == 422
    assert b"Give an answer first" in response.content


def test_the_longest_due_comes_first(reading: Client, bank: Quiz, reader: User) -> None:
    reviewed(reader, "choice", days_ago=20)
    reviewed(reader, "text", days_ago=40)
    keep(reader, "date")
    assert "What does the text ask?" in text(reading)
    assert "card 1 of 3" in text(reading)


def test_what_is_over_the_limit_waits_without_a_word_of_blame(
    reading: Client, bank: Quiz, reader: User
) -> None:
    ReviewSettings.objects.create(user=reader, daily_limit=1)
    for kind in ("choice", "text", "date"):
        reviewed(reader, kind)
    card = ReviewCard.objects.get(question=question_of("choice"))
    assert "card 1 of 1" in text(reading)
    respond(reading, card)
    assert "2 more cards are ready and will wait" in text(reading)


def test_new_cards_have_a_limit_of_their_own(reading: Client, bank: Quiz, reader: User) -> None:
    ReviewSettings.objects.create(user=reader, new_limit=1)
    respond(reading, keep(reader, "choice", "text", "date"))
    assert "Done for today: one card" in text(reading)
    assert "2 more cards are ready" in text(reading)


def test_siblings_are_not_asked_on_one_day(reading: Client, quiz: Quiz, reader: User) -> None:
    respond(reading, keep(reader, "choice", "text"))
    assert "Done for today" in text(reading)


def test_a_question_in_an_open_quiz_is_not_asked_here(
    reading: Client, deferred: Attempt, reader: User
) -> None:
    card = keep(reader, "recall", "choice")
    page = text(reading, f"/review/?show={card.pk}")
    assert "canary" not in page
    assert "stand in a quiz that you have open" in page or "stands in a quiz" in page
    assert "canary" not in respond(reading, keep(reader, "choice")).content.decode()
    post(reading, f"/review/cards/{card.pk}/rate/", rating=3)
    assert not Review.objects.exists()


def test_a_card_forgotten_for_the_eighth_time_is_spoken_of(
    reading: Client, bank: Quiz, reader: User
) -> None:
    card = reviewed(reader, "choice")
    ReviewCard.objects.update(lapses=7)
    page = respond(reading, card, "wrong").content.decode()
    assert "slipped away 8 times" in page
    assert "Suspend this card" in page


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("respond", {"choice": "x"}),
        ("rate", {"rating": 3}),
        ("correct", {"rating": 3}),
        ("suspend", {}),
    ],
)
def test_another_persons_card_is_not_found(
    reading: Client, bank: Quiz, path: str, data: dict[str, Any]
) -> None:
    card = keep(UserFactory(), "recall")
    assert reading.post(f"/review/cards/{card.pk}/{path}/", data).status_code == 404
    assert reading.get(f"/review/cards/{card.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["respond", "rate", "correct", "suspend"])
def test_what_changes_a_card_is_posted(
    reading: Client, bank: Quiz, reader: User, path: str
) -> None:
    card = keep(reader, "recall")
    assert reading.get(f"/review/cards/{card.pk}/{path}/").status_code == 405


def test_the_header_counts_what_is_due(reading: Client, bank: Quiz, reader: User) -> None:
    reviewed(reader, "choice")
    reviewed(reader, "text")
    keep(reader, "date")
    assert '<b>2<span class="hide"> due</span></b>' in text(reading, "/quizzes/")


def many(reader: User, count: int) -> None:
    """Cards of one learner and as many of others, all due."""
    now = timezone.now()
    base = question_of("recall")
    others = [UserFactory() for _n in range(3)]
    questions = Question.objects.bulk_create(
        Question(
            source="many",
            external_id=f"q{n}",
            kind="recall",
            aim="term",
            difficulty=1,
            current_id=base.current_id,
        )
        for n in range(count)
    )
    ReviewCard.objects.bulk_create(
        ReviewCard(
            user=user,
            question=question,
            source="many",
            concept=f"{question.pk}",
            made_at=now,
            stability=3.0,
            difficulty=5.0,
            reps=1,
            reviewed_on=TODAY - timedelta(days=10),
            due_on=TODAY - timedelta(days=n % 7),
            own_due_on=TODAY - timedelta(days=n % 7),
        )
        for user in (reader, *others)
        for n, question in enumerate(questions)
    )


@pytest.mark.parametrize("count", [1, 30, 1000])
def test_the_page_asks_six_at_most(reading: Client, bank: Quiz, reader: User, count: int) -> None:
    many(reader, count)
    card = ReviewCard.objects.filter(user=reader).order_by("due_on", "pk").first()
    assert card is not None
    for path in ("/review/", f"/review/?show={card.pk}"):
        with queries(at_most=6), no_writes():
            reading.get(path)


def test_the_page_of_a_day_that_is_done_asks_six_at_most(
    reading: Client, bank: Quiz, reader: User
) -> None:
    respond(reading, keep(reader, "choice"))
    with queries(at_most=6), no_writes():
        assert "Done for today" in text(reading)


@pytest.mark.parametrize("kind", ["recall", "choice", "text"])
@pytest.mark.parametrize("age", ["new", "due"])
@pytest.mark.parametrize(("count", "htmx"), [(1, True), (30, False), (1000, True)])
def test_a_rating_asks_ten_at_most(
    reading: Client, bank: Quiz, reader: User, count: int, age: str, kind: str, htmx: bool
) -> None:
    """By oneself, from what was chosen and from what was typed; the session among the ten."""
    respond(reading, keep(reader, "date"))  # the attempt that holds the answers
    many(reader, count)
    card = keep(reader, kind) if age == "new" else reviewed(reader, kind)
    headers = HTMX if htmx else {}
    data = {**SAMPLES[kind].right, "token": new_token(), "rating": 3}
    path = f"/review/cards/{card.pk}/{'rate' if kind == 'recall' else 'respond'}/"
    with queries(at_most=10):
        page = reading.post(path, data, headers=headers)
    assert page.status_code == (302 if kind == "recall" and not htmx else 200)
    assert card.reviews.filter(day_on=TODAY).count() == 1


def test_pages_ask_the_same_however_many_cards(reading: Client, bank: Quiz, reader: User) -> None:
    many(reader, 120)
    with queries(at_most=4):
        reading.get("/review/cards/")
    with queries(at_most=5):
        reading.get("/review/settings/")
