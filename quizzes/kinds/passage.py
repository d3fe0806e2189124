"""Find the passage: which of these proves it?"""

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
)


class Place(Strict):
    at: Text  # a reference, such as p49
    text: str = ""  # what the passage is about, in few words
    right: Flag = False
    credit: Fraction = 0.0
    feedback: str = ""

    @property
    def key(self) -> str:
        return key_of(self.at)


class FindPassage(Body):
    name = "passage"
    label = _("Find the passage")
    miss = _("Another passage")

    places: Annotated[tuple[Place, ...], Field(min_length=2)]  # in the order of the text

    @model_validator(mode="after")
    def sound(self) -> Self:
        alike([place.at for place in self.places])
        if sum(place.right for place in self.places) != 1:
            raise ValueError("exactly one place is right: true")
        if any(place.right and place.credit for place in self.places):
            raise ValueError("credit is for places that are not right: the right one has all")
        return self

    def shown(self) -> Shown:
        places = [{"key": p.key, "at": p.at, "text": p.text} for p in self.places]
        return {"options": places}

    def references(self) -> list[str]:
        return [place.at for place in self.places]

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        chosen = one(data, "choice")
        return chosen if any(o["key"] == chosen for o in shown["options"]) else None

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        found = next((o for o in shown["options"] if o["key"] == value), None)
        if found is None:
            return ""
        at = str(found["at"])  # p44 is ¶44 to readers
        named = f"¶{at[1:]}" if at[:1] == "p" else at
        return " ".join(filter(None, [named, found["text"]]))

    def mark(self, value: Value) -> Marked:
        parts = {place.key: Part("right") for place in self.places if place.right}
        for place in self.places:
            if place.key == value:
                feedback = tuple(filter(None, [place.feedback]))
                if place.right:
                    return Marked(1.0, feedback, parts)
                parts[value] = Part("partly" if place.credit else "miss", place.feedback)
                return Marked(place.credit, feedback, parts)
        return Marked(0.0, (), parts)

    def key(self) -> Value:
        return next(place.key for place in self.places if place.right)

    def answer(self) -> str:
        return self.words(self.shown(), self.key())

    @property
    def guess(self) -> float:
        return sum(1.0 if p.right else p.credit for p in self.places) / len(self.places)


KIND = FindPassage
