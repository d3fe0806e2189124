"""Matching: each thing on the left with one on the right. Credit is right pairs by pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from quizzes.kinds.base import (
    Body,
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


class Pair(Strict):
    left: Text
    right: Text
    feedback: str = ""  # for those who matched it otherwise


class Matching(Body):
    name = "matching"
    label = _("Matching")
    miss = _("Other pairs")

    pairs: Annotated[tuple[Pair, ...], Field(min_length=2)]
    distractors: tuple[Text, ...] = ()  # further things on the right that belong nowhere

    @model_validator(mode="after")
    def sound(self) -> Self:
        alike([pair.left for pair in self.pairs])
        alike([*dict.fromkeys(pair.right for pair in self.pairs), *self.distractors])
        return self

    def shown(self) -> Shown:
        targets = [*dict.fromkeys(pair.right for pair in self.pairs), *self.distractors]
        return {
            "lefts": [{"key": key_of(pair.left), "text": pair.left} for pair in self.pairs],
            "targets": [
                {"key": key_of(text), "text": text} for text in sorted(targets, key=str.casefold)
            ],
        }

    def unexplained(self) -> list[str]:
        return [pair.left for pair in self.pairs if not pair.feedback]

    @classmethod
    def arrange(cls, shown: Shown, seed: int) -> Shown:
        return {
            "lefts": shuffled(shown["lefts"], seed),
            "targets": shuffled(shown["targets"], seed + 1),
        }

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        targets = {target["key"] for target in shown["targets"]}
        value = {}
        for left in shown["lefts"]:
            chosen = one(data, f"match-{left['key']}")
            value[left["key"]] = chosen if chosen in targets else ""
        return value if any(value.values()) else None

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        if not value:
            return ""
        texts = {target["key"]: target["text"] for target in shown["targets"]}
        return "; ".join(
            f"{left['text']} – {texts.get(value.get(left['key'], ''), '?')}"
            for left in sorted(shown["lefts"], key=lambda left: str(left["text"]))
        )

    @classmethod
    def check(cls, shown: Shown, value: Value) -> None:
        left = sum(1 for item in shown["lefts"] if not value.get(item["key"]))
        if left:
            raise Unreadable(_g("Choose for every line: %(left)d still open.") % {"left": left})

    def mark(self, value: Value) -> Marked:
        parts, feedback, hits = {}, [], 0
        for pair in self.pairs:
            given = value.get(key_of(pair.left), "")
            if given == key_of(pair.right):
                hits += 1
                parts[key_of(pair.left)] = Part("right")
                continue
            parts[key_of(pair.left)] = Part("miss", pair.feedback, pair.right)
            if given and pair.feedback:
                feedback.append(pair.feedback)
        return Marked(hits / len(self.pairs), tuple(feedback), parts, (hits, len(self.pairs)))

    def key(self) -> Value:
        return {key_of(pair.left): key_of(pair.right) for pair in self.pairs}

    def answer(self) -> str:
        return "; ".join(f"{pair.left} – {pair.right}" for pair in self.pairs)

    @property
    def guess(self) -> float:
        return 1 / len(self.shown()["targets"])


KIND = Matching
