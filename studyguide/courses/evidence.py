"""All that the learners of a course did, and what was arranged for them, in one question.

Apart, these were five questions, and the matrix page may ask seven in all, with session, header
and access. What each learner did comes as texts (`sources`), and is taken apart for those whose
work is looked at, and not before.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.db import connection

from studyguide.courses.models import Assignment, Course, Membership, Role
from studyguide.courses.sources import statement

GRACE = timedelta(seconds=5)  # before an open attempt whose time is up is taken for handed in
EVER = datetime.min.replace(tzinfo=UTC)
FOR_EVER = datetime.max.replace(tzinfo=UTC)
MISSES = 4  # on one passage, before somebody is said to be stuck there
AT_HAND = 100  # records: what is held for a thousand learners, everybody else waits for


@dataclass(frozen=True, slots=True)
class Amount:
    """So many passages read, or checkpoints answered, until when."""

    size: int
    last: datetime
    ats: Sequence[str] = field(default=(), compare=False)  # as the database wrote them

    def at(self, number: int) -> datetime:
        """When there were so many, counted from 1."""
        if number >= self.size:
            return self.last
        _moment, told = READERS[connection.vendor]
        (found,) = told(sorted(self.ats)[number - 1 : number])
        assert isinstance(found, datetime)  # noqa: S101
        return found


class Go(NamedTuple):
    """One attempt at the quiz of an assignment."""

    number: int
    started_at: datetime
    ended_at: datetime | None  # handed in
    is_released: bool
    score: float | None
    max_score: float | None

    @property
    def share(self) -> float | None:
        if self.ended_at is None or self.score is None or not self.max_score:
            return None
        return min(1.0, max(0.0, self.score / self.max_score))


class Terms(NamedTuple):
    """What is arranged for a learner at an assignment."""

    revision: int = 0
    due_at: datetime | None = None
    closes_at: datetime | None = None
    excused_at: datetime | None = None
    score: float | None = None
    is_chosen: bool = False


@dataclass(slots=True)
class Record:
    """What one learner did: by section, by day, by assignment."""

    read: dict[int, Amount] = field(default_factory=dict)
    answered: dict[int, Amount] = field(default_factory=dict)
    reviewed: dict[date, datetime] = field(default_factory=dict)
    goes: dict[int, list[Go]] = field(default_factory=dict)
    terms: dict[int, Terms] = field(default_factory=dict)
    # The section, the passage's number, and how many misses.
    stuck: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Places:
    """Where passages stand and questions are proved, by their numbers as text."""

    passages: dict[str, int]  # the section
    questions: dict[str, tuple[int, int]]  # the section, and the passage's number
    sizes: Counter[int]  # passages of a section
    asked: Counter[int]  # questions of a section, those left out that are no longer asked

    @cached_property
    def sections(self) -> dict[str, int]:
        """Of the questions."""
        return {question: section for question, (section, _number) in self.questions.items()}


Row = tuple[Any, ...]
Told = Callable[[Iterable[str]], list[Any]]
NOBODY = Record()


@dataclass
class Found:
    """What several learners did, as it came; of each it is taken apart when it is asked for."""

    places: Places
    work: dict[int, Sequence[Row]]  # by user
    terms: dict[int, list[Row]]
    digests: dict[int, bytes] = field(default_factory=dict)  # of the work, where they are at hand
    known: dict[int, Record] = field(default_factory=dict)

    def of(self, user: int) -> Record:
        record = self.known.get(user)
        if record is None:
            work, terms = self.work.get(user, ()), self.terms.get(user, ())
            record = record_of([*work, *terms], self.places) if work or terms else NOBODY
            if len(self.known) >= AT_HAND:
                self.known.clear()
            self.known[user] = record
        return record

    def digest(self, user: int) -> bytes:
        return self.digests.get(user) or digest_of(self.work.get(user, ()))


def digest_of(rows: Sequence[Row]) -> bytes:
    return hashlib.sha256(pickle.dumps(rows)).digest()


def gather(
    course: Course,
    *,
    members: Sequence[int] | None,
    kinds: frozenset[str],
    as_at: datetime | None,
    now: datetime,
    is_all: bool = False,
    whose_work: Sequence[int] | None = None,
) -> Found:
    """What these members (None: all learners) did up to a moment (None: all there is), and what is
    arranged for them. One query. `kinds`: of assignments that there are. `is_all`: also what was
    done before it counts. `whose_work`: only some of them are asked what they did."""
    vendor = connection.vendor
    who = "" if members is None else "members"
    whose = who if whose_work is None else "whose_work" if whose_work else None
    stored = connection.ops.adapt_datetimefield_value
    values: dict[str, Any] = {
        "course": course.pk,
        "scope": course.scope,
        "learner": Role.LEARNER,
        "active": Membership.State.ACTIVE,
        "as_at": stored(as_at or FOR_EVER),
        "past": stored((as_at or now) - GRACE),
        "now": stored(now),
        "is_all": is_all,
        "ever": stored(EVER),
        "members": numbers(members, vendor),
        "whose_work": numbers(whose_work, vendor),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement(vendor, kinds, who, whose), values)
        return sorted_out(cursor.fetchall())


def numbers(members: Sequence[int] | None, vendor: str) -> object:
    found = list(members or ())
    return json.dumps(found) if vendor == "sqlite" else found


def earlier(membership: Membership) -> Record:
    """What a learner did before his work counts, and would count if he said so. One query."""
    if membership.counts_from_at is None or membership.counted_before_at is not None:
        return NOBODY
    before = membership.counts_from_at - timedelta(microseconds=1)
    found = gather(
        membership.course,
        members=[membership.pk],
        kinds=frozenset({Assignment.Kind.REVIEW}),
        as_at=before,
        now=before,
        is_all=True,
    )
    return found.of(membership.user_id)


def sorted_out(rows: Sequence[Row]) -> Found:
    """By user."""
    of_places: dict[str, str | None] = {}
    work: dict[int, list[Row]] = {}
    terms: dict[int, list[Row]] = {}
    for row in rows:
        if not row[1]:
            of_places[row[0]] = row[2]
        else:
            (terms if row[0] == "terms" else work).setdefault(row[1], []).append(row)
    return Found(places_of(of_places["passages"], of_places["asked"]), {**work}, terms)


@lru_cache(maxsize=64)
def places_of(passages: str | None, asked: str | None) -> Places:
    """Of texts, so that those of one course are taken apart once. None: there are none."""
    found: dict[str, int] = {}
    proved: dict[str, tuple[int, int]] = {}
    standing: Counter[int] = Counter()
    if passages:
        numbers, sections = lists(passages)
        found = dict(zip(numbers, map(int, sections), strict=True))
    if asked:
        questions, sections, numbers, are_asked = lists(asked)
        ids = list(map(int, sections))
        proved = dict(zip(questions, zip(ids, map(int, numbers), strict=True), strict=True))
        standing.update(
            [section for section, is_asked in zip(ids, are_asked, strict=True) if is_asked == "1"]
        )
    return Places(found, proved, Counter(found.values()), standing)


def until(rows: Sequence[Row]) -> datetime | None:
    """When what these say will change by time alone."""
    moment, _told = READERS[connection.vendor]
    found = []
    for row in rows:
        if row[0] == "goes":
            ends, released = moment(row[4]), moment(row[5])
            found += [each for each in (ends and ends + GRACE, released) if each]
    return min(found, default=None)


def lists(text: str) -> list[list[str]]:
    return [each.split(",") for each in text.split(";")]


def record_of(rows: Sequence[Row], places: Places) -> Record:
    """What a learner's rows say."""
    record = Record()
    moment, told = READERS[connection.vendor]
    for what, _who, key, number, first, last, shown, points, top in rows:
        match what:
            case "goes":
                record.goes = goes_of(key, told)
            case "read":
                passages, ats = lists(key)
                record.read = amounts(map(places.passages.get, passages), ats, told)
            case "answered":
                questions, ats, missed = lists(key)
                record.answered = amounts(map(places.sections.get, questions), ats, told)
                record.stuck = stuck(missed, places)
            case "reviewed":
                firsts: dict[str, str] = {}
                for day, at in zip(*lists(key), strict=True):
                    if day not in firsts or at < firsts[day]:
                        firsts[day] = at
                days = map(date.fromisoformat, firsts)
                record.reviewed = dict(zip(days, told(firsts.values()), strict=True))
            case _:
                record.terms[int(key)] = Terms(
                    number, moment(first), moment(last), moment(shown), points, bool(top)
                )
    return record


def goes_of(text: str, told: Told) -> dict[int, list[Go]]:
    """By assignment, in the order of their numbers."""
    contexts, numbers, started, ended, released, scores, tops = lists(text)
    found: dict[int, list[Go]] = {}
    goes = zip(
        map(int, numbers),
        told(started),
        told(ended),
        [each == "1" for each in released],
        [float(each) if each else None for each in scores],
        [float(each) if each else None for each in tops],
        strict=True,
    )
    for context, go in zip(contexts, map(Go._make, goes), strict=True):
        found.setdefault(assignment_of(context), []).append(go)
    for several in found.values():
        if len(several) > 1:
            several.sort()
    return found


@lru_cache(maxsize=1000)
def assignment_of(context: str) -> int:
    return int(context.rpartition(":")[2])


def amounts(sections: Iterable[int | None], ats: Iterable[str], told: Told) -> dict[int, Amount]:
    """What it comes to in each section. Instants of one database can be compared as texts."""
    found: dict[int | None, list[str]] = {}
    for section, at in zip(sections, ats, strict=True):
        if section in found:
            found[section].append(at)
        else:
            found[section] = [at]
    found.pop(None, None)  # of another course's article, or gone
    lasts = told(map(max, found.values()))
    sizes = map(len, found.values())
    return dict(zip(found, map(Amount, sizes, lasts, found.values()), strict=True))  # type: ignore[arg-type]


def stuck(missed: Sequence[str], places: Places) -> list[tuple[int, int, int]]:
    counts: dict[tuple[int, int], int] = {}
    for each in missed:  # one that is empty, where there is none
        question, _colon, tries = each.partition(":")
        place = places.questions.get(question)
        if place is not None:
            counts[place] = counts.get(place, 0) + max(1, int(tries))
    return [(*place, count) for place, count in counts.items() if count >= MISSES]


def of_sqlite(text: str | None) -> Any:
    """It keeps instants as text, in UTC."""
    return datetime.fromisoformat(f"{text}+00:00") if text else None


def told_by_sqlite(texts: Iterable[str]) -> list[Any]:
    return [read(f"{text}+00:00") if text else None for text in texts]


def as_it_is(at: datetime | None) -> Any:
    return at


def told_by_postgresql(texts: Iterable[str]) -> list[Any]:
    """It says there that it is UTC."""
    return [read(text) if text else None for text in texts]


read = datetime.fromisoformat
# What reads an instant, and those that were joined to a text; None for an empty one.
READERS: dict[str, tuple[Callable[[Any], Any], Told]] = {
    "sqlite": (of_sqlite, told_by_sqlite),
    "postgresql": (as_it_is, told_by_postgresql),
}
