"""What a pack says, once it has been checked: frozen objects that mirror its files.

Field names are those of the files (docs/pack-format.md). Text is Markdown unless a
field is a name or a number. Cross references are checked in read.py, not here.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class PartialDate(NamedTuple):
    """A date no finer than it was given: first and last day that it may mean."""

    start: date
    end: date
    precision: Literal["day", "month", "year", "range"]


def partial_date(text: object) -> PartialDate:
    """`1924-01-21`, `1921-03`, `1921`, or two of them with a slash between."""
    if not isinstance(text, str):
        raise ValueError("write a date as 1924-01-21, 1921-03, 1921 or 1921-03/1922-01")
    first, slash, last = text.partition("/")
    start = span_of(first)
    if not slash:
        return start
    end = span_of(last)
    if end.end <= start.start:
        raise ValueError(f"{text} ends before it begins")
    return PartialDate(start.start, end.end, "range")


def span_of(text: str) -> PartialDate:
    match = PARTIAL.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no date: write 1924-01-21, 1921-03, 1921 or 1921-03/1922-01")
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        if day:
            exact = date(year, month, day)
            return PartialDate(exact, exact, "day")
        if month:
            last = calendar.monthrange(year, month)[1]
            return PartialDate(date(year, month, 1), date(year, month, last), "month")
    except ValueError:
        raise ValueError(f"{text} is not in the calendar") from None
    return PartialDate(date(year, 1, 1), date(year, 12, 31), "year")


def flag(value: object) -> object:
    """Only `true` and `false` are flags; `yes`, `no` and `1` are words."""
    if value in {"true", "false"}:
        return value == "true"
    if isinstance(value, bool):
        return value
    raise ValueError("write true or false")


def listed(value: object) -> object:
    """One reference may stand without brackets."""
    if isinstance(value, str):
        return [value] if value else []
    return value


Flag = Annotated[bool, BeforeValidator(flag)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
PassageRef = Annotated[str, StringConstraints(pattern=r"^p[1-9][0-9]{0,3}$")]
FootnoteRef = Annotated[str, StringConstraints(pattern=r"^n[1-9][0-9]{0,3}$")]
Ref = Annotated[str, StringConstraints(pattern=r"^[pn][1-9][0-9]{0,3}$")]
Refs = Annotated[tuple[Ref, ...], BeforeValidator(listed)]
Moment = Annotated[PartialDate, BeforeValidator(partial_date)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=200)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# article.yaml


class PassageFacts(Strict):
    """Facts about a paragraph of the article, not its text. `marks` are salted
    hashes of its figures and capitalised words, which originals are aligned by."""

    words: Annotated[int, Field(gt=0)]
    sentences: Annotated[int, Field(gt=0)]
    notes: tuple[int, ...] = ()
    quotation: Flag = False
    marks: tuple[str, ...] = ()


class ChapterMeta(Strict):
    slug: Slug
    number: str = ""
    label: Text
    title: Text
    summary: Text


class ArticleMeta(Strict):
    slug: Slug
    title: Text
    short_title: Text
    cover: Text
    author: Text
    source: Text
    source_note: str = ""
    published: date
    publisher_url: Url
    lede: Text
    language: Text = "en"
    licence: Text
    licence_url: Url
    chapters: Annotated[tuple[ChapterMeta, ...], Field(min_length=1)]
    passages: dict[PassageRef, PassageFacts] = {}


# chapters/*.md


class Passage(Strict):
    ref: PassageRef
    headline: Text
    essential: bool = False
    body: str = ""
    line: int = 0  # where its body begins in the file

    @property
    def number(self) -> int:
        return int(self.ref[1:])


class Section(Strict):
    id: Slug
    was: tuple[Slug, ...] = ()
    title: Text
    lede: str
    question: str
    closing: str
    discuss: tuple[str, ...] = ()
    passages: tuple[Passage, ...]
    line: int = 0


class Chapter(Strict):
    meta: ChapterMeta
    sections: tuple[Section, ...]


# footnotes.yaml


class Work(Strict):
    id: Slug
    author: Text
    editor: str = ""
    title: Text
    volume: str = ""
    place: str = ""
    year: Text
    note: str = ""


class Cite(Strict):
    work: Slug
    pages: str = ""
    quoted_in: Flag = False
    said_by: str = ""
    ibid: FootnoteRef | Literal[""] = ""


class Footnote(Strict):
    id: FootnoteRef
    at: PassageRef
    kind: Literal["citation", "argument"]
    cites: tuple[Cite, ...] = ()
    printed: str = ""
    summary: str = ""
    editor: str = ""

    @property
    def number(self) -> int:
        return int(self.id[1:])


class Footnotes(Strict):
    works: tuple[Work, ...] = ()
    footnotes: tuple[Footnote, ...] = ()


# glossary.yaml


class Term(Strict):
    id: Slug
    term: Annotated[Text, StringConstraints(max_length=100)]
    kind: Literal["idea", "body", "party", "person", "place", "event", "text"]
    expansion: str = ""
    native: str = ""
    native_lang: str = ""
    aliases: tuple[Text, ...] = ()
    case: Literal["exact", "any"] = "any"
    link: Flag = True
    gloss: Text
    definition: Text
    general: str = ""
    dates: str = ""
    see: Annotated[tuple[Slug, ...], BeforeValidator(listed)] = ()
    authors_usage: Flag = False
    essential: Flag = False


# timeline.yaml, people.yaml, argument.yaml, pages/*.md


class Event(Strict):
    id: Slug
    date: Moment | None = None
    when: str = ""
    after: Slug | Literal[""] = ""
    kind: Literal["event", "period"] = "event"
    text: Text
    figure: str = ""
    at: Annotated[Refs, Field(min_length=1)]
    essential: Flag = False


class Said(Strict):
    at: Ref
    how: Literal["quoted", "reported", "held", "did"]
    text: Text
    note: FootnoteRef | Literal[""] = ""


class Person(Strict):
    id: Slug
    name: Text
    sort: str = ""
    role: Text
    dates: str = ""
    term: Slug | Literal[""] = ""
    at: Annotated[Refs, Field(min_length=1)]
    says: tuple[Said, ...] = ()
    essential: Flag = False


class Node(Strict):
    id: Slug
    kind: Literal["thesis", "claim", "evidence", "rejected", "qualified"]
    text: Text
    at: Refs = ()
    parts: tuple[Node, ...] = ()


class Page(Strict):
    slug: Slug
    title: Text
    body: Text


class Pack(Strict):
    """One checked pack. `digest` is over its files, in order of their names."""

    folder: Path
    digest: str
    article: ArticleMeta
    chapters: tuple[Chapter, ...]
    works: tuple[Work, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    terms: tuple[Term, ...] = ()
    events: tuple[Event, ...] = ()
    people: tuple[Person, ...] = ()
    argument: tuple[Node, ...] = ()
    pages: tuple[Page, ...] = ()

    @property
    def sections(self) -> Iterator[Section]:
        for chapter in self.chapters:
            yield from chapter.sections

    @property
    def passages(self) -> Iterator[Passage]:
        for section in self.sections:
            yield from section.passages


def fields_of(model: type[BaseModel]) -> list[str]:
    """Keys that a mapping of the files may have; for the message on an unknown one."""
    return list(model.model_fields)


Value = Any  # what the YAML reader yields: str, list or dict of the same
