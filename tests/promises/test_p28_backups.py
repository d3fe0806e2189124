"""P28: a back-up made while everybody writes can be restored, and nothing acknowledged before it
began is missing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.models import Max

from quizzes.models import AttemptQuestion, Response
from tests.promises import harness
from tests.promises.figures import figure

BEFORE = int(os.environ.get("TRUST_ANSWERS", "1000")) // 4  # acknowledged before it begins
THREADS = 8
RESTORED = "restored"
OURS = ("courses", "progress", "library", "accounts", "quizzes")  # as they may be taken back


def back_up(folder: Path) -> Path:
    """It begins at once: what was acknowledged just before has not left the log yet."""
    said = StringIO()
    call_command("backup", folder / "copies", stdout=said)
    return Path(said.getvalue().partition(": ")[0])


class Load:
    """Learners who answer without a pause."""

    def __init__(self, sittings: list[harness.Sitting]) -> None:
        self.sittings, self.is_over = sittings, threading.Event()
        self.thread = threading.Thread(target=harness.at_once, args=(self.work, sittings, THREADS))

    def work(self, sitting: harness.Sitting) -> None:
        for number in count():
            if self.is_over.is_set():
                return
            question = sitting.questions[number % len(sitting.questions)]
            sitting.save(question, f"{sitting.attempt.pk}-{number}")

    @property
    def acks(self) -> list[harness.Sent]:
        return [ack for sitting in self.sittings for ack in list(sitting.acks)]

    def wait_for(self, size: int) -> list[harness.Sent]:
        until = time.monotonic() + 300
        while len(self.acks) < size and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.acks) >= size
        return self.acks

    def __enter__(self) -> Load:
        self.thread.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self.is_over.set()
        self.thread.join()


@contextmanager
def restored(copy: Path, folder: Path) -> Iterator[str]:
    """On an empty machine, step by step as the README says: the address of a database."""
    name = f"{connection.settings_dict['NAME']}_{RESTORED}"
    if connection.vendor == "sqlite":
        name = str(folder / "pilcrow.sqlite3")
        shutil.copyfile(copy, name)
        address = f"sqlite:///{name}"
    else:
        address = f"{settings.DATABASE_URL.rpartition('/')[0]}/{name}"
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        place = ["--exit-on-error", "--no-owner", f"--dbname={address}"]
        subprocess.run(["pg_restore", *place, str(copy)], check=True)
    there = connection.copy(RESTORED)
    there.settings_dict["NAME"] = name
    connections[RESTORED] = there
    try:
        harness.finish(harness.manage(folder, "migrate", "--no-input", DATABASE_URL=address))
        yield address
    finally:
        there.close()
        del connections[RESTORED]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def sums(alias: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and what they come to."""
    found = {}
    with connections[alias].cursor() as cursor:
        for table in connections[alias].introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(map(repr, cursor.fetchall()))
            found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def faults() -> list[Any]:
    """What the restored database itself finds wrong."""
    with connections[RESTORED].cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
            return cursor.fetchall()
        cursor.execute("PRAGMA integrity_check")
        found = [row for row in cursor.fetchall() if row != ("ok",)]
        cursor.execute("PRAGMA foreign_key_check")
        return found + cursor.fetchall()


def rows_of(alias: str) -> dict[Any, tuple[Any, ...]]:
    rows = Response.objects.using(alias).values_list("token", "attempt", "value", "outcome", "rev")
    return {token: tuple(rest) for token, *rest in rows}


def seen_again(site: harness.Site, sittings: list[harness.Sitting], ack: harness.Sent) -> str:
    """The page of an answer on the restored site, where its learner is signed in as well."""
    (sitting,) = [each for each in sittings if each.attempt.pk == ack.attempt]
    sitting.learner.hang_up()
    sitting.learner.site = site
    position = sitting.questions.index(ack.question) + 1
    return sitting.learner.get(f"/attempts/{sitting.attempt.public_id}/?q={position}").body


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of an empty machine."""
    bare = tmp_path / "bare"
    bare.mkdir()
    return bare


def test_what_was_acknowledged_before_a_backup_is_in_it(
    site: harness.Site, tmp_path: Path, folder: Path
) -> None:
    sittings = harness.sit_down(site, harness.make_people(THREADS), harness.load_lamps(20))
    with Load(sittings) as load:
        before = load.wait_for(BEFORE)
        copy = back_up(tmp_path)
        meanwhile = len(load.acks) - len(before)
        load.wait_for(len(load.acks) + THREADS)
    begun = time.monotonic()
    with restored(copy, folder) as address:
        with harness.serving(folder, processes=1, changes={"DATABASE_URL": address}) as again:
            took = time.monotonic() - begun
            page = seen_again(again, sittings, before[-1])
        kept, all_rows = rows_of(RESTORED), rows_of("default")
        lost = [a for a in before if kept.get(a.token) != (a.attempt, a.text, "saved", a.rev)]
        stands = AttemptQuestion.objects.using(RESTORED).filter(rev__gt=0)
        torn = [row for row in stands.annotate(last=Max("responses__rev")) if row.rev != row.last]
        wrong = faults()
    figure("P28", f"{len(lost)} missing of {len(before)}, {meanwhile} written meanwhile")
    figure("P28", f"restored and serving after {took:.1f} s")
    assert meanwhile > 0
    assert not lost
    assert not torn
    assert not wrong
    assert kept.items() <= all_rows.items()
    assert f'value="{before[-1].attempt}-' in page
    assert took < 15 * 60


def test_a_restored_database_is_the_same_and_can_be_migrated_both_ways(
    site: harness.Site, tmp_path: Path, folder: Path
) -> None:
    sittings = harness.sit_down(site, harness.make_people(THREADS), harness.load_lamps(20))
    with Load(sittings) as load:
        load.wait_for(THREADS * 20)
    with restored(back_up(tmp_path), folder) as address:
        here, there = sums("default"), sums(RESTORED)
        figure("P28", f"{len(there)} tables, {sum(n for n, _s in there.values())} rows the same")
        assert there == here
        for app in OURS:
            step = ("migrate", app, one_before(app), "--no-input")
            harness.finish(harness.manage(folder, *step, DATABASE_URL=address))
        harness.finish(harness.manage(folder, "migrate", "--no-input", DATABASE_URL=address))
        # The last are marks by chance, new after every migration.
        left_alone = {"django_migrations", "sqlite_sequence", "courses_workversion"}
        after = {table: found for table, found in sums(RESTORED).items() if table not in left_alone}
        assert after == {table: found for table, found in here.items() if table not in left_alone}
        assert not faults()


def one_before(app: str) -> str:
    """The migration before an app's last."""
    loader = MigrationLoader(connection)
    ((_app, last),) = loader.graph.leaf_nodes(app)
    parents = [key for key in loader.graph.node_map[app, last].parents if key.key[0] == app]
    return str(parents[0].key[1]) if parents else "zero"
