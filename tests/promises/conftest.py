from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.promises import harness
from tests.promises.harness import Site


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
