"""What renews the version of a learner's work: triggers, so that no write can forget it.

They stand in the database after every migration, and go before one: SQLite does not rename a
table that a trigger speaks of, and loses the triggers of a table that it writes anew.

Not watched, because it cannot change the results of anybody by itself: grades, which are written
together with the row of their question and never changed; cards, whose article never changes;
what is arranged, which is asked for each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "work_version_"


class Watched(NamedTuple):
    """A table, and whose work its rows are: users by the numbers in one of its columns."""

    table: str
    column: str
    users: str


THEIR_OWN = "SELECT id FROM accounts_user WHERE id IN ({})"
OF_AN_ATTEMPT = "SELECT user_id FROM quizzes_attempt WHERE id IN ({})"
OF_A_COURSE = "SELECT user_id FROM courses_membership WHERE course_id IN ({})"
WATCHED = [
    Watched("library_readingstate", "user_id", THEIR_OWN),
    Watched("quizzes_attempt", "user_id", THEIR_OWN),
    Watched("quizzes_attemptquestion", "attempt_id", OF_AN_ATTEMPT),
    Watched("quizzes_review", "user_id", THEIR_OWN),
    Watched("courses_membership", "user_id", THEIR_OWN),
    Watched("courses_coursearticle", "course_id", OF_A_COURSE),
]
CHANGES = ("INSERT", "UPDATE", "DELETE")

# One row at a time.
SQLITE = """
CREATE TRIGGER {name} AFTER {change} ON {table} BEGIN
  DELETE FROM courses_workversion WHERE user_id IN ({users});
  INSERT INTO courses_workversion (mark, user_id)
    SELECT lower(hex(randomblob(16))), * FROM ({users});
END
"""
# A whole statement at a time. Nobody is waited for: see `WorkVersion`.
POSTGRESQL = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  whose bigint[] := ARRAY({users});
BEGIN
  DELETE FROM courses_workversion WHERE mark IN (
    SELECT mark FROM courses_workversion WHERE user_id = ANY (whose) FOR UPDATE SKIP LOCKED
  );
  INSERT INTO courses_workversion (mark, user_id) SELECT gen_random_uuid(), unnest(whose);
  RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {change} ON {table} REFERENCING {rows}
FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""
ROWS = {
    "INSERT": "NEW TABLE AS changed",
    "UPDATE": "NEW TABLE AS changed OLD TABLE AS before",
    "DELETE": "OLD TABLE AS changed",
}
NUMBERS = {
    "sqlite": {"INSERT": "NEW.{0}", "UPDATE": "NEW.{0}, OLD.{0}", "DELETE": "OLD.{0}"},
    "postgresql": {
        "INSERT": "SELECT {0} FROM changed",
        "UPDATE": "SELECT {0} FROM changed UNION SELECT {0} FROM before",
        "DELETE": "SELECT {0} FROM changed",
    },
}
STANDING = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}
MARK_ALL = {
    vendor: f"""
INSERT INTO courses_workversion (mark, user_id)
SELECT {mark}, user_id FROM (SELECT DISTINCT user_id FROM courses_membership) known
"""  # noqa: S608
    for vendor, mark in [
        ("sqlite", "lower(hex(randomblob(16)))"),
        ("postgresql", "gen_random_uuid()"),
    ]
}
DROP = {
    "sqlite": "DROP TRIGGER {name}",
    "postgresql": "DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()",
}


@cache
def wanted(vendor: str) -> dict[str, str]:
    """What makes each trigger, by its name. A part of the name tells how it was made."""
    template = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[vendor]
    found = {}
    for table, column, users in WATCHED:
        for change in CHANGES:
            whose = users.format(NUMBERS[vendor][change].format(column))
            made = hashlib.sha256(f"{template}{whose}".encode()).hexdigest()[:8]
            name = f"{PREFIX}{table}_{change.lower()}_{made}"
            found[name] = template.format(
                name=name, change=change, table=table, users=whose, rows=ROWS[change]
            )
    return found


def settle(connection: BaseDatabaseWrapper, makers: Mapping[str, str]) -> None:
    """Make the triggers that are missing, and take away those that are not among these. Marks are
    trusted, so there are none while triggers are missing, and new ones as soon as all stand."""
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(STANDING[connection.vendor])
        standing = {name: table for name, table in cursor if name.startswith(PREFIX)}
        if standing.keys() == makers.keys():
            return
        for name in standing.keys() - makers.keys():
            cursor.execute(DROP[connection.vendor].format(name=name, table=standing[name]))
        for name in makers.keys() - standing.keys():
            cursor.execute(makers[name])
        cursor.execute("DELETE FROM courses_workversion")
        if makers:
            cursor.execute(MARK_ALL[connection.vendor])


def before_migrations(using: str, plan: Sequence[Any], **_more: Any) -> None:
    """Unless there is nothing to migrate."""
    if plan and is_ready(connections[using]):
        settle(connections[using], {})


def after_migrations(using: str, **_more: Any) -> None:
    if is_ready(connections[using]):
        settle(connections[using], wanted(connections[using].vendor))


def is_ready(connection: BaseDatabaseWrapper) -> bool:
    """Not before all tables are made, nor when only some apps are migrated."""
    wanted = {each.table for each in WATCHED} | {"courses_workversion"}
    return wanted <= set(connection.introspection.table_names())
