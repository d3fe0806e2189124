"""Everything about a person as one zip file: each table as JSON and as CSV, and a README that
says what each column means."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from studyguide.accounts import privacy

if TYPE_CHECKING:
    from studyguide.accounts.models import User

# What a spreadsheet would take for a formula when a cell begins with it, blanks left out; the wide
# ones where East Asian input is read.
BREAKS = ("\t", "\r", "\n")
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def write(user: User, to: IO[bytes], *, now: datetime) -> dict[str, int]:
    """Write the zip to a file; how many rows of what it holds."""
    counts: dict[str, int] = {}
    with ZipFile(to, "w", ZIP_DEFLATED) as archive:
        for holding in privacy.holdings():
            rows = list(holding.rows(user))
            counts[holding.name] = len(rows)
            archive.writestr(f"json/{holding.name}.json", as_json(rows))
            archive.writestr(f"csv/{holding.name}.csv", as_csv(list(holding.columns), rows))
        archive.writestr("README.md", readme(counts, now))
    return counts


def as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def as_csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    """RFC 4180, with a byte order mark so that spreadsheets read it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([cell(row[name]) for name in columns] for row in rows)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()


def cell(value: Any) -> str:
    """One value as text. What would be a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        value = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    text = str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text[:1] in BREAKS else text


def readme(counts: dict[str, int], now: datetime) -> str:
    parts = [
        "# " + _("Your data from Pilcrow"),
        _("Written on {day}, in Coordinated Universal Time.").format(day=f"{now:%Y-%m-%d %H:%M}"),
        _(
            "Each table is here twice, with the same rows: in json/ exactly as it is stored, in "
            "csv/ for spreadsheets (UTF-8, comma, first line the columns' names). In csv/ a text "
            "that a spreadsheet would run as a formula begins with an apostrophe."
        ),
        _(
            "Times are in UTC, written as 2026-03-02T12:00:00Z. A study day ends at four in the "
            "morning in your time zone. What an answer was worth stands here once you may see it."
        ),
    ]
    for holding in privacy.holdings():
        rows = _("Rows: {n}").format(n=counts[holding.name])
        lines = "\n".join(f"- `{name}`: {says}" for name, says in holding.columns.items())
        parts += [f"## {holding.name}", f"{holding.about} {rows}.", lines]
    parts.append("## " + _("What is left out"))
    reasons: dict[str, list[str]] = {}
    for excuse in privacy.excused():
        names = [f"{excuse.model.partition('.')[2]}.{column}" for column in excuse.columns]
        reasons.setdefault(excuse.reason, []).extend(names)
    parts.append("\n".join(f"- {reason}: {', '.join(names)}" for reason, names in reasons.items()))
    return "\n\n".join(parts) + "\n"
