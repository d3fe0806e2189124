from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from studyguide.accounts.models import User
from studyguide.library.models import Article, Original, OriginalGrant, SearchEntry
from studyguide.library.originals.align import facts_of
from studyguide.library.originals.parse import parse
from studyguide.library.originals.store import aligned, store
from tests import copies, packs
from tests.factories import UserFactory

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
Load = Callable[..., Article]


def facts_lines() -> str:
    return "\n".join(
        f"  p{n}: {{words: {f.words}, sentences: {f.sentences}, notes: [], quotation: false, "
        f"marks: [{', '.join(f.marks)}]}}"
        for n, f in enumerate(
            (facts_of(p, salt="lighthouses") for p in parse(copies.plain()).paragraphs), 1
        )
    )


@pytest.fixture
def article(load: Load) -> Article:
    text = packs.ARTICLE.format(slug="lighthouses", facts=facts_lines())
    return load(passages=9, article_yaml=text)


def add(article: Article, owner: User | None, *, shared: bool = False) -> Original:
    parsed = parse(copies.plain())
    return store(
        parsed,
        aligned(parsed, article),
        article=article,
        owner=owner,
        audience=Original.Audience.SIGNED_IN if shared else Original.Audience.PRIVATE,
        right="with leave" if shared else "",
        credit="mine",
        at=NOW,
    )


def test_each_paragraph_stands_at_its_passage(article: Article, reader: User) -> None:
    rows = add(article, reader).passages.select_related("passage")
    assert [row.passage.ref for row in rows] == [f"p{n}" for n in range(1, 10)]


def test_notes_and_terms_are_linked(article: Article, reader: User) -> None:
    body = add(article, reader).passages.get(passage__ref="p1").body_html
    assert 'href="#o1"' in body
    assert '<div id="o1"><p>B Pilot Almanac Hull 1890, p7.</p></div>' in body
    assert 'data-term="lamp"' in body


def test_nothing_active_is_stored(article: Article, reader: User) -> None:
    text = copies.plain().replace("Nobody thanks it.", "<script>alert(1)</script> is said.")
    parsed = parse(text)
    original = store(
        parsed,
        aligned(parsed, article),
        article=article,
        owner=reader,
        audience=Original.Audience.PRIVATE,
        right="",
        credit="x",
        at=NOW,
    )
    assert "<script" not in original.passages.get(passage__ref="p1").body_html


def test_a_second_copy_replaces_the_first(article: Article, reader: User) -> None:
    first, second = add(article, reader), add(article, reader)
    assert first.pk == second.pk
    assert second.passages.count() == 9
    assert second.footnotes.count() == 7


def test_a_copy_survives_a_load(article: Article, load: Load, reader: User) -> None:
    add(article, reader)
    glossary = packs.GLOSSARY.replace("aliases: [lantern]", "aliases: [lantern, wick]")
    text = packs.ARTICLE.format(slug="lighthouses", facts=facts_lines())
    load(
        passages=9,
        article_yaml=text,
        glossary_yaml=glossary.replace("term: lamp\n", "term: bulb\n"),
    )
    body = Original.objects.get().passages.get(passage__ref="p1").body_html
    assert ">wick</a>" in body


def test_who_reads_what(article: Article, reader: User) -> None:
    other, staff = UserFactory(), UserFactory(is_staff=True)
    private, nobodys = add(article, reader), add(article, None)
    assert [*Original.objects.readable_by(reader)] == [private]
    assert [*Original.objects.readable_by(other)] == []
    assert [*Original.objects.readable_by(staff)] == [nobodys]
    assert [*Original.objects.readable_by(None)] == []


def test_a_grant_lets_in(article: Article, reader: User) -> None:
    original, other = add(article, reader, shared=True), UserFactory()
    original.audience = Original.Audience.GRANTED
    original.save()
    assert not Original.objects.readable_by(other).exists()
    OriginalGrant.objects.create(original=original, user=other, source="course:1")
    assert Original.objects.readable_by(other).exists()


def test_whom_a_copy_was_shared_with_reads_the_one_that_replaces_it(
    article: Article, reader: User
) -> None:
    original, other = add(article, reader), UserFactory()
    Original.objects.update(audience=Original.Audience.GRANTED, right="with leave")
    OriginalGrant.objects.create(original=original, user=other, source="course:1")
    assert add(article, reader).right == "with leave"
    assert Original.objects.readable_by(other).exists()


def test_ones_own_copy_comes_first(article: Article, reader: User) -> None:
    add(article, UserFactory(is_staff=True), shared=True)
    own = add(article, reader)
    assert Original.objects.readable_by(reader).nearest_first(reader).first() == own


def test_removing_a_copy_removes_what_was_made_from_it(article: Article, reader: User) -> None:
    add(article, reader).delete()
    assert not SearchEntry.objects.exclude(original=None).exists()


@pytest.fixture
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("copy") / "copy.txt"
    path.write_text(copies.plain(), encoding="utf-8")
    return str(path)


def test_the_command_stores_what_fits(
    article: Article, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_original", file, article="lighthouses")
    assert "2 chapters, 9 passages, 7 footnotes" in capsys.readouterr().out
    assert Original.objects.get().audience == Original.Audience.PRIVATE


def test_the_command_stores_nothing_in_doubt(
    article: Article, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("copy") / "short.txt"
    path.write_text(copies.plain().replace(copies.BODY[1], ""), encoding="utf-8")
    with pytest.raises(CommandError, match="--accept"):
        call_command("import_original", str(path), article="lighthouses")
    assert not Original.objects.exists()
    call_command("import_original", str(path), article="lighthouses", accept=True)
    assert Original.objects.get().passages.count() == 8


def test_the_command_refuses_a_pdf(
    article: Article, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("copy") / "a.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(CommandError, match="paste"):
        call_command("import_original", str(path), article="lighthouses")


def test_the_command_prints_facts(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_original", file, article="lighthouses", facts=True)
    assert facts_lines().split("\n")[0].split("notes")[0] in capsys.readouterr().out
