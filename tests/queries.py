from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

# Marks of transactions that the test database adds around everything.
FRAME = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")


@contextmanager
def queries(at_most: int = 0, *, exactly: int | None = None) -> Iterator[None]:
    """What is asked of the default database; savepoints are left out."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(FRAME)]
    is_right = len(asked) <= at_most if exactly is None else len(asked) == exactly
    assert is_right, "\n".join([f"{len(asked)} queries:", *asked])


@contextmanager
def no_writes() -> Iterator[None]:
    with CaptureQueriesContext(connection) as captured:
        yield
    writes = ("INSERT", "UPDATE", "DELETE", "REPLACE")
    wrote = [q["sql"] for q in captured.captured_queries if q["sql"].startswith(writes)]
    assert not wrote, wrote
