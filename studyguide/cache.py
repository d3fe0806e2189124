from __future__ import annotations

from typing import Any


class CacheRouter:
    """Keeps the cache's table, and nothing else, in the database named "cache"."""

    app_label = "django_cache"

    def db_for_read(self, model: type[Any], **hints: Any) -> str | None:
        return "cache" if model._meta.app_label == self.app_label else None  # noqa: SLF001

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        if app_label == self.app_label:
            return db == "cache"
        return False if db == "cache" else None
