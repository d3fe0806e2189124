"""Django's SQLite, except that a statement is put into SQLite's spelling once."""
