"""Several options of several, with the credit rule that the author chooses.

The rules are those of the engines named at each; `credit_of` is pure and tested by their tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from quizzes.kinds.base import (
    Body,
    Flag,
    Marked,
    Part,
    Shown,
    Strict,
    Text,
    Value,
    alike,
    key_of,
    shuffled,
)

Rule = Literal["balanced", "all-or-nothing", "net", "each", "subset", "coverage", "weights"]


def credit_of(rule: Rule, *, right: int, wrong: int, ticked_right: int, ticked_wrong: int) -> float:
    """Fraction for ticking so many of `right` and `wrong` options. Nothing ticked is 0."""
    ticked = ticked_right + ticked_wrong
    if not ticked:
        return 0.0
    match rule:
        case "all-or-nothing":  # RELATE exact; PrairieLearn off
            return float(ticked_right == right and not ticked_wrong)
        case "net":  # PrairieLearn net-correct
            return max(0.0, (ticked_right - ticked_wrong) / right)
        case "each":  # PrairieLearn each-answer; RELATE proportional
            return (ticked_right + wrong - ticked_wrong) / (right + wrong)
        case "subset":  # RELATE proportional_correct
            return 0.0 if ticked_wrong else ticked_right / right
        case "coverage":  # PrairieLearn coverage
            return ticked_right / right * ticked_right / ticked
        case _:  # R/exams false2, where at least two options are wrong
            return max(0.0, ticked_right / right - ticked_wrong / max(wrong, 2))


class Option(Strict):
    text: Text
    right: Flag = False
    weight: Annotated[float, Field(ge=-1, le=1)] | None = None  # with credit: weights
    feedback: str = ""

    @property
    def key(self) -> str:
        return key_of(self.text)


class Choices(Body):
    name = "choices"
    label = _("Several choices")

    options: Annotated[tuple[Option, ...], Field(min_length=3)]
    credit: Rule = "balanced"
    tell: Flag = True  # say how many are right
    shuffle: Flag = True

    @model_validator(mode="after")
    def sound(self) -> Self:
        alike([option.text for option in self.options])
        right = sum(option.right for option in self.options)
        wrong = len(self.options) - right
        if not right:
            raise ValueError("at least one option is right: true")
        if self.credit == "balanced" and wrong < 2:
            raise ValueError("balanced credit needs two wrong options: ticking all must not pay")
        if (self.credit == "weights") != any(o.weight is not None for o in self.options):
            raise ValueError("weight goes with credit: weights, and on at least one option")
        if self.credit == "weights":
            if self.weighed([o.key for o in self.options]) > 1e-6:
                raise ValueError("ticking all must not pay: give wrong options negative weights")
            if abs(self.weighed([o.key for o in self.options if o.right]) - 1) > 1e-6:
                raise ValueError("the weights of the right options must sum to 1")
        return self

    def shown(self) -> Shown:
        options = [{"key": option.key, "text": option.text} for option in self.options]
        asked = sum(option.right for option in self.options) if self.tell else 0
        return {"options": options, "shuffle": self.shuffle, "asked": asked}

    @classmethod
    def arrange(cls, shown: Shown, seed: int) -> Shown:
        if not shown["shuffle"]:
            return shown
        return {**shown, "options": shuffled(shown["options"], seed)}

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        ticked = set(data.get("choices") or ())
        return sorted(o["key"] for o in shown["options"] if o["key"] in ticked) or None

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        return "; ".join(o["text"] for o in shown["options"] if o["key"] in (value or ()))

    def weighed(self, ticked: Sequence[str]) -> float:
        return min(1.0, max(0.0, sum(o.weight or 0 for o in self.options if o.key in ticked)))

    def mark(self, value: Value) -> Marked:
        ticked = set(value)
        right = [o for o in self.options if o.right]
        parts = {}
        for option in self.options:
            is_ticked = option.key in ticked
            if is_ticked:
                parts[option.key] = Part("right" if option.right else "miss", option.feedback)
            elif option.right:
                parts[option.key] = Part("missed", option.feedback)
        hits = sum(o.key in ticked for o in right)
        misses = sum(o.key in ticked for o in self.options if not o.right)
        if self.credit == "weights":
            fraction = self.weighed(value)
        else:
            fraction = credit_of(
                self.credit,
                right=len(right),
                wrong=len(self.options) - len(right),
                ticked_right=hits,
                ticked_wrong=misses,
            )
        feedback = tuple(o.feedback for o in self.options if o.key in ticked and o.feedback)
        return Marked(fraction, feedback, parts, (hits, len(right)))

    def key(self) -> Value:
        return sorted(option.key for option in self.options if option.right)

    def answer(self) -> str:
        return "; ".join(option.text for option in self.options if option.right)


KIND = Choices
