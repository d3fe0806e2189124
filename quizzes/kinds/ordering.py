"""Ordering: put lines in their order; where the text orders no pair, none is counted.

The rules of credit are those of Moodle's ordering question (public/question/type/ordering); by
default the share of pairs in their right order, which is (Kendall's tau + 1) / 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Annotated, Literal, Self

from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from quizzes.kinds.base import (
    Body,
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

Rule = Literal[
    "all-pairs",
    "all-or-nothing",
    "absolute",
    "relative",
    "next",
    "next-and-last",
    "neighbours",
    "longest-ordered",
    "longest-contiguous",
]


def credit_of(rule: Rule, given: Sequence[str], right: Sequence[str]) -> float:
    """Fraction of a complete sequence `given` of the things in `right`, at least two."""
    total = len(right)
    place = {key: index for index, key in enumerate(right)}
    at = [place[key] for key in given]
    followers = set(pairwise(right))
    next_right = sum(pair in followers for pair in pairwise(given))
    match rule:
        case "all-or-nothing":
            return float(at == sorted(at))
        case "absolute":
            return sum(a == i for i, a in enumerate(at)) / total
        case "relative":
            return sum(max(0, total - 1 - abs(a - i)) for i, a in enumerate(at)) / (
                total * (total - 1)
            )
        case "next":
            return next_right / (total - 1)
        case "next-and-last":
            return (next_right + (given[-1] == right[-1])) / total
        case "neighbours":
            first = given[0] == right[0]
            last = given[-1] == right[-1]
            return (2 * next_right + first + last) / (2 * total)
        case "longest-ordered":
            length = longest_ordered(at)
            return length / total if length > 1 else 0.0
        case "longest-contiguous":
            length = longest_chain(at)
            return length / total if length > 1 else 0.0
        case _:
            pairs = list(combinations(at, 2))
            return sum(a < b for a, b in pairs) / len(pairs)


def longest_ordered(at: Sequence[int]) -> int:
    """Length of the longest rising subsequence."""
    best: list[int] = []
    for index, value in enumerate(at):
        best.append(1 + max((best[j] for j in range(index) if at[j] < value), default=0))
    return max(best, default=0)


def longest_chain(at: Sequence[int]) -> int:
    """Longest run of consecutive values that appear in order, whatever stands between."""
    longest: dict[int, int] = {}
    for value in at:
        longest[value] = longest.get(value - 1, 0) + 1
    return max(longest.values(), default=0)


class Line(Strict):
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] | Literal[""] = ""  # for `before`
    text: Text
    when: str = ""  # shown with the feedback: what orders it

    @property
    def key(self) -> str:
        return key_of(self.text)


class Ordering(Body):
    name = "ordering"
    label = _("Put in order")
    miss = _("Another order")

    lines: Annotated[tuple[Line, ...], Field(min_length=3)]  # in a right order
    before: tuple[tuple[str, str], ...] = ()  # the pairs that the text orders; none: all
    credit: Rule = "all-pairs"
    first: str = ""  # what stands at the top, such as "earliest"
    last: str = ""

    @model_validator(mode="after")
    def sound(self) -> Self:
        alike([line.text for line in self.lines])
        ids = [line.id for line in self.lines if line.id]
        if len(set(ids)) < len(ids):
            raise ValueError("two lines have one id: change one")
        if self.before:
            if self.credit != "all-pairs":
                raise ValueError("before: goes with credit: all-pairs, which is the default")
            for earlier, later in self.before:
                if earlier not in ids or later not in ids:
                    raise ValueError(f"before: [{earlier}, {later}] names a line that has no id")
                if ids.index(earlier) >= ids.index(later):
                    raise ValueError(f"before: [{earlier}, {later}] is against the order of lines")
        return self

    def pairs(self) -> set[tuple[str, str]]:
        """Keys that must stand one before the other: all, or what follows from `before`."""
        keys = [line.key for line in self.lines]
        if not self.before:
            return set(combinations(keys, 2))
        by_id = {line.id: line.key for line in self.lines}
        found = {(by_id[a], by_id[b]) for a, b in self.before}
        # Lines stand in a right order, so one pass from the end closes it.
        for middle in reversed(keys):
            after = {b for a, b in found if a == middle}
            found |= {(a, b) for a, m in list(found) if m == middle for b in after}
        return found

    def shown(self) -> Shown:
        lines = [{"key": line.key, "text": line.text} for line in self.lines]
        return {
            "lines": sorted(lines, key=lambda line: line["key"]),
            "first": self.first,
            "last": self.last,
        }

    @classmethod
    def arrange(cls, shown: Shown, seed: int) -> Shown:
        return {**shown, "lines": shuffled(shown["lines"], seed)}

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        """`order` lists the keys from the top; `move` may say `up:<key>` or `down:<key>`."""
        keys = [line["key"] for line in shown["lines"]]
        given = [key for key in dict.fromkeys(data.get("order") or ()) if key in keys]
        if not given:
            return None
        given += [key for key in keys if key not in given]
        way, _colon, moved = (data.get("move") or [""])[-1].partition(":")
        if moved in given:
            at = given.index(moved)
            to = min(max(at + (-1 if way == "up" else 1), 0), len(given) - 1)
            given.insert(to, given.pop(at))
        return given

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        texts = {line["key"]: line["text"] for line in shown["lines"]}
        return "; ".join(str(texts.get(key, "?")) for key in value or ())

    def mark(self, value: Value) -> Marked:
        right = [line.key for line in self.lines]
        given = [key for key in value if key in right]
        if sorted(given) != sorted(right):
            return Marked(0.0)
        pairs = self.pairs()
        place = {key: index for index, key in enumerate(given)}
        if self.credit == "all-pairs":
            fraction = sum(place[a] < place[b] for a, b in pairs) / len(pairs)
        else:
            fraction = credit_of(self.credit, given, right)
        parts = {}
        hits = 0
        for line in self.lines:
            wrong = any(place[a] > place[b] for a, b in pairs if line.key in (a, b))
            hits += not wrong
            parts[line.key] = Part("miss" if wrong else "right", "", line.when)
        return Marked(fraction, (), parts, (hits, len(right)))

    def key(self) -> Value:
        return [line.key for line in self.lines]

    def answer(self) -> str:
        return "; ".join(line.text for line in self.lines)

    @property
    def guess(self) -> float:
        return 0.5 if self.credit == "all-pairs" else 0.0


KIND = Ordering
