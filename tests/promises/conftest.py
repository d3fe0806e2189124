from __future__ import annotations

import pytest

from studyguide.accounts.models import User
from studyguide.library.models import Article
from tests.promises.world import World, make_world


@pytest.fixture
def world(article: Article, reader: User) -> World:
    return make_world(article, reader)
