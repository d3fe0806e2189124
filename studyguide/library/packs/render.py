"""Markdown of the packs to HTML, once, when a pack is loaded.

Everything here is the same for every reader. What is a reader's own (marks, the
original, tokens) is left as slots between stored strings; see `segments`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import nh3
from django.urls import reverse
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.container import container_plugin

from studyguide.library.packs.linker import Linkable, TermLinker
from studyguide.library.packs.schema import Pack, Term

FOOTNOTE_MARK = re.compile(r"\[\^(\d+)\]")
REFERENCE = re.compile(r"^[pn]\d+$")
SLOT = re.compile(r"<!--slot (.*?)-->")
ALLOWED_TAGS = {
    "a",
    "aside",
    "em",
    "h2",
    "h3",
    "li",
    "ol",
    "p",
    "span",
    "strong",
    "sup",
    "ul",
}
ALLOWED_ATTRIBUTES = {
    "*": {"class", "id", "lang"},
    "a": {"href", "role", "data-term"},
    "ol": {"aria-label"},
}

Segments = list[str | list[str]]


@dataclass
class Rendered:
    html: str
    text: str  # without markup and footnote marks
    terms: list[str]  # refs, in order of first occurrence


@dataclass
class Places:
    """Where things stand: addresses of passages, footnotes and terms of one pack."""

    slug: str
    sections: Mapping[str, tuple[str, str]]  # ref: (chapter slug, section slug)

    @classmethod
    def of(cls, pack: Pack) -> Places:
        sections = {
            passage.ref: (chapter.meta.slug, section.id)
            for chapter in pack.chapters
            for section in chapter.sections
            for passage in section.passages
        }
        sections |= {note.id: sections[note.at] for note in pack.footnotes}
        return cls(pack.article.slug, sections)

    def url(self, ref: str, here: str = "") -> str:
        """Address of `ref`; from another section it says where the reader came from."""
        if self.sections[ref] == self.sections.get(here):
            return f"#{ref}"
        address = reverse("section", args=[self.slug, *self.sections[ref]])
        return f"{address}?from={here}#{ref}" if here else f"{address}#{ref}"

    def term_url(self, ref: str) -> str:
        return reverse("glossary_term", args=[self.slug, ref])


@dataclass
class Renderer:
    places: Places
    linker: TermLinker
    markdown: MarkdownIt = field(default_factory=lambda: markdown())

    @classmethod
    def of(cls, pack: Pack) -> Renderer:
        return cls(Places.of(pack), TermLinker(map(linkable, pack.terms)))

    def render(self, source: str, *, here: str = "", without: Iterable[str] = ()) -> Rendered:
        """`here`: the passage or note it stands in. `without`: terms not to link."""
        tokens = self.markdown.parse(source)
        walk = Walk(self, here, set(without))
        for token in tokens:
            walk.block(token)
        body = self.markdown.renderer.render(tokens, self.markdown.options, {})
        return Rendered(clean(body), " ".join(walk.words).strip(), walk.terms)

    def line(self, source: str, *, here: str = "") -> str:
        """One line of text, without the paragraph around it."""
        body = self.render(source, here=here).html.strip()
        return body.removeprefix("<p>").removesuffix("</p>")


class Walk:
    """One pass over the tokens of one text, remembering which terms were linked."""

    def __init__(self, renderer: Renderer, here: str, seen: set[str]) -> None:
        self.renderer = renderer
        self.here = here
        self.seen = seen
        self.terms: list[str] = []
        self.words: list[str] = []
        self.is_stair = False

    def block(self, token: Token) -> None:
        if token.type == "container_stair_open":
            self.is_stair = True
        elif token.type == "ordered_list_open" and self.is_stair:
            token.attrSet("class", "stair")
            self.is_stair = False
        elif token.type == "inline" and token.children is not None:
            self.words.append("")
            token.children = self.inline(token.children)

    def inline(self, children: Sequence[Token]) -> list[Token]:
        out: list[Token] = []
        depth = 0  # of links and emphasis, where terms are not linked
        for token in children:
            if token.type in {"link_open", "em_open"}:
                depth += 1
            elif token.type in {"link_close", "em_close"}:
                depth -= 1
            if token.type == "link_open":
                self.resolve(token)
            if token.type == "text":
                out += self.text(token, is_linking=depth == 0)
            else:
                if token.type == "softbreak":
                    self.say(" ")
                out.append(token)
        return out

    def say(self, text: str) -> None:
        self.words[-1] += text

    def resolve(self, token: Token) -> None:
        target = str(token.attrGet("href") or "")
        if REFERENCE.match(target):
            token.attrSet("href", self.renderer.places.url(target, self.here))
        elif target.startswith("term:"):
            ref = target.removeprefix("term:")
            token.attrSet("href", self.renderer.places.term_url(ref))
            token.attrSet("class", "term")
            token.attrSet("data-term", ref)
            self.note(ref)

    def note(self, ref: str) -> None:
        self.seen.add(ref)
        if ref not in self.terms:
            self.terms.append(ref)

    def text(self, token: Token, *, is_linking: bool) -> list[Token]:
        pieces = FOOTNOTE_MARK.split(token.content)
        out: list[Token] = []
        for index, piece in enumerate(pieces):
            if index % 2:
                out.append(raw(footnote_mark(int(piece))))
                continue
            self.say(piece)
            out += self.linked(piece, is_linking=is_linking)
        return out

    def linked(self, text: str, *, is_linking: bool) -> list[Token]:
        out, end = [], 0
        for found in self.renderer.linker.find(text):
            is_new = found.ref not in self.seen
            if found.ref not in self.terms:
                self.terms.append(found.ref)
            if not (is_linking and is_new):
                continue
            self.seen.add(found.ref)
            out.append(plain(text[end : found.start]))
            out.append(raw(self.anchor(found.ref, text[found.start : found.end])))
            end = found.end
        return [*out, plain(text[end:])]

    def anchor(self, ref: str, words: str) -> str:
        url = self.renderer.places.term_url(ref)
        return f'<a class="term" href="{url}" data-term="{ref}">{html.escape(words)}</a>'


def markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False})
    parser.use(attrs_plugin, spans=True, allowed=["lang"])
    parser.use(container_plugin, "editor")
    parser.use(container_plugin, "stair")
    parser.use(container_plugin, "general")
    rules: dict[str, Any] = parser.renderer.rules  # type: ignore[attr-defined]
    for name, opening, closing in (
        (
            "editor",
            f'<aside class="editor"><p class="kick">{_("Editors’ note")}</p>',
            "</aside>",
        ),
        (
            "general",
            f'<aside class="general"><p class="kick">{_("Not from the article")}</p>',
            "</aside>",
        ),
        ("stair", "", ""),
    ):
        rules[f"container_{name}_open"] = lambda *_args, text=opening: text
        rules[f"container_{name}_close"] = lambda *_args, text=closing: text
    return parser


def linkable(term: Term) -> Linkable:
    spellings = (term.term, *term.aliases) if term.link else ()
    return Linkable(term.id, spellings, is_case_exact=term.case == "exact")


def footnote_mark(number: int) -> str:
    word = html.escape(_("note"))
    return (
        f'<a class="ref" href="#n{number}" role="doc-noteref"><sup>{number}</sup>'
        f'<span class="hide"> {word}</span></a>'
    )


def raw(content: str) -> Token:
    return Token("html_inline", "", 0, content=content)


def plain(content: str) -> Token:
    return Token("text", "", 0, content=content)


def clean(body: str) -> str:
    """Last, whatever came before: only the tags and attributes that we make."""
    return nh3.clean(
        body,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"https", "http"},
        link_rel=None,
    )


def segments(page: str) -> Segments:
    """Cut a rendered page at its slots: strings, and between them lists such as
    ["mark", "p44"] that a view fills for one reader."""
    pieces = SLOT.split(page)
    return [piece if index % 2 == 0 else piece.split("|") for index, piece in enumerate(pieces)]
