"""Your data: the export, and being forgotten with time to undo it."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt
from quizzes.rules import Behaviour, Rules
from studyguide.accounts import privacy
from studyguide.accounts.export import cell
from studyguide.accounts.models import AuditEntry, Erasure, User
from studyguide.library.models import Article, ReadingMark, mark
from tests.every_kind import load_samples
from tests.factories import UserFactory
from tests.queries import no_writes, queries
from tests.quizzes.views.sending import send


@pytest.fixture
def here(client: Client, reader: User) -> Client:
    """A client whose person has just shown who he is."""
    return known(client, reader)


def known(client: Client, user: User) -> Client:
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": "a long password"})
    return client


def exported(client: Client) -> ZipFile:
    response = client.post("/me/data/export/")
    assert response.status_code == 200
    return ZipFile(io.BytesIO(b"".join(response)))  # type: ignore[arg-type]


def rows(archive: ZipFile, name: str) -> list[dict[str, Any]]:
    return json.loads(archive.read(f"json/{name}.json"))  # type: ignore[no-any-return]


def test_the_page_asks_little_and_writes_nothing(reading: Client) -> None:
    with queries(at_most=4), no_writes():
        assert reading.get("/me/data/").status_code == 200


def test_the_page_is_for_those_who_are_signed_in(client: Client, db: None) -> None:
    assert client.get("/me/data/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["export/", "erase/", "erase/undo/"])
def test_acts_are_not_done_by_looking(here: Client, path: str) -> None:
    assert here.get(f"/me/data/{path}").status_code == 405


# The export


def test_each_table_is_there_twice(here: Client) -> None:
    names = set(exported(here).namelist())
    for holding in privacy.holdings():
        assert {f"json/{holding.name}.json", f"csv/{holding.name}.csv"} <= names


def test_the_export_is_explained_column_by_column(here: Client) -> None:
    readme = exported(here).read("README.md").decode()
    for holding in privacy.holdings():
        assert f"## {holding.name}\n" in readme
        assert all(f"- `{name}`: " in readme for name in holding.columns)
    assert all(excuse.reason in readme for excuse in privacy.excused())


def test_json_and_csv_have_the_same_rows(here: Client, article: Article) -> None:
    user = User.objects.get()
    passages = list(article.passages.all()[:3])
    mark(passages, kind=ReadingMark.Kind.READ, user=user, token=uuid4(), at=timezone.now())
    archive = exported(here)
    text = archive.read("csv/reading_marks.csv").decode("utf-8-sig")
    sheet = list(csv.DictReader(io.StringIO(text)))
    found = rows(archive, "reading_marks")
    assert [row["passage__ref"] for row in sheet] == [row["passage__ref"] for row in found]
    assert len(found) == 3


def test_nothing_of_others_is_in_it(here: Client, article: Article) -> None:
    other = UserFactory(username="somebody-else", email="else@example.org")
    mark(
        list(article.passages.all()[:1]),
        kind=ReadingMark.Kind.READ,
        user=other,
        token=uuid4(),
        at=timezone.now(),
    )
    archive = exported(here)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"somebody-else" not in whole
    assert rows(archive, "reading_marks") == []


def test_what_is_not_released_is_not_in_it(here: Client, reader: User) -> None:
    quiz = load_samples()
    rules = Rules(behaviour=Behaviour.DEFERRED, release="by_hand")
    attempt = Attempt.start(user=reader, quiz=quiz, now=timezone.now(), rules=rules)
    send(here, attempt, "text", act="")
    attempt.submit(now=timezone.now())
    archive = exported(here)
    (sealed,) = [row for row in rows(archive, "attempts") if row["number"] == 1]
    assert (sealed["score"], sealed["released_at"]) == (None, None)
    assert {row["fraction"] for row in rows(archive, "questions_asked")} == {None}
    assert rows(archive, "grades") == []
    attempt.release(now=timezone.now())
    archive = exported(here)
    assert rows(archive, "grades")
    assert rows(archive, "attempts")[0]["score"] is not None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


def test_numbers_stay_numbers() -> None:
    assert (cell(-1.5), cell(True), cell(None)) == ("-1.5", "true", "")


def test_an_export_leaves_an_entry(here: Client, reader: User) -> None:
    exported(here)
    entry = AuditEntry.objects.get(act="data.export")
    assert (entry.by, entry.about) == (reader, f"user:{reader.pk}")


def test_an_export_is_not_kept_by_browsers(here: Client) -> None:
    response = here.post("/me/data/export/")
    assert b"".join(response)  # type: ignore[arg-type]
    assert response["Cache-Control"] == "no-store"


# The password is asked for again


@pytest.mark.parametrize("path", ["/me/data/export/", "/me/data/erase/"])
def test_who_signed_in_long_ago_shows_who_he_is(reading: Client, path: str) -> None:
    response = reading.post(path)
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not AuditEntry.objects.exists()
    assert not Erasure.objects.exists()


def test_with_the_password_the_act_goes_on(reading: Client) -> None:
    asked = reading.post("/me/data/export/")["Location"]
    form = {"password": "a long password", "next": "/me/data/export/"}
    response = reading.post(asked, form)
    assert b"".join(response).startswith(b"PK")  # type: ignore[arg-type]


def test_with_another_password_nothing_happens(reading: Client) -> None:
    asked = reading.post("/me/data/erase/")["Location"]
    reading.post(asked, {"password": "a wrong password", "next": "/me/data/erase/"})
    assert not Erasure.objects.exists()


# Being forgotten


def test_one_is_forgotten_after_fourteen_days(here: Client, reader: User) -> None:
    here.post("/me/data/erase/")
    erasure = Erasure.objects.get(user=reader)
    assert erasure.due_at - erasure.asked_at == timedelta(days=14)
    assert "Stay after all" in here.get("/me/data/").content.decode()


def test_asking_twice_is_asking_once(here: Client) -> None:
    here.post("/me/data/erase/")
    here.post("/me/data/erase/")
    assert Erasure.objects.count() == 1
    assert AuditEntry.objects.filter(act="erasure.asked").count() == 1


def test_one_may_stay_after_all(here: Client, reader: User) -> None:
    here.post("/me/data/erase/")
    here.post("/me/data/erase/undo/")
    assert not Erasure.objects.waiting().exists()
    assert AuditEntry.objects.filter(act="erasure.undone", by=reader).count() == 1
    assert "Forget me in 14 days" in here.get("/me/data/").content.decode()


def test_nobody_takes_back_what_another_asked(here: Client) -> None:
    other = Erasure.ask(UserFactory(), now=timezone.now())
    here.post("/me/data/erase/undo/")
    assert Erasure.objects.waiting().get() == other


def test_before_its_day_nothing_is_erased(reader: User) -> None:
    erasure = Erasure.ask(reader, now=timezone.now() - timedelta(days=13, hours=23))
    call_command("erase_due")
    erasure.refresh_from_db()
    reader.refresh_from_db()
    assert (erasure.done_at, reader.username) == (None, "reader")


def test_what_was_taken_back_is_not_carried_out(reader: User) -> None:
    erasure = Erasure.ask(reader, now=timezone.now() - timedelta(days=20))
    erasure.undo(now=timezone.now())
    call_command("erase_due")
    reader.refresh_from_db()
    assert reader.username == "reader"


def test_who_is_forgotten_cannot_sign_in(here: Client, reader: User) -> None:
    Erasure.ask(reader, now=timezone.now() - timedelta(days=15))
    call_command("erase_due")
    assert here.get("/me/data/")["Location"].startswith("/accounts/login/")
    here.post("/accounts/login/", {"login": "reader", "password": "a long password"})
    assert here.get("/me/data/")["Location"].startswith("/accounts/login/")


def test_the_name_is_free_again(reader: User) -> None:
    Erasure.ask(reader, now=timezone.now() - timedelta(days=15))
    call_command("erase_due")
    assert UserFactory(username="Reader")


def test_the_command_may_run_twice(reader: User) -> None:
    Erasure.ask(reader, now=timezone.now() - timedelta(days=15))
    call_command("erase_due")
    call_command("erase_due")
    assert AuditEntry.objects.filter(act="erasure.done", by=None).count() == 1


def test_the_only_administrator_is_told_what_to_do_first(client: Client, staff: User) -> None:
    known(client, staff)
    assert "the only administrator" in client.get("/me/data/").content.decode()
    client.post("/me/data/erase/")
    assert not Erasure.objects.exists()


def test_what_stands_against_it_makes_it_wait(staff: User, capsys: pytest.CaptureFixture) -> None:
    Erasure.ask(staff, now=timezone.now() - timedelta(days=15))
    call_command("erase_due")
    assert f"user:{staff.pk} waits" in capsys.readouterr().err
    assert Erasure.objects.waiting().exists()
