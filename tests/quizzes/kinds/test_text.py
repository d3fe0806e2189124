from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from quizzes.kinds.base import Part
from quizzes.kinds.text import ShortText

ANSWERS: list[dict[str, Any]] = [
    {"text": "Cheka", "also": ["Vecheka"], "feedback": "Founded in December 1917."},
    {"text": "secret police", "credit": 0.5, "feedback": "Which one?"},
    {"text": "Okhrana", "credit": 0, "feedback": "That was the tsar's."},
]


def asked(*answers: dict[str, Any], **more: Any) -> ShortText:
    return ShortText.model_validate({"answers": answers or ANSWERS, **more})


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([], "at least 1"),
        (ANSWERS[1:], "the first answer is the right one"),
        ([ANSWERS[0], {"text": "cheka.", "credit": 0}], "would be taken for 'Cheka' before it"),
        (
            [{"text": "Trotsky"}, {"text": "x", "also": ["Trotskii"], "credit": 0}],
            "would be taken for 'Trotsky' before it",
        ),
        ([{"text": "..."}], "cannot be typed so that it is right"),
        ([{"text": "*"}], "cannot be typed so that it is right"),
        ([ANSWERS[0], {"text": "x", "credit": -1}], "greater than or equal to 0"),
    ],
)
def test_what_is_unsound_is_refused(answers: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ShortText.model_validate({"answers": answers})


@pytest.mark.parametrize(
    ("typed", "fraction", "state"),
    [
        ("Cheka", 1, "right"),
        ("the CHEKA", 1, "right"),
        ("Vecheka", 1, "right"),
        ("Čeka", 1, "right"),
        ("Chekka", 1, "right"),
        ("Secret Police", 0.5, "partly"),
        ("okhrana", 0, "miss"),
        ("Okhranka", 0, "miss"),
        ("GPU", 0, "miss"),
        ("?", 0, "miss"),
    ],
)
def test_the_first_answer_that_agrees_counts(typed: str, fraction: float, state: str) -> None:
    marked = asked().mark(typed)
    assert (marked.fraction, marked.parts["text"].state) == (fraction, state)


def test_a_wrong_answer_that_was_foreseen_is_explained() -> None:
    marked = asked().mark("Okhrana")
    assert marked.feedback == ("That was the tsar's.",)
    assert marked.parts["text"] == Part("miss", "That was the tsar's.")


def test_any_other_answer_has_no_feedback() -> None:
    assert asked().mark("GPU").feedback == ()


def test_names_may_be_written_in_any_way() -> None:
    assert asked({"text": "Trotsky"}).mark("Trotskii").fraction == 1


def test_figures_are_never_forgiven() -> None:
    assert asked({"text": "10th congress"}).mark("11th congress").fraction == 0


def test_slips_are_not_forgiven_where_spelling_counts() -> None:
    assert asked({"text": "Kronstadt"}).mark("Krostadt").fraction == 1
    assert asked({"text": "Kronstadt"}, slips=False).mark("Krostadt").fraction == 0


def test_capitals_count_where_they_are_asked_for() -> None:
    assert asked({"text": "NEP"}).mark("nep").fraction == 1
    assert asked({"text": "NEP"}, case=True).mark("nep").fraction == 0


def test_what_is_spelt_out_is_not_taken_for_a_slip_of_another() -> None:
    text = asked({"text": "Marxism"}, {"text": "Marxist", "credit": 0.5})
    assert (text.mark("marxism").fraction, text.mark("marxist").fraction) == (1, 0.5)


def test_a_star_takes_what_is_around_the_words() -> None:
    assert asked({"text": "*war communism*"}).mark("it was war-communism, then").fraction == 1


def test_a_star_for_all_the_rest_leaves_slips_forgiven() -> None:
    text = asked({"text": "Kronstadt"}, {"text": "*", "credit": 0, "feedback": "Look again."})
    assert text.mark("Krostadt").fraction == 1
    assert text.mark("Tambov").feedback == ("Look again.",)


def test_what_is_spelt_out_goes_before_a_star() -> None:
    text = asked({"text": "soviet*"}, {"text": "soviet of nationalities", "credit": 0.5})
    assert text.mark("Soviet of Nationalities").fraction == 0.5
    assert text.mark("soviets").fraction == 1


def test_a_long_text_is_graded_by_its_beginning() -> None:
    assert asked({"text": "*end"}).mark("x" * 10**6 + "end").fraction == 0


@pytest.mark.parametrize(
    ("posted", "value"),
    [([" Cheka\x00 "], "Cheka"), ([" "], None), ([], None), (["GPU", "Cheka"], "Cheka")],
)
def test_what_is_typed_is_kept_as_it_was(posted: list[str], value: object) -> None:
    assert ShortText.read({}, {"text": posted}) == value


def test_only_the_hint_is_shown() -> None:
    assert asked(hint="an organisation").shown() == {"hint": "an organisation"}


def test_the_answer_is_in_words() -> None:
    assert asked({"text": "*war communism"}).answer() == "war communism"
