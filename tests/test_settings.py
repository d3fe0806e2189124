from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from studyguide.library.models import Article

ROOT = Path(__file__).resolve().parents[1]


def start(show: str = "ALLOWED_HOSTS", **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 60, **environment}
    return subprocess.run(
        [sys.executable, "-c", f"import studyguide.settings as s; print(s.{show})"],
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


@pytest.mark.only_on("sqlite")
def test_sqlite_keeps_what_was_acknowledged(db: None) -> None:
    with connections["default"].cursor() as cursor:
        asked = {}
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            asked[name] = cursor.fetchone()[0]
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("alias", settings.DATABASES)
def test_sqlite_waits_for_its_turn_before_it_reads(db: None, alias: str) -> None:
    assert connections[alias].transaction_mode == "IMMEDIATE"


@pytest.mark.only_on("postgresql")
def test_postgresql_keeps_what_was_acknowledged(db: None) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone()[0] == "on"


@pytest.mark.only_on("postgresql")
def test_postgresql_plans_once_what_is_asked_often(db: None) -> None:
    with connections["default"].cursor() as cursor:
        for n in range(4):
            cursor.execute("SELECT %s::int + 7301", [n])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%7301%'")
        assert cursor.fetchone()[0] >= 1


def test_what_the_address_of_a_database_asks_for_is_kept() -> None:
    told = start("DATABASES", DATABASE_URL="postgres://a:b@127.0.0.1/c?sslmode=require").stdout
    assert "'sslmode': 'require'" in told
    assert "'prepare_threshold': 2" in told


@pytest.mark.parametrize(
    ("redis", "backend"), [("", "DatabaseCache"), ("redis://127.0.0.1:6379/0", "RedisCache")]
)
def test_limits_count_in_a_cache_that_processes_share(redis: str, backend: str) -> None:
    assert backend in start("CACHES", REDIS_URL=redis).stdout


def test_a_forwarded_host_is_not_believed(client: Client, article: Article) -> None:
    response = client.get("/accounts/login/", headers={"x-forwarded-host": "evil.example"})
    assert response.status_code == 200
    assert response.wsgi_request.get_host() != "evil.example"


def test_a_proxy_is_believed_only_where_there_is_one() -> None:
    assert start("SECURE_PROXY_SSL_HEADER").stdout.strip() == "None"
    assert "HTTP_X_FORWARDED_PROTO" in start("SECURE_PROXY_SSL_HEADER", TRUSTED_PROXIES="1").stdout
