from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from quizzes.models import Question, QuestionVersion, ReviewCard
from studyguide.accounts.models import User
from studyguide.library.models import Article
from tests.queries import no_writes, queries
from tests.quizzes.views.sending import HTMX

TERM = "/articles/lighthouses/glossary/lamp/"
PASSAGE = "/articles/lighthouses/p1/remember/"


def said(name: str) -> QuestionVersion:
    return QuestionVersion.objects.get(question__external_id=name)


def names(**filters: Any) -> set[str]:
    cards = ReviewCard.objects.filter(**filters)
    return set(cards.values_list("question__external_id", flat=True))


def test_a_pack_makes_two_questions_a_term(article: Article) -> None:
    made = Question.objects.filter(external_id__startswith="term-")
    assert made.count() == 2 * article.terms.count()
    assert not made.filter(is_drawn=True).exists()


def test_they_ask_in_both_directions(article: Article) -> None:
    meaning, word = said("term-lamp-recall"), said("term-lamp-name")
    assert meaning.load().answer() == "What gives the light."
    assert "What gives the light." in word.prompt
    assert word.load().mark("Lantern").fraction == 1


def test_the_word_that_is_asked_for_does_not_stand_in_the_question(
    load: Callable[..., Article],
) -> None:
    from tests.packs import GLOSSARY

    load(glossary_yaml=GLOSSARY.replace("gloss: What gives", "gloss: A Lamp gives"))
    assert "lamp" not in said("term-lamp-name").prompt.lower()


def test_they_are_proved_by_the_passages_of_the_definition(article: Article) -> None:
    refs = [item["ref"] for item in said("term-lamp-recall").evidence]
    assert refs == ["lighthouses:p1", "lighthouses:lamp"]


def test_whose_word_it_is_is_kept(article: Article) -> None:
    assert said("term-nep-recall").voice == "author"
    assert said("term-lamp-recall").voice == "guide"


def test_a_passage_does_not_ask_for_terms(client: Client, article: Article) -> None:
    section = article.sections.first()
    assert section is not None
    assert b"What does \xe2\x80\x9clamp" not in client.get(section.get_absolute_url()).content


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_term_is_remembered_in_both_directions(
    reading: Client, article: Article, headers: dict[str, str]
) -> None:
    reading.post(f"{TERM}remember/", {"act": "keep"}, headers=headers)
    assert names() == {"term-lamp-recall", "term-lamp-name"}
    assert "In your review" in reading.get(TERM, headers=headers).content.decode()


def test_its_cards_are_siblings(reading: Client, article: Article) -> None:
    reading.post(f"{TERM}remember/")
    assert set(ReviewCard.objects.values_list("concept", flat=True)) == {"lighthouses:lamp"}


def test_a_term_is_let_go(reading: Client, article: Article) -> None:
    reading.post(f"{TERM}remember/")
    page = reading.post(f"{TERM}remember/", {"act": "stop"}, follow=True).content.decode()
    assert "Remember this term again" in page
    assert not names(is_suspended=False)


def test_a_visitor_is_offered_nothing_to_keep(client: Client, article: Article) -> None:
    with no_writes():
        assert b"Remember this term" not in client.get(TERM).content
    assert client.post(f"{TERM}remember/").status_code == 302
    assert not names()


def test_an_entry_asks_few_questions(reading: Client, article: Article) -> None:
    with queries(at_most=6):
        reading.get(TERM)
    with queries(at_most=4):
        reading.get(TERM, headers=HTMX)


def test_a_term_that_is_not_there_is_not_found(reading: Client, article: Article) -> None:
    assert reading.post("/articles/lighthouses/glossary/zebra/remember/").status_code == 404


QUESTIONS = """\
- id: lamp-holds
  kind: claim
  prompt: The lamp burns for strangers.
  holds: true
  feedback: It does, by the first passage.
  aim: argument
  difficulty: 1
  evidence: [{at: p1}]
  explanation: canary
- id: lamp-year
  kind: date
  prompt: When was it lit?
  date: "1801"
  asked: year
  aim: argument
  difficulty: 1
  evidence: [{at: p2}, {at: p1}]
  explanation: canary
"""


@pytest.fixture
def questions(tmp_path: Any, load: Callable[..., Article]) -> list[Question]:
    folder = tmp_path / "lighthouses" / "questions"
    folder.mkdir(parents=True)
    (folder / "all.yaml").write_text(QUESTIONS, encoding="utf-8")
    load()
    return list(Question.objects.drawn().order_by("position"))


def test_a_passage_lists_what_it_proves(reading: Client, questions: list[Question]) -> None:
    with queries(at_most=6), no_writes():
        page = reading.get(PASSAGE).content.decode()
    assert "The lamp burns for strangers." in page
    assert "When was it lit?" in page
    assert "canary" not in page


def test_what_is_ticked_is_remembered(
    reading: Client, questions: list[Question], reader: User
) -> None:
    reading.post(PASSAGE, {"question": [question.pk for question in questions]})
    assert names(user=reader) == {"lamp-holds", "lamp-year"}


def test_what_is_no_longer_ticked_is_let_go(reading: Client, questions: list[Question]) -> None:
    reading.post(PASSAGE, {"question": [question.pk for question in questions]})
    reading.post(PASSAGE, {"question": questions[0].pk})
    assert names(is_suspended=True) == {questions[1].external_id}


def test_another_passages_question_is_not_taken(reading: Client, questions: list[Question]) -> None:
    other = Question.objects.get(external_id="term-lamp-name")
    reading.post(PASSAGE, {"question": [other.pk, "x", "9" * 30]})
    assert not names()


def test_a_passage_without_questions_says_so(reading: Client, questions: list[Question]) -> None:
    page = reading.get("/articles/lighthouses/p4/remember/").content.decode()
    assert "No question stands on this paragraph yet" in page
