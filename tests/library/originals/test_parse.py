from __future__ import annotations

import html
import re
import textwrap

import pytest

from studyguide.library.originals.marks import place_marks
from studyguide.library.originals.parse import Parsed, parse
from tests import copies


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(copies.plain())


def test_front_matter_is_no_paragraph(parsed: Parsed) -> None:
    assert parsed.front == [
        " ".join(line.split()) if "\xa0" not in line else line for line in copies.FRONT
    ]


def test_a_signature_is_no_paragraph(parsed: Parsed) -> None:
    assert parsed.signature == ["B. Mate"]


def test_chapters_are_found_by_their_numbers(parsed: Parsed) -> None:
    assert [(c.number, c.title, len(c.paragraphs)) for c in parsed.chapters] == [
        ("", "", 6),
        ("1.1", "Keepers", 3),
    ]


def test_every_mark_is_in_its_place(parsed: Parsed) -> None:
    found = {n: p.notes for n, p in enumerate(parsed.paragraphs, 1) if p.notes}
    assert found == copies.MARKED
    assert parsed.unmarked == []


@pytest.mark.parametrize(
    "words",
    [
        *("13.5 million", "44.5%", "2,000", "1801-5", "March 1801.[^4]", "age of 54.[^5]"),
        *("wick.[^1]", "coast”[^2].", "town.”[^3]", "Congress[^6]", "half of it”.[^7]", "10 days"),
    ],
)
def test_no_figure_is_eaten(parsed: Parsed, words: str) -> None:
    assert words in " ".join(p.text for p in parsed.paragraphs)


def test_a_quotation_over_paragraphs_is_one(parsed: Parsed) -> None:
    assert [n for n, p in enumerate(parsed.paragraphs, 1) if p.is_quotation] == [4, 5, 6]


def test_a_note_may_have_two_paragraphs(parsed: Parsed) -> None:
    assert [len(note) for note in parsed.notes] == [1, 1, 1, 1, 2, 1, 1]


def test_arrows_back_are_gone(parsed: Parsed) -> None:
    assert not re.search("[↩\ufe0e]", str(parsed.notes))


def same(one: Parsed, other: Parsed) -> bool:
    return [(p.text, p.is_quotation) for p in one.paragraphs] == [
        (p.text, p.is_quotation) for p in other.paragraphs
    ] and one.notes == other.notes


def wrapped(block: str) -> str:
    indent = re.match(" *", block).group()  # type: ignore[union-attr]
    return textwrap.fill(block, 60, subsequent_indent=indent, break_on_hyphens=False)


def test_hard_line_breaks_are_mended(parsed: Parsed) -> None:
    blocks = copies.plain().split("\n\n")
    assert same(parse("\n\n".join(map(wrapped, blocks))), parsed)


def test_one_line_a_paragraph_needs_no_empty_lines() -> None:
    more = " And so it went on, until the whole town forgot who had asked for a light at all."
    body = [block if block.startswith("1.1") else block + more for block in copies.BODY]
    text = "\n".join([*copies.FRONT, *body, *copies.SIGNATURE, *copies.NOTES])
    found = parse(text)
    assert (len(found.chapters), len(found.paragraphs), len(found.notes)) == (2, 9, 7)


def test_windows_line_ends_do_not_matter(parsed: Parsed) -> None:
    assert same(parse(copies.plain().replace("\n", "\r\n")), parsed)


def test_a_word_broken_at_the_end_of_a_line_is_whole_again() -> None:
    text = (
        "The lighthouse stands where the light-\nhouse stood before it was moved to the end.\n\n"
        "Its keeper is a man of great self-\nconfidence, or so at least it was always said here.\n"
    ) * 3
    words = " ".join(p.text for p in parse(text).paragraphs)
    assert "the lighthouse stood" in words
    assert "self-confidence" in words


LINKED = '<sup><a href="#fn{}">{}</a></sup>'


def marked(block: str, form: str) -> str:
    """A paragraph with its marks in another form, such as [^{}]."""
    paragraphs = [b for b in copies.BODY if not b.startswith("1.1")]
    for number in copies.MARKED.get(paragraphs.index(block) + 1, []):
        glued = rf"(?<=[a-z”.]){number}(?=[. ]|$)(?! mill)"
        block = re.sub(glued, form.replace("{}", str(number)), block, count=1)
    return block


def as_html() -> str:
    body = [
        f"<h2>{block}</h2>" if block.startswith("1.1") else f"<p>{marked(block, LINKED)}</p>"
        for block in copies.BODY
    ]
    notes = "".join(
        f'<li id="fn{n}">'
        + "".join(
            f"<p>{html.escape(re.sub(r'^ *[0-9]+[.] ', '', part).strip(), quote=False)}</p>"
            for part in note.split("\n\n")
        )
        + "</li>"
        for n, note in enumerate(copies.NOTES, 1)
    )
    return (
        "<!doctype html><html><head><title>x</title><style>p{}</style></head><body>"
        "<nav><p>Home. All of the many pages of this paper are listed here for you.</p></nav>"
        f"<script>alert('no')</script>{''.join(body)}<ol>{notes}</ol></body></html>"
    )


def test_a_saved_page_reads_like_the_text(parsed: Parsed) -> None:
    page = parse(as_html())
    assert [p.text for p in page.paragraphs] == [p.text for p in parsed.paragraphs]
    assert page.notes == parsed.notes


def test_scripts_and_menus_of_a_page_are_left_out() -> None:
    text = str(parse(as_html()))
    assert "alert" not in text
    assert "many pages" not in text


def as_markdown() -> str:
    blocks = []
    for block in copies.BODY:
        if block.startswith("1.1"):
            blocks.append(f"## {block}")
        else:
            is_quoted = block[0] == "“" and "said" not in block
            blocks.append(("> " if is_quoted else "") + marked(block, "[^{}]"))
    notes = [re.sub(r"^ *([0-9]+)[.] ", r"[^\1]: ", note).replace("↩︎", "") for note in copies.NOTES]
    return "\n\n".join(["# On lighthouses", *blocks, *notes])


def test_markdown_reads_like_the_text(parsed: Parsed) -> None:
    page = parse(as_markdown())
    assert [p.text for p in page.paragraphs] == [p.text for p in parsed.paragraphs]
    assert page.notes == parsed.notes


def test_a_lost_mark_is_told() -> None:
    assert parse(copies.plain().replace("Congress6", "Congress")).unmarked == [6]


def test_marks_are_taken_in_order() -> None:
    texts, missing = place_marks(["One.1 Two.3 Three.2 Four.3"], 3)
    assert texts == ["One.[^1] Two.3 Three.[^2] Four.[^3]"]
    assert missing == []


def test_percentages_and_ordinals_are_no_marks() -> None:
    texts, missing = place_marks(["It was 10% of 18% at the 12th. Done.1 See 2 and 3."], 1)
    assert texts == ["It was 10% of 18% at the 12th. Done.[^1] See 2 and 3."]
    assert missing == []
