"""The article itself, where somebody who has it names its file in $ARTICLE_FILE."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings

from studyguide.library.originals.align import align
from studyguide.library.originals.parse import Parsed, parse
from studyguide.library.packs.read import read_pack

FILE = os.environ.get("ARTICLE_FILE", "")
SLUG = "genesis-of-bureaucratic-socialism"
pytestmark = pytest.mark.skipif(
    not FILE, reason="the article is no part of this project: name its file in ARTICLE_FILE"
)


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(Path(FILE).read_text(encoding="utf-8"))


def test_three_chapters_eighty_passages_fortyfive_notes(parsed: Parsed) -> None:
    found = len(parsed.chapters), len(parsed.paragraphs), len(parsed.notes)
    assert found == (3, 80, 45)


def test_every_mark_is_found_in_the_passage_that_the_edition_names(parsed: Parsed) -> None:
    pack = read_pack(settings.CONTENT_DIR / SLUG)
    places = {note.number: note.at for note in pack.footnotes}
    found = {n: f"p{i}" for i, p in enumerate(parsed.paragraphs, 1) for n in p.notes}
    assert found == places


def test_no_figure_is_eaten(parsed: Parsed) -> None:
    text = " ".join(p.text for p in parsed.paragraphs)
    for figure in ("1921.[^12]", "54.[^30]", "190,000.[^39]", "203,000).[^42]", "13.5 million"):
        assert figure in text


def test_block_quotations(parsed: Parsed) -> None:
    quoted = [n for n, p in enumerate(parsed.paragraphs, 1) if p.is_quotation]
    assert quoted == [10, 19, 20, 21, 50, 59, 62]


def test_it_fits_the_edition(parsed: Parsed) -> None:
    facts = read_pack(settings.CONTENT_DIR / SLUG).article.passages
    found = align(parsed, facts, salt=SLUG)
    assert not (found.missing)
    assert not (found.unsure)
    assert not (found.left_over)
