from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

ROOT = Path(__file__).resolve().parents[1]


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 60, **environment}
    return subprocess.run(
        [sys.executable, "-c", "import studyguide.settings as s; print(s.ALLOWED_HOSTS)"],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_every_bad_variable_is_named_at_once() -> None:
    found = start(DEBUG="perhaps", SITE_URL="ftp://x", REDIS_URL="here", SIGNUP="maybe").stderr
    assert all(name in found for name in ("DEBUG", "SITE_URL", "REDIS_URL", "SIGNUP"))


def test_hosts_follow_from_the_site_url() -> None:
    assert start(SITE_URL="https://study.example.org").stdout.strip() == "['study.example.org']"


def test_no_host_stands_for_all() -> None:
    assert "*" not in start().stdout


def test_an_empty_secret_stops_the_start() -> None:
    assert "SECRET_KEY" in start(SECRET_KEY=" ").stderr


def test_the_site_runs_without_debug_unless_asked() -> None:
    assert settings.DEBUG is False


@pytest.mark.skipif(connections["default"].vendor != "sqlite", reason="asks SQLite")
def test_sqlite_keeps_what_was_acknowledged(db: None) -> None:
    with connections["default"].cursor() as cursor:
        asked = {}
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            asked[name] = cursor.fetchone()[0]
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.skipif(connections["default"].vendor != "postgresql", reason="asks PostgreSQL")
def test_postgresql_keeps_what_was_acknowledged(db: None) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone()[0] == "on"


def test_limits_count_in_a_cache_that_processes_share() -> None:
    assert "locmem" not in settings.CACHES["default"]["BACKEND"].lower()
