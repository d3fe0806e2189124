"""What pages cost, as multiples of the bare floor in the same run. Names of jobs may follow: then
only these are measured.

Both sides take turns in slices shorter than a tenth of a second, so that a machine that slows
down slows both; what counts is the median of the pairs' ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Ours, the floor's job, and the multiple of it that must hold.
JOBS = [
    ("section", "b", 1.0),
    ("unchanged", "b", 0.6),
    ("article", "b", 1.2),
    ("dashboard", "b", 1.2),
    ("review", "b", 1.2),
    ("answer", "c", 1.2),
]
SLICE = 0.05
PAIRS = 40


class Side:
    def __init__(self, name: str, folder: str, **environment: str) -> None:
        env = os.environ | {"DATA_DIR": folder, "SECRET_KEY": "x" * 50, **environment}
        env["DJANGO_SETTINGS_MODULE"] = "studyguide.settings"
        env.pop("SITE_URL", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.worker", name],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.jobs = self.read()

    def read(self) -> list[object]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("A side of the benchmark stopped: its error stands above.")
        found: list[object] = json.loads(line)
        return found

    def cost(self, job: str) -> float:
        """CPU seconds for one, over a slice."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{job} {SLICE}\n")
        self.process.stdin.flush()
        done, spent = self.read()
        return float(spent) / int(done)  # type: ignore[arg-type, call-overload]

    def beside(
        self, floor: Side, job: str, against: str, *, pairs: int = PAIRS
    ) -> tuple[float, float]:
        """Milliseconds at best, and the multiple of the floor's job."""
        self.cost(job), floor.cost(against)  # warm
        found = [(self.cost(job), floor.cost(against)) for _turn in range(pairs)]
        return 1000 * min(a for a, _b in found), statistics.median(a / b for a, b in found)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def measure(
    database_url: dict[str, str], names: Collection[str] = ()
) -> list[tuple[str, str, float, float, float]]:
    """Name, floor's job, milliseconds, multiple, gate."""
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        environments = [
            {"DATABASE_URL": database_url[side]} if side in database_url else {}
            for side in ("pilcrow", "floor")
        ]
        pilcrow = Side("pilcrow", ours, **environments[0])
        floor = Side("floor", theirs, **environments[1])
        try:
            found = []
            for job, against, gate in JOBS:
                if names and job not in names:
                    continue
                found.append((job, against, *pilcrow.beside(floor, job, against), gate))
            return found
        finally:
            pilcrow.stop()
            floor.stop()


def main() -> int:
    failed = 0
    print("pages, SQLite: CPU ms, multiple of the floor, gate")  # noqa: T201
    for job, against, ms, ratio, gate in measure({}, sys.argv[1:]):
        verdict = "" if ratio <= gate else "  OVER"
        failed += ratio > gate
        print(f"  {job:12} {ms:7.2f} ms  {ratio:5.2f} x ({against})  gate {gate}{verdict}")  # noqa: T201
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
