"""P29: what the site holds about people can leave, and can be erased."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt, AttemptQuestion, Grade, Regrade, Response, Ruling
from studyguide.accounts import privacy
from studyguide.accounts.models import Erasure, User
from studyguide.library.models import Article, LookUp, Original, ReadingMark, mark
from studyguide.library.originals.align import Alignment
from studyguide.library.originals.parse import parse
from studyguide.library.originals.store import store
from studyguide.progress.models import CalendarFeed
from tests.every_kind import SAMPLES, load_samples
from tests.factories import UserFactory
from tests.quizzes.views.sending import send

# Static: no column is forgotten


def leading_to_people() -> set[type[models.Model]]:
    """Models from whose rows a chain of columns leads to a person."""
    found: set[type[models.Model]] = {User}
    every = apps.get_models(include_auto_created=True)
    while more := {
        model
        for model in every
        if model not in found and any(f.related_model in found for f in columns_of(model))
    }:
        found |= more
    return found


def columns_of(model: type[models.Model]) -> list[models.Field]:
    return list(model._meta.concrete_fields)


def unaccounted(found: set[type[models.Model]]) -> set[str]:
    """Columns that neither an export nor an excuse speaks of."""
    spoken_of: dict[str, set[str]] = {}
    for holding in privacy.holdings():
        spoken_of.setdefault(holding.model, set()).update(holding.columns, [holding.person])
    for excuse in privacy.excused():
        spoken_of.setdefault(excuse.model, set()).update(excuse.columns)
    return {
        f"{model._meta.label}.{field.name}"
        for model in found
        for field in columns_of(model)
        if field.name not in spoken_of.get(model._meta.label, set())
    }


def test_every_column_that_leads_to_a_person_is_exported_or_excused() -> None:
    assert unaccounted(leading_to_people()) == set()


def test_a_new_table_without_a_rule_is_found() -> None:
    class Diary(models.Model):
        owner = models.ForeignKey(User, models.PROTECT, related_name="+")
        text = models.TextField()

        class Meta:
            app_label = "accounts"

        def __str__(self) -> str:
            return self.text

    try:
        found = unaccounted(leading_to_people())
    finally:
        del apps.all_models["accounts"]["diary"]
        apps.clear_cache()
    assert found == {f"accounts.Diary.{name}" for name in ("id", "owner", "text")}


def test_every_link_to_a_person_is_a_way_to_his_rows() -> None:
    ways = {(holding.model, holding.person) for holding in privacy.holdings()}
    spared = {(e.model, column) for e in privacy.excused() for column in e.columns}
    for model in leading_to_people() - {User}:
        for field in columns_of(model):
            if field.related_model is User:
                assert (model._meta.label, field.name) in ways | spared


@pytest.mark.parametrize("holding", privacy.holdings(), ids=lambda h: h.name)
def test_a_holding_can_be_read(holding: privacy.Holding, reader: User) -> None:
    list(holding.rows(reader))


def test_nothing_is_excused_that_is_not_there() -> None:
    for excuse in privacy.excused():
        names = {field.name for field in columns_of(apps.get_model(excuse.model))}
        assert set(excuse.columns) <= names
        assert len(excuse.reason) > 20


def test_files_of_the_export_have_names_of_their_own() -> None:
    names = [holding.name for holding in privacy.holdings()]
    assert len(set(names)) == len(names)


# After erasure nothing of the person is left

MARKS = {
    name: f"zq{name}ident"
    for name in (
        *("username", "address", "other", "shown", "typed", "gap", "credit", "text", "title"),
        *("reason", "ruling", "regrade", "extension", "agent", "failed", "search", "footnote"),
        *("about", "renamed", "former"),
    )
}
SIGN = re.compile(rb"zq[a-z]+ident", re.IGNORECASE)
ADDRESS = "203.0.113.77"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Everything that is logged meanwhile, as the server would write it."""
    handler = logging.FileHandler(tmp_path / "server.log")
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    root.addHandler(handler)
    yield tmp_path / "server.log"
    root.removeHandler(handler)
    handler.close()


def live(article: Article) -> User:
    """Somebody who leaves a mark of his own wherever one can write something."""
    client = Client(headers={"user-agent": MARKS["agent"]}, REMOTE_ADDR=ADDRESS)
    name, mail = MARKS["username"], f"{MARKS['address']}@example.org"
    form = {"username": name, "email": mail, "password1": "harbour light 9"}
    client.post("/accounts/signup/", form)
    client.post("/accounts/login/", {"login": MARKS["failed"], "password": "nothing"})
    user = User.objects.get(username=name)
    client.post("/account/", {"display_name": MARKS["shown"], "time_zone": "Europe/London"})
    EmailAddress.objects.create(user=user, email=f"{MARKS['other']}@example.org")
    totp.TOTP.activate(user, totp.generate_totp_secret())
    client.get(f"/articles/{article.slug}/search/", {"q": MARKS["search"]})
    passages = list(article.passages.all()[:3])
    mark(passages, kind=ReadingMark.Kind.READ, user=user, token=uuid4(), at=timezone.now())
    term = article.terms.first()
    LookUp.keep(user=user, term=term, passage=passages[0], at=timezone.now())  # type: ignore[arg-type]
    copy(article, user)
    CalendarFeed.renew(user, now=timezone.now())
    answer(client, user)
    rule(user)
    return user


def copy(article: Article, user: User) -> None:
    refs = [passage.ref for passage in article.passages.all()]
    sentence = f"A paragraph of a stand-in text that says {MARKS['text']} and goes on for a while."
    parsed = parse("\n\n".join(f"{sentence} It is number {n} of them." for n in range(len(refs))))
    store(
        parsed,
        Alignment(refs[: len(parsed.paragraphs)]),
        article=article,
        owner=user,
        audience=Original.Audience.SIGNED_IN,
        right=MARKS["reason"],
        credit=MARKS["credit"],
        at=timezone.now(),
    )
    Original.objects.get(owner=user).footnotes.create(number=9, text=MARKS["footnote"])


def answer(client: Client, user: User) -> None:
    quiz = load_samples()
    attempt = Attempt.start(user=user, quiz=quiz, now=timezone.now(), scope="course:1")
    for kind in SAMPLES:
        send(client, attempt, kind)
    typed = attempt.questions.get(version__kind="text")
    client.post(
        f"/attempts/{attempt.public_id}/respond/",
        {"question": typed.question_id, "rev": 0, "token": uuid4(), "text": MARKS["typed"]},
    )
    until = timezone.now() + timedelta(days=2)
    attempt.extend(until=until, by=user, reason=MARKS["extension"], now=timezone.now())
    attempt.submit(now=timezone.now())
    quiz.pk, quiz.public_id, quiz.external_id = None, "own-quiz", None
    quiz.owner, quiz.title, quiz.about = user, MARKS["title"], MARKS["about"]
    quiz.save()


def rule(user: User) -> None:
    version = AttemptQuestion.objects.first().version  # type: ignore[union-attr]
    Ruling.objects.create(
        version=version,
        scope="course:1",
        kind=Ruling.Kind.FULL_MARKS,
        reason=MARKS["ruling"],
        by=user,
        at=timezone.now(),
    )
    Regrade.run("course:1", by=user, reason=MARKS["regrade"], now=timezone.now())


def everything() -> bytes:
    """Each value of each row of each table; on SQLite the files themselves as well."""
    parts: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            parts += [repr(row) for row in cursor.fetchall()]
    whole = "\n".join(parts).encode()
    if connection.vendor == "sqlite":
        name = Path(connection.settings_dict["NAME"])
        files = [name, name.with_name(f"{name.name}-wal")]
        whole += b"".join(file.read_bytes() for file in files if file.exists())
    return whole


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_after_erasure_nothing_of_the_person_is_left(load: Any, log: Path, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    user = live(load())
    before = {sign.decode().lower() for sign in SIGN.findall(everything())}
    assert len(before) >= 14
    Erasure.ask(user, now=timezone.now() - timedelta(days=15))

    call_command("erase_due")

    whole = everything() + log.read_bytes()
    assert set(SIGN.findall(whole)) == set()
    assert ADDRESS.encode() not in whole


def figures() -> list[Any]:
    return [
        *Attempt.objects.order_by("pk").values_list("pk", "score", "max_score", "state"),
        *Grade.objects.order_by("pk").values_list("pk", "fraction", "points"),
        *AttemptQuestion.objects.order_by("pk").values_list("pk", "fraction", "points"),
    ]


@pytest.fixture
def forgotten(article: Article) -> User:
    return live(article)


def forget(user: User) -> None:
    Erasure.ask(user, now=timezone.now() - timedelta(days=15)).execute(now=timezone.now())


def test_the_figures_of_others_do_not_move(forgotten: User) -> None:
    before = figures()
    forget(forgotten)
    assert figures() == before


def test_a_regrade_after_erasure_changes_nothing(forgotten: User) -> None:
    Ruling.objects.all().delete()
    Regrade.run("course:1", by=UserFactory(), reason="as it was", now=timezone.now())
    forget(forgotten)
    typed = Response.objects.filter(version__kind="text")
    assert set(typed.values_list("value", "digest")) == {(None, "")}
    assert Regrade.preview("course:1") == []


def test_what_was_chosen_stays_for_the_statistics(forgotten: User) -> None:
    forget(forgotten)
    assert Response.objects.filter(version__kind="choice", value__isnull=False).exists()


def test_what_was_looked_up_goes(forgotten: User) -> None:
    assert LookUp.objects.exists()
    forget(forgotten)
    assert not LookUp.objects.exists()


def test_no_row_of_a_person_is_deleted(forgotten: User) -> None:
    forget(forgotten)
    forgotten.refresh_from_db()
    assert forgotten.username.startswith("gone-")
    assert not forgotten.has_usable_password()


def test_an_open_attempt_is_graded_before_its_answers_go(reader: User, reading: Client) -> None:
    attempt = Attempt.start(user=reader, quiz=load_samples(), now=timezone.now())
    send(reading, attempt, "text", act="")
    forget(reader)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.SUBMITTED
    assert attempt.score == 1


@pytest.mark.only_on("sqlite")
def test_the_cache_knows_no_names(db: None, client: Client) -> None:
    for n in range(8):
        login = f"{MARKS['failed']}{n}@example.org"
        client.post("/accounts/login/", {"login": login, "password": "nothing"})
    if settings.REDIS_URL:
        pytest.skip("the embedded cache is what can be read here")
    from django.db import connections

    with connections["cache"].cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache_entry")
        rows = repr(cursor.fetchall()).encode()
    assert b"login_failed" in rows
    assert not SIGN.search(rows)
