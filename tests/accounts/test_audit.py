"""Every sensitive act leaves one entry, which nobody changes afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db.models import ProtectedError
from django.test import Client

from studyguide.accounts.models import AppendOnly, AuditEntry, User
from studyguide.library.models import Article, Original

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


# What is recorded, once each


def acts() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("act", "about"))


def person_form(user: User, **changes: str) -> dict[str, str]:
    form = {
        "username": user.username,
        "time_zone": "UTC",
        "is_active": "on",
        "date_joined_0": "2026-03-02",
        "date_joined_1": "12:00:00",
    }
    return {name: value for name, value in (form | changes).items() if value}


def test_rights_given_are_recorded(client: Client, staff: User, reader: User) -> None:
    client.force_login(staff)
    client.post(f"/admin/accounts/user/{reader.pk}/change/", person_form(reader, is_staff="on"))
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.by, entry.about) == ("person.rights", staff, f"user:{reader.pk}")
    assert entry.details == {"is_staff": True}


def test_a_person_shut_out_is_recorded(client: Client, staff: User, reader: User) -> None:
    client.force_login(staff)
    client.post(f"/admin/accounts/user/{reader.pk}/change/", person_form(reader, is_active=""))
    assert AuditEntry.objects.get().details == {"is_active": False}


def test_a_changed_name_is_recorded_without_the_name(
    client: Client, staff: User, reader: User
) -> None:
    client.force_login(staff)
    form = person_form(reader, username="elsewhere")
    client.post(f"/admin/accounts/user/{reader.pk}/change/", form)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.details) == ("person.identity", {"changed": ["username"]})


def test_a_display_name_is_nobodys_business(client: Client, staff: User, reader: User) -> None:
    client.force_login(staff)
    form = person_form(reader, display_name="R. Eader")
    client.post(f"/admin/accounts/user/{reader.pk}/change/", form)
    assert acts() == []


def test_a_password_set_by_staff_is_recorded(client: Client, staff: User, reader: User) -> None:
    client.force_login(staff)
    form = {
        "usable_password": "true",
        "password1": "harbour light 9",
        "password2": "harbour light 9",
    }
    client.post(f"/admin/accounts/user/{reader.pk}/password/", form)
    assert acts() == [("person.password", f"user:{reader.pk}")]


def test_a_password_refused_is_not_recorded(client: Client, staff: User, reader: User) -> None:
    client.force_login(staff)
    form = {"usable_password": "true", "password1": "harbour light 9", "password2": "other"}
    client.post(f"/admin/accounts/user/{reader.pk}/password/", form)
    assert acts() == []


@pytest.mark.parametrize("person", ["x", "999999", "9" * 40])
def test_nobodys_password_is_no_fault_of_ours(client: Client, staff: User, person: str) -> None:
    client.force_login(staff)
    assert client.get(f"/admin/accounts/user/{person}/password/").status_code in (302, 404)


def test_ones_own_new_password_is_recorded(reading: Client, reader: User) -> None:
    form = {"oldpassword": "a long password", "password1": "harbour light 9"}
    reading.post("/accounts/password/change/", form | {"password2": "harbour light 9"})
    assert acts() == [("account.password", f"user:{reader.pk}")]


def test_a_copy_shown_to_all_is_recorded(article: Article, staff: User) -> None:
    copy = Original.objects.create(
        article=article,
        owner=staff,
        audience="signed-in",
        right="mine",
        credit="x",
        imported_at=NOON,
    )
    client = Client()
    client.force_login(staff)
    client.post(f"/articles/{article.slug}/originals/{copy.pk}/remove/")
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.about) == ("original.remove", f"original:{copy.pk}")
    assert entry.details["owner"] == staff.pk


def test_ones_own_private_copy_is_ones_own_business(article: Article, reader: User) -> None:
    copy = Original.objects.create(article=article, owner=reader, credit="x", imported_at=NOON)
    client = Client()
    client.force_login(reader)
    client.post(f"/articles/{article.slug}/originals/{copy.pk}/remove/")
    assert acts() == []
