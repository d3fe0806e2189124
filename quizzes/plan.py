"""Ready by a day: what to read, check, quiz and review on each day until then. Pure.

A plan is laid out from what is left, and kept nowhere: laid out again on any day, after a missed
one too, it is simply the plan. When the days asked for cannot hold the work, nothing is dropped:
the days are fuller than the learner wished, and say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Literal

from quizzes.scheduling import EVERY_DAY

Kind = Literal["read", "check", "quiz", "review"]


@dataclass(frozen=True)
class Piece:
    """Something to read, with its checkpoints and its quiz. 0 minutes: there is none."""

    ref: str
    read_minutes: int
    check_minutes: int = 0
    quiz_minutes: int = 0
    is_read: bool = False
    is_checked: bool = False
    is_quizzed: bool = False

    def tasks(self) -> Iterator[Task]:
        """What is left of it, in the order in which it is to be done."""
        steps: tuple[tuple[Kind, int, bool], ...] = (
            ("read", self.read_minutes, self.is_read),
            ("check", self.check_minutes, self.is_checked),
            ("quiz", self.quiz_minutes, self.is_quizzed),
        )
        for kind, minutes, is_done in steps:
            if minutes and not is_done:
                yield Task(kind, self.ref, minutes)


@dataclass(frozen=True)
class Task:
    kind: Kind
    ref: str  # '' for a review
    minutes: int


@dataclass(frozen=True)
class Day:
    on: date
    tasks: tuple[Task, ...]
    limit: float | None  # minutes the learner wished to give this day at most

    @property
    def minutes(self) -> int:
        return sum(task.minutes for task in self.tasks)

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.minutes > self.limit


@dataclass(frozen=True)
class Plan:
    """`pace` is the most minutes that a full day holds, reviews alone left out of account;
    with `pace` as the cap the same work would just fit."""

    days: tuple[Day, ...]
    pace: int
    is_late: bool  # the day is past, and all that is left is put on today

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def is_over(self) -> bool:
        return any(day.is_over for day in self.days)


@dataclass(frozen=True)
class Room:
    """A day before tasks are put into it."""

    on: date
    load: float  # 0 to 1
    review: int  # minutes

    def space(self, pace: int) -> int:
        """Minutes for tasks when a full day holds `pace`."""
        return max(0, math.floor(pace * self.load) - self.review)


def reading_minutes(words: int, words_a_minute: int) -> int:
    """Whole minutes, at least 1, or 0 where there is nothing to read."""
    return math.ceil(words / words_a_minute)


def plan(
    pieces: Iterable[Piece],
    *,
    reviews: Mapping[date, float],
    today: date,
    ready_on: date,
    cap: int | None = None,
    loads: Sequence[float] = EVERY_DAY,
) -> Plan:
    """Every day from today to `ready_on`, both included, with its tasks.

    `reviews`: expected minutes of review by day, as far as the cards of today tell; they stay on
    their days, and other work goes round them. `cap`: minutes that a full day may hold. `loads`:
    seven from Monday, 1 a full day, 0.5 half of one, 0 no work but reviews. Tasks keep the order
    of the pieces, and within one read, check, quiz. No way to do it has a lower fullest day; with
    that given, work is spread as evenly as whole tasks allow.
    """
    tasks = [task for piece in pieces for task in piece.tasks()]
    last = max(today, ready_on)
    dates = [today + timedelta(days=n) for n in range((last - today).days + 1)]
    # With nothing but days off until then, they must hold the work, and are marked over.
    is_all_off = not any(loads[on.weekday()] for on in dates)
    rooms = [
        Room(on, 1.0 if is_all_off else loads[on.weekday()], math.ceil(reviews.get(on, 0)))
        for on in dates
    ]
    pace = least_pace(tasks, rooms)
    days = []
    for room, put in zip(rooms, spread(tasks, rooms, pace), strict=True):
        review = [Task("review", "", room.review)] if room.review else []
        load = loads[room.on.weekday()]
        # A day off has room for its reviews, and they do not make it over-full.
        limit = None if cap is None else cap * load
        if not load:
            limit = max(limit or 0, room.review)
        days.append(Day(room.on, (*review, *put), limit))
    return Plan(tuple(days), pace, is_late=ready_on < today)


def least_pace(tasks: Sequence[Task], rooms: Sequence[Room]) -> int:
    """The least minutes of a full day with which the tasks fit in order, none cut in two."""
    low, high = 0, 1
    while not fits(tasks, rooms, high):
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        if fits(tasks, rooms, middle):
            high = middle
        else:
            low = middle + 1
    return low


def fits(tasks: Sequence[Task], rooms: Sequence[Room], pace: int) -> bool:
    return latest(tasks, rooms, pace) is not None


def latest(tasks: Sequence[Task], rooms: Sequence[Room], pace: int) -> list[int] | None:
    """The last day, as an index, on which each task can be done, or None if one cannot.

    Days are filled from the end, which for tasks in a fixed order wastes nothing.
    """
    found: list[int] = []
    index = len(rooms) - 1
    space = rooms[index].space(pace)
    for task in reversed(tasks):
        while task.minutes > space:
            index -= 1
            if index < 0:
                return None
            space = rooms[index].space(pace)
        space -= task.minutes
        found.append(index)
    return found[::-1]


def spread(tasks: Sequence[Task], rooms: Sequence[Room], pace: int) -> list[list[Task]]:
    """The tasks of each day: each on the day where its middle falls when the work is poured out
    evenly, as far as no day holds more than the pace."""
    put: list[list[Task]] = [[] for _room in rooms]
    deadlines = latest(tasks, rooms, pace)
    if not tasks or deadlines is None:
        return put
    wished = wishes(tasks, rooms)
    at = 0
    for index, room in enumerate(rooms):
        space = room.space(pace)
        # What must be done today always fits: deadlines were found by filling days to the brim.
        while at < len(tasks) and min(wished[at], deadlines[at]) <= index:
            if tasks[at].minutes > space:
                break
            put[index].append(tasks[at])
            space -= tasks[at].minutes
            at += 1
    return put


def wishes(tasks: Sequence[Task], rooms: Sequence[Room]) -> list[int]:
    """The day, as an index, of each task if work could be poured like water into the days."""
    total = sum(task.minutes for task in tasks)
    level = least_level(total, rooms)
    # The level is in whole minutes, so the days hold a little more than the work: stretch it.
    ends = list(accumulate(room.space(level) for room in rooms))
    found: list[int] = []
    index, done = 0, 0.0
    for task in tasks:
        middle = (done + task.minutes / 2) * ends[-1] / total
        while ends[index] < middle:
            index += 1
        found.append(index)
        done += task.minutes
    return found


def least_level(total: int, rooms: Sequence[Room]) -> int:
    """The least minutes of a full day at which all days together have room for `total`."""
    level = 1
    while sum(room.space(level) for room in rooms) < total:
        level *= 2
    low, high = level // 2, level
    while low < high:
        middle = (low + high) // 2
        if sum(room.space(middle) for room in rooms) < total:
            low = middle + 1
        else:
            high = middle
    return low
