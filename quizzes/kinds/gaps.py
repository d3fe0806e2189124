"""A text with gaps, each typed or chosen from a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from quizzes import typed
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

SLOT = re.compile(r"\[\[(\d+)\]\]")


class Trap(Strict):
    """A wrong filling, and why it tempts."""

    text: Text
    feedback: Text


class Gap(Strict):
    answer: Text
    also: tuple[Text, ...] = ()  # further spellings that count
    traps: tuple[Trap, ...] = ()
    choose: Flag = False  # from the answer and the traps; else typed
    label: str = ""  # what is asked for, such as "year"

    @model_validator(mode="after")
    def sound(self) -> Self:
        if not self.is_right(self.answer):
            raise ValueError(f"{self.answer!r} has neither letters nor figures to grade it by")
        if self.choose:
            if not self.traps:
                raise ValueError("a gap to choose for needs traps to choose from")
            alike([self.answer, *(trap.text for trap in self.traps)])
        for trap in self.traps:
            if self.is_right(trap.text):
                raise ValueError(f"the trap {trap.text!r} would be graded right: take it out")
        return self

    def is_right(self, value: str) -> bool:
        slips = not self.choose
        return any(typed.agrees(value, s, slips=slips) for s in (self.answer, *self.also))

    @property
    def options(self) -> list[str]:
        return [self.answer, *(trap.text for trap in self.traps)]


class Gaps(Body):
    name = "gaps"
    label = _("Fill the gaps")
    miss = _("Other words")
    is_typed = True

    text: Text  # with [[1]], [[2]] ... where the gaps are
    gaps: Annotated[tuple[Gap, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def sound(self) -> Self:
        slots = [int(n) for n in SLOT.findall(self.text)]
        if slots != list(range(1, len(self.gaps) + 1)):
            raise ValueError(
                f"the text must hold [[1]] to [[{len(self.gaps)}]], each once and in order"
            )
        return self

    def shown(self) -> Shown:
        pieces = SLOT.split(self.text)[::2]
        gaps = [
            {
                "key": str(number),
                "label": gap.label,
                # In the order of the alphabet: the pack's own would give the key away.
                "options": [
                    {"key": key_of(text), "text": text}
                    for text in sorted(gap.options, key=str.casefold)
                ]
                if gap.choose
                else [],
                "before": pieces[number - 1],
            }
            for number, gap in enumerate(self.gaps, 1)
        ]
        return {"gaps": gaps, "after": pieces[-1]}

    @classmethod
    def arrange(cls, shown: Shown, seed: int) -> Shown:
        gaps = [{**gap, "options": shuffled(gap["options"], seed)} for gap in shown["gaps"]]
        return {**shown, "gaps": gaps}

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        value = {gap["key"]: one(data, f"gap-{gap['key']}") for gap in shown["gaps"]}
        return value if any(value.values()) else None

    def is_same(self, one: Value, other: Value) -> bool:
        pairs = [(one.get(name, ""), other.get(name, "")) for name in {*one, *other}]
        return all(mine == theirs or typed.alike(mine, theirs) for mine, theirs in pairs)

    @classmethod
    def filling(cls, gap: Mapping[str, Any], value: str) -> str:
        """What was put into a gap, in words."""
        return next((str(o["text"]) for o in gap["options"] if o["key"] == value), value)

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        if not value:
            return ""
        return "; ".join(
            cls.filling(gap, value.get(gap["key"], "")) or "–" for gap in shown["gaps"]
        )

    @classmethod
    def check(cls, shown: Shown, value: Value) -> None:
        left = sum(1 for gap in shown["gaps"] if not value.get(gap["key"]))
        if left:
            raise Unreadable(_g("Fill every gap: %(left)d still empty.") % {"left": left})

    def mark(self, value: Value) -> Marked:
        shown = self.shown()
        parts, feedback, hits = {}, [], 0
        for gap, told in zip(self.gaps, shown["gaps"], strict=True):
            given = self.filling(told, str(value.get(told["key"], ""))[:500])
            if given and gap.is_right(given):
                hits += 1
                parts[told["key"]] = Part("right")
                continue
            trap = next((t for t in gap.traps if typed.agrees(given, t.text, slips=False)), None)
            parts[told["key"]] = Part("miss", trap.feedback if trap else "", gap.answer)
            if trap:
                feedback.append(trap.feedback)
        return Marked(hits / len(self.gaps), tuple(feedback), parts, (hits, len(self.gaps)))

    def key(self) -> Value:
        return {
            str(n): key_of(gap.answer) if gap.choose else gap.answer
            for n, gap in enumerate(self.gaps, 1)
        }

    def answer(self) -> str:
        return "; ".join(gap.answer for gap in self.gaps)

    @property
    def guess(self) -> float:
        return sum(1 / len(g.options) for g in self.gaps if g.choose) / len(self.gaps)


KIND = Gaps
