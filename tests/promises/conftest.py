from __future__ import annotations

from typing import Any

import pytest

from studyguide.accounts.models import User
from studyguide.library.models import Article
from tests.promises.world import World, make_world


@pytest.fixture
def world(article: Article, reader: User) -> World:
    return make_world(article, reader)


@pytest.fixture
def post_office(settings: Any) -> None:
    """The site sends mail."""
    settings.HAS_MAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
