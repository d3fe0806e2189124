from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from quizzes.kinds.base import Unreadable
from quizzes.kinds.claim import Claim

WHOSE: list[dict[str, Any]] = [
    {"text": "The author", "right": True},
    {"text": "Lenin", "feedback": "He denied it."},
]
PLAIN = Claim.model_validate({"holds": True, "feedback": "It does: see the note."})
CLAIM = Claim.model_validate({"holds": False, "feedback": "Only later.", "whose": WHOSE})
AUTHOR, LENIN = (holder.key for holder in CLAIM.whose)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"holds": True}, "Field required"),
        ({"holds": "perhaps", "feedback": "x"}, "write true or false"),
        ({"holds": 1, "feedback": "x"}, "write true or false"),
        ({"holds": True, "feedback": "x", "whose": WHOSE[:1]}, "name at least two"),
        ({"holds": True, "feedback": "x", "whose": WHOSE[1:] * 2}, "two options are alike"),
        (
            {"holds": True, "feedback": "x", "whose": [WHOSE[0], {**WHOSE[1], "right": True}]},
            "exactly one is right",
        ),
    ],
)
def test_what_is_unsound_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Claim.model_validate(body)


@pytest.mark.parametrize(("verdict", "fraction"), [("true", 1), ("false", 0)])
def test_a_verdict_is_right_or_wrong(verdict: str, fraction: float) -> None:
    assert PLAIN.mark({"verdict": verdict, "whose": ""}).fraction == fraction


@pytest.mark.parametrize(
    ("verdict", "whose", "fraction"),
    [("false", AUTHOR, 1), ("false", LENIN, 0.5), ("true", AUTHOR, 0.5), ("true", LENIN, 0)],
)
def test_whose_it_is_counts_as_much_as_whether_it_holds(
    verdict: str, whose: str, fraction: float
) -> None:
    marked = CLAIM.mark({"verdict": verdict, "whose": whose})
    assert (marked.fraction, marked.tally) == (fraction, (fraction * 2, 2))


def test_both_mistakes_are_explained() -> None:
    marked = CLAIM.mark({"verdict": "true", "whose": LENIN})
    assert marked.feedback == ("Only later.", "He denied it.")
    assert {key: part.state for key, part in marked.parts.items()} == {
        "false": "right",
        "true": "miss",
        AUTHOR: "right",
        LENIN: "miss",
    }


def test_a_right_verdict_needs_no_explanation() -> None:
    assert PLAIN.mark({"verdict": "true", "whose": ""}).feedback == ()


@pytest.mark.parametrize(
    ("posted", "value"),
    [
        ({"verdict": ["true"], "whose": [LENIN]}, {"verdict": "true", "whose": LENIN}),
        ({"verdict": ["perhaps"], "whose": [LENIN]}, {"verdict": "", "whose": LENIN}),
        ({"verdict": ["true"], "whose": ["Lenin"]}, {"verdict": "true", "whose": ""}),
        ({"verdict": ["True"], "whose": [""]}, None),
    ],
)
def test_only_what_was_offered_is_read(posted: dict[str, list[str]], value: object) -> None:
    assert CLAIM.read(CLAIM.shown(), posted) == value


@pytest.mark.parametrize(
    ("verdict", "whose", "message"), [("", LENIN, "whether it holds"), ("true", "", "whose claim")]
)
def test_half_an_answer_is_asked_for_the_rest(verdict: str, whose: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        CLAIM.check(CLAIM.shown(), {"verdict": verdict, "whose": whose})


def test_nobody_is_asked_whose_it_is_unless_it_was_offered() -> None:
    PLAIN.check(PLAIN.shown(), {"verdict": "true", "whose": ""})


def test_an_answer_is_put_in_words() -> None:
    assert (PLAIN.answer(), CLAIM.answer()) == ("True", "False; The author")


def test_guessing_is_paid_by_both_halves() -> None:
    assert (PLAIN.guess, CLAIM.guess) == (0.5, 0.5)
