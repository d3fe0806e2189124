"""What the site holds about a person, room by room: how it leaves, and what erasure does to it.

Every room says so in a module of its own called `holdings`, which is read when the site starts.
A test walks all models and fails when a column of a table that leads to a person is neither
exported nor excused there with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from studyguide.accounts.models import User


@dataclass(frozen=True)
class Holding:
    """A table with rows about a person, as it stands in an export."""

    name: str  # of its files in the export
    model: str  # "quizzes.Response"
    person: str  # the lookup that leads from a row to its person
    about: StrOrPromise
    columns: Mapping[str, StrOrPromise]  # a column, or a lookup from it, and what it says
    only: models.Q = field(default_factory=models.Q)  # rows that the person may see by now
    sealed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Columns that are left empty as long as another one is empty or false."""

    @property
    def table(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def rows(self, user: User) -> Iterator[dict[str, Any]]:
        """This person's rows, oldest first."""
        found = self.table._default_manager.filter(self.only, **{self.person: user.pk})  # noqa: SLF001
        for row in found.order_by("pk").values(*{*self.columns, *self.sealed}).iterator():
            for seal, columns in self.sealed.items():
                if not row[seal]:
                    row |= dict.fromkeys(columns)
            yield {name: row[name] for name in self.columns}


@dataclass(frozen=True)
class Excused:
    """Columns that are not exported, and why."""

    model: str
    columns: Sequence[str]
    reason: str


def no_objection(user: User) -> list[str]:
    return []


@dataclass(frozen=True)
class Room:
    """What one app holds. `erase` is given the person, in a transaction; `objections` says in
    whole sentences what must be done before the person can go."""

    name: str
    holdings: Sequence[Holding]
    erase: Callable[[User, datetime], None]
    excused: Sequence[Excused] = ()
    objections: Callable[[User], list[str]] = no_objection


ROOMS: dict[str, Room] = {}


def register(room: Room) -> None:
    ROOMS[room.name] = room


def holdings() -> list[Holding]:
    return [holding for room in ROOMS.values() for holding in room.holdings]


def excused() -> list[Excused]:
    return [excuse for room in ROOMS.values() for excuse in room.excused]


def objections(user: User) -> list[str]:
    return [why for room in ROOMS.values() for why in room.objections(user)]


def erase(user: User, now: datetime) -> None:
    """Each room in turn; accounts, whose rows the others point to, comes last."""
    for room in sorted(ROOMS.values(), key=lambda room: room.name == "accounts"):
        room.erase(user, now)
