from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from studyguide.accounts.models import Erasure


class Command(BaseCommand):
    help = (
        "Erase the people who asked for it fourteen days ago or more. Run it once a day; it may "
        "run twice. What stands against an erasure is told, and the erasure waits."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        done = 0
        for erasure in Erasure.objects.due(now).order_by("pk"):
            if erasure.execute(now=now):
                done += 1
            else:
                self.stderr.write(f"user:{erasure.user_id} waits: something stands against it")
        if done:
            overwrite_freed()
        self.stdout.write(f"erased: {done}")


def overwrite_freed() -> None:
    """SQLite leaves what was deleted in free pages and in the log; PostgreSQL's autovacuum
    sees to its own."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
