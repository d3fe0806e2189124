"""A claim: does it hold according to the text, and, if asked, whose claim is it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from pydantic import model_validator

from quizzes.kinds.base import (
    Body,
    Flag,
    Marked,
    Part,
    Shown,
    Strict,
    Text,
    Unreadable,
    Value,
    alike,
    key_of,
    one,
    shuffled,
)


class Holder(Strict):
    """Somebody whose claim it might be."""

    text: Text
    right: Flag = False
    feedback: str = ""

    @property
    def key(self) -> str:
        return key_of(self.text)


class Claim(Body):
    name = "claim"
    label = _("True or false")

    holds: Flag
    feedback: Text  # for those who took it the other way
    whose: tuple[Holder, ...] = ()

    @model_validator(mode="after")
    def sound(self) -> Self:
        alike([holder.text for holder in self.whose])
        if self.whose and (len(self.whose) < 2 or sum(holder.right for holder in self.whose) != 1):
            raise ValueError("whose: name at least two, of whom exactly one is right: true")
        return self

    def shown(self) -> Shown:
        return {"whose": [{"key": h.key, "text": h.text} for h in self.whose]}

    @classmethod
    def arrange(cls, shown: Shown, seed: int) -> Shown:
        return {**shown, "whose": shuffled(shown["whose"], seed)}

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        verdict, whose = one(data, "verdict"), one(data, "whose")
        value = {
            "verdict": verdict if verdict in ("true", "false") else "",
            "whose": whose if any(h["key"] == whose for h in shown["whose"]) else "",
        }
        return value if any(value.values()) else None

    @classmethod
    def check(cls, shown: Shown, value: Value) -> None:
        if not value["verdict"]:
            raise Unreadable(_g("Say also whether it holds."))
        if shown["whose"] and not value["whose"]:
            raise Unreadable(_g("Say also whose claim it is."))

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        if not value:
            return ""
        verdict = {"true": _g("True"), "false": _g("False")}.get(value["verdict"], "")
        whose = next((h["text"] for h in shown["whose"] if h["key"] == value["whose"]), "")
        return "; ".join(filter(None, [verdict, whose]))

    def mark(self, value: Value) -> Marked:
        said = "true" if self.holds else "false"
        parts = {said: Part("right")}
        feedback = []
        points = 0
        if value["verdict"] == said:
            points += 1
        elif value["verdict"]:
            parts[value["verdict"]] = Part("miss", self.feedback)
            feedback.append(self.feedback)
        for holder in self.whose:
            if holder.right:
                parts[holder.key] = Part("right")
            if holder.key == value["whose"]:
                points += holder.right
                if not holder.right:
                    parts[holder.key] = Part("miss", holder.feedback)
                if holder.feedback:
                    feedback.append(holder.feedback)
        total = 2 if self.whose else 1
        return Marked(points / total, tuple(feedback), parts, (points, total))

    def key(self) -> Value:
        whose = next((holder.key for holder in self.whose if holder.right), "")
        return {"verdict": "true" if self.holds else "false", "whose": whose}

    def answer(self) -> str:
        return self.words(self.shown(), self.key())

    @property
    def guess(self) -> float:
        return (0.5 + 1 / len(self.whose)) / 2 if self.whose else 0.5


KIND = Claim
