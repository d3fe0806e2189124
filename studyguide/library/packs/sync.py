"""A checked pack into rows: one transaction, found again by stable ids, nothing deleted.

What left the pack is retired; what came back is current again. Loading the same
pack twice changes no row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from quizzes.asked import Asked
from quizzes.checkpoint import open_question
from studyguide.accounts.models import WORDS_A_MINUTE
from studyguide.library import search
from studyguide.library.models import (
    Article,
    Chapter,
    Evidence,
    Footnote,
    GlossaryTerm,
    Passage,
    Person,
    Section,
    TimelineEvent,
    Work,
)
from studyguide.library.originals.store import render_all
from studyguide.library.packs import bank, notes, timeline
from studyguide.library.packs.check import nodes
from studyguide.library.packs.discussion import discussion
from studyguide.library.packs.render import Rendered, Renderer, segments
from studyguide.library.packs.schema import Node, Pack
from studyguide.library.packs.schema import Section as PackSection

CITED = re.compile(r"\]\(([pn][0-9]+)\)")
Row = dict[str, Any]


@dataclass
class Loaded:
    """What a load did."""

    article: Article
    created: int = 0
    changed: int = 0
    retired: int = 0
    is_unchanged: bool = False


@lru_cache
def renderer_version() -> str:
    """A digest of the code and templates that make HTML: a new version renders anew."""
    here = Path(__file__).parent
    library = here.parent
    templates = library.parent.parent / "templates" / "library"
    files = [
        *sorted(here.glob("*.py")),
        *sorted((templates.parent / "quizzes").rglob("_*.html")),
        library / "search.py",
        library / "originals" / "store.py",
        templates / "_segments.html",
        templates / "_footnote_body.html",
    ]
    return hashlib.sha256(b"\0".join(f.read_bytes() for f in files)).hexdigest()


def load(pack: Pack) -> Loaded:
    digest = hashlib.sha256((pack.digest + renderer_version()).encode()).hexdigest()
    known = Article.objects.filter(slug=pack.article.slug).first()
    if known and known.digest == digest and known.retired_at is None:
        return Loaded(known, is_unchanged=True)
    with transaction.atomic():
        return Sync(pack, digest).run()


class Sync:
    def __init__(self, pack: Pack, digest: str) -> None:
        self.pack = pack
        self.digest = digest
        self.now = timezone.now()
        self.renderer = Renderer.of(pack)
        self.found: dict[str, list[str]] = {term.id: [] for term in pack.terms}

    def run(self) -> Loaded:
        article, is_new = Article.objects.update_or_create(
            slug=self.pack.article.slug, defaults=self.article_row()
        )
        self.loaded = Loaded(article, created=int(is_new))
        rendered = {p.ref: self.render(p.body, p.ref, is_numbered=True) for p in self.pack.passages}
        bodies = {n.id: self.render_footnote(n.id) for n in self.pack.footnotes}
        chapters = self.rows(Chapter, "slug", self.chapter_rows())
        sections = self.rows(Section, "slug", self.section_rows(chapters, rendered))
        passages = self.rows(Passage, "ref", self.passage_rows(sections, rendered))
        footnotes = self.rows(Footnote, "ref", self.footnote_rows(passages, bodies))
        self.rows(Work, "ref", notes.work_rows(self.pack))
        self.rows(GlossaryTerm, "ref", self.term_rows())
        self.rows(TimelineEvent, "ref", timeline.event_rows(self.pack, self.renderer))
        self.rows(Person, "ref", self.person_rows())
        self.sync_questions(passages, footnotes)
        self.store_segments(sections, rendered, bodies)
        search.index_article(article)
        render_all(article)  # copies keep their place; their terms may have changed
        return self.loaded

    def sync_questions(
        self, passages: Mapping[str, Passage], footnotes: Mapping[str, Footnote]
    ) -> None:
        article = self.loaded.article
        done = bank.sync_questions(self.pack, article, self.now)
        self.loaded.created += done.created
        self.loaded.changed += done.changed
        self.loaded.retired += done.retired
        bank.link_evidence(self.pack, article, passages, footnotes)
        article.asks = bank.asks_of(article)
        article.save(update_fields=["asks"])

    # Rendering, and with it where each term occurs

    def render(self, source: str, ref: str, *, is_numbered: bool = False) -> Rendered:
        numbered = ref if is_numbered else ""
        rendered = self.renderer.render(source, here=ref, numbered=numbered)
        for term in rendered.terms:
            self.found[term].append(ref)
        return rendered

    def render_footnote(self, ref: str) -> Rendered:
        note = next(n for n in self.pack.footnotes if n.id == ref)
        summary = self.render(note.summary, ref)
        editor = self.renderer.render(note.editor, here=ref)
        context = notes.footnote_context(self.pack, note)
        context |= {"summary_html": summary.html, "editor_html": editor.html}
        body = render_to_string("library/_footnote_body.html", context)
        text = " ".join([summary.text, *(c["text"] for c in context["cites"]), note.printed])
        return Rendered(body, text.strip(), summary.terms)

    # One method for each kind of row

    def article_row(self) -> Row:
        meta = self.pack.article
        return {
            "title": meta.title,
            "short_title": meta.short_title,
            "cover": meta.cover,
            "author": meta.author,
            "source": meta.source,
            "source_note": meta.source_note,
            "published_on": meta.published,
            "publisher_url": meta.publisher_url,
            "lede": meta.lede,
            "language": meta.language,
            "licence": meta.licence,
            "licence_url": meta.licence_url,
            "facts": {ref: facts.model_dump() for ref, facts in meta.passages.items()},
            "argument": [self.node(node) for node in self.pack.argument],
            "pages": [
                {
                    "slug": page.slug,
                    "title": page.title,
                    "body_html": self.renderer.render(page.body).html,
                }
                for page in [*self.pack.pages, *discussion(self.pack)]
            ],
            "digest": self.digest,
            "loaded_at": self.now,
            "retired_at": None,
        }

    def node(self, node: Node) -> Row:
        return {
            "id": node.id,
            "kind": node.kind,
            "text_html": self.renderer.line(node.text),
            "at": node.at,
            "parts": [self.node(part) for part in node.parts],
        }

    def chapter_rows(self) -> Iterable[Row]:
        for position, chapter in enumerate(self.pack.chapters):
            meta = chapter.meta
            yield {
                "slug": meta.slug,
                "number": meta.number,
                "label": meta.label,
                "title": meta.title,
                "summary": meta.summary,
                "position": position,
            }

    def section_rows(
        self, chapters: Mapping[str, Chapter], rendered: Mapping[str, Rendered]
    ) -> Iterable[Row]:
        number = 0
        for chapter in self.pack.chapters:
            for section in chapter.sections:
                number += 1
                yield {
                    "chapter": chapters[chapter.meta.slug],
                    "slug": section.id,
                    "was": list(section.was),
                    "number": number,
                    "title": section.title,
                    "lede_html": self.renderer.render(section.lede).html,
                    "minutes": self.minutes(section, rendered),
                    "first": section.passages[0].number,
                    "last": section.passages[-1].number,
                }

    def minutes(self, section: PackSection, rendered: Mapping[str, Rendered]) -> int:
        facts = self.pack.article.passages
        words = sum(
            len(rendered[p.ref].text.split()) + (facts[p.ref].words if p.ref in facts else 0)
            for p in section.passages
        )
        return max(1, round(words / WORDS_A_MINUTE))

    def passage_rows(
        self, sections: Mapping[str, Section], rendered: Mapping[str, Rendered]
    ) -> Iterable[Row]:
        facts = self.pack.article.passages
        for chapter in self.pack.chapters:
            total = sum(len(section.passages) for section in chapter.sections)
            nth = 0
            for section in chapter.sections:
                for passage in section.passages:
                    nth += 1
                    yield {
                        "section": sections[section.id],
                        "ref": passage.ref,
                        "number": passage.number,
                        "headline": passage.headline,
                        "is_essential": passage.essential,
                        "note_html": rendered[passage.ref].html,
                        "note_text": rendered[passage.ref].text,
                        "place": _("%(chapter)s, paragraph %(nth)d of %(total)d")
                        % {"chapter": chapter.meta.label, "nth": nth, "total": total},
                        "words": facts[passage.ref].words if passage.ref in facts else 0,
                    }

    def footnote_rows(
        self, passages: Mapping[str, Passage], bodies: Mapping[str, Rendered]
    ) -> Iterable[Row]:
        for note in self.pack.footnotes:
            yield {
                "passage": passages[note.at],
                "ref": note.id,
                "number": note.number,
                "kind": note.kind,
                "body_html": bodies[note.id].html,
                "body_text": bodies[note.id].text,
            }

    def term_rows(self) -> Iterable[Row]:
        names = {term.id: term.term for term in self.pack.terms}
        order = [p.ref for p in self.pack.passages] + [n.id for n in self.pack.footnotes]
        named = {person.term: person.at for person in self.pack.people if person.term}
        for term in self.pack.terms:
            cited = CITED.findall(term.definition)  # there, though perhaps in other words
            places = {*self.found[term.id], *named.get(term.id, ()), *cited}
            own: Row = {"without": [term.id]}
            key = search.fold(term.term)
            yield {
                "ref": term.id,
                "term": term.term,
                "sort_key": key,
                "letter": key[:1].upper(),
                "kind": term.kind,
                "expansion": term.expansion,
                "native": term.native,
                "native_lang": term.native_lang,
                "gloss": term.gloss,
                "definition_html": self.renderer.render(term.definition, **own).html,
                "general_html": self.renderer.render(term.general, **own).html,
                "dates": term.dates,
                "is_authors_usage": term.authors_usage,
                "is_essential": term.essential,
                "aliases": [term.term, *term.aliases],
                "is_case_exact": term.case == "exact",
                "is_linked": term.link,
                "see": [{"ref": ref, "term": names[ref]} for ref in term.see],
                "places": sorted(places, key=order.index),
            }

    def person_rows(self) -> Iterable[Row]:
        for person in self.pack.people:
            yield {
                "ref": person.id,
                "name": person.name,
                "sort_key": search.fold(person.sort or person.name),
                "role": person.role,
                "dates": person.dates,
                "term": person.term,
                "is_essential": person.essential,
                "at": list(person.at),
                "says": [
                    {
                        "at": said.at,
                        "how": said.how,
                        "text_html": self.renderer.line(said.text),
                        "note": said.note,
                        "is_essential": said.essential,
                    }
                    for said in person.says
                ],
            }

    def store_segments(
        self,
        sections: Mapping[str, Section],
        rendered: Mapping[str, Rendered],
        bodies: Mapping[str, Rendered],
    ) -> None:
        """Last, because a stored page holds notes, footnotes and neighbours."""
        ordered = [section for chapter in self.pack.chapters for section in chapter.sections]
        for index, section in enumerate(ordered):
            row = sections[section.id]
            context = self.segments_context(section, row, rendered, bodies)
            row.segments = {}
            for language, _name in settings.LANGUAGES:
                with translation.override(language):
                    page = render_to_string("library/_segments.html", context)
                row.segments[language] = segments(page)
            row.before = neighbour(sections, ordered[index - 1]) if index else None
            row.after = neighbour(sections, *ordered[index + 1 : index + 2])
        Section.objects.bulk_update(sections.values(), ["segments", "before", "after"])

    def segments_context(
        self,
        section: PackSection,
        row: Section,
        rendered: Mapping[str, Rendered],
        bodies: Mapping[str, Rendered],
    ) -> Row:
        footnotes: dict[str, list[Row]] = {p.ref: [] for p in section.passages}
        for note in self.pack.footnotes:
            if note.at in footnotes:
                footnotes[note.at].append(
                    {
                        "ref": note.id,
                        "number": note.number,
                        "body_html": bodies[note.id].html,
                    }
                )
        places = {p.ref: p.place for p in row.passages.all()}
        checks = checkpoints_of(row)
        argued = argued_at(self.pack.argument)
        return {
            "article": self.pack.article.slug,
            "slug": section.id,
            "back": row.get_absolute_url(),
            "question_html": self.renderer.line(section.question),
            "closing_html": self.renderer.render(section.closing).html,
            "discuss_html": [self.renderer.line(item) for item in section.discuss],
            "passages": [
                {
                    "ref": p.ref,
                    "number": p.number,
                    "headline": p.headline,
                    "note_html": rendered[p.ref].html,
                    "footnotes": footnotes[p.ref],
                    "place": places[p.ref],
                    "argued": argued.get(p.ref, []),
                    "checks": checks.get(p.ref, []),
                }
                for p in section.passages
            ],
        }

    # Rows into the database

    def rows(self, model: type[Any], key: str, wanted: Iterable[Row]) -> dict[str, Any]:
        """Create, change and retire until the table says what the pack says."""
        article = self.loaded.article
        known = {getattr(row, key): row for row in model.objects.filter(article=article)}
        kept: dict[str, Any] = {}
        new, changed, fields = [], [], {"retired_at"}
        for values in wanted:
            row = known.get(values[key])
            kept[values[key]] = row or model(article=article, **values)
            fields.update(values)
            if row is None:
                new.append(kept[values[key]])
            elif apply(row, {**values, "retired_at": None}):
                changed.append(row)
        gone = [r for slug, r in known.items() if slug not in kept and not r.retired_at]
        for row in gone:
            row.retired_at = self.now
        model.objects.bulk_create(new)
        if changed or gone:
            model.objects.bulk_update([*changed, *gone], sorted(fields - {key}))
        self.loaded.created += len(new)
        self.loaded.changed += len(changed)
        self.loaded.retired += len(gone)
        return kept


def checkpoints_of(section: Section) -> dict[str, list[Asked]]:
    """By passage, the questions that it proves; the essential and the easy ones first."""
    found: dict[str, list[Asked]] = {}
    decisive = Evidence.objects.filter(
        passage__section=section, position=0, question__retired_at=None
    ).order_by("-question__is_essential", "question__difficulty", "question__position")
    for row in decisive.select_related("question__current", "passage"):
        if row.question.current is not None:
            one = open_question(row.question.current)
            found.setdefault(row.passage.ref, []).append(one)
    return found


def argued_at(tree: Iterable[Node]) -> dict[str, list[Row]]:
    """By passage, the nodes of the argument that stand on it."""
    found: dict[str, list[Row]] = {}
    for node in nodes(tree):
        for ref in node.at:
            row = {"id": node.id, "kind": node.kind, "text": node.text}
            found.setdefault(ref, []).append(row)
    return found


def apply(row: models.Model, values: Row) -> bool:
    """Set values; whether any was different."""
    different = {k: v for k, v in values.items() if getattr(row, k) != v}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def neighbour(sections: Mapping[str, Section], *which: PackSection) -> Row | None:
    for section in which:
        row = sections[section.id]
        return {"number": row.number, "title": row.title, "url": row.get_absolute_url()}
    return None


def retire_missing(slugs: Iterable[str], *, at: datetime) -> int:
    """Articles whose pack is gone keep their rows and leave the shelf."""
    gone = Article.objects.current().exclude(slug__in=list(slugs))
    return gone.update(retired_at=at)
