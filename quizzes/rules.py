"""How an attempt is run: settled when it starts, and kept with it from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from quizzes.kinds.base import Strict


class Behaviour(StrEnum):
    """When a learner hears what his answer was worth."""

    IMMEDIATE = "immediate"  # each question once, at its "Check"
    TRIES = "tries"  # several tries with hints, each costing the penalty
    DEFERRED = "deferred"  # all at the end


class Counts(StrEnum):
    """Which of several attempts is the one that counts."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    AVERAGE = "average"


class Moment(StrEnum):
    """When somebody looks: the columns of the review matrix."""

    DURING = "during"  # the attempt is open, this question is graded
    JUST_AFTER = "just_after"  # within two minutes of handing in
    LATER = "later"  # while the quiz is still open to others
    AFTER_CLOSE = "after_close"


PARTS = ("correctness", "marks", "feedback", "explanation", "answer")
ALL: tuple[str, ...] = PARTS
AFTER: Mapping[str, Sequence[str]] = {
    Moment.DURING: ALL,
    Moment.JUST_AFTER: ALL,
    Moment.LATER: ALL,
    Moment.AFTER_CLOSE: ALL,
}
JUST = timedelta(minutes=2)


class Rules(Strict):
    """A snapshot: what changes in the quiz later changes no attempt that has begun."""

    behaviour: Behaviour = Behaviour.IMMEDIATE
    has_certainty: bool = False  # certainty-based marking (not with several tries)
    penalty: Annotated[float, Field(ge=0, le=1)] = 1 / 3  # of each further try
    shuffle: bool = True
    seconds: Annotated[int, Field(gt=0)] | None = None  # time limit before the multiplier
    multiplier: Annotated[float, Field(ge=1, le=10)] = 1.0  # a learner's own
    grace: Annotated[int, Field(ge=0)] = 5  # seconds after the deadline for what is under way
    attempts: Annotated[int, Field(gt=0)] | None = None
    counts: Counts = Counts.BEST
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    release: Literal["at_once", "after_close", "by_hand"] = "at_once"
    review: Mapping[str, tuple[str, ...]] = {str(k): tuple(v) for k, v in AFTER.items()}

    def snapshot(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def deadline(self, start: datetime) -> datetime | None:
        """The earlier of the time limit and the closing; None without either."""
        ends = []
        if self.seconds is not None:
            ends.append(start + timedelta(seconds=self.seconds * self.multiplier))
        if self.closes_at is not None:
            ends.append(self.closes_at)
        return min(ends, default=None)

    def shows(self, *, submitted_at: datetime | None, now: datetime) -> frozenset[str]:
        """The parts of a released question that may be seen now."""
        if submitted_at is None:
            moment = Moment.DURING
        elif self.closes_at is not None and now >= self.closes_at:
            moment = Moment.AFTER_CLOSE
        elif now - submitted_at <= JUST:
            moment = Moment.JUST_AFTER
        else:
            moment = Moment.LATER
        return frozenset(self.review.get(moment, ()))


def counted(scores: Sequence[float], rule: Counts) -> float | None:
    """The score that counts, of scores in the order of their attempts."""
    if len(scores) < 2:
        return scores[0] if scores else None
    match rule:
        case Counts.FIRST:
            return scores[0]
        case Counts.LAST:
            return scores[-1]
        case Counts.AVERAGE:
            return sum(scores) / len(scores)
        case _:
            return max(scores)
