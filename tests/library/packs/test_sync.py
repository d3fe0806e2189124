from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from studyguide.accounts.models import User
from studyguide.library.models import Article, Passage, ReadingMark, ReadingState, Section, mark
from studyguide.library.packs import sync
from studyguide.library.packs.read import read_pack
from tests import packs
from tests.packs import write_pack

Load = Callable[..., Article]
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_loading_twice_changes_nothing(db: None, tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path))
    assert sync.load(pack).created > 10
    assert sync.load(pack).is_unchanged


def test_an_edit_keeps_the_rows(load: Load) -> None:
    before = load().passages.get(ref="p2").pk
    text = packs.chapter([1, 2, 3], 3, "light").replace("sleeps by day", "sleeps at noon")
    after = load(chapters_opening_md=text).passages.get(ref="p2")
    assert after.pk == before
    assert "sleeps at noon" in after.note_html


def test_what_left_the_pack_is_retired_and_kept(load: Load) -> None:
    load(passages=9)
    load(passages=6)
    assert Passage.objects.get(ref="p9").retired_at
    assert Passage.objects.current().count() == 6


def test_what_comes_back_is_current_again(load: Load) -> None:
    load(passages=9)
    load(passages=6)
    load(passages=9)
    assert Passage.objects.get(ref="p9").retired_at is None


def test_a_retired_passage_keeps_its_marks(load: Load, reader: User) -> None:
    passage = load(passages=9).passages.get(ref="p9")
    mark([passage], kind=ReadingMark.Kind.READ, user=reader, token=uuid4(), at=NOW)
    load(passages=6)
    assert ReadingState.objects.get(user=reader).passage == passage


def test_a_new_passage_moves_nobodys_place(load: Load, reader: User) -> None:
    passage = load().passages.get(ref="p4")
    mark([passage], kind=ReadingMark.Kind.READ, user=reader, token=uuid4(), at=NOW)
    load(passages=9)
    assert ReadingState.objects.get(user=reader).passage.ref == "p4"


def test_terms_know_where_they_occur(article: Article) -> None:
    assert article.terms.get(ref="lamp").places == ["p1", "p3", "p4", "p5", "p6"]
    assert article.terms.get(ref="lamp-trust").places == ["p1", "n2"]


def test_a_terms_places_hold_what_its_definition_cites(load: Load) -> None:
    glossary = packs.GLOSSARY.replace("A board.", "A board, as told in [¶2](p2).")
    assert load(glossary_yaml=glossary).terms.get(ref="lamp-trust").places == ["p1", "p2", "n2"]


def test_a_footnote_of_an_outline_may_be_unmarked(article: Article) -> None:
    assert article.footnotes.get(ref="n1").passage.ref == "p1"


def test_undated_events_stand_after_what_they_follow(article: Article) -> None:
    refs = list(article.events.values_list("ref", flat=True))
    assert refs.index("storm") == refs.index("lit") + 1


def test_a_year_may_stand_after_a_month_of_it(load: Load) -> None:
    events = """\
- {id: lit, date: 1801-03-09, text: "The lamp is lit.", at: p1}
- {id: late, date: "1801", when: Late in 1801, after: lit, text: "It fails.", at: p1}
- {id: early, date: "1801", text: "The tower is built.", at: p1}
"""
    refs = load(timeline_yaml=events).events.values_list("ref", flat=True)
    assert list(refs) == ["early", "lit", "late"]


def test_neighbours_are_stored(article: Article) -> None:
    first, last = Section.objects.order_by("number")
    assert first.before is None
    assert first.after["title"] == last.title
    assert last.after is None


def test_a_failed_load_leaves_everything_as_it_was(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    load()
    digest = Article.objects.get().digest

    def fail(*_args: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(sync.search, "index_article", fail)
    with pytest.raises(RuntimeError):
        load(passages=9)
    assert Article.objects.get().digest == digest
    assert Passage.objects.count() == 6


def test_the_command_lists_every_error_and_loads_nothing(db: None, tmp_path: Path) -> None:
    write_pack(tmp_path, slug="good")
    write_pack(tmp_path, slug="bad", glossary_yaml="- {}\n")
    with pytest.raises(CommandError, match=r"bad/glossary\.yaml:1"):
        call_command("load_packs", content=tmp_path)
    assert not Article.objects.exists()


def test_an_article_whose_pack_is_gone_leaves_the_shelf(db: None, tmp_path: Path) -> None:
    write_pack(tmp_path / "a", slug="one")
    write_pack(tmp_path / "b", slug="two")
    call_command("load_packs", content=tmp_path / "a", verbosity=0)
    call_command("load_packs", content=tmp_path / "b", verbosity=0)
    assert [article.slug for article in Article.objects.current()] == ["two"]


def test_the_check_writes_nothing(db: None, tmp_path: Path) -> None:
    write_pack(tmp_path)
    call_command("load_packs", content=tmp_path, check=True)
    assert not Article.objects.exists()
