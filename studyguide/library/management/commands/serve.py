from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Prepare the database, load the packs and serve: what `make run` calls."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = os.environ.get("HOST", "127.0.0.1"), settings.PORT
        is_open = host not in {"127.0.0.1", "localhost", "::1"}
        if is_open and "SITE_URL" not in os.environ:
            raise CommandError(
                f"HOST={host} opens the guide to other machines: say under which address "
                "they reach it, for example SITE_URL=http://192.0.2.7:8000 make run"
            )
        refuse_taken_port(host, port)
        prepare(self)
        self.stdout.write(f"\n  Pilcrow is at {settings.SITE_URL}/\n")
        if not get_user_model().objects.filter(is_superuser=True).exists():
            self.stdout.write(
                "  To make an administrator: .venv/bin/python manage.py createsuperuser\n"
            )
        self.stdout.write("  Ctrl-C stops it.\n")
        self.stdout.flush()
        command = granian(host, port)
        if os.name == "nt":  # where exec gives the prompt back while the server runs on
            sys.exit(subprocess.call(command))  # noqa: S603
        os.execv(sys.executable, command)  # noqa: S606


def prepare(command: BaseCommand) -> None:
    """The database as this version needs it, with the packs."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns without it
    command.check(databases=["default"])
    call_command("migrate", verbosity=0, interactive=False)
    if "cache" in settings.DATABASES:
        call_command("createcachetable", database="cache", verbosity=0)
    call_command("load_packs")


def refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be had ({error.strerror}). Stop what uses "
                f"it, or take another: PORT={port + 1} make run"
            ) from None


def granian(host: str, port: int) -> list[str]:
    """One process with a few threads on SQLite, which has one writer at a time;
    a process for each core on PostgreSQL."""
    is_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    workers, threads = (1, 4) if is_sqlite else (os.cpu_count() or 1, 2)
    return [
        *[sys.executable, "-m", "granian", "--interface", "wsgi"],
        *["--host", host, "--port", str(port)],
        *["--workers", str(workers), "--blocking-threads", str(threads)],
        *["--log-level", "warning", "--no-ws", "studyguide.wsgi:application"],
    ]
