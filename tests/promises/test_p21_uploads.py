"""P21: a hostile file costs little, and writes nothing anywhere.

It is read before any database is asked, so one run is enough.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import os
import resource
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studyguide.accounts.models import User
from studyguide.library.models import Article, OriginalPassage, SearchEntry
from tests import copies
from tests.factories import AssignmentFactory, CourseFactory

pytestmark = pytest.mark.only_on("sqlite")
SECONDS = 2.0
MEBIBYTES = 100
MB = 1024 * 1024
FULL = 2 * MB - 100  # as large as a file may be
ENTITIES = "".join(f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};">' for n in range(1, 64))
WORDS = "A line of words that is long enough to be taken for a paragraph of its own, and ends. "


def zipped(*names: str, size: int = 10) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"\0" * size)
    return buffer.getvalue()


def tarred(name: str, *, link: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo(name)
        if link:
            member.type, member.linkname = tarfile.SYMTYPE, link
        archive.addfile(member)
    return buffer.getvalue()


FILES: dict[str, Callable[[], bytes]] = {  # made by `made`, once
    # bombs
    "zip-bomb": lambda: zipped("a.txt", size=50 * MB),
    "gzip-bomb": lambda: gzip.compress(b"\0" * (50 * MB)),
    "bzip2-bomb": lambda: bz2.compress(b"\0" * (50 * MB)),
    "xz-bomb": lambda: lzma.compress(b"\0" * (50 * MB)),
    "deflate-bomb": lambda: zlib.compress(b"\0" * (50 * MB)),
    "too-large": lambda: WORDS.encode() * (40 * MB // len(WORDS)),
    "just-too-large": lambda: b"a" * (2 * MB + 1),
    # entities
    "xxe": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b"<html><body><p>&x; and words enough to be a paragraph</p></body></html>"
    ),
    "xxe-parameter": lambda: (
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/">%x;]><p>&x;</p>'
    ),
    "billion-laughs": lambda: f'<!DOCTYPE a [<!ENTITY l0 "ha">{ENTITIES}]><p>&l63;</p>'.encode(),
    "many-references": lambda: b"<p>" + b"&amp;&#x41;&nbsp;" * (FULL // 18),
    # slips
    "zip-slip": lambda: zipped("../../../../tmp/slipped", "/etc/slipped"),
    "tar-slip": lambda: tarred("../../../../tmp/slipped"),
    "tar-symlink": lambda: tarred("a", link="/etc/passwd"),
    # nesting
    "deep-divs": lambda: b"<div>" * 50_000 + b"x",
    "deep-lists": lambda: b"<ul><li>" * 40_000 + b"x",
    "deep-quotes": lambda: b"> " * (FULL // 2),
    "deep-inline": lambda: b"<p>" + b"<b><i>" * 30_000 + b"x",
    "unclosed": lambda: b"<p" * (FULL // 2),
    "open-brackets": lambda: b"<" * FULL,
    "closing": lambda: b"</p>" * (FULL // 4),
    "comments": lambda: b"<!--" * (FULL // 4),
    "one-comment": lambda: b"<html><!--" + b"-" * (FULL - 10),
    # much of something
    "many-attributes": lambda: b"<p " + b"".join(b"a%d=1 " % n for n in range(200_000)) + b">",
    "hidden-attributes": lambda: (
        b"<p " + b"".join(b'q%d=b=" x%d=">" ' % (n, n) for n in range(80_000))
    ),
    "many-starts": lambda: (
        b'<ol class="notes" start="x"><li>a</ol><ol class="notes" start="'
        + b"9" * 5_000
        + b'"><li>b</ol>'
    ),
    "spaces-in-html": lambda: b"<p>a" + b" " * (FULL - 9) + b"b",
    "one-long-attribute": lambda: b'<p a="' + b"x" * (FULL - 20) + b'">',
    "many-tables": lambda: b"<table><tr><td>" * (FULL // 15),
    "one-long-line": lambda: b"a" * FULL,
    "one-long-word-line": lambda: (WORDS * (FULL // len(WORDS))).encode(),
    # as much as is read at all
    "long": lambda: (WORDS * (500_000 // len(WORDS))).encode(),
    "long-paragraphs": lambda: (f"{WORDS * (99_000 // len(WORDS))}\n\n" * 5).encode(),
    "long-marks": lambda: b"A line.1 " * (500_000 // 9),
    "long-stars": lambda: b"*" * 500_000,
    "long-quotes": lambda: b"> " * 250_000,
    "long-spaces": lambda: b"a" + b" " * 499_990 + b"b",
    "many-lines": lambda: b"a\n" * (FULL // 2),
    "many-empty-lines": lambda: b"\n" * FULL,
    "many-paragraphs": lambda: (f"{WORDS}\n\n" * (FULL // (len(WORDS) + 2))).encode(),
    "many-marks": lambda: b"A line.1 " * (FULL // 9),
    "many-footnotes": lambda: b"".join(b"[^%d]: a\n" % n for n in range(150_000)),
    "many-spaces": lambda: b"a" + b" " * (FULL - 2) + b"b",
    "many-stars": lambda: b"*" * FULL,
    "many-links": lambda: b"[a](" * (FULL // 4),
    # encodings
    "utf-7": lambda: b'<meta charset="utf-7">+ADw-script+AD4-alert(1)+ADw-/script+AD4-',
    "utf-16": lambda: WORDS.encode("utf-16") * 20,
    "utf-32": lambda: WORDS.encode("utf-32") * 20,
    "false-charset": lambda: b'<html><meta charset="utf-16"><p>' + WORDS.encode() * 20,
    "no-charset": lambda: b'<html><meta charset="zlib_codec"><p>' + zlib.compress(b"a" * MB),
    "base64-charset": lambda: b'<html><meta charset="base64"><p>' + base64.b64encode(b"a" * 999),
    "broken-utf-8": lambda: b"\xc3\x28\xa0\xa1\xe2\x28\xa1\xf0\x28\x8c\xbc" * 9_999,
    "overlong-utf-8": lambda: b"\xc0\xbcscript\xc0\xbe" * 999,
    "surrogates": lambda: b"\xed\xa0\x80\xed\xb0\x80" * 9_999,
    "nul": lambda: b"\0" * FULL,
    "combining": lambda: ("a" + "\u0301" * (FULL // 2 - 2)).encode(),
    "turned-round": lambda: ("\u202e\u2066" * 9_999 + WORDS).encode(),
    # in disguise
    "word": lambda: zipped("[Content_Types].xml", "word/document.xml"),
    "pdf": lambda: b"%PDF-1.7\n" + b"\xff" * 9_999,
    "rtf": lambda: b"{\\rtf1" + b"{" * 90_000,
    "picture": lambda: b"\x89PNG\r\n\x1a\n" + b"\xff" * 9_999,
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>a</script>',
    "script": lambda: b"#!/bin/sh\ntouch /tmp/ran\n" * 999,
    "yaml-bomb": lambda: (
        b"a: &a [x]\n" + b"".join(b"b%d: &b%d [*a,*a,*a]\n" % (n, n) for n in range(9))
    ),
    "empty": lambda: b"",
    "one-byte": lambda: b"\xff",
}
NAMES = [
    *("../../../../etc/cron.d/x", "..\\..\\x.txt", "/etc/passwd", "a\x00.txt", "a\n.txt"),
    *("x" * 5_000, ".htaccess", "CON", "<img src=x>.txt", "$(touch x).html", "a.php", "\u202etxt"),
]


@cache
def made(name: str) -> bytes:
    return FILES[name]()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For temporary files: what others leave in the machine's is not ours."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def folders() -> list[Path]:
    return [Path(tempfile.gettempdir()), Path(settings.BASE_DIR), Path("/etc")]


def files() -> set[str]:
    """What lies where a stray file might fall. Databases write beside themselves."""
    slipped = {path for path in ("/tmp/slipped", "/tmp/ran") if Path(path).exists()}
    return slipped | {
        entry.path
        for folder in folders()
        for entry in os.scandir(folder)
        if not entry.name.startswith(("pytest-", "pilcrow-test", "bash_", "playwright", "."))
    }


def peak() -> float:
    """Mebibytes that this process has held at most, so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def upload(client: Client, article: Article, body: bytes, name: str = "copy.html") -> object:
    file = SimpleUploadedFile(name, body, content_type="text/html")
    path = f"/articles/{article.slug}/originals/preview/"
    return client.post(path, {"file": file, "text": "", "credit": "mine"})


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_costs_little(article: Article, reading: Client, name: str) -> None:
    client, body = reading, made(name)
    upload(client, article, copies.plain().encode())  # what is loaded once is not the file's cost
    before, held, started = files(), peak(), time.process_time()

    response = upload(client, article, body)

    spent = time.process_time() - started
    assert response.status_code in (200, 422)
    assert spent <= SECONDS
    assert peak() - held <= MEBIBYTES
    assert files() - before == set()
    assert not OriginalPassage.objects.exists()
    assert not SearchEntry.objects.filter(original__isnull=False).exists()


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_text_costs_little(article: Article, reading: Client, name: str) -> None:
    text = made(name).decode("utf-8", "replace")[: 4 * MB]
    path = f"/articles/{article.slug}/originals/confirm/"
    started = time.process_time()
    response = reading.post(path, {"text": text, "credit": "mine"})
    assert response.status_code in (302, 400, 422)
    assert time.process_time() - started <= SECONDS


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("route", ["roster", "gradebook/marks"])
def test_a_hostile_sheet_about_learners_costs_little(
    article: Article, reader: User, reading: Client, name: str, route: str
) -> None:
    client, body = reading, made(name)
    course = CourseFactory(by=reader, articles=[article])
    AssignmentFactory(course=course, title="Ann")
    path = f"/courses/{course.public_id}/{route}/"
    client.post(path, {"text": "Ann,ann"})
    people, before, held, started = User.objects.count(), files(), peak(), time.process_time()

    response = client.post(path, {"file": SimpleUploadedFile("list.csv", body), "text": ""})

    assert response.status_code in (200, 422)
    assert time.process_time() - started <= SECONDS
    assert peak() - held <= MEBIBYTES
    assert files() - before == set()
    assert User.objects.count() == people


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name)[:30])
def test_a_hostile_file_name_means_nothing(article: Article, reading: Client, name: str) -> None:
    before = files()
    file = io.BytesIO(copies.plain().encode())
    file.name = name
    path = f"/articles/{article.slug}/originals/preview/"
    response = reading.post(path, {"file": file, "text": "", "credit": "mine"})
    assert response.status_code in (200, 400, 422)
    assert files() == before


def test_what_a_file_refers_to_is_not_read(article: Article, reading: Client) -> None:
    response = upload(reading, article, made("xxe"))
    assert b"root:" not in response.content  # type: ignore[attr-defined]


def test_many_files_at_once_are_one(article: Article, reading: Client) -> None:
    path = f"/articles/{article.slug}/originals/preview/"
    many = [SimpleUploadedFile(f"{n}.txt", b"a" * 1000) for n in range(99)]
    response = reading.post(path, {"file": many, "text": "", "credit": "mine"})
    assert response.status_code in (200, 422)
    more = {f"file{n}": SimpleUploadedFile("a.txt", b"a") for n in range(120)}
    assert reading.post(path, {**more, "credit": "mine"}).status_code == 400
