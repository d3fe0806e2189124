"""From the files of a pack to checked objects, or to all that is wrong with them.

Every error names its file and line and says what to do; none hides another, except
that references are only followed once every file could be read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from studyguide.library.packs import plain_yaml
from studyguide.library.packs.check import Checker
from studyguide.library.packs.markup import read_chapter
from studyguide.library.packs.plain_yaml import Document, YamlError
from studyguide.library.packs.questions import read_questions
from studyguide.library.packs.schema import (
    ArticleMeta,
    Chapter,
    ChapterMeta,
    Event,
    Footnotes,
    Node,
    Pack,
    Page,
    Passage,
    Person,
    Question,
    Quiz,
    Section,
    Term,
)

Model = TypeVar("Model", bound=BaseModel)
LARGEST = 2 * 1024 * 1024  # bytes of one file


@dataclass(frozen=True, order=True)
class PackError:
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class PackErrors(Exception):  # noqa: N818
    """All that is wrong with one pack, in order of files and lines."""

    def __init__(self, errors: list[PackError]) -> None:
        self.errors = sorted(set(errors))
        super().__init__("\n".join(map(str, self.errors)))


def read_pack(folder: Path) -> Pack:
    """Raises PackErrors."""
    return Reader(folder).read()


class Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[PackError] = []
        self.documents: dict[str, Document] = {}

    def complain(self, file: str, line: int, message: str) -> None:
        self.errors.append(PackError(file, line, message))

    def read(self) -> Pack:
        article = self.one(ArticleMeta, "article.yaml")
        if article is None:
            raise PackErrors(self.errors)
        notes = self.one(Footnotes, "footnotes.yaml", default=Footnotes())
        contents = {
            "chapters": tuple(self.chapter(meta) for meta in article.chapters),
            "terms": self.many(Term, "glossary.yaml"),
            "events": self.many(Event, "timeline.yaml"),
            "people": self.many(Person, "people.yaml"),
            "argument": self.many(Node, "argument.yaml"),
            "pages": self.pages(),
            "questions": self.questions(),
            "quizzes": self.many(Quiz, "quizzes.yaml"),
        }
        if self.errors or notes is None:
            raise PackErrors(self.errors)
        pack = Pack(
            folder=self.folder,
            digest=digest(self.folder),
            article=article,
            works=notes.works,
            footnotes=notes.footnotes,
            **contents,
        )
        Checker(pack, self.documents, self.complain).check()
        if self.errors:
            raise PackErrors(self.errors)
        return pack

    # Files

    def text(self, file: str) -> str | None:
        path = self.folder / file
        try:
            if path.stat().st_size > LARGEST:
                self.complain(file, 1, "larger than 2 MB: a pack holds text of that size in parts")
                return None
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            self.complain(file, 1, "this file is missing: write it, or take out what names it")
        except UnicodeDecodeError:
            self.complain(file, 1, "not UTF-8: save it as UTF-8")
        return None

    def document(self, file: str) -> Document | None:
        text = self.text(file)
        if text is None:
            return None
        try:
            self.documents[file] = plain_yaml.read(text)
        except YamlError as error:
            self.complain(file, error.line, str(error))
            return None
        return self.documents[file]

    def one(self, model: type[Model], file: str, default: Model | None = None) -> Model | None:
        if default is not None and not (self.folder / file).exists():
            return default
        document = self.document(file)
        return None if document is None else self.built(model, document, file)

    def many(self, model: type[Model], file: str) -> tuple[Model, ...]:
        """A file that is one list; a pack may do without it."""
        if not (self.folder / file).exists():
            return ()
        document = self.document(file)
        if document is None or document.value is None:
            return ()
        return self.built(TypeAdapter(tuple[model, ...]), document, file) or ()  # type: ignore[valid-type]

    def built(self, model: Any, document: Document, file: str) -> Any:
        try:
            if isinstance(model, TypeAdapter):
                return model.validate_python(document.value)
            return model.model_validate(document.value)
        except ValidationError as found:
            for error in found.errors(include_url=False, include_context=False):
                path = tuple(error["loc"])
                self.complain(file, document.line(path), told(error))
        return None

    def questions(self) -> tuple[Question, ...]:
        found: list[Question] = []
        for path in sorted((self.folder / "questions").glob("*.yaml")):
            file = f"questions/{path.name}"
            document = self.document(file)
            if document is not None and document.value is not None:
                found += read_questions(file, document, self.explain)
        return tuple(found)

    def explain(self, file: str, line: int, error: Any) -> None:
        self.complain(file, line, error if isinstance(error, str) else told(error))

    # Markdown

    def chapter(self, meta: ChapterMeta) -> Chapter:
        file = f"chapters/{meta.slug}.md"
        text = self.text(file)
        sections = []
        if text is not None:
            raw = read_chapter(text, lambda line, message: self.complain(file, line, message))
            sections = [self.section(file, section) for section in raw]
        return Chapter(meta=meta, sections=tuple(s for s in sections if s is not None))

    def section(self, file: str, raw: Any) -> Section | None:
        passages = [
            self.made(
                Passage,
                file,
                passage.line - 1,
                ref=passage.ref,
                headline=passage.headline,
                essential=passage.is_essential,
                body="\n".join(passage.body).strip("\n"),
                line=passage.line + leading_blanks(passage.body),
            )
            for passage in raw.passages
        ]
        return self.made(
            Section,
            file,
            raw.line,
            id=raw.id,
            was=raw.was,
            title=raw.title,
            lede=raw.parts.get("lede", ""),
            question=raw.parts.get("question", ""),
            closing=raw.parts.get("closing", ""),
            discuss=tuple(raw.discuss),
            passages=tuple(p for p in passages if p is not None),
            line=raw.line,
        )

    def made(self, model: type[Model], file: str, at: int, /, **values: Any) -> Model | None:
        try:
            return model.model_validate(values)
        except ValidationError as found:
            for error in found.errors(include_url=False, include_context=False):
                self.complain(file, at, told(error))
        return None

    def pages(self) -> tuple[Page, ...]:
        pages = []
        for path in sorted((self.folder / "pages").glob("*.md")):
            file = f"pages/{path.name}"
            text = self.text(file)
            if text is None:
                continue
            first, _newline, body = text.partition("\n")
            title, _brace, rest = first.removeprefix("# ").partition(" {#")
            if not first.startswith("# ") or rest.strip() != f"{path.stem}}}":
                self.complain(file, 1, f"begin with: # Title {{#{path.stem}}}")
                continue
            page = self.made(Page, file, 1, slug=path.stem, title=title, body=body.strip())
            pages += [page] if page else []
        return tuple(pages)


def leading_blanks(lines: list[str]) -> int:
    return next((i for i, line in enumerate(lines) if line.strip()), 0)


def told(error: Any) -> str:
    """A finding of pydantic in our words: what is wrong and what to do."""
    field = ".".join(str(part) for part in error["loc"] if not isinstance(part, int))
    name = f"{field}: " if field else ""
    value = error.get("input")
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"{name}there is no such key: correct its spelling or take it out"
    if kind == "missing":
        return f"{name}is missing: add it"
    if kind == "string_pattern_mismatch":
        return f"{name}{value!r} does not have the form asked for (docs/pack-format.md)"
    if kind in {"string_too_short", "too_short"}:
        return f"{name}is empty: fill it in"
    message = error["msg"].removeprefix("Value error, ")
    return f"{name}{message[:1].lower()}{message[1:]}"


def digest(folder: Path) -> str:
    """sha256 over names and bytes of the files, whatever order a disk lists them in."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".yaml", ".md"}):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
