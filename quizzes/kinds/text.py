"""A word or a name, typed. Patterns are tried in order; the first that agrees counts.

What is spelt out goes first, so that a slip of one answer is not taken for another, and neither
is an answer for one that a `*` before it would take in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from quizzes import typed
from quizzes.kinds.base import Body, Flag, Fraction, Marked, Part, Shown, Strict, Text, Value, one


class Pattern(Strict):
    """What may be typed: the words themselves, further spellings, `*` for anything."""

    text: Text
    also: tuple[Text, ...] = ()
    credit: Fraction = 1.0
    feedback: str = ""

    def agrees(self, value: str, *, case: bool, slips: bool, is_spelt_out: bool) -> bool:
        return any(
            typed.agrees(value, spelling, case=case, slips=slips)
            for spelling in (self.text, *self.also)
            if not (is_spelt_out and "*" in spelling)
        )


class ShortText(Body):
    name = "text"
    label = _("Short answer")
    miss = _("Another word")
    is_free_recall = True
    is_typed = True

    answers: Annotated[tuple[Pattern, ...], Field(min_length=1)]  # wrong ones have credit: 0
    case: Flag = False  # capitals must agree
    slips: Flag = True  # a small misspelling is forgiven
    hint: str = ""  # beside the field: what is asked for

    @model_validator(mode="after")
    def sound(self) -> Self:
        if self.answers[0].credit != 1.0:
            raise ValueError("the first answer is the right one: its credit is 1")
        found = self.first(self.key())
        if found is None or found.credit != 1.0:
            raise ValueError(f"{self.answers[0].text!r} cannot be typed so that it is right")
        for pattern in self.answers:
            for spelling in (pattern.text, *pattern.also):
                first = self.first(spelling)
                if first is not None and first is not pattern and first.credit != pattern.credit:
                    raise ValueError(
                        f"{spelling!r} would be taken for {first.text!r} before it: "
                        "change their order or set slips: false"
                    )
        return self

    def shown(self) -> Shown:
        return {"hint": self.hint}

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        return one(data, "text") or None

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        return str(value or "")

    @classmethod
    def sense(cls, shown: Shown, value: Value) -> str:
        return typed.fold(str(value or ""))

    def is_same(self, one: Value, other: Value) -> bool:
        return one == other or typed.alike(str(one), str(other), case=self.case)

    def first(self, value: str) -> Pattern | None:
        for exact in (True, False):
            for pattern in self.answers:
                slips = self.slips and not exact
                if pattern.agrees(value, case=self.case, slips=slips, is_spelt_out=exact):
                    return pattern
        return None

    def mark(self, value: Value) -> Marked:
        found = self.first(str(value)[:500])
        if found is None:
            return Marked(0.0, (), {"text": Part("miss")})
        state: Part = Part(
            "right" if found.credit == 1.0 else "partly" if found.credit else "miss",
            found.feedback,
        )
        return Marked(found.credit, tuple(filter(None, [found.feedback])), {"text": state})

    def key(self) -> Value:
        return self.answers[0].text.replace("*", "")

    def answer(self) -> str:
        return str(self.key())


KIND = ShortText
