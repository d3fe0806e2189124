"""Who is in the class, and what each of them would say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from quizzes.kinds import Unreadable, mark
from quizzes.models import Question, QuestionVersion
from quizzes.tokens import CHANCE, token_at
from studyguide.accounts.models import User
from studyguide.courses.models import Membership

SEED = "pilcrow"
TUTOR = "Dot Colophon"
# Signs and parts of a page, so that nobody takes them for people.
NAMES = (
    *("Ada Ampersand", "Bea Bracket", "Cleo Comma", "Dan Dagger", "Eli Ellipsis", "Fay Folio"),
    *("Gus Guillemet", "Hal Hyphen", "Ida Italic", "Jo Justify", "Kit Kerning", "Lou Ligature"),
    *("Mo Margin", "Nell Numeral", "Otto Octavo", "Pip Paragraph", "Quin Quarto", "Rae Recto"),
    *("Sam Serif", "Tess Tilde", "Uma Umlaut", "Vic Verso", "Wes Widow", "Yan Ypsilon"),
)


def username_of(name: str) -> str:
    return f"demo-{name.split()[-1].lower()}"


def chance(*what: object) -> Random:
    return Random("/".join(map(str, (SEED, *what))))  # noqa: S311


def token(*what: object) -> UUID:
    return UUID(int=chance("token", *what).getrandbits(128))


def timed_token(shown_at: datetime, *what: object) -> UUID:
    """Of a page that was shown then."""
    return token_at(shown_at, chance("token", *what).getrandbits(CHANCE))


@dataclass
class Learner:
    """A made-up learner: how able, how steady, and how late."""

    number: int
    membership: Membership

    def __post_init__(self) -> None:
        temper = chance("learner", self.number)
        self.ability = 0.52 + 0.44 * temper.random()
        self.steadiness = 0.78 + 0.22 * temper.random()
        self.lateness = 0.25 * temper.random()
        self.keenness = 0.1 + 0.4 * temper.random()  # to review on any one day
        # Some stop on the way, as some do.
        self.stops_in = temper.randint(2, 4) if self.number % 11 == 5 else None

    @property
    def user(self) -> User:
        return self.membership.user

    def works_in(self, week: int) -> bool:
        return self.stops_in is None or week < self.stops_in

    def knows(self, question: Question, go: int) -> bool:
        """The harder the question, the likelier a miss; some questions are missed by many."""
        bent = 0.4 * chance("question", question.external_id).random() - 0.25
        least = self.ability + 0.12 * go - 0.08 * (question.difficulty - 1) - bent
        return chance("knows", self.number, question.external_id, go).random() < least


def said(one: Learner, question: Question, version: QuestionVersion, *, go: int) -> Any:
    """What this learner answers at this go."""
    body = version.load()
    if one.knows(question, go):
        return body.key()
    mood = chance("wrong", one.number, question.external_id, go)
    for value in wrong(version, body.key(), mood):
        try:
            version.kind_class.check(version.shown, value)
        except Unreadable:
            continue
        if mark(body, value).fraction < 1:
            return value
    return body.key()


def wrong(version: QuestionVersion, key: Any, mood: Random) -> Iterator[Any]:
    """Answers that may be wrong, the likeliest first. Of other options one draws most."""
    options = [each["key"] for each in version.shown.get("options", [])]
    match key:
        case str() if options:
            others = [each for each in options if each != key]
            first = chance("draws", version.question.external_id).choice(others)
            yield first if mood.random() < 0.6 else mood.choice(others)
        case list() if options:
            yield sorted({*key[1:], mood.choice([o for o in options if o not in key] or options)})
        case list():
            yield [*key[1:], key[0]]
        case {"verdict": verdict}:
            yield key | {"verdict": "false" if verdict == "true" else "true"}
        case {"year": year}:
            yield key | {"year": f"{int(year) + mood.choice([-2, -1, 1, 2]):04}"}
        case dict() if version.shown.get("gaps"):
            yield key | {gap["key"]: gap_of(gap, mood) for gap in version.shown["gaps"][:1]}
        case dict() if len(key) > 1:
            names = list(key)
            yield dict(zip(names, [*[key[n] for n in names][1:], key[names[0]]], strict=True))
        case str() if (figure := key.replace(",", "")).isdecimal():
            yield str(int(figure) + mood.randint(1, 3) * max(1, int(figure) // 4))
        case str():
            yield "something else"


def gap_of(gap: dict[str, Any], mood: Random) -> str:
    options = [each["key"] for each in gap.get("options", [])]
    return str(mood.choice(options)) if options else "something else"
