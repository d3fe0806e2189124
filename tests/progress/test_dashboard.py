from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from quizzes.models import Question, ReviewCard
from studyguide.accounts.models import User
from studyguide.library.models import Article, ReadingMark, mark
from studyguide.progress.models import StudyPlan
from tests.factories import UserFactory
from tests.packs import Answer
from tests.queries import no_writes, queries

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday


def read(article: Article, user: User, *numbers: int, at: datetime | None = None) -> None:
    passages = list(article.passages.filter(number__in=numbers).order_by("number"))
    mark(passages, kind=ReadingMark.Kind.READ, user=user, token=uuid4(), at=at or timezone.now())


def page(client: Client, path: str = "/me/") -> str:
    return client.get(path).content.decode()


def test_a_newcomer_is_told_where_to_start(reading: Client, asking: Article) -> None:
    html = page(reading)
    assert "Nothing here yet, as it should be" in html
    assert "Start at ¶1" in html


def test_without_a_text_it_says_what_to_do(reading: Client) -> None:
    assert "load_packs" in page(reading)


def test_it_says_what_to_do_next(
    reading: Client, reader: User, asking: Article, answer: Answer
) -> None:
    read(asking, reader, 1, 2)
    answer("p1-q1", "oar")
    html = page(reading)
    assert "Read on from ¶3" in html
    assert "Answer 8 questions in the text" in html
    assert "Look again at what went another way" in html


def test_a_read_section_offers_its_quiz(reading: Client, reader: User, asking: Article) -> None:
    read(asking, reader, 1, 2, 3)
    assert "Quiz on the light" in page(reading)


def test_what_waits_is_due_today(reading: Client, asking: Article, answer: Answer) -> None:
    answer("p1-q1", at=timezone.now() - timedelta(days=100))
    html = page(reading)
    assert '<p class="plate-n">1</p>' in html
    assert "Today is the heaviest day: 1 card" in html


def test_the_forecast_names_the_heavy_day(
    reading: Client, reader: User, asking: Article, answer: Answer
) -> None:
    with time_machine.travel(NOON, tick=False):
        answer("p1-q1")
        answer("p2-q1")
        ReviewCard.objects.update(due_on=NOON.date() + timedelta(days=1))
        assert "Tomorrow is the heavy day: 2 cards" in page(reading)


def test_a_suspended_card_is_not_due(
    reading: Client, reader: User, asking: Article, answer: Answer
) -> None:
    answer("p1-q1", at=timezone.now() - timedelta(days=100))
    ReviewCard.objects.update(is_suspended=True)
    assert '<p class="plate-n">0</p>' in page(reading)


def test_days_are_counted_from_the_first(reading: Client, reader: User, asking: Article) -> None:
    with time_machine.travel(NOON, tick=False):
        read(asking, reader, 2, at=NOON)
        assert "You studied today, for the first time" in page(reading)
        read(asking, reader, 1, at=NOON - timedelta(days=3))
        assert "You studied on 2 of the last 4 days" in page(reading)


def test_the_night_belongs_to_the_day_before(
    reading: Client, reader: User, asking: Article
) -> None:
    User.objects.update(time_zone="Asia/Tokyo")
    with time_machine.travel(NOON, tick=False):
        read(asking, reader, 1, at=datetime(2026, 5, 3, 18, 59, tzinfo=UTC))  # 3:59 in Tokyo
        read(asking, reader, 2, at=datetime(2026, 5, 3, 19, 1, tzinfo=UTC))
        assert "You studied on 2 of the last 2 days" in page(reading)


@pytest.mark.parametrize(
    ("hour", "words"), [(8, "Good morning"), (13, "Good afternoon"), (22, "Good evening")]
)
def test_it_greets_by_the_learners_clock(
    reading: Client, reader: User, asking: Article, hour: int, words: str
) -> None:
    with time_machine.travel(NOON.replace(hour=hour), tick=False):
        read(asking, reader, 1)
        assert words in page(reading)


def test_certainty_is_honest_about_too_little(
    reading: Client, reader: User, asking: Article
) -> None:
    read(asking, reader, 1)
    assert "0 answers so far" in page(reading)


def test_another_text_can_be_chosen(
    reading: Client, reader: User, load_asking: Callable[..., Article]
) -> None:
    read(load_asking(), reader, 1)
    load_asking(slug="harbours")
    assert "/articles/harbours/" in page(reading, "/me/?text=harbours")


def test_the_drawings_of_a_day_are_not_anothers(
    reading: Client, reader: User, client: Client, asking: Article, answer: Answer
) -> None:
    """Frames of drawings are the same for everybody; what was studied is not."""
    with time_machine.travel(NOON, tick=False):
        other = UserFactory()
        for day, user in ((1, reader), (2, other)):
            read(asking, user, 1, at=NOON - timedelta(days=day))
        mine = page(reading)
        reading.force_login(other)
        theirs = page(reading)
    assert "You studied on 1 of the last 2 days" in mine
    assert "You studied on 1 of the last 3 days" in theirs
    assert mine.count('class="v1" x=') == theirs.count('class="v1" x=') == 1


def test_nobody_sees_anothers(
    client: Client, reader: User, asking: Article, answer: Answer
) -> None:
    answer("p1-q1")
    client.force_login(UserFactory())
    assert "Nothing here yet" in page(client)


def test_a_visitor_is_asked_to_sign_in(client: Client, asking: Article) -> None:
    assert client.get("/me/")["Location"].startswith("/accounts/login/")


def test_it_is_only_read(reading: Client, asking: Article) -> None:
    assert reading.post("/me/").status_code == 405


@pytest.mark.parametrize("many", [1, 30])
def test_it_asks_eight_questions_however_much_there_is(
    reading: Client,
    reader: User,
    load_asking: Callable[..., Article],
    answer: Answer,
    many: int,
) -> None:
    article = load_asking(passages=max(6, 2 * many), a_section=max(3, many // 2))
    read(article, reader, *range(1, many + 1))
    for number in range(1, many + 1):
        answer(f"p{number}-q1", "lamp" if number % 2 else "oar")
    StudyPlan.objects.create(
        user=reader, article=article, ready_on=timezone.now().date(), made_at=timezone.now()
    )
    reading.get("/me/")  # the first of all reads the text, which then stays for everybody
    with queries(at_most=8), no_writes():
        reading.get("/me/")


def test_cards_of_others_do_not_count(
    reading: Client, reader: User, asking: Article, answer: Answer
) -> None:
    other = UserFactory()
    answer("p1-q1", user=other, at=timezone.now() - timedelta(days=100))
    read(asking, reader, 1)
    assert Question.objects.filter(cards__user=other).exists()
    assert '<p class="plate-n">0</p>' in page(reading)
