"""What every kind of question has in common.

A kind is one module beside this one that ends in `KIND`, a subclass of `Body`, and one template,
`quizzes/kinds/_<name>.html`. A body is what an author wrote, key included. What leaves the server
before feedback is released is `shown()` alone; it is stored beside the body, so that a page of
open questions never reads a key.

A value is an answer as JSON: it keeps what was typed, so that nothing typed is lost, and is
understood only when it is graded. `None` is a blank.
"""

from __future__ import annotations

import hashlib
import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Value = Any  # JSON
Shown = dict[str, Any]  # JSON
State = Literal["right", "partly", "miss", "missed", ""]


def flag(value: object) -> object:
    """Only `true` and `false` are flags; `yes`, `no` and `1` are words."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError("write true or false")


Flag = Annotated[bool, BeforeValidator(flag)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Unreadable(ValueError):  # noqa: N818
    """An answer that cannot be understood; the message says what to write instead."""


@dataclass(frozen=True)
class Part:
    """One part of an answer: an option, a gap, a pair, a line."""

    state: State = ""
    feedback: str = ""
    right: str = ""  # what would have been right here, in words


@dataclass(frozen=True)
class Marked:
    """A graded answer. `fraction` is in [0, 1]; `parts` are by the keys of `shown`."""

    fraction: float
    feedback: tuple[str, ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict)
    tally: tuple[int, int] | None = None  # so many parts right of so many


BLANK = Marked(0.0)
LONGEST = 500  # characters of a text that is typed


class Body(Strict, ABC):
    """A question's own part, as written. Raises pydantic's ValidationError when it is unsound."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    miss: ClassVar[str | Promise] = _("A near neighbour")  # heads what is said of a wrong answer
    is_free_recall: ClassVar[bool] = False  # nothing to choose from, so hardly to be guessed
    is_typed: ClassVar[bool] = False  # a value may hold words of the learner's own
    is_self_rated: ClassVar[bool] = False  # no machine can grade it: the learner says how it went

    @abstractmethod
    def shown(self) -> Shown:
        """What a learner sees before release: nothing that tells right from wrong."""

    @abstractmethod
    def mark(self, value: Value) -> Marked:
        """Grade a value that is not a blank; one that makes no sense has fraction 0."""

    @abstractmethod
    def key(self) -> Value:
        """A value that gets full marks."""

    @abstractmethod
    def answer(self) -> str:
        """The right answer in words."""

    @property
    def guess(self) -> float:
        """Expected fraction of somebody who answers at random."""
        return 0.0

    def unexplained(self) -> list[str]:
        """The wrong options that no feedback speaks of."""
        fields = [getattr(self, name) for name in type(self).model_fields]
        parts = [
            part
            for value in fields
            if isinstance(value, tuple)
            for part in value
            if getattr(part, "right", None) is False and not part.feedback
        ]
        return [str(getattr(part, "text", "") or getattr(part, "at", "")) for part in parts]

    def references(self) -> list[str]:
        """Places in the text that the body itself names."""
        return []

    @classmethod
    @abstractmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        """The value in a posted form, or None. Whatever is posted, this does not fail."""

    @classmethod
    @abstractmethod
    def words(cls, shown: Shown, value: Value) -> str:
        """A value as a learner would read it."""

    @classmethod
    def sense(cls, shown: Shown, value: Value) -> str:
        """What values that differ in spelling alone have in common."""
        return cls.words(shown, value)

    def is_same(self, one: Value, other: Value) -> bool:
        """Whether two answers that are no blanks are the same, but for how they are spelt."""
        return bool(one == other)

    @classmethod
    def check(cls, shown: Shown, value: Value) -> None:
        """Raises Unreadable when a learner should be asked to write it another way."""

    @classmethod
    def rating(cls, value: Value) -> int | None:
        """1 to 4 (Again to Easy) where the learner is the judge; None where the mark is."""
        return None

    @classmethod
    def arrange(cls, shown: Shown, seed: int) -> Shown:
        """`shown` in the order of one attempt."""
        return shown


def mark(body: Body, value: Value) -> Marked:
    """A blank gets nothing, whatever the kind."""
    return BLANK if value is None else body.mark(value)


def key_of(text: str) -> str:
    """A name for an option that says nothing about it and survives reordering."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def one(data: Mapping[str, Sequence[str]], name: str) -> str:
    """The last value posted under a name, with its ends trimmed; '' if there is none. What is
    longer than our fields let anybody type is cut."""
    values = data.get(name) or [""]
    return values[-1].replace("\x00", "").strip()[:LONGEST]


def shuffled(items: Sequence[Any], seed: int) -> list[Any]:
    mixed = list(items)
    random.Random(seed).shuffle(mixed)  # noqa: S311
    return mixed


def alike(texts: Sequence[str]) -> None:
    """Raises ValueError when two of them are the same to a reader."""
    seen: set[str] = set()
    for text in texts:
        folded = " ".join(text.casefold().split()).rstrip(".")
        if folded in seen:
            raise ValueError(f"two options are alike ({text!r}): change one or take it out")
        seen.add(folded)
