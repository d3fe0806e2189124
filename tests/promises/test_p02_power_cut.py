"""P2: nor when the power goes. What was acknowledged was flushed first, and a database set to do
otherwise is refused at the start."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from quizzes.models import Quiz
from tests.promises import harness
from tests.promises.figures import figure

ANSWERS = 200
CALLS = "fsync,fdatasync,sendto,sendmsg,write,writev"
STRACE = ("strace", "-f", "-y", "-s", "16", "-e", f"trace={CALLS}", "-o")
# A line is a call, or, when another thread came between, its beginning and then its end.
LINE = re.compile(
    r"(?P<thread>\d+)\s+(?:<\.\.\. (?P<ended>\w+) resumed>|(?P<call>\w+)\()(?P<rest>.*)"
)
FLUSHED = re.compile(r"\d+<[^>]*-wal>")
ACK = re.compile(r'\d+<(?:TCP|socket).*"HTTP/1\.1 200')
REFUSED = "answers that were called saved may be lost"


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (*descendants(child), child)]


@pytest.mark.only_on("sqlite")
def test_every_acknowledgement_leaves_after_its_flush(
    transactional_db: None, tmp_path: Path
) -> None:
    quiz = harness.load_lamps(20)
    trace = tmp_path / "trace"
    answers, flushed_first = 0, 0
    for turn in range(3):  # a tracer that lost lines on a busy machine has seen nothing
        begun = traced(quiz, tmp_path / str(turn), trace)
        answers, flushed_first = read(trace, begun)
        if answers == ANSWERS:
            break
    figure("P2", f"{flushed_first}/{answers} flushed first")
    assert answers == ANSWERS, summary(trace)
    assert flushed_first == ANSWERS, summary(trace)


def traced(quiz: Quiz, folder: Path, trace: Path) -> int:
    """Answers sent to a server under a tracer; where in its trace they begin."""
    folder.mkdir()
    with harness.serving(folder / "data", processes=1, prefix=(*STRACE, str(trace))) as site:
        (sitting,) = harness.sit_down(site, harness.make_people(1), quiz)
        sitting.save(sitting.questions[0], "warm")  # its session and its files are there now
        begun = trace.stat().st_size
        for number in range(ANSWERS):
            sitting.save(sitting.questions[number % 20], f"answer {number}")
        assert site.server is not None
        for pid in descendants(site.server.pid):  # all but strace, which writes out its trace
            os.kill(pid, signal.SIGKILL)
        site.server.wait(20)
    return begun


def read(trace: Path, begun: int) -> tuple[int, int]:
    """Answers that the trace shows leaving, and how many left after a flush had ended."""
    answers, flushed_first, has_flushed = 0, 0, False
    flushing: set[str] = set()  # threads
    with trace.open() as lines:
        lines.seek(begun)
        for line in lines:
            found = LINE.match(line)
            if found is None:
                continue
            thread, call, rest = found["thread"], found["call"], found["rest"]
            if found["ended"] in {"fsync", "fdatasync"}:
                has_flushed |= thread in flushing
                flushing.discard(thread)
            elif call in {"fsync", "fdatasync"} and FLUSHED.match(rest):
                if "<unfinished" in rest:
                    flushing.add(thread)
                else:
                    has_flushed = True
            elif call and ACK.match(rest):
                answers += 1
                flushed_first += has_flushed
                has_flushed = False
    return answers, flushed_first


def summary(trace: Path) -> str:
    """What a trace holds, for whoever must find out why: calls and files with their numbers."""
    counts = Counter(
        re.sub(r"\d+", "#", line.split("=")[0])[:100] for line in trace.read_text().splitlines()
    )
    return "\n".join(f"{number} x {line}" for line, number in counts.most_common(20))


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
