from __future__ import annotations

import pytest

from quizzes.kinds.recall import Recall

RECALL = Recall(says="What gives the light.")


@pytest.mark.parametrize(
    ("value", "fraction", "rating"), [("1", 0, 1), ("2", 0.5, 2), ("3", 1, 3), ("4", 1, 4)]
)
def test_the_learner_is_the_judge(value: str, fraction: float, rating: int) -> None:
    assert RECALL.mark(value).fraction == fraction
    assert Recall.rating(value) == rating


@pytest.mark.parametrize("value", ["", "0", "5", "easy", "³", "99"])
def test_what_nobody_can_choose_is_not_known(value: str) -> None:
    assert RECALL.mark(value).fraction == 0
    assert Recall.rating(value) == 1


def test_the_answer_is_not_among_what_is_shown() -> None:
    assert RECALL.shown() == {}


def test_a_rating_is_told_in_words() -> None:
    assert Recall.words({}, "2") == "with effort"
    assert Recall.words({}, "9") == ""
