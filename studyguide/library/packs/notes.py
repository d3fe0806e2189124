"""Footnotes and the bibliography made from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studyguide.library.packs.schema import Cite, Footnote, Pack, Work

Row = dict[str, Any]


def footnote_context(pack: Pack, note: Footnote) -> Row:
    """For templates/library/_footnote_body.html."""
    works = {work.id: work for work in pack.works}
    return {
        "cites": [cite_context(works[cite.work], cite) for cite in note.cites],
        "printed": note.printed,
    }


def cite_context(work: Work, cite: Cite) -> Row:
    context = work.model_dump(include={"author", "editor", "title", "volume", "place"})
    context |= cite.model_dump(include={"pages", "quoted_in", "said_by", "ibid"})
    context["year"] = "n.d." if work.year == "nd" else work.year
    context["text"] = " ".join(
        filter(None, [cite.said_by, work.author, work.title, work.volume, work.year])
    )
    return context


def work_rows(pack: Pack) -> Iterable[Row]:
    """One row a volume, with every place where it is used."""
    for work in pack.works:
        yield {
            "ref": work.id,
            "author": work.author,
            "title": work.title,
            "details": work.model_dump(include={"editor", "volume", "place", "year", "note"}),
            "uses": [
                {
                    "footnote": note.id,
                    "at": note.at,
                    "pages": cite.pages,
                    "quoted_in": cite.quoted_in,
                    "said_by": cite.said_by,
                }
                for note in pack.footnotes
                for cite in note.cites
                if cite.work == work.id
            ],
        }
