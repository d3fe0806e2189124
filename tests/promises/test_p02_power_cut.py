"""P2: nor when the power goes. What was acknowledged was flushed first, and a database set to do
otherwise is refused at the start."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from django.db import connection

from quizzes.models import Quiz
from tests.promises import harness
from tests.promises.figures import figure

ANSWERS = 200
FLUSH = re.compile(r"(?:fsync|fdatasync)\(\d+<[^>]*\.sqlite3-wal>")
ACK = re.compile(r'(?:send|sendto|sendmsg|write|writev)\(\d+<(?:TCP|socket).*"HTTP/1\.1 (\d\d\d)')
REFUSED = "answers that were called saved may be lost"


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (*descendants(child), child)]


@pytest.mark.only_on("sqlite")
def test_every_acknowledgement_leaves_after_its_flush(
    transactional_db: None, tmp_path: Path
) -> None:
    quiz = harness.load_lamps(20)
    for turn in range(3):  # a tracer that lost lines on a busy machine has seen nothing
        answers, flushed_first = traced(quiz, tmp_path / str(turn))
        if answers == ANSWERS:
            break
    figure("P2", f"{flushed_first}/{answers} flushed first")
    assert answers == ANSWERS
    assert flushed_first == ANSWERS


def traced(quiz: Quiz, folder: Path) -> tuple[int, int]:
    """Answers that the trace of a server shows leaving, and how many left after a flush."""
    folder.mkdir()
    trace = folder / "trace"
    calls = "fsync,fdatasync,sendto,sendmsg,write,writev"
    strace = ("strace", "-f", "-y", "-s", "16", "-e", f"trace={calls}", "-o", str(trace))
    with harness.serving(folder / "data", processes=1, prefix=strace) as site:
        (sitting,) = harness.sit_down(site, harness.make_people(1), quiz)
        sitting.save(sitting.questions[0], "warm")  # its session and its files are there now
        begun = trace.stat().st_size
        for number in range(ANSWERS):
            sitting.save(sitting.questions[number % 20], f"answer {number}")
        assert site.server is not None
        for pid in descendants(site.server.pid):  # all but strace, which writes out its trace
            os.kill(pid, signal.SIGKILL)
        site.server.wait(20)
    flushed_first, answers, has_flushed = 0, 0, False
    with trace.open() as lines:
        lines.seek(begun)
        for line in lines:
            if FLUSH.search(line):
                has_flushed = True
            elif (ack := ACK.search(line)) and ack[1] == "200":
                answers += 1
                flushed_first += has_flushed
                has_flushed = False
    return answers, flushed_first


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("command", ["check", "serve"])
def test_sqlite_that_does_not_flush_is_refused(
    command: str, transactional_db: None, tmp_path: Path
) -> None:
    words = ["check", "--database", "default"] if command == "check" else ["serve"]
    process = harness.manage(
        tmp_path,
        *words,
        DJANGO_SETTINGS_MODULE="tests.promises.careless",
        PORT=str(harness.free_port()),
    )
    code, trouble = harness.outcome(process)
    assert code == 1
    assert REFUSED in trouble


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("command", ["check", "serve"])
def test_postgresql_that_does_not_flush_is_refused(
    command: str, transactional_db: None, tmp_path: Path
) -> None:
    words = ["check", "--database", "default"] if command == "check" else ["serve"]
    process = harness.manage(
        tmp_path,
        *words,
        DATABASE_URL=f"{harness.database_url()}?options=-csynchronous_commit%3Doff",
        PORT=str(harness.free_port()),
    )
    code, trouble = harness.outcome(process)
    assert code == 1
    assert REFUSED in trouble


def test_the_database_as_it_is_set_passes(transactional_db: None, tmp_path: Path) -> None:
    harness.finish(harness.manage(tmp_path, "check", "--database", "default"))


def test_each_server_process_flushes(transactional_db: None, tmp_path: Path) -> None:
    asked = {
        "sqlite": "PRAGMA synchronous",
        "postgresql": "SHOW synchronous_commit",
    }[connection.vendor]
    code = (
        "from django.db import connection\n"
        f"c = connection.cursor(); c.execute({asked!r}); print(c.fetchone()[0])"
    )
    said = harness.finish(harness.manage(tmp_path, "shell", "-v0", "-c", code))
    assert said.split()[-1] in {"2", "on"}
