from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quizzes.models import close_overdue


class Command(BaseCommand):
    help = (
        "Close the attempts whose time is up with what was saved in them, and release the results "
        "that are due. Run it every minute; several at once, or one that was killed, do no harm."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        closed = close_overdue(timezone.now())
        if closed:
            self.stdout.write(f"{closed} closed.")
