"""Tables of text as an Office Open XML workbook (ECMA-376) of one sheet. Every text is an inline
string, which no spreadsheet reads as a formula, whatever it begins with; figures are figures.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIGURE = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9])?")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FORMATS = "http://schemas.openxmlformats.org"
MAIN = f'xmlns="{FORMATS}/spreadsheetml/2006/main"'
LINKS = f"{FORMATS}/officeDocument/2006/relationships"
PACKED = f"{FORMATS}/package/2006"
OF = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKED}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{OF}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{OF}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{OF}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKED}/relationships"><Relationship Id="r1" '
        f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook {MAIN} xmlns:r="{LINKS}"><sheets>'
        '<sheet name="Pilcrow" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKED}/relationships"><Relationship Id="r1" '
        f'Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{LINKS}/styles" Target="styles.xml"/></Relationships>'
    ),
    # The second format shows a figure with one decimal, as it is printed everywhere.
    "xl/styles.xml": (
        f'<styleSheet {MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0"/></numFmts>'
        '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/>'
        "</cellXfs></styleSheet>"
    ),
}


def workbook(lines: Iterable[Sequence[str]]) -> bytes:
    """What stands first in a line is text, as a learner may be called 007."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, part in PARTS.items():
            archive.writestr(name, HEAD + part)
        rows = "".join(sheet_rows(lines))
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"{HEAD}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
        )
    return out.getvalue()


def sheet_rows(lines: Iterable[Sequence[str]]) -> Iterator[str]:
    for line in lines:
        yield f"<row>{''.join(cell(text, n) for n, text in enumerate(line))}</row>"


def cell(text: str, column: int) -> str:
    figure = FIGURE.fullmatch(text) if column else None
    if figure is not None:
        style = ' s="1"' if figure[2] else ""
        return f"<c{style}><v>{text}</v></c>"
    if not text:
        return "<c/>"
    said = escape(NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text), {"\r": "&#13;"})
    return f'<c t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'
