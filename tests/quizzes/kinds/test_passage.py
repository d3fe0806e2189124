from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from quizzes.kinds.passage import FindPassage

PLACES: list[dict[str, Any]] = [
    {"at": "p4", "text": "on the party", "credit": 0.5, "feedback": "It prepares the proof."},
    {"at": "p49", "text": "on the state", "right": True, "feedback": "Here it is proved."},
    {"at": "n12", "feedback": "That is the source."},
]
PASSAGE = FindPassage.model_validate({"places": PLACES})
NEAR, RIGHT, WRONG = (place.key for place in PASSAGE.places)


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (PLACES[1:2], "at least 2"),
        ([PLACES[0], PLACES[2]], "exactly one place is right"),
        ([PLACES[1], {"at": "p50", "right": True}], "exactly one place is right"),
        ([PLACES[1], {"at": "p49"}], "two options are alike"),
        ([PLACES[0], {**PLACES[1], "credit": 1}], "credit is for places that are not right"),
    ],
)
def test_what_is_unsound_is_refused(places: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        FindPassage.model_validate({"places": places})


@pytest.mark.parametrize(
    ("key", "fraction", "state"), [(RIGHT, 1, "right"), (NEAR, 0.5, "partly"), (WRONG, 0, "miss")]
)
def test_a_place_gets_its_credit(key: str, fraction: float, state: str) -> None:
    marked = PASSAGE.mark(key)
    assert (marked.fraction, marked.parts[key].state) == (fraction, state)
    assert marked.parts[RIGHT].state == "right"


def test_a_place_that_is_not_offered_is_a_blank() -> None:
    assert PASSAGE.read(PASSAGE.shown(), {"choice": ["p49"]}) is None
    assert PASSAGE.mark("p49").fraction == 0


def test_places_stay_in_the_order_of_the_text() -> None:
    assert all(PASSAGE.arrange(PASSAGE.shown(), seed) == PASSAGE.shown() for seed in range(9))


def test_a_place_is_put_in_words() -> None:
    assert PASSAGE.answer() == "¶49 on the state"
    assert PASSAGE.words(PASSAGE.shown(), WRONG) == "n12"


def test_the_places_are_references() -> None:
    assert PASSAGE.references() == ["p4", "p49", "n12"]


def test_guessing_is_paid_by_all_credit() -> None:
    assert PASSAGE.guess == 0.5


def test_wrong_places_without_feedback_are_found() -> None:
    bare = FindPassage.model_validate({"places": [*PLACES, {"at": "p50"}]})
    assert bare.unexplained() == ["p50"]
