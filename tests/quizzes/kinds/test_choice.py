from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from quizzes.kinds.base import Part
from quizzes.kinds.choice import Choice

OPTIONS: list[dict[str, Any]] = [
    {"text": "The party", "right": True, "feedback": "Yes: see the note."},
    {"text": "The soviets", "credit": 0.5, "feedback": "Nearly: they elected it."},
    {"text": "The tsar", "feedback": "He had gone."},
]
CHOICE = Choice.model_validate({"options": OPTIONS})
PARTY, SOVIETS, TSAR = (option.key for option in CHOICE.options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (OPTIONS[:1], "at least 2"),
        (OPTIONS[1:], "exactly one option is right"),
        ([OPTIONS[0], {"text": "Both", "right": True}], "exactly one option is right"),
        ([OPTIONS[0], {"text": "the  party."}], "two options are alike"),
        ([{**OPTIONS[0], "credit": 1}, OPTIONS[1]], "credit is for options that are not right"),
        ([{**OPTIONS[0], "right": "yes"}, OPTIONS[1]], "write true or false"),
        ([OPTIONS[0], {"text": " "}], "at least 1 character"),
        ([OPTIONS[0], {"text": "x", "wrong": True}], "not permitted"),
        ([OPTIONS[0], {"text": "x", "credit": 1.5}], "less than or equal to 1"),
    ],
)
def test_what_is_unsound_is_refused(options: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Choice.model_validate({"options": options})


@pytest.mark.parametrize(("key", "fraction"), [(PARTY, 1), (SOVIETS, 0.5), (TSAR, 0), ("x", 0)])
def test_an_option_gets_its_credit(key: str, fraction: float) -> None:
    assert CHOICE.mark(key).fraction == fraction


def test_a_wrong_choice_is_told_why_beside_the_right_one() -> None:
    marked = CHOICE.mark(TSAR)
    assert marked.feedback == ("He had gone.",)
    assert marked.parts == {PARTY: Part("right"), TSAR: Part("miss", "He had gone.")}


def test_a_choice_nearly_right_is_marked_so() -> None:
    assert CHOICE.mark(SOVIETS).parts[SOVIETS].state == "partly"


def test_a_choice_is_read_by_its_key() -> None:
    assert CHOICE.read(CHOICE.shown(), {"choice": [TSAR]}) == TSAR
    assert CHOICE.words(CHOICE.shown(), TSAR) == "The tsar"


@pytest.mark.parametrize("posted", [[], [""], ["The tsar"], [PARTY, "0"]])
def test_what_is_no_option_is_a_blank(posted: list[str]) -> None:
    assert CHOICE.read(CHOICE.shown(), {"choice": posted}) is None


def test_options_are_mixed_unless_their_order_matters() -> None:
    fixed = Choice.model_validate({"options": OPTIONS, "shuffle": False}).shown()
    arranged = [Choice.arrange(CHOICE.shown(), seed)["options"] for seed in range(9)]
    assert any(options != CHOICE.shown()["options"] for options in arranged)
    assert all(Choice.arrange(fixed, seed) == fixed for seed in range(9))


def test_a_key_says_nothing_and_stays_when_the_order_changes() -> None:
    turned = Choice.model_validate({"options": OPTIONS[::-1]})
    assert [option.key for option in turned.options] == [TSAR, SOVIETS, PARTY]


def test_guessing_is_paid_by_all_credit() -> None:
    assert CHOICE.guess == 0.5


def test_wrong_options_without_feedback_are_found() -> None:
    bare = Choice.model_validate({"options": [*OPTIONS, {"text": "Nobody"}]})
    assert (bare.unexplained(), CHOICE.unexplained()) == (["Nobody"], [])


def test_the_answer_is_in_words() -> None:
    assert CHOICE.answer() == "The party"
