"""What an answer is worth: a function of the question, the answer and the rulings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from quizzes.kinds import Body, Value, mark

RIGHT = 0.999999
WRONG = 1e-6


def is_right(fraction: float) -> bool:
    return fraction > RIGHT


def is_wrong(fraction: float) -> bool:
    return fraction < WRONG


@dataclass(frozen=True)
class Decision:
    """A ruling as grading sees it."""

    kind: Literal["accept", "leave_out", "full_marks"]
    value: Value = None  # with accept: the answer that counts as right


@dataclass(frozen=True)
class Outcome:
    fraction: float
    is_excluded: bool = False
    is_given: bool = False  # full marks, whatever was answered and however


def worth(body: Body, value: Value, decisions: Sequence[Decision] = ()) -> Outcome:
    """Fraction of an answer before any penalty. A blank is worth nothing, but for full marks."""
    fraction = min(1.0, max(0.0, mark(body, value).fraction))
    is_excluded = is_given = False
    for decision in decisions:
        is_given = is_given or decision.kind == "full_marks"
        is_accepted = (
            decision.kind == "accept" and value is not None and body.is_same(decision.value, value)
        )
        if is_given or is_accepted:
            fraction = 1.0
        is_excluded = is_excluded or decision.kind == "leave_out"
    return Outcome(fraction, is_excluded, is_given)


def after_tries(fraction: float, *, tries: int, penalty: float) -> float:
    """max(0, f - (tries used - 1) * penalty), as Moodle's interactive behaviour has it."""
    return max(0.0, fraction - (tries - 1) * penalty)
