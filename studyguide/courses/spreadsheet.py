"""Tables of text as a workbook of one sheet. Every text is written as text, which no spreadsheet
reads as a formula, whatever it begins with; figures are figures."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIGURE = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9])?")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST = 32_767  # characters that a cell holds


def workbook(lines: Iterable[Sequence[str]]) -> bytes:
    """What stands first in a line is text, as a learner may be called 007."""
    from xlsxwriter import Workbook  # 3 MB, for the first who asks

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Pilcrow")
        one_decimal = book.add_format({"num_format": "0.0"})  # as it is printed everywhere
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                figure = FIGURE.fullmatch(text) if column else None
                if figure is None:
                    said = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
                    sheet.write_string(row, column, said[:LONGEST])
                else:
                    form = one_decimal if figure[2] else None
                    sheet.write_number(row, column, float(text), form)
    return out.getvalue()
