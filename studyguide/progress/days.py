"""Days that others named for a learner to be ready by. Rooms above say which, with `register`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studyguide.accounts.models import User


@dataclass(frozen=True)
class Named:
    """A day by which something is to be done, with the moment in words."""

    on: date
    title: str
    moment: str
    path: str
    where: str  # who asks for it


Source = Callable[["User", date], Iterable[Named]]
SOURCES: list[Source] = []


def register(source: Source) -> None:
    """A source takes the learner and today (his study day) and asks a constant number of
    queries."""
    if source not in SOURCES:
        SOURCES.append(source)


def named_days(user: User, today: date) -> list[Named]:
    """The nearest first."""
    found = chain.from_iterable(source(user, today) for source in SOURCES)
    return sorted(found, key=lambda each: (each.on, each.title))
