"""Markdown of the packs to HTML, once, when a pack is loaded.

Everything here is the same for every reader. What is a reader's own (marks, the
original, tokens) is left as slots between stored strings; see `segments`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
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
from studyguide.library.sentences import sentences

FOOTNOTE_MARK = re.compile(r"\[\^(\d+)\]")
REFERENCE = re.compile(r"^[pn]\d+$")
SLOT = re.compile(r"<!--slot (.*?)-->")
TERM = re.compile(r'(<a (?:(?!data-term)[^>])*class="term)("[^>]*data-term=")([^"]+)"')
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
    sentences: list[str] = field(default_factory=list)  # of the note itself, as evidence counts


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

    def render(
        self, source: str, *, here: str = "", without: Iterable[str] = (), numbered: str = ""
    ) -> Rendered:
        """`here`: the passage or note it stands in. `without`: terms not to link. `numbered`:
        a ref; each sentence gets the id `<ref>-s<number>`, which evidence leads to."""
        tokens = self.markdown.parse(source)
        walk = Walk(self, here, set(without), numbered)
        for token in tokens:
            walk.block(token)
        body = self.markdown.renderer.render(tokens, self.markdown.options, {})
        words = " ".join(walk.words).strip()
        return Rendered(clean(body), words, walk.terms, walk.sentences)

    def line(self, source: str, *, here: str = "") -> str:
        """One line of text, without the paragraph around it."""
        body = self.render(source, here=here).html.strip()
        return body.removeprefix("<p>").removesuffix("</p>")


class Walk:
    """One pass over the tokens of one text, remembering which terms were linked."""

    def __init__(self, renderer: Renderer, here: str, seen: set[str], numbered: str = "") -> None:
        self.renderer = renderer
        self.here = here
        self.seen = seen
        self.numbered = numbered
        self.terms: list[str] = []
        self.words: list[str] = []
        self.sentences: list[str] = []
        self.is_stair = False
        self.is_heading = False
        self.asides = 0

    def block(self, token: Token) -> None:
        if token.type in {"container_editor_open", "container_general_open"}:
            self.asides += 1
        elif token.type in {"container_editor_close", "container_general_close"}:
            self.asides -= 1
        if token.type in {"heading_open", "heading_close"}:
            self.is_heading = token.type == "heading_open"
        if token.type == "container_stair_open":
            self.is_stair = True
        elif token.type == "ordered_list_open" and self.is_stair:
            token.attrSet("class", "stair")
            self.is_stair = False
        elif token.type == "inline" and token.children is not None:
            self.words.append("")
            children = token.children
            if self.numbered and not self.asides:
                children = self.number(children)
            token.children = self.inline(children)

    def number(self, children: Sequence[Token]) -> list[Token]:
        """The same tokens with a span around each sentence. A sentence that ends inside a
        link or emphasis is closed behind it: a span cannot end there."""
        found = sentences("".join(map(content, children)))
        ends = list(accumulate(len(squeezed(sentence)) for sentence in found))
        out: list[Token] = [self.sentence(found[0])] if found else []
        done = depth = at = 0
        for token in children:
            depth += token.nesting
            if token.type != "text":
                out.append(token)
            rest = token.content if token.type == "text" else ""
            while rest:
                room = ends[at] - done if not depth and at < len(found) - 1 else len(rest) + 1
                taken = reach(rest, room)
                out.append(plain(rest[:taken]))
                done += len(squeezed(rest[:taken]))
                rest = rest[taken:]
                if not depth and at < len(found) - 1 and done >= ends[at]:
                    at += 1
                    out += [raw("</span> "), self.sentence(found[at])]
                    rest = rest.lstrip()
        return [*out, raw("</span>")] if found else list(children)

    def sentence(self, text: str) -> Token:
        self.sentences.append(FOOTNOTE_MARK.sub("", text))
        return raw(f'<span class="s" id="{self.numbered}-s{len(self.sentences)}">')

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
                out += self.text(token, is_linking=depth == 0 and not self.is_heading)
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


def raw(markup: str) -> Token:
    return Token("html_inline", "", 0, content=markup)


def plain(text: str) -> Token:
    return Token("text", "", 0, content=text)


def content(token: Token) -> str:
    """What a token adds to the text of its paragraph."""
    if token.type == "text":
        return token.content
    return " " if token.type in {"softbreak", "hardbreak"} else ""


def squeezed(text: str) -> str:
    """Without spaces: positions in it are the same however lines were broken."""
    return "".join(text.split())


def reach(text: str, count: int) -> int:
    """How much of `text` holds `count` characters that are no spaces; at most all of it."""
    for index, character in enumerate(text):
        count -= not character.isspace()
        if count <= 0:
            return index + 1
    return len(text)


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
    ["mark", "p44"] that a view fills for one reader. A term's link has a slot in its class,
    ["known", "nep"]."""
    pieces = SLOT.split(TERM.sub(r'\1<!--slot known|\3-->\2\3"', page))
    return [piece if index % 2 == 0 else piece.split("|") for index, piece in enumerate(pieces)]
