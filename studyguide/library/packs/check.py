"""What must hold between the files of a pack: references, numbers, marks, spellings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from markdown_it.token import Token

from studyguide.library.packs import discussion
from studyguide.library.packs.plain_yaml import Document
from studyguide.library.packs.questions import QuestionChecker
from studyguide.library.packs.render import FOOTNOTE_MARK, Renderer, markdown
from studyguide.library.packs.schema import Node, Pack, Passage, Section, Term

Complain = Callable[[str, int, str], None]

# A chapter's slug stands where the names of pages stand.
PAGES = {
    *("glossary", "timeline", "people", "footnotes", "bibliography", "argument"),
    *("pages", "search", "print", "originals", "position", "revision"),
    *("whole",),  # a revision sheet
}
RAW_HTML = re.compile(r"<[A-Za-z/!?]")
REFUSED = {
    "image": "no pictures",
    "heading_open": "no further headings",
    "blockquote_open": "no block quotations",
    "fence": "no code",
    "code_block": "no indented blocks: begin the line at the margin",
    "hr": "no rules",
}


class Checker:
    def __init__(self, pack: Pack, documents: Mapping[str, Document], complain: Complain) -> None:
        self.pack = pack
        self.documents = documents
        self.complain = complain
        self.parser = markdown()
        self.passages = {passage.ref for passage in pack.passages}
        self.notes = {note.id for note in pack.footnotes}
        self.terms = {term.id for term in pack.terms}

    def check(self) -> None:
        self.unique()
        self.article()
        for chapter in self.pack.chapters:
            file = f"chapters/{chapter.meta.slug}.md"
            if not chapter.sections:
                self.complain(file, 1, "no section: begin with # Title {#an-id}")
            for section in chapter.sections:
                self.section(file, section)
        self.marks()
        self.footnotes()
        self.glossary()
        self.timeline()
        self.people()
        self.argument(self.pack.argument, ())
        if self.pack.questions or self.pack.quizzes:
            QuestionChecker(self.pack, self.sentences(), self.complain).check()
        for page in self.pack.pages:
            if page.slug == discussion.SLUG:
                told = f"{page.slug} is made from the sections: call the page something else"
                self.complain(f"pages/{page.slug}.md", 1, told)
            self.markdown(f"pages/{page.slug}.md", 1, page.body, has_headings=True)

    def line(self, file: str, *path: str | int) -> int:
        document = self.documents.get(file)
        return document.line(path) if document else 1

    def sentences(self) -> dict[str, int]:
        """How many sentences each note has, as they are numbered on the page."""
        renderer = Renderer.of(self.pack)
        return {
            passage.ref: len(renderer.render(passage.body, numbered=passage.ref).sentences)
            for passage in self.pack.passages
        }

    # Ids

    def unique(self) -> None:
        sections = [*self.pack.sections]
        for file, ids in (
            ("article.yaml", [chapter.meta.slug for chapter in self.pack.chapters]),
            ("footnotes.yaml", [work.id for work in self.pack.works]),
            ("footnotes.yaml", [note.id for note in self.pack.footnotes]),
            ("glossary.yaml", [term.id for term in self.pack.terms]),
            ("timeline.yaml", [event.id for event in self.pack.events]),
            ("people.yaml", [person.id for person in self.pack.people]),
            ("argument.yaml", [node.id for node in nodes(self.pack.argument)]),
            ("chapters", [p.ref for p in self.pack.passages]),
            (
                "chapters",
                [s.id for s in sections] + [w for s in sections for w in s.was],
            ),
        ):
            for name in repeated(ids):
                self.complain(file, 1, f"{name} stands twice: an id is given once, for ever")

    def article(self) -> None:
        file = "article.yaml"
        if self.pack.article.slug != self.pack.folder.name:
            self.complain(
                file,
                self.line(file, "slug"),
                f"the slug must be the folder's name, {self.pack.folder.name}",
            )
        for index, chapter in enumerate(self.pack.chapters):
            slug = chapter.meta.slug
            if slug in PAGES or re.fullmatch(r"[pn]\d+", slug):
                self.complain(
                    file,
                    self.line(file, "chapters", index, "slug"),
                    f"{slug} is the name of a page: call the chapter something else",
                )
        numbers = [passage.number for passage in self.pack.passages]
        for before, after in pairwise(numbers):
            if after <= before:
                self.complain(
                    file,
                    1,
                    f"p{after} comes after p{before}: passages stand in their order",
                )
        for ref, facts in self.pack.article.passages.items():
            line = self.line(file, "passages", ref)
            if ref not in self.passages:
                self.complain(file, line, f"{ref} is not in any chapter")
            for number in facts.notes:
                if self.notes and f"n{number}" not in self.notes:
                    self.complain(file, line, f"n{number} is not in footnotes.yaml")

    # Text

    def section(self, file: str, section: Section) -> None:
        for part in ("lede", "question", "closing"):
            text = getattr(section, part)
            if text:
                self.markdown(file, section.line, text)
            else:
                self.complain(file, section.line, f"{section.id}: ::: {part} is missing or empty")
        if len(section.discuss) != 2:
            self.complain(
                file,
                section.line,
                f"{section.id}: ::: discuss asks for exactly two questions",
            )
        for text in section.discuss:
            self.markdown(file, section.line, text)
        if not section.passages:
            self.complain(file, section.line, f"{section.id} has no passage")
        for passage in section.passages:
            self.markdown(file, passage.line, passage.body, may_mark=True)
            if not passage.headline.endswith((".", "?", "!", "”", "’")):
                self.complain(
                    file,
                    passage.line - 1,
                    f"{passage.ref}: a claim is a sentence and ends with a full stop",
                )

    def markdown(
        self,
        file: str,
        line: int,
        source: str,
        *,
        may_mark: bool = False,
        has_headings: bool = False,
    ) -> None:
        """`line`: where `source` begins in the file, as far as is known."""
        for offset, text in enumerate(source.splitlines()):
            if RAW_HTML.search(text):
                self.complain(file, line + offset, "no HTML here: write Markdown")
            if not may_mark and FOOTNOTE_MARK.search(text):
                self.complain(file, line + offset, "footnote marks stand only in passages")
        for token in flat(self.parser.parse(source)):
            if token.type in REFUSED and not (has_headings and token.type == "heading_open"):
                at = line + (token.map[0] if token.map else 0)
                self.complain(file, at, REFUSED[token.type])
            if token.type == "text" and "](" in token.content:
                before = source.partition("](")[0]
                self.complain(
                    file, line + before.count("\n"), "this link leads nowhere: it is not readable"
                )
            if token.type == "link_open":
                self.link(file, line, source, str(token.attrGet("href") or ""))

    def link(self, file: str, line: int, source: str, target: str) -> None:
        if target.startswith("https://"):
            return
        known = target in self.passages | self.notes or (
            target.startswith("term:") and target.removeprefix("term:") in self.terms
        )
        if not known:
            before = source.partition(f"]({target}")[0]
            self.complain(
                file,
                line + before.count("\n"),
                f"the link to {target!r} leads nowhere: name a passage (p53), a footnote "
                "(n18), a term (term:nep) or an https:// address that exist",
            )

    def marks(self) -> None:
        """Each footnote is marked exactly once, in the passage that carries it."""
        places = {note.number: note.at for note in self.pack.footnotes}
        seen: Counter[int] = Counter()
        for chapter in self.pack.chapters:
            file = f"chapters/{chapter.meta.slug}.md"
            for section in chapter.sections:
                for passage in section.passages:
                    seen.update(self.marks_of(file, passage, places))
        for index, note in enumerate(self.pack.footnotes):
            body = next((p.body for p in self.pack.passages if p.ref == note.at), "")
            line = self.line("footnotes.yaml", "footnotes", index)
            if seen[note.number] > 1 or (body and not seen[note.number]):
                self.complain(
                    "footnotes.yaml",
                    line,
                    f"{note.id} is marked {seen[note.number]} times: put [^{note.number}] "
                    f"once into {note.at}",
                )

    def marks_of(self, file: str, passage: Passage, places: Mapping[int, str]) -> Iterable[int]:
        for offset, text in enumerate(passage.body.splitlines()):
            for found in FOOTNOTE_MARK.finditer(text):
                number = int(found.group(1))
                yield number
                if places.get(number) != passage.ref:
                    self.complain(
                        file,
                        passage.line + offset,
                        f"[^{number}] does not belong to {passage.ref}"
                        + (f": n{number} is at {places[number]}" if number in places else ""),
                    )

    # The other files

    def refer(self, file: str, line: int, refs: Iterable[str]) -> None:
        for ref in refs:
            if ref and ref not in self.passages | self.notes:
                self.complain(file, line, f"{ref} is no passage or footnote of this pack")

    def footnotes(self) -> None:
        file = "footnotes.yaml"
        works = {work.id for work in self.pack.works}
        for index, note in enumerate(self.pack.footnotes):
            line = self.line(file, "footnotes", index)
            self.refer(file, line, [note.at, *(cite.ibid for cite in note.cites)])
            for cite in note.cites:
                if cite.work not in works:
                    self.complain(file, line, f"{note.id}: no work {cite.work} among works")
                if cite.quoted_in and not cite.said_by:
                    self.complain(file, line, f"{note.id}: quoted_in asks for said_by")
            if note.kind == "argument" and not note.summary:
                self.complain(file, line, f"{note.id} argues: it needs a summary")
            if note.kind == "citation" and not note.printed:
                self.complain(file, line, f"{note.id}: give the reference as printed")
            self.markdown(file, line, note.summary)
            self.markdown(file, line, note.editor)
        numbers = sorted(note.number for note in self.pack.footnotes)
        if numbers != list(range(1, len(numbers) + 1)):
            self.complain(file, 1, "footnotes are numbered 1, 2, 3 ... without gaps")

    def glossary(self) -> None:
        file = "glossary.yaml"
        owners: dict[str, list[Term]] = {}
        for index, term in enumerate(self.pack.terms):
            line = self.line(file, index)
            for ref in term.see:
                if ref not in self.terms:
                    self.complain(file, self.line(file, index, "see"), f"see: no term {ref}")
            if term.native and not term.native_lang:
                self.complain(file, line, f"{term.id}: native asks for native_lang")
            self.markdown(file, self.line(file, index, "definition"), term.definition)
            self.markdown(file, self.line(file, index, "general"), term.general)
            for spelling in (term.term, *term.aliases) if term.link else ():
                holders = owners.setdefault(spelling.casefold(), [])
                for other in holders:
                    if other.id != term.id and collide(spelling, term, other):
                        told = f"{spelling!r} belongs to {other.id} already: keep one"
                        self.complain(file, line, told)
                holders.append(term)

    def timeline(self) -> None:
        file = "timeline.yaml"
        ids = {event.id for event in self.pack.events}
        for index, event in enumerate(self.pack.events):
            line = self.line(file, index)
            self.refer(file, line, event.at)
            if event.after and event.after not in ids:
                self.complain(file, line, f"after: there is no event {event.after}")
            if event.date is None and not event.when:
                self.complain(file, line, f"{event.id}: give a date, or say when in words (when:)")
            self.on_sheets(file, line, event.id, event.at, is_essential=event.essential)
            self.markdown(file, line, event.text)

    def people(self) -> None:
        file = "people.yaml"
        for index, person in enumerate(self.pack.people):
            line = self.line(file, index)
            self.refer(file, line, person.at)
            if person.term and person.term not in self.terms:
                self.complain(file, line, f"{person.id}: no term {person.term}")
            for said in person.says:
                self.refer(file, line, [said.at, said.note])
                self.markdown(file, line, said.text)
                told = f"{person.id}, at {said.at}"
                self.on_sheets(file, line, told, [said.at], is_essential=said.essential)
            if any(said.essential for said in person.says) and not person.essential:
                told = f"{person.id}: what they say is essential, so mark the person too"
                self.complain(file, line, told)

    def on_sheets(
        self, file: str, line: int, name: str, at: Iterable[str], *, is_essential: bool
    ) -> None:
        """Revision sheets are made by chapter, and chapters hold passages."""
        if is_essential and self.passages.isdisjoint(at):
            self.complain(file, line, f"{name}: essential needs a passage in at, beside notes")

    def argument(self, parts: Iterable[Node], path: tuple[str | int, ...]) -> None:
        file = "argument.yaml"
        for index, node in enumerate(parts):
            here = (*path, index)
            line = self.line(file, *here)
            self.refer(file, line, node.at)
            self.markdown(file, line, node.text)
            self.argument(node.parts, (*here, "parts"))


def collide(spelling: str, term: Term, other: Term) -> bool:
    """Whether both could claim one word: not if both ask for other capitals."""
    if "any" in {term.case, other.case}:
        return True
    return spelling in {other.term, *other.aliases}


def nodes(parts: Iterable[Node]) -> Iterable[Node]:
    for node in parts:
        yield node
        yield from nodes(node.parts)


def flat(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
