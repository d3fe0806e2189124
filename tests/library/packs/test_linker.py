from __future__ import annotations

import pytest

from studyguide.library.packs.linker import Linkable, TermLinker

LINKER = TermLinker(
    [
        Linkable("nep", ("NEP", "New Economic Policy"), is_case_exact=True),
        Linkable("party", ("party",)),
        Linkable("congress", ("party congress", "congress of the party")),
        Linkable("workers", ("workers’ control",)),
    ]
)


def found(text: str) -> list[tuple[str, str]]:
    return [(match.ref, text[match.start : match.end]) for match in LINKER.find(text)]


@pytest.mark.parametrize("text", ["nepotism", "NEPman", "a nep", "parties"])
def test_a_part_of_a_word_or_other_capitals_are_no_term(text: str) -> None:
    assert found(text) == []


def test_the_longest_match_wins() -> None:
    assert found("The party congress met.") == [("congress", "party congress")]


def test_a_plural_is_found() -> None:
    assert found("party congresses and partys") == [("party", "party"), ("party", "partys")]


def test_a_possessive_links_the_word_without_its_ending() -> None:
    assert found("NEP’s end") == [("nep", "NEP")]


@pytest.mark.parametrize("text", ["workers' control", "workers’ control", "Workers’\ncontrol"])
def test_apostrophes_and_line_breaks_do_not_matter(text: str) -> None:
    assert [ref for ref, _words in found(text)] == ["workers"]


def test_the_time_does_not_grow_with_the_number_of_terms() -> None:
    terms = [Linkable(f"t{n}", (f"word{n}",)) for n in range(5_000)]
    linker = TermLinker(terms)
    assert [match.ref for match in linker.find("nothing here but word77 " * 3)] == ["t77"] * 3
    assert len(linker.filed["word77"]) == 1
