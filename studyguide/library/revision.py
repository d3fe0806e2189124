"""Revision sheets: what a pack marks as essential, on one page of paper each.

A sheet asks for few rows and for each of them once. The sheet of a chapter takes its claims
from the headlines of its passages, that of the whole from the tree of the argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.html import escape

from studyguide.library.models import Article, GlossaryTerm, Passage, Person, TimelineEvent

WHOLE = "whole"  # the sheet that is of no one chapter; no chapter may be called so


@dataclass(frozen=True)
class Claim:
    text_html: str
    at: Sequence[str]  # refs of the passages that make it


@dataclass(frozen=True)
class Speaker:
    person: Person
    says: list[dict[str, Any]]


@dataclass
class Sheet:
    article: Article
    title: str
    label: str
    thesis_html: str
    claims: list[Claim]
    rejected: list[Claim] = field(default_factory=list)
    events: list[TimelineEvent] = field(default_factory=list)
    terms: list[GlossaryTerm] = field(default_factory=list)
    speakers: list[Speaker] = field(default_factory=list)

    @classmethod
    def of_whole(cls, article: Article) -> Self:
        tree = article.argument
        thesis = next((node for node in tree if node["kind"] == "thesis"), None)
        parts = thesis["parts"] if thesis else []
        sheet = cls(
            article=article,
            title=article.title,
            label="",
            thesis_html=thesis["text_html"] if thesis else escape(article.lede),
            claims=[claim_of(node) for node in parts if node["kind"] == "claim"],
            rejected=[claim_of(node) for node in branches(tree) if node["kind"] == "rejected"],
        )
        return sheet.filled(refs=None)

    @classmethod
    def of_chapter(cls, passages: Sequence[Passage]) -> Self:
        """All passages of one chapter, each with its section, chapter and article."""
        chapter = passages[0].section.chapter
        sheet = cls(
            article=passages[0].article,
            title=chapter.title,
            label=chapter.label,
            thesis_html=escape(chapter.summary),
            claims=[Claim(escape(p.headline), [p.ref]) for p in passages if p.is_essential],
        )
        return sheet.filled(refs={passage.ref for passage in passages})

    def filled(self, *, refs: set[str] | None) -> Self:
        """With what stands at `refs`; None is everything."""

        def is_here(places: Iterable[str]) -> bool:
            return refs is None or not refs.isdisjoint(places)

        events = TimelineEvent.objects.current().filter(article=self.article, is_essential=True)
        self.events = [event for event in events if is_here(event.at)]
        terms = GlossaryTerm.objects.current().filter(article=self.article, is_essential=True)
        self.terms = [term for term in terms if is_here(term.places)]
        for person in Person.objects.current().filter(article=self.article, is_essential=True):
            says = [
                {**said, "places": [said["at"]]}
                for said in person.says
                if said.get("is_essential") and is_here([said["at"]])
            ]
            if says:
                self.speakers.append(Speaker(person, says))
        return self


def claim_of(node: dict[str, Any]) -> Claim:
    return Claim(node["text_html"], node["at"])


def branches(nodes: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield node
        yield from branches(node["parts"])
