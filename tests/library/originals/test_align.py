from __future__ import annotations

import pytest

from studyguide.library.originals.align import Alignment, align, facts_of, marks_of
from studyguide.library.originals.parse import parse
from studyguide.library.packs.schema import PassageFacts
from tests import copies


def facts() -> dict[str, PassageFacts]:
    paragraphs = parse(copies.plain()).paragraphs
    return {f"p{n}": facts_of(p, salt="x") for n, p in enumerate(paragraphs, 1)}


def aligned(text: str) -> Alignment:
    return align(parse(text), facts(), salt="x")


def test_the_same_text_fits() -> None:
    found = aligned(copies.plain())
    assert found.refs == [f"p{n}" for n in range(1, 10)]
    assert not (found.missing)
    assert not (found.unsure)
    assert not (found.left_over)


def test_a_missing_paragraph_is_named() -> None:
    found = aligned(copies.plain().replace(copies.BODY[1], ""))
    assert found.missing == ["p2"]
    assert found.left_over == []


def test_an_added_paragraph_is_left_over() -> None:
    extra = "Buy our new oil, which is the finest that was ever sold on any coast."
    found = aligned(copies.plain().replace(copies.BODY[1], f"{copies.BODY[1]}\n\n{extra}"))
    assert found.left_over == [2]
    assert found.missing == []


def test_a_split_paragraph_stays_together() -> None:
    whole = copies.BODY[7]
    split = whole.replace(" He left", "\n\nHe left")
    assert aligned(copies.plain().replace(whole, split)).refs.count("p7") == 2


def test_another_text_does_not_fit() -> None:
    text = "\n\n".join(
        f"Cooking{n} needs 7{n}0 grams of Flour{n} and time, they say." for n in range(9)
    )
    assert set(aligned(text).refs) == {None}


def test_marks_do_not_tell_the_words() -> None:
    assert all(len(mark) == 8 for mark in marks_of("In March 1801 the Trust met", salt="x"))


@pytest.mark.parametrize("other", ["y", ""])
def test_marks_depend_on_the_article(other: str) -> None:
    assert marks_of("March 1801", salt="x").isdisjoint(marks_of("March 1801", salt=other))
