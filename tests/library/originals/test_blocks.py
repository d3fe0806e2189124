from __future__ import annotations

import time
from pathlib import Path

import pytest

from studyguide.library.originals.blocks import LARGEST, Unreadable, blocks_of, decode
from studyguide.library.originals.parse import parse


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04 word/document.xml", "Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Word"),
        (b"{\\rtf1 hello}", "RTF"),
        (b"\x1f\x8b\x08", "packed"),
        (b"caf\xe9 au lait", "UTF-8"),
        (b"x" * (LARGEST + 1), "larger than 2 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        decode(data)


@pytest.mark.parametrize("kind", ["PDF", "Word"])
def test_who_sent_a_document_is_told_to_paste(kind: str) -> None:
    data = {"PDF": b"%PDF", "Word": b"PK\x03\x04"}[kind]
    with pytest.raises(Unreadable, match=r"select all.*paste"):
        decode(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read(encoding: str) -> None:
    assert decode("“Light”".encode(encoding)).strip("\ufeff") == "“Light”"


def test_a_page_may_declare_its_encoding() -> None:
    page = '<html><meta charset="windows-1252"><p>café</p>'
    assert "café" in decode(page.encode("cp1252"))


@pytest.mark.parametrize("text", ["", "  \n ", "\x00\x01binary", "a\x07b", "\ud800"])
def test_what_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        blocks_of(text)


def test_a_deep_page_is_refused_quickly() -> None:
    started = time.process_time()
    with pytest.raises(Unreadable, match="nests"):
        blocks_of("<html><body>" + "<div>" * 50_000 + "text")
    assert time.process_time() - started < 2


def test_a_page_with_entities_of_its_own_is_refused() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaa">]><html><body><p>&a;</p></body></html>'
    with pytest.raises(Unreadable, match="entities"):
        blocks_of(bomb)


def test_a_page_of_nothing_has_no_paragraph() -> None:
    assert parse("<html><body><p></p></body></html>").paragraphs == []


def test_naughty_lines_do_no_harm() -> None:
    lines = Path(__file__).with_name("naughty.txt").read_text(encoding="utf-8").split("\n")
    for line in lines:
        if line:
            parse(f"{line} and a few more words to make of it a paragraph of some length.")
