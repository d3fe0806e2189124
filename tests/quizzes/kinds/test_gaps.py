from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from quizzes.kinds.base import Part, Unreadable, key_of
from quizzes.kinds.gaps import Gaps

TYPED: dict[str, Any] = {"answer": "Kronstadt", "also": ["Cronstadt"], "label": "place"}
CHOSEN: dict[str, Any] = {
    "answer": "tenth",
    "choose": True,
    "traps": [
        {"text": "eleventh", "feedback": "A year later."},
        {"text": "ninth", "feedback": "-"},
    ],
}
GAPS = Gaps.model_validate(
    {"text": "[[1]] fell during the [[2]] congress.", "gaps": [TYPED, CHOSEN]}
)


@pytest.mark.parametrize(
    ("text", "gaps", "message"),
    [
        ("[[1]]", [], "at least 1"),
        ("No gap", [TYPED], r"must hold \[\[1\]\] to \[\[1\]\]"),
        ("[[1]] and [[3]]", [TYPED, CHOSEN], r"each once and in order"),
        ("[[2]] and [[1]]", [TYPED, CHOSEN], r"each once and in order"),
        ("[[1]] and [[1]]", [TYPED], r"each once and in order"),
        ("[[1]]", [{"answer": "x", "choose": True}], "needs traps to choose from"),
        (
            "[[1]]",
            [{"answer": "NEP", "choose": True, "traps": [{"text": "nep", "feedback": "x"}]}],
            "two options are alike",
        ),
        (
            "[[1]]",
            [{"answer": "Kronstadt", "traps": [{"text": "Krostadt", "feedback": "x"}]}],
            "would be graded right",
        ),
        ("[[1]]", [{"answer": "?!"}], "neither letters nor figures"),
        ("[[1]]", [{"answer": "NEP", "traps": [{"text": "war"}]}], "Field required"),
    ],
)
def test_what_is_unsound_is_refused(text: str, gaps: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Gaps.model_validate({"text": text, "gaps": gaps})


@pytest.mark.parametrize(
    ("first", "second", "fraction"),
    [
        ("Kronstadt", "tenth", 1),
        ("cronstadt", "tenth", 1),
        ("Krostadt", "tenth", 1),
        ("Kronstadt", "ninth", 0.5),
        ("Tambov", "ninth", 0),
        ("", "tenth", 0.5),
    ],
)
def test_each_gap_gets_its_share(first: str, second: str, fraction: float) -> None:
    assert GAPS.mark({"1": first, "2": key_of(second)}).fraction == fraction


def test_a_trap_is_explained() -> None:
    marked = GAPS.mark({"1": "Kronstadt", "2": key_of("eleventh")})
    assert marked.parts["2"] == Part("miss", "A year later.", "tenth")
    assert (marked.feedback, marked.tally) == (("A year later.",), (1, 2))


def test_a_typed_trap_is_explained() -> None:
    trap = {"text": "Tambov", "feedback": "Peasants rose there."}
    gaps = Gaps.model_validate({"text": "[[1]]", "gaps": [TYPED | {"traps": [trap]}]})
    assert gaps.mark({"1": "tambov"}).feedback == ("Peasants rose there.",)


def test_a_choice_forgives_no_slip() -> None:
    gap = {"answer": "reform", "choose": True, "traps": [{"text": "reforms", "feedback": "x"}]}
    gaps = Gaps.model_validate({"text": "[[1]]", "gaps": [gap]})
    assert gaps.mark({"1": key_of("reforms")}).fraction == 0


def test_a_gap_left_out_is_told_what_was_right() -> None:
    assert GAPS.mark({"2": key_of("tenth")}).parts["1"] == Part("miss", "", "Kronstadt")


def test_the_text_is_shown_around_the_gaps() -> None:
    shown = GAPS.shown()
    assert [gap["before"] for gap in shown["gaps"]] == ["", " fell during the "]
    assert shown["after"] == " congress."


def test_what_is_typed_is_not_shown() -> None:
    assert "adt" not in str(GAPS.shown())


def test_options_stand_by_the_alphabet() -> None:
    options = [option["text"] for option in GAPS.shown()["gaps"][1]["options"]]
    assert options == ["eleventh", "ninth", "tenth"]


def test_what_is_typed_is_kept_as_it_was() -> None:
    posted = {"gap-1": ["  KRONSTADT\x00 "], "gap-2": [""], "gap-3": ["x"]}
    assert GAPS.read(GAPS.shown(), posted) == {"1": "KRONSTADT", "2": ""}


def test_empty_gaps_alone_are_a_blank() -> None:
    assert GAPS.read(GAPS.shown(), {"gap-1": [" "], "gap-2": [""]}) is None


def test_every_gap_is_asked_for() -> None:
    with pytest.raises(Unreadable, match="1 still empty"):
        GAPS.check(GAPS.shown(), {"1": "Kronstadt", "2": ""})


def test_gaps_are_put_in_words() -> None:
    words = GAPS.words(GAPS.shown(), {"1": "", "2": key_of("ninth")})
    assert (words, GAPS.answer()) == ("–; ninth", "Kronstadt; tenth")


def test_only_what_is_chosen_can_be_guessed() -> None:
    assert GAPS.guess == pytest.approx(1 / 6)
