"""What the reader, the contents and the glossary show of what a learner knows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from quizzes.models import Review, ReviewCard
from studyguide.accounts.models import User
from studyguide.library.models import Article
from tests.packs import Answer
from tests.queries import no_writes, queries

SECTION = "/articles/lighthouses/opening/light-1/"


def page(client: Client, path: str = SECTION) -> str:
    return client.get(path).content.decode()


def answer_all(answer: Answer, *numbers: int, value: str = "lamp") -> None:
    for number in numbers:
        for k in (1, 2, 3):
            answer(f"p{number}-q{k}", value)


def test_a_passage_is_checked_when_all_its_questions_are_answered(
    reading: Client, asking: Article, answer: Answer
) -> None:
    answer("p1-q1", "oar")
    assert "Checked" not in page(reading)
    answer_all(answer, 1, value="oar")
    assert "Checked · Learning: 0 mastered, 0 firm, 2 learning, 0 new" in page(reading)


def test_bars_say_checked_and_firm_in_words(
    reading: Client, asking: Article, answer: Answer
) -> None:
    answer_all(answer, 1)
    assert "checked, firm" in page(reading)
    article = page(reading, "/articles/lighthouses/")
    assert "1 checked, 1 firm" in article
    assert "0 are read, 1 checked, 1 firm" in article


def test_a_known_terms_underline_fades(reading: Client, asking: Article, answer: Answer) -> None:
    assert 'class="term known"' not in page(reading)
    answer_all(answer, 1, 2, 3, 4, 5, 6)
    assert 'class="term known"' in page(reading)
    assert "A term whose dots have faded is firm" in page(reading)


def test_a_term_that_slips_gets_it_back(reading: Client, asking: Article, answer: Answer) -> None:
    answer_all(answer, 1, 2, 3, 4, 5, 6)
    with time_machine.travel("2099-01-01", tick=False):
        assert 'class="term known"' not in page(reading)


def test_terms_ahead_are_those_not_met(reading: Client, asking: Article, answer: Answer) -> None:
    assert "Terms ahead" in page(reading)
    ahead = page(reading).partition("Terms ahead")[2].partition("</p>")[0]
    assert "lamp" in ahead
    answer("p1-q1")
    ahead = page(reading).partition("Terms ahead")[2].partition("</p>")[0]
    assert ">lamp<" not in ahead


def test_a_visitor_sees_no_mastery(client: Client, asking: Article) -> None:
    for path in (SECTION, "/articles/lighthouses/", "/articles/lighthouses/glossary/lamp/"):
        assert "mastered" not in page(client, path)


def test_an_entry_shows_the_last_answers(reading: Client, asking: Article, answer: Answer) -> None:
    answer("p1-q1", "oar")
    html = page(reading, "/articles/lighthouses/glossary/lamp/")
    assert "Your last answers" in html
    assert "What burns in 1.1?" in html


def not_modified(client: Client, etag: str) -> bool:
    response = client.get(SECTION, headers={"if-none-match": etag})
    return response.status_code == 304


def test_what_moves_a_level_makes_the_section_new(
    reading: Client, reader: User, asking: Article, answer: Answer
) -> None:
    with time_machine.travel("2026-05-04 12:00Z", tick=False):
        answer("p4-q1")
        reading.get(SECTION)
        etag = reading.get(SECTION)["ETag"]
        assert not_modified(reading, etag)
        review = Review.objects.create(
            card=ReviewCard.objects.get(),
            user=reader,
            rating=3,
            how="rated",
            at="2026-05-04T12:00Z",
            day_on="2026-05-05",
        )
        assert not not_modified(reading, etag)
        review.undone_at = review.at
        review.save()
        assert not_modified(reading, etag)
    with time_machine.travel("2026-05-05 12:00Z", tick=False):
        assert not not_modified(reading, etag)


@pytest.mark.parametrize("size", [3, 30])
@pytest.mark.parametrize(
    ("path", "most"),
    [
        (SECTION, 5),
        ("/articles/lighthouses/", 5),
        ("/articles/lighthouses/glossary/", 5),
        ("/articles/lighthouses/glossary/lamp/", 5),
    ],
)
def test_pages_that_know_the_reader_ask_as_much_for_a_long_text(
    reading: Client,
    load_asking: Callable[..., Article],
    answer: Answer,
    size: int,
    path: str,
    most: int,
) -> None:
    load_asking(passages=2 * size, a_section=size)
    answer_all(answer, *range(1, size + 1))
    reading.get(path)
    with queries(at_most=most), no_writes():
        reading.get(path)


def test_an_unchanged_section_costs_two_questions_to_who_knows_it(
    reading: Client, asking: Article, answer: Answer
) -> None:
    answer_all(answer, 1)
    reading.get(SECTION)
    etag = reading.get(SECTION)["ETag"]
    with queries(at_most=2):
        assert not_modified(reading, etag)
