"""One option of several. An option that is nearly right may carry a credit of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from quizzes.kinds.base import (
    Body,
    Flag,
    Fraction,
    Marked,
    Part,
    Shown,
    Strict,
    Text,
    Value,
    alike,
    key_of,
    one,
    shuffled,
)


class Option(Strict):
    text: Text
    right: Flag = False
    credit: Fraction = 0.0  # of an option that is not the right one
    feedback: str = ""  # why it tempts, and what it would have been right for

    @property
    def key(self) -> str:
        return key_of(self.text)


class Choice(Body):
    name = "choice"
    label = _("One choice")

    options: Annotated[tuple[Option, ...], Field(min_length=2)]
    shuffle: Flag = True

    @model_validator(mode="after")
    def sound(self) -> Self:
        alike([option.text for option in self.options])
        if sum(option.right for option in self.options) != 1:
            raise ValueError("exactly one option is right: true")
        if any(option.right and option.credit for option in self.options):
            raise ValueError("credit is for options that are not right: the right one has all")
        return self

    def shown(self) -> Shown:
        options = [{"key": option.key, "text": option.text} for option in self.options]
        return {"options": options, "shuffle": self.shuffle}

    @classmethod
    def arrange(cls, shown: Shown, seed: int) -> Shown:
        if not shown["shuffle"]:
            return shown
        return {**shown, "options": shuffled(shown["options"], seed)}

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        chosen = one(data, "choice")
        return chosen if any(o["key"] == chosen for o in shown["options"]) else None

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        return next((str(o["text"]) for o in shown["options"] if o["key"] == value), "")

    def mark(self, value: Value) -> Marked:
        parts = {o.key: Part("right") for o in self.options if o.right}
        for option in self.options:
            if option.key == value:
                if option.right:
                    return Marked(1.0, tuple(filter(None, [option.feedback])), parts)
                parts[value] = Part("partly" if option.credit else "miss", option.feedback)
                return Marked(option.credit, tuple(filter(None, [option.feedback])), parts)
        return Marked(0.0, (), parts)

    def key(self) -> Value:
        return next(option.key for option in self.options if option.right)

    def answer(self) -> str:
        return next(option.text for option in self.options if option.right)

    @property
    def guess(self) -> float:
        return sum(1.0 if o.right else o.credit for o in self.options) / len(self.options)


KIND = Choice
