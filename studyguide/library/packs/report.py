"""What a pack covers and what it still lacks, for its authors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from studyguide.library.packs.render import Renderer
from studyguide.library.packs.schema import Pack


def report(pack: Pack) -> dict[str, Any]:
    """Counts as numbers; what needs an author's eye as lists of refs and ids."""
    renderer = Renderer.of(pack)
    rendered = {p.ref: renderer.render(p.body, here=p.ref) for p in pack.passages}
    found: Counter[str] = Counter()
    for passage in rendered.values():
        found.update(passage.terms)
    for note in pack.footnotes:
        found.update(renderer.render(note.summary, here=note.id).terms)
    words = {ref: len(passage.text.split()) for ref, passage in rendered.items()}
    return {
        "article": pack.article.slug,
        "chapters": len(pack.chapters),
        "sections": len([*pack.sections]),
        "passages": len([*pack.passages]),
        "footnotes": len(pack.footnotes),
        "works": len(pack.works),
        "terms": len(pack.terms),
        "events": len(pack.events),
        "people": len(pack.people),
        "pages": len(pack.pages),
        "words": sum(words.values()),
        "by_section": by_section(pack, words),
        "passages_without_text": [ref for ref, count in words.items() if not count],
        "passages_without_facts": [
            p.ref for p in pack.passages if p.ref not in pack.article.passages
        ],
        "terms_never_linked": [term.id for term in pack.terms if not found[term.id]],
        "events_by_precision": dict(
            Counter(event.date.precision if event.date else "undated" for event in pack.events)
        ),
    }


def by_section(pack: Pack, words: Mapping[str, int]) -> Sequence[Mapping[str, Any]]:
    rows = []
    for section in pack.sections:
        refs = [passage.ref for passage in section.passages]
        notes = [note for note in pack.footnotes if note.at in refs]
        rows.append(
            {
                "section": section.id,
                "passages": len(refs),
                "words": sum(words[ref] for ref in refs),
                "footnotes": len(notes),
            }
        )
    return rows
