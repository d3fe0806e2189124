"""Who says it: the author himself, or somebody he reports, quotes or rejects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from quizzes.kinds.base import (
    Body,
    Flag,
    Marked,
    Part,
    Shown,
    Strict,
    Value,
    alike,
    key_of,
    one,
    shuffled,
)

How = Literal["asserts", "reports", "quotes", "rejects"]


class Speaker(Strict):
    how: How
    whom: str = ""  # not with `asserts`
    right: Flag = False
    feedback: str = ""

    @model_validator(mode="after")
    def sound(self) -> Self:
        if (self.how == "asserts") == bool(self.whom):
            raise ValueError("whom goes with reports, quotes and rejects, and is needed there")
        return self

    @property
    def text(self) -> str:
        match self.how:
            case "asserts":
                return _g("The author asserts it himself")
            case "reports":
                return _g("The author reports it of %(whom)s") % {"whom": self.whom}
            case "quotes":
                return _g("The author quotes %(whom)s and stands by it") % {"whom": self.whom}
            case _:
                return _g("The author names it as the view of %(whom)s and rejects it") % {
                    "whom": self.whom
                }

    @property
    def key(self) -> str:
        return key_of(f"{self.how} {self.whom}")


class Voice(Body):
    """The right person in another role, or the right role with another person, is half right."""

    name = "voice"
    label = _("Who says it")
    miss = _("Another voice")

    statement: str = ""  # set out below the prompt, if it is not in it
    speakers: Annotated[tuple[Speaker, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def sound(self) -> Self:
        alike([f"{speaker.how} {speaker.whom}" for speaker in self.speakers])
        if sum(speaker.right for speaker in self.speakers) != 1:
            raise ValueError("exactly one speaker is right: true")
        return self

    def shown(self) -> Shown:
        speakers = [
            {"key": speaker.key, "how": speaker.how, "whom": speaker.whom, "text": speaker.text}
            for speaker in self.speakers
        ]
        return {"statement": self.statement, "options": speakers}

    @classmethod
    def arrange(cls, shown: Shown, seed: int) -> Shown:
        return {**shown, "options": shuffled(shown["options"], seed)}

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        chosen = one(data, "choice")
        return chosen if any(o["key"] == chosen for o in shown["options"]) else None

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        return next((str(o["text"]) for o in shown["options"] if o["key"] == value), "")

    @property
    def right(self) -> Speaker:
        return next(speaker for speaker in self.speakers if speaker.right)

    def credit(self, speaker: Speaker) -> float:
        if speaker.right:
            return 1.0
        same_person = bool(speaker.whom) and speaker.whom == self.right.whom
        same_role = speaker.how == self.right.how
        return 0.5 if same_person or same_role else 0.0

    def mark(self, value: Value) -> Marked:
        parts = {self.right.key: Part("right")}
        for speaker in self.speakers:
            if speaker.key == value:
                credit = self.credit(speaker)
                feedback = tuple(filter(None, [speaker.feedback]))
                if not speaker.right:
                    parts[value] = Part("partly" if credit else "miss", speaker.feedback)
                return Marked(credit, feedback, parts)
        return Marked(0.0, (), parts)

    def key(self) -> Value:
        return self.right.key

    def answer(self) -> str:
        return self.right.text

    @property
    def guess(self) -> float:
        return sum(map(self.credit, self.speakers)) / len(self.speakers)


KIND = Voice
