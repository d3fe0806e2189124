from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from quizzes.kinds.base import Part, Unreadable, key_of
from quizzes.kinds.matching import Matching

PAIRS: list[dict[str, Any]] = [
    {"left": "Lenin", "right": "1924", "feedback": "In January."},
    {"left": "Trotsky", "right": "1940", "feedback": "In Mexico."},
    {"left": "Frunze", "right": "1925"},
    {"left": "Dzerzhinsky", "right": "1926"},
]
MATCHING = Matching.model_validate({"pairs": PAIRS, "distractors": ["1953"]})


def matched(**years: str) -> dict[str, str]:
    return {key_of(left): key_of(right) if right else "" for left, right in years.items()}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"pairs": PAIRS[:1]}, "at least 2"),
        ({"pairs": [PAIRS[0], {"left": "lenin", "right": "1870"}]}, "two options are alike"),
        ({"pairs": PAIRS, "distractors": ["1924"]}, "two options are alike"),
        ({"pairs": PAIRS, "distractors": ["1953", "1953"]}, "two options are alike"),
        ({"pairs": [PAIRS[0], {"left": "Stalin", "right": ""}]}, "at least 1 character"),
    ],
)
def test_what_is_unsound_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Matching.model_validate(body)


def test_each_right_pair_gets_its_share() -> None:
    value = matched(Lenin="1924", Trotsky="1953", Frunze="1925", Dzerzhinsky="1924")
    assert (MATCHING.mark(value).fraction, MATCHING.mark(value).tally) == (0.5, (2, 4))


def test_distractors_are_no_divisor() -> None:
    assert MATCHING.mark(MATCHING.key()).fraction == 1


def test_two_on_the_left_may_share_one_on_the_right() -> None:
    shared = Matching.model_validate(
        {"pairs": [{"left": "NEP", "right": "1921"}, {"left": "Kronstadt", "right": "1921"}]}
    )
    assert len(shared.shown()["targets"]) == 1
    assert shared.mark(matched(NEP="1921", Kronstadt="1921")).fraction == 1


def test_a_wrong_pair_is_told_what_was_right_and_why() -> None:
    marked = MATCHING.mark(matched(Lenin="1953"))
    assert marked.parts[key_of("Lenin")] == Part("miss", "In January.", "1924")
    assert marked.feedback == ("In January.",)


def test_only_targets_are_read() -> None:
    posted = {f"match-{key_of('Lenin')}": ["1924"], f"match-{key_of('Frunze')}": [key_of("1953")]}
    value = MATCHING.read(MATCHING.shown(), posted)
    assert value == matched(Lenin="", Trotsky="", Frunze="1953", Dzerzhinsky="")


def test_nothing_matched_is_a_blank() -> None:
    assert MATCHING.read(MATCHING.shown(), {f"match-{key_of('Lenin')}": ["1924"]}) is None


def test_every_line_is_asked_for() -> None:
    with pytest.raises(Unreadable, match="3 still open"):
        MATCHING.check(MATCHING.shown(), matched(Lenin="1924"))


def test_pairs_are_put_in_words() -> None:
    words = MATCHING.words(MATCHING.shown(), matched(Lenin="1924", Trotsky="1953"))
    assert words == "Dzerzhinsky – ?; Frunze – ?; Lenin – 1924; Trotsky – 1953"


def test_targets_do_not_stand_in_the_order_of_the_pairs() -> None:
    targets = [target["text"] for target in MATCHING.shown()["targets"]]
    assert targets == ["1924", "1925", "1926", "1940", "1953"]


def test_pairs_without_feedback_are_found() -> None:
    assert MATCHING.unexplained() == ["Frunze", "Dzerzhinsky"]


def test_guessing_hits_one_target_of_all() -> None:
    assert MATCHING.guess == 1 / 5
