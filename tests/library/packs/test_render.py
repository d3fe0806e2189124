from __future__ import annotations

from pathlib import Path

import pytest

from studyguide.library.packs.read import read_pack
from studyguide.library.packs.render import Renderer, segments
from tests.packs import write_pack


@pytest.fixture
def renderer(tmp_path: Path) -> Renderer:
    return Renderer.of(read_pack(write_pack(tmp_path)))


def test_a_term_is_linked_once_a_passage(renderer: Renderer) -> None:
    assert renderer.render("A lamp, a lantern, a lamp.").html.count('class="term"') == 1


@pytest.mark.parametrize(
    "source", ["*The lamp*", "[a lamp](p2)", "lampblack", "a nep", "## A lamp"]
)
def test_a_term_is_not_linked_in(renderer: Renderer, source: str) -> None:
    assert 'class="term"' not in renderer.render(source).html


def test_a_link_within_the_section_is_short(renderer: Renderer) -> None:
    assert 'href="#p2"' in renderer.render("[x](p2)", here="p1").html


def test_a_link_elsewhere_says_where_it_came_from(renderer: Renderer) -> None:
    html = renderer.render("[x](p5)", here="p1").html
    assert "/keepers/keeping-1/?from=p1#p5" in html


def test_a_mark_leads_to_its_note_and_is_no_text(renderer: Renderer) -> None:
    rendered = renderer.render("Words.[^1] More.", here="p1")
    assert 'href="#n1"' in rendered.html
    assert rendered.text == "Words. More."


@pytest.mark.parametrize(
    "source", ["<script>alert(1)</script>", "[x](javascript:alert)", '<p onclick="x">y</p>']
)
def test_nothing_active_comes_through(renderer: Renderer, source: str) -> None:
    html = renderer.render(source).html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<p onclick" not in html


def test_a_word_in_another_language_says_so(renderer: Renderer) -> None:
    assert '<span lang="ru">слово</span>' in renderer.render("[слово]{lang=ru}").html


def test_a_stair_is_an_ordered_list(renderer: Renderer) -> None:
    assert '<ol class="stair">' in renderer.render("::: stair\n1. a\n2. b\n:::").html


def test_slots_cut_a_page_into_segments() -> None:
    page = "<p>a</p><!--slot mark|p1-->b"
    assert segments(page) == ["<p>a</p>", ["mark", "p1"], "b"]
