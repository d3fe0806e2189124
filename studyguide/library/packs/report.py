"""What a pack covers and what it still lacks, for its authors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    proved = questions_by_place(pack)
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
        "questions": len(pack.questions),
        "questions_by_kind": counted(question.kind for question in pack.questions),
        "questions_by_aim": counted(question.aim for question in pack.questions),
        "quizzes": len(pack.quizzes),
        "essential": essential(pack),
        "by_section": by_section(pack, words),
        "by_passage": {p.ref: proved[p.ref] for p in pack.passages},
        "passages_without_question": [p.ref for p in pack.passages if not proved[p.ref]],
        "footnotes_without_question": [
            note.id for note in pack.footnotes if note.kind == "argument" and not proved[note.id]
        ],
        "passages_without_text": [ref for ref, count in words.items() if not count],
        "passages_without_facts": [
            p.ref for p in pack.passages if p.ref not in pack.article.passages
        ],
        "terms_never_linked": [term.id for term in pack.terms if not found[term.id]],
        "events_by_precision": dict(
            Counter(event.date.precision if event.date else "undated" for event in pack.events)
        ),
    }


def counted(names: Iterable[str]) -> dict[str, int]:
    """The most frequent first."""
    return dict(Counter(names).most_common())


def questions_by_place(pack: Pack) -> Counter[str]:
    """How many questions each passage and footnote is evidence of, in whatever place of
    their lists; two sentences of one passage count once."""
    return Counter(
        ref for question in pack.questions for ref in {place.at for place in question.evidence}
    )


def questions_by_section(pack: Pack) -> Counter[str]:
    """A question belongs to the section of its first evidence, so that the sum is all."""
    homes = {p.ref: section.id for section in pack.sections for p in section.passages}
    homes |= {note.id: homes[note.at] for note in pack.footnotes}
    return Counter(homes[question.evidence[0].at] for question in pack.questions)


def essential(pack: Pack) -> dict[str, int]:
    """How much of each is marked for the revision sheets."""
    parts: dict[str, Iterable[Any]] = {
        "passages": pack.passages,
        "terms": pack.terms,
        "events": pack.events,
        "people": pack.people,
        "questions": pack.questions,
    }
    return {name: sum(row.essential for row in rows) for name, rows in parts.items()}


def by_section(pack: Pack, words: Mapping[str, int]) -> Sequence[Mapping[str, Any]]:
    rows = []
    questions = questions_by_section(pack)
    for section in pack.sections:
        refs = [passage.ref for passage in section.passages]
        notes = [note for note in pack.footnotes if note.at in refs]
        rows.append(
            {
                "section": section.id,
                "passages": len(refs),
                "words": sum(words[ref] for ref in refs),
                "footnotes": len(notes),
                "questions": questions[section.id],
            }
        )
    return rows
