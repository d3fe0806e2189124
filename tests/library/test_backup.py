"""The command that backs up. What a copy is good for: tests/promises/test_p28_backups.py."""

from __future__ import annotations

import sqlite3
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from studyguide.library.management.commands import backup


def back_up(folder: Path, **options: Any) -> str:
    out = StringIO()
    call_command("backup", folder, stdout=out, **options)
    return out.getvalue()


def test_it_says_where_the_copy_is_and_leaves_nothing_else(db: None, tmp_path: Path) -> None:
    said = back_up(tmp_path / "copies")
    (copy,) = (tmp_path / "copies").iterdir()
    assert said.startswith(f"{copy}: ")
    assert "written and checked" in said


def test_a_copy_is_for_its_owner_alone(db: None, tmp_path: Path) -> None:
    back_up(tmp_path / "copies")
    (copy,) = (tmp_path / "copies").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_the_oldest_go_and_other_files_stay(db: None, tmp_path: Path) -> None:
    ending = backup.ENDINGS[connection.vendor]
    strangers = ["notes.txt", f"pilcrow-mine.{ending}"]
    olds = [f"pilcrow-20{n}0101T000000000000Z.{ending}" for n in (20, 21, 22)]
    for name in (*strangers, *olds):
        (tmp_path / name).touch()
    said = back_up(tmp_path, keep=2)
    assert said.count("removed") == 2
    left = {path.name for path in tmp_path.iterdir()}
    assert {*strangers, olds[2]} < left
    assert not left & set(olds[:2])


def test_keeping_none_is_refused(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="at least one"):
        back_up(tmp_path, keep=0)


def test_a_folder_that_is_none_is_said(db: None, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="Nothing was backed up"):
        back_up(tmp_path / "file")


@pytest.mark.only_on("sqlite")
def test_a_damaged_database_gets_no_copy_and_costs_no_old_one(tmp_path: Path) -> None:
    database, part = tmp_path / "d.sqlite3", tmp_path / "part"
    with sqlite3.connect(database) as db:
        db.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        db.execute("CREATE TABLE b (a INTEGER REFERENCES a (id))")
        db.execute("INSERT INTO b VALUES (7)")
    part.touch()
    with pytest.raises(CommandError, match="point nowhere: b"):
        backup.copy_sqlite(database, part)


@pytest.mark.only_on("postgresql")
def test_without_the_client_programs_it_says_what_to_install(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="postgresql-client"):
        back_up(tmp_path / "copies")
    assert not list((tmp_path / "copies").iterdir())


def test_what_goes_wrong_leaves_no_half_of_a_copy(tmp_path: Path) -> None:
    def fail() -> None:
        with backup.written(tmp_path / "copy") as part:
            part.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert not list(tmp_path.iterdir())
