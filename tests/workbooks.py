"""What a reader of workbooks finds in one, read apart from what writes them."""

from __future__ import annotations

import io
from zipfile import ZipFile

from lxml import etree


def read(content: bytes) -> list[list[str]]:
    """The first sheet as it would be shown; formulas have an element of their own, and there is
    none."""
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        parts = {name: etree.fromstring(archive.read(name)) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    texts = ["".join(each.itertext()) for each in parts["xl/sharedStrings.xml"]]
    assert not list(sheet.iter("{*}f"))
    return [[shown(cell, texts) for cell in row] for row in sheet.iter("{*}row")]


def shown(cell: etree._Element, texts: list[str]) -> str:
    value = cell.findtext("{*}v", "")
    if cell.get("t") == "s":
        return texts[int(value)]
    assert cell.get("t") is None, "neither a text nor a figure"
    assert float(value) >= 0
    return f"{float(value):.1f}" if cell.get("s") else value
