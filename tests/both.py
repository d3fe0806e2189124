"""What two runs of the tests have in common, for .ci/run: nothing may be skipped, and both
databases must have been asked the same, but for what is marked as only one's to answer.

    python -m tests.both var/sqlite.xml var/postgresql.xml
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Run:
    """A run of the tests as pytest's JUnit file tells it, by the names of tests."""

    database: str
    passed: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    only_here: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, path: Path) -> Run:
        run = cls(path.stem)
        for case in ET.parse(path).iter("testcase"):
            name = f"{case.get('classname')}::{case.get('name')}"
            if case.find("skipped") is not None:
                run.skipped.add(name)
            elif case.find("failure") is not None or case.find("error") is not None:
                run.failed.add(name)
            else:
                run.passed.add(name)
            properties = {p.get("name"): p.get("value") for p in case.iter("property")}
            if properties.get("only_on") == run.database:
                run.only_here.add(name)
        return run


def faults(one: Run, other: Run) -> list[str]:
    """What speaks against the two runs, in words."""
    found = []
    for run in (one, other):
        found += [f"{run.database}: skipped {name}" for name in sorted(run.skipped)]
        found += [f"{run.database}: failed {name}" for name in sorted(run.failed)]
        if not run.passed:
            found.append(f"{run.database}: nothing passed")
    for here, there in ((one, other), (other, one)):
        alone = here.passed - here.only_here - there.passed
        found += [f"only on {here.database}, and not marked so: {name}" for name in sorted(alone)]
    return found


def main(paths: list[str]) -> int:
    runs = [Run.of(Path(path)) for path in paths]
    for run in runs:
        print(f"{run.database}: {len(run.passed)} passed, {len(run.only_here)} of them only here:")
        modules = Counter(name.partition("::")[0] for name in run.only_here)
        print("".join(f"  {count} of {name}\n" for name, count in sorted(modules.items())), end="")
    found = faults(*runs)
    print("\n".join(found) or "Nothing skipped, and the same tests on both.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
