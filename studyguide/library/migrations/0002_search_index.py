"""The indexes that search asks: FTS5 beside the table on SQLite, GIN on PostgreSQL.

Both hold the words that search.normalise made, cut at spaces and nothing else.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = """
CREATE VIRTUAL TABLE library_search_fts USING fts5(
    words, content='library_searchentry', content_rowid='id',
    tokenize="unicode61 remove_diacritics 0"
);
CREATE TRIGGER library_search_added AFTER INSERT ON library_searchentry BEGIN
    INSERT INTO library_search_fts (rowid, words) VALUES (new.id, new.words);
END;
CREATE TRIGGER library_search_gone AFTER DELETE ON library_searchentry BEGIN
    INSERT INTO library_search_fts (library_search_fts, rowid, words)
    VALUES ('delete', old.id, old.words);
END;
CREATE TRIGGER library_search_changed AFTER UPDATE ON library_searchentry BEGIN
    INSERT INTO library_search_fts (library_search_fts, rowid, words)
    VALUES ('delete', old.id, old.words);
    INSERT INTO library_search_fts (rowid, words) VALUES (new.id, new.words);
END;
"""
POSTGRESQL = """
CREATE INDEX library_search_words ON library_searchentry
USING gin (array_to_tsvector(string_to_array(words, ' ')))
"""


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    for statement in SQLITE.split(";\nCREATE"):
        text = statement if statement.lstrip().startswith("CREATE") else f"CREATE{statement}"
        schema_editor.execute(text.strip().rstrip(";"))


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX library_search_words")
        return
    for name in ("added", "gone", "changed"):
        schema_editor.execute(f"DROP TRIGGER library_search_{name}")
    schema_editor.execute("DROP TABLE library_search_fts")


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
