"""A parsed and aligned copy into rows, and those rows into HTML with terms and notes."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from studyguide.accounts.models import User
from studyguide.library import search
from studyguide.library.models import (
    Article,
    Original,
    OriginalFootnote,
    OriginalPassage,
)
from studyguide.library.originals.align import Alignment, align
from studyguide.library.originals.parse import Parsed
from studyguide.library.packs.linker import Linkable, TermLinker
from studyguide.library.packs.schema import PassageFacts
from studyguide.library.sentences import sentences

MARK = re.compile(r"\[\^(\d+)\]")


def aligned(parsed: Parsed, article: Article) -> Alignment:
    facts = {ref: PassageFacts.model_validate(found) for ref, found in article.facts.items()}
    return align(parsed, facts, salt=article.slug)


def store(
    parsed: Parsed,
    alignment: Alignment,
    *,
    article: Article,
    owner: User | None,
    audience: Original.Audience,
    right: str,
    credit: str,
    at: datetime,
) -> Original:
    """Replaces whatever copy this owner had: one transaction, nothing left behind. Whoever the
    old one was shared with reads the new one."""
    text = "\n\n".join(paragraph.text for paragraph in parsed.paragraphs)
    values: dict[str, Any] = {
        "audience": audience,
        "right": right,
        "credit": credit,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "imported_at": at,
    }
    with transaction.atomic():
        if audience == Original.Audience.PRIVATE:
            shared = Original.objects.filter(
                article=article, owner=owner, audience=Original.Audience.GRANTED
            )
            values |= shared.values("audience", "right").first() or {}
        original, _created = Original.objects.update_or_create(
            article=article, owner=owner, defaults=values
        )
        original.passages.all().delete()
        original.footnotes.all().delete()
        passages = {passage.ref: passage for passage in article.passages.current()}
        OriginalPassage.objects.bulk_create(
            OriginalPassage(
                original=original,
                passage=passages[ref],
                position=position,
                is_quotation=paragraph.is_quotation,
                sentences=sentences(paragraph.text),
                body_html="",
            )
            for position, (paragraph, ref) in enumerate(
                zip(parsed.paragraphs, alignment.refs, strict=True)
            )
            if ref in passages
        )
        OriginalFootnote.objects.bulk_create(
            OriginalFootnote(original=original, number=number, text="\n\n".join(note))
            for number, note in enumerate(parsed.notes, 1)
        )
        render(original, linker_of(article))
        search.index_original(original)
    return original


def render_all(article: Article) -> None:
    """After a load: terms may have come, gone or changed their spellings."""
    linker = linker_of(article)
    for original in Original.objects.filter(article=article):
        render(original, linker)


def linker_of(article: Article) -> TermLinker:
    terms = article.terms.current().filter(is_linked=True)
    return TermLinker(
        Linkable(term.ref, tuple(term.aliases), is_case_exact=term.is_case_exact) for term in terms
    )


def render(original: Original, linker: TermLinker) -> None:
    notes = {note.number: note.text for note in original.footnotes.all()}
    writer = Writer(original.article.slug, linker, notes)
    rows = list(original.passages.select_related("passage"))
    for row in rows:
        row.body_html, row.terms = writer.passage(
            row.passage.ref, row.sentences, is_quotation=row.is_quotation
        )
    OriginalPassage.objects.bulk_update(rows, ["body_html", "terms"])


class Writer:
    def __init__(self, slug: str, linker: TermLinker, notes: Mapping[int, str]) -> None:
        self.slug = slug
        self.linker = linker
        self.notes = notes

    def passage(
        self, ref: str, parts: Sequence[str], *, is_quotation: bool
    ) -> tuple[str, list[str]]:
        """Each sentence has the id `<ref>-o<number>`, which evidence leads to."""
        terms: list[str] = []
        quoted = ' class="quoted"' if is_quotation else ""
        spans = " ".join(
            f'<span class="s" id="{ref}-o{number}">{self.line(part, terms)}</span>'
            for number, part in enumerate(parts, 1)
        )
        body = f"<p{quoted}>{spans}</p>"
        for number in map(int, MARK.findall(" ".join(parts))):
            if number in self.notes:
                body += self.fold(number, terms)
        return body, terms

    def fold(self, number: int, terms: list[str]) -> str:
        paragraphs = "".join(
            f"<p>{self.line(part, terms)}</p>" for part in self.notes[number].split("\n\n")
        )
        label = html.escape(_("Note %s") % number)
        return (
            f'<details class="fold"><summary>{label}</summary>'
            f'<div id="o{number}">{paragraphs}</div></details>'
        )

    def line(self, text: str, terms: list[str]) -> str:
        """Escaped; marks lead to the note below; each term is linked once a passage."""
        out = []
        for index, piece in enumerate(MARK.split(text)):
            if index % 2:
                word = html.escape(_("note"))
                out.append(
                    f'<a class="ref" href="#o{piece}" role="doc-noteref"><sup>{piece}</sup>'
                    f'<span class="hide"> {word}</span></a>'
                )
            else:
                out.append(self.linked(piece, terms))
        return "".join(out)

    def linked(self, text: str, terms: list[str]) -> str:
        out, end = [], 0
        for found in self.linker.find(text):
            if found.ref in terms:
                continue
            terms.append(found.ref)
            url = reverse("glossary_term", args=[self.slug, found.ref])
            words = html.escape(text[found.start : found.end])
            out.append(html.escape(text[end : found.start]))
            out.append(f'<a class="term" href="{url}" data-term="{found.ref}">{words}</a>')
            end = found.end
        out.append(html.escape(text[end:]))
        return "".join(out)
