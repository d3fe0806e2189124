"""Every sensitive act leaves one entry, which nobody changes afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db.models import ProtectedError
from django.test import Client

from studyguide.accounts.models import AppendOnly, AuditEntry, User

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def entry(reader: User) -> AuditEntry:
    return AuditEntry.record(
        act="course.role", by=reader, about="course:abc", details={"role": "tutor"}, now=NOON
    )


def test_an_entry_says_who_did_what_to_what(entry: AuditEntry, reader: User) -> None:
    entry.refresh_from_db()
    assert (entry.by, entry.about, entry.details) == (reader, "course:abc", {"role": "tutor"})


def test_an_entry_is_not_changed(entry: AuditEntry) -> None:
    entry.act = "course.other"
    with pytest.raises(AppendOnly):
        entry.save()


def test_entries_are_not_changed_together(entry: AuditEntry) -> None:
    with pytest.raises(AppendOnly):
        AuditEntry.objects.update(act="x")
    with pytest.raises(AppendOnly):
        AuditEntry.objects.bulk_update([entry], ["act"])


def test_an_entry_is_not_removed(entry: AuditEntry) -> None:
    with pytest.raises(AppendOnly):
        entry.delete()
    with pytest.raises(AppendOnly):
        AuditEntry.objects.all().delete()


def test_who_acted_is_held_by_the_entry(entry: AuditEntry, reader: User) -> None:
    with pytest.raises(ProtectedError):
        reader.delete()


@pytest.mark.parametrize("act", ["", "Course", "a b", "a\nb", "a.", "a;b"])
def test_an_act_has_a_plain_name(db: None, act: str) -> None:
    with pytest.raises(ValueError, match="not the name of an act"):
        AuditEntry.record(act=act, by=None, now=NOON)


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b", "\x00", "\u2028", "\u202e", "\ud800"])
def test_an_entry_is_one_line(db: None, sign: str) -> None:
    text = f"a{sign}b"
    entry = AuditEntry.record(act="x", by=None, about=text, details={text: [text]}, now=NOON)
    entry.refresh_from_db()
    shown = " " if sign.isspace() else "\N{REPLACEMENT CHARACTER}"
    assert entry.about == f"a{shown}b"
    assert entry.details == {f"a{shown}b": [f"a{shown}b"]}


def test_staff_read_the_entries(client: Client, staff: User, entry: AuditEntry) -> None:
    client.force_login(staff)
    page = client.get("/admin/accounts/auditentry/").content.decode()
    assert "course:abc" in page


def test_staff_read_an_entry_without_a_form(client: Client, staff: User, entry: AuditEntry) -> None:
    client.force_login(staff)
    page = client.get(f"/admin/accounts/auditentry/{entry.pk}/change/").content.decode()
    assert 'name="act"' not in page
    assert "course.role" in page


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_staff_change_no_entry(client: Client, staff: User, entry: AuditEntry, path: str) -> None:
    client.force_login(staff)
    address = f"/admin/accounts/auditentry/{path.format(pk=entry.pk)}"
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert AuditEntry.objects.count() == 1
