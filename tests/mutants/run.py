"""A fault for each promise, planted in a copy of the tree: its test must go red.

python -m tests.mutants.run [P1 P5 ...]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RED = 1  # pytest: tests ran, and some failed


@dataclass(frozen=True)
class Mutant:
    name: str
    fault: str
    test: str
    patch: Path

    @classmethod
    def of(cls, patch: Path) -> Mutant:
        head = dict(line.split(": ", 1) for line in patch.read_text().splitlines()[:2])
        return cls(patch.stem, head["Fault"], head["Test"], patch)

    def fits(self, tree: Path) -> str:
        """Why the patch cannot be applied to a tree; '' if it can."""
        command = ["git", "apply", "--check", str(self.patch)]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
        return done.stderr

    def caught(self) -> tuple[bool, str]:
        """Whether the test goes red; its last line."""
        with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
            tree = Path(folder) / "tree"
            copy(tree)
            subprocess.run(["git", "apply", str(self.patch)], cwd=tree, check=True)
            data = Path(folder) / "data"
            data.mkdir()
            done = subprocess.run(
                [
                    *[sys.executable, "-m", "pytest", "-q", "-x", "-n", "0"],
                    *["--create-db", "--tb=no", self.test],
                ],
                cwd=tree,
                env=os.environ | {"TEST_DATA_DIR": str(data), "TRUST_FIGURES": ""},
                capture_output=True,
                text=True,
            )
        said = done.stdout.strip().splitlines() or [done.stderr.strip()[-200:]]
        return done.returncode == RED, said[-1]


def mutants() -> list[Mutant]:
    patches = sorted(HERE.glob("P*.patch"), key=lambda path: int(path.stem[1:]))
    return [Mutant.of(patch) for patch in patches]


def copy(tree: Path) -> None:
    """The files as they are now, committed or not; the environment is shared."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            target = tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)


def main(wanted: list[str]) -> int:
    chosen = [m for m in mutants() if not wanted or m.name in wanted]
    missed = []
    for mutant in chosen:
        begun = time.monotonic()
        is_caught, said = mutant.caught()
        if not is_caught:
            missed.append(mutant.name)
        took = time.monotonic() - begun
        verdict = "caught" if is_caught else "MISSED"
        print(f"{mutant.name:4} {verdict}  {took:4.0f} s  {mutant.fault}: {said}", flush=True)
    print(f"{len(chosen) - len(missed)} of {len(chosen)} faults caught.")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
