from __future__ import annotations

from pathlib import Path

import pytest

from studyguide.library.packs.read import PackErrors, read_pack
from tests import packs
from tests.packs import write_pack


def errors(folder: Path, **files: str) -> list[str]:
    with pytest.raises(PackErrors) as found:
        read_pack(write_pack(folder, **files))  # type: ignore[arg-type]
    return [str(error) for error in found.value.errors]


def test_a_pack_is_read(tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path))
    assert [passage.ref for passage in pack.passages] == ["p1", "p2", "p3", "p4", "p5", "p6"]
    assert [note.id for note in pack.footnotes] == ["n1", "n2"]


def test_the_digest_follows_the_files(tmp_path: Path) -> None:
    first = read_pack(write_pack(tmp_path)).digest
    assert first == read_pack(write_pack(tmp_path)).digest
    assert first != read_pack(write_pack(tmp_path, pages_before_md=packs.PAGE + "More.\n")).digest


def test_every_error_is_told_at_once(tmp_path: Path) -> None:
    found = errors(
        tmp_path,
        glossary_yaml="- {id: lamp, term: lamp, kind: thing, gloss: x}\n",
        timeline_yaml="- {id: x, text: y, at: p1, colour: red}\n",
    )
    assert [error.split(":")[0] for error in found] == ["glossary.yaml"] * 2 + ["timeline.yaml"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"glossary_yaml": packs.GLOSSARY.replace("see:", "also:")}, "glossary.yaml:7: also"),
        ({"people_yaml": packs.PEOPLE.replace("at: [p1, n1]", "at: [p1, n9]")}, "n9 is no passage"),
        ({"glossary_yaml": packs.GLOSSARY.replace("lamp-trust]", "trust]")}, "no term trust"),
        ({"glossary_yaml": packs.GLOSSARY.replace("[lantern]", "[nep, NEP]")}, "belongs to"),
        ({"glossary_yaml": packs.GLOSSARY.replace("id: nep", "id: lamp")}, "lamp stands twice"),
        ({"footnotes_yaml": packs.FOOTNOTES.replace("at: p1", "at: p2")}, "[^1] does not belong"),
        (
            {"footnotes_yaml": packs.FOOTNOTES.replace("work: almanac", "work: none")},
            "no work none",
        ),
        ({"footnotes_yaml": packs.FOOTNOTES.replace("id: n2", "id: n3")}, "without gaps"),
        ({"timeline_yaml": packs.TIMELINE.replace("1801-03-09", "1801-13")}, "calendar"),
        ({"timeline_yaml": packs.TIMELINE.replace("after: lit", "after: dark")}, "no event dark"),
        ({"argument_yaml": packs.ARGUMENT.replace("at: [p1]", "at: [p99]")}, "p99 is no passage"),
        ({"pages_before_md": "Before\n"}, "begin with: # Title {#before}"),
        ({"article_yaml": "slug: [broken\n"}, "not readable as YAML"),
    ],
)
def test_a_fault_is_found_and_told(tmp_path: Path, files: dict[str, str], told: str) -> None:
    assert any(told in error for error in errors(tmp_path, **files))


def chapter_with(body: str) -> str:
    text = packs.chapter([1, 2, 3], 3, "light")
    return text.replace("A keeper sleeps by day.", body)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("A <b>bold</b> keeper.", "no HTML"),
        ("![a](p1)", "no pictures"),
        ("> quoted", "no block quotations"),
        ("### Deeper {#x}", "a heading is"),
        ("See [there](p77).", "leads nowhere"),
        ("See [there](javascript:alert).", "leads nowhere"),
        ("See [it](term:none).", "leads nowhere"),
        ("Marked.[^1]", "[^1] does not belong to p2"),
        ("::: frame\nx\n:::", "::: frame is not known"),
        ("::: editor\nopen", "never closed"),
    ],
)
def test_the_text_of_a_passage_is_checked(tmp_path: Path, body: str, told: str) -> None:
    found = errors(tmp_path, chapters_opening_md=chapter_with(body))
    assert any(told in error and error.startswith("chapters/opening.md:") for error in found)


def test_an_error_names_the_line(tmp_path: Path) -> None:
    text = chapter_with("See [there](p77).")
    line = text.split("\n").index("See [there](p77).") + 1
    assert errors(tmp_path, chapters_opening_md=text)[0].startswith(f"chapters/opening.md:{line}:")


@pytest.mark.parametrize("slug", ["glossary", "search", "p44", "print"])
def test_a_chapter_may_not_be_called_like_a_page(tmp_path: Path, slug: str) -> None:
    root = write_pack(tmp_path)
    text = (root / "article.yaml").read_text().replace("slug: opening", f"slug: {slug}")
    (root / "article.yaml").write_text(text)
    (root / "chapters" / f"{slug}.md").write_text((root / "chapters/opening.md").read_text())
    with pytest.raises(PackErrors, match="name of a page"):
        read_pack(root)


def test_a_section_asks_for_its_question(tmp_path: Path) -> None:
    text = packs.chapter([1, 2, 3], 3, "light").replace("::: question\nWho keeps it?\n:::\n", "")
    assert any("::: question" in e for e in errors(tmp_path, chapters_opening_md=text))


def test_an_outline_has_passages_without_text(tmp_path: Path) -> None:
    text = packs.SECTION.format(
        title="T", id="t", passages="## Claim. {#p1}\n\n## Claim. {#p2}\n\n"
    )
    pack = read_pack(
        write_pack(
            tmp_path,
            passages=6,
            chapters_opening_md=text
            + packs.SECTION.format(title="U", id="u", passages=packs.passage(3)),
        )
    )
    assert [p.body for p in pack.passages][:2] == ["", ""]


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    (root / "glossary.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(PackErrors, match="save it as UTF-8"):
        read_pack(root)
