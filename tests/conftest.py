from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone

from quizzes import checkpoint
from quizzes.models import Question
from studyguide.accounts.models import User
from studyguide.library.models import Article, Original
from tests import databases
from tests.factories import UserFactory
from tests.loading import load_pack
from tests.packs import Answer, ask, write_pack
from tests.promises import harness
from tests.promises.harness import Site

LONG = ["promises", "browser"]  # folders whose files take long
FEW_CORES = 4
# Pure modules tried with many examples, the same ones each time. Those of these tests that ask for
# no database are let near none (pytest-django sees to that): they are asked once, on SQLite.
HERE = Path(__file__).parent
PURE = [
    HERE / name
    for name in (
        "quizzes/kinds",
        "quizzes/test_plan.py",
        "quizzes/test_scheduling.py",
        "test_architecture.py",
    )
]


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors, where they are few: much of what takes long waits, for a
    page or for a server, and the others have its processor then."""
    cores = os.cpu_count() or 1
    return cores + (cores < FEW_CORES)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whoever asks for the database gets all of them: limits count in one of their own.
    What only one database can be asked is left to the run on that one. What takes long begins
    first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: [item.path.parent.name != name for name in LONG])
    for item in items:
        if is_pure(item):
            item.add_marker(pytest.mark.only_on("sqlite"))
    vendor = connections["default"].vendor
    elsewhere = [i for i in items for m in i.iter_markers("only_on") if m.args != (vendor,)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if item not in elsewhere]
    for item in items:
        for marker in item.iter_markers("only_on"):
            item.user_properties.append(("only_on", marker.args[0]))
        names = getattr(item, "fixturenames", ())
        if "db" in names and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(databases="__all__"))


def pytest_collection_finish() -> None:
    """What has been loaded by now stays: not to look through it for garbage again and again saves
    a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def is_pure(item: pytest.Item) -> bool:
    asks = {"db", "transactional_db"} & {*getattr(item, "fixturenames", ())}
    if asks or item.get_closest_marker("django_db"):
        return False
    return any(item.path.is_relative_to(place) for place in PURE)


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """What other tests counted is not counted here; a database is rolled back anyway."""
    if settings.REDIS_URL:
        cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """As it is, and kept beside for who needs a database of his own."""
    with django_db_blocker.unblock():
        databases.keep_migrated()
    yield
    databases.drop_migrated()


@pytest.fixture(scope="session")
def everyday_site(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with (
        django_db_blocker.unblock(),
        harness.serving(tmp_path_factory.mktemp("server")) as site,
    ):
        yield site


@pytest.fixture
def site(everyday_site: Site, transactional_db: None) -> Iterator[Site]:
    """Three server processes on the database of this test; what it writes they can see."""
    yield everyday_site
    everyday_site.see_off()


@pytest.fixture
def load(db: None, tmp_path: Path) -> Callable[..., Article]:
    """Write a pack and load it; again with other text to load an edition after it."""

    def load(**options: object) -> Article:
        return load_pack(write_pack(tmp_path, **options))  # type: ignore[arg-type]

    return load


@pytest.fixture
def article(load: Callable[..., Article]) -> Article:
    return load()


@pytest.fixture
def reader(db: None) -> User:
    return UserFactory(username="reader")


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(username="staff", is_staff=True, is_superuser=True)


@pytest.fixture
def reading(client: Client, reader: User) -> Client:
    """A client signed in as `reader`."""
    client.force_login(reader)
    return client


@pytest.fixture
def private() -> str:
    return Original.Audience.PRIVATE


@pytest.fixture
def load_asking(db: None, tmp_path: Path) -> Callable[..., Article]:
    """Load the small pack with questions under its passages."""

    def load(*, passages: int = 6, each: int = 3, **options: object) -> Article:
        folder = write_pack(tmp_path, passages=passages, **options)  # type: ignore[arg-type]
        ask(folder, passages=passages, each=each)
        return load_pack(folder)

    return load


@pytest.fixture
def asking(load_asking: Callable[..., Article]) -> Article:
    return load_asking()


@pytest.fixture
def answer(reader: User) -> Answer:
    """Answer a question of the pack in the text, as `reader` or somebody else."""

    def answer(
        name: str, value: str = "lamp", *, user: User | None = None, at: datetime | None = None
    ) -> None:
        version = Question.objects.get(external_id=name).current
        assert version is not None
        now = at or timezone.now()
        checkpoint.keep(user or reader, version, value, token=uuid4(), now=now)

    return answer
