"""A list of learners, as spreadsheets write it: read strictly, with every error at its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import StringIO
from unicodedata import category, normalize

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

MOST_ROWS = 500
MOST_BYTES = 256 * 1024
LONGEST_NAME = 80
LONGEST_USERNAME = 150
SEPARATORS = ",;\t"
# What heads of columns are called, without capitals, spaces and hyphens.
HEADS = {
    "name": "name",
    "fullname": "name",
    "displayname": "name",
    "learner": "name",
    "student": "name",
    "pupil": "name",
    "username": "username",
    "user": "username",
    "login": "username",
    "email": "email",
    "emailaddress": "email",
    "mail": "email",
}
CERTAIN = {"name", "fullname", "username", "email"}


class Unreadable(Exception):  # noqa: N818
    """Nothing can be made of it as a whole; the message says what to do."""


@dataclass(frozen=True)
class Row:
    line: int
    name: str
    username: str  # in lower case, since capitals do not count; '' where there is an address
    email: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    rows: list[Row]
    ignored: list[str] = field(default_factory=list)  # heads of columns that mean nothing here

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.errors]


def decode(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise too_large()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise Unreadable(_("This is no CSV in UTF-8. Save the sheet as “CSV UTF-8” and try again."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(
            _("The file is not in UTF-8, so names would be spoilt. Save the sheet as “CSV UTF-8”.")
        ) from None


def too_large() -> Unreadable:
    return Unreadable(_("It is larger than 256 KB. Take in the list in parts."))


def refuse_large(text: str) -> None:
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise too_large()


def read(text: str) -> Sheet:
    """Raises Unreadable. Name, user name and e-mail, in this order or as a first line says."""
    refuse_large(text)
    lines = list(cells(text.removeprefix("\ufeff")))
    if not lines:
        raise Unreadable(_("There is nothing in it. Paste a list, or choose a file."))
    order, ignored = columns(lines[0][1])
    if order:
        lines = lines[1:]
    if not lines:
        raise Unreadable(_("There is a first line with the names of columns, and nobody below it."))
    if len(lines) > MOST_ROWS:
        raise Unreadable(_("At most 500 people at once. Take in the list in parts."))
    rows = [row_of(line, by_head(found, order)) for line, found in lines]
    return Sheet(without_doubles(rows), ignored)


def cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that have something in them, by number."""
    first = next((line for line in re.split(r"[\r\n]+", text) if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    at = 1
    try:
        for found in reader:
            stripped = [" ".join(cell.split()) for cell in found]
            if any(stripped):
                yield at, stripped
            at = reader.line_num + 1
    except csv.Error:
        raise Unreadable(
            _("Line %(line)s cannot be read: a quotation mark is missing or too many.")
            % {"line": at}
        ) from None


def columns(first: list[str]) -> tuple[list[str], list[str]]:
    """What each column is, where the first line says so; and the heads that say nothing here."""
    heads = [re.sub(r"[\s_-]", "", cell.casefold()) for cell in first]
    order = [HEADS.get(head, "") for head in heads]
    known = [name for name in order if name]
    # "Student" alone may be a user name.
    is_head = len(known) > 1 or bool(CERTAIN & set(heads))
    if not is_head or any("@" in cell for cell in first):
        return [], []
    if len(known) != len(set(known)):
        raise Unreadable(_("Two columns have the same name. Leave one of them out."))
    if "name" not in known or len(known) < 2:
        raise Unreadable(
            _("The first line must name the columns: name, and user name or e-mail, or all three.")
        )
    return order, [cell for cell, name in zip(first, order, strict=True) if cell and not name]


def by_head(found: list[str], order: list[str]) -> dict[str, str]:
    if order:
        return {name: cell for name, cell in zip(order, found, strict=False) if name}
    name, username, email, *more = [*found, "", "", ""]
    if "@" in username and not email:
        username, email = "", username
    return {"name": name, "username": username, "email": email, "more": "".join(more)}


def row_of(line: int, found: dict[str, str]) -> Row:
    name, email = found.get("name", ""), found.get("email", "").lower()
    username = normalize("NFKC", found.get("username", "")).lower()
    errors = [*wrong_name(name), *wrong_username(username), *wrong_email(email)]
    if not username and not email:
        errors.append(_("Give a user name or an e-mail address."))
    if found.get("more"):
        errors.append(_("There are more than three columns. Put quotation marks around commas."))
    return Row(line, name, "" if email and not errors else username, email, tuple(errors))


def wrong_name(name: str) -> Iterator[str]:
    if not name:
        yield _("The name is missing.")
    if len(name) > LONGEST_NAME:
        yield _("The name has more than 80 characters.")
    if any(category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"} for sign in name):
        yield _("The name has characters that cannot be seen.")


def wrong_username(username: str) -> Iterator[str]:
    if "@" in username:
        yield _("The user name is an address: it belongs into the column for e-mail.")
        return
    try:
        if username:
            UnicodeUsernameValidator()(username)
    except ValidationError:
        yield _("A user name has letters, digits and . + - _ and nothing else.")
    if len(username) > LONGEST_USERNAME:
        yield _("The user name has more than 150 characters.")


def wrong_email(email: str) -> Iterator[str]:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        yield _("This is not an e-mail address.")
    if len(email) > 254:
        yield _("The address has more than 254 characters.")


def without_doubles(rows: list[Row]) -> list[Row]:
    """The same rows, where one names whom an earlier one named with an error that says so."""
    seen: dict[str, int] = {}
    found = []
    for row in rows:
        whom = row.email or row.username
        before = seen.setdefault(whom, row.line) if whom else row.line
        if before != row.line:
            error = _("The same person stands in line %(line)s.") % {"line": before}
            row = replace(row, errors=(*row.errors, error))
        found.append(row)
    return found
