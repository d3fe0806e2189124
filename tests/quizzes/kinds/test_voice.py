from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from quizzes.kinds.voice import Voice

SPEAKERS: list[dict[str, Any]] = [
    {"how": "asserts", "feedback": "He does not say so himself."},
    {"how": "reports", "whom": "Lenin", "right": True},
    {"how": "rejects", "whom": "Lenin", "feedback": "He agrees."},
    {"how": "reports", "whom": "Bukharin"},
    {"how": "quotes", "whom": "Trotsky"},
]
VOICE = Voice.model_validate({"speakers": SPEAKERS})
KEYS = [speaker.key for speaker in VOICE.speakers]


@pytest.mark.parametrize(
    ("speakers", "message"),
    [
        (SPEAKERS[1:2], "at least 2"),
        ([SPEAKERS[0], SPEAKERS[2]], "exactly one speaker is right"),
        ([SPEAKERS[1], {"how": "asserts", "right": True}], "exactly one speaker is right"),
        ([SPEAKERS[1], {"how": "reports", "whom": "lenin"}], "two options are alike"),
        ([SPEAKERS[1], {"how": "reports"}], "whom goes with reports"),
        ([SPEAKERS[1], {"how": "asserts", "whom": "Lenin"}], "whom goes with reports"),
        ([SPEAKERS[1], {"how": "hints", "whom": "Lenin"}], "Input should be"),
    ],
)
def test_what_is_unsound_is_refused(speakers: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Voice.model_validate({"speakers": speakers})


@pytest.mark.parametrize(
    ("place", "fraction", "state"),
    [(0, 0, "miss"), (1, 1, "right"), (2, 0.5, "partly"), (3, 0.5, "partly"), (4, 0, "miss")],
)
def test_the_person_or_the_role_is_half_right(place: int, fraction: float, state: str) -> None:
    marked = VOICE.mark(KEYS[place])
    assert (marked.fraction, marked.parts[KEYS[place]].state) == (fraction, state)
    assert marked.parts[KEYS[1]].state == "right"


def test_two_who_are_nobody_are_not_one_person() -> None:
    own = [{"how": "asserts", "right": True}, {"how": "reports", "whom": "Lenin"}]
    voice = Voice.model_validate({"speakers": own})
    assert voice.mark(voice.speakers[1].key).fraction == 0


def test_a_wrong_voice_is_explained() -> None:
    assert VOICE.mark(KEYS[2]).feedback == ("He agrees.",)


def test_a_voice_that_is_not_offered_is_a_blank() -> None:
    assert VOICE.read(VOICE.shown(), {"choice": ["reports Lenin"]}) is None
    assert VOICE.read(VOICE.shown(), {"choice": [KEYS[4]]}) == KEYS[4]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (0, "The author asserts it himself"),
        (1, "The author reports it of Lenin"),
        (2, "The author names it as the view of Lenin and rejects it"),
        (4, "The author quotes Trotsky and stands by it"),
    ],
)
def test_a_voice_is_put_in_words(place: int, words: str) -> None:
    assert VOICE.words(VOICE.shown(), KEYS[place]) == words


def test_guessing_is_paid_by_all_credit() -> None:
    assert VOICE.guess == pytest.approx(2 / 5)


def test_a_statement_is_shown() -> None:
    voice = Voice.model_validate({"speakers": SPEAKERS, "statement": "No state can die."})
    assert voice.shown()["statement"] == "No state can die."
