"""What a pack says, once it has been checked: frozen objects that mirror its files.

Field names are those of the files (docs/pack-format.md). Text is Markdown unless a
field is a name or a number. Cross references are checked in read.py, not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from quizzes.kinds import Body
from quizzes.kinds.base import Flag, Strict, Text
from quizzes.partial_date import PartialDate, partial_date


def listed(value: object) -> object:
    """One reference may stand without brackets."""
    if isinstance(value, str):
        return [value] if value else []
    return value


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
PassageRef = Annotated[str, StringConstraints(pattern=r"^p[1-9][0-9]{0,3}$")]
FootnoteRef = Annotated[str, StringConstraints(pattern=r"^n[1-9][0-9]{0,3}$")]
Ref = Annotated[str, StringConstraints(pattern=r"^[pn][1-9][0-9]{0,3}$")]
Refs = Annotated[tuple[Ref, ...], BeforeValidator(listed)]
Moment = Annotated[PartialDate, BeforeValidator(partial_date)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=200)]


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
    essential: Flag = False


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


# questions/*.yaml, quizzes.yaml


class Evidence(Strict):
    """Where it is proved: a passage or footnote, and if it can be said the sentence of our
    note and of the article, both counted from 1."""

    at: Ref
    note: Annotated[int, Field(gt=0)] | None = None
    original: Annotated[int, Field(gt=0)] | None = None


class Question(Strict):
    """What all kinds share; `body` holds the kind's own keys, which stand beside these."""

    id: Slug
    kind: str
    prompt: Text
    aim: Literal["fact", "term", "attribution", "understanding", "argument"]
    difficulty: Annotated[int, Field(ge=1, le=3)]
    voice: Literal["author", "reported", "quoted", "rejected"] = "author"
    whom: str = ""  # whose words, views or deeds; with every voice but the author's
    concepts: Annotated[tuple[Slug, ...], BeforeValidator(listed)] = ()
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    explanation: Text
    hints: Annotated[tuple[Text, ...], BeforeValidator(listed)] = ()
    essential: Flag = False
    body: Body
    file: str = ""
    line: int = 0


class Draw(Strict):
    """So many questions from a pool; a criterion that is empty admits all."""

    count: Annotated[int, Field(gt=0)]
    chapters: Annotated[tuple[Slug, ...], BeforeValidator(listed)] = ()
    sections: Annotated[tuple[Slug, ...], BeforeValidator(listed)] = ()
    kinds: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    aims: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    concepts: Annotated[tuple[Slug, ...], BeforeValidator(listed)] = ()
    difficulty: Annotated[tuple[int, ...], BeforeValidator(listed)] = ()
    questions: Annotated[tuple[Slug, ...], BeforeValidator(listed)] = ()


class Quiz(Strict):
    id: Slug
    title: Text
    about: Text
    group: Literal["section", "chapter", "article", "theme"]
    section: Slug | Literal[""] = ""
    draws: Annotated[tuple[Draw, ...], Field(min_length=1)]


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
    questions: tuple[Question, ...] = ()
    quizzes: tuple[Quiz, ...] = ()

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
