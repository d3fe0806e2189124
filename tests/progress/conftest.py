from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from quizzes import checkpoint
from quizzes.models import Question
from studyguide.accounts.models import User
from studyguide.library.models import Article
from studyguide.library.packs import sync
from studyguide.library.packs.read import read_pack
from tests.packs import ask, write_pack

Answer = Callable[..., None]


@pytest.fixture
def load_asking(db: None, tmp_path: Path) -> Callable[..., Article]:
    """Load the small pack with questions under its passages."""

    def load(*, passages: int = 6, each: int = 3, **options: object) -> Article:
        folder = write_pack(tmp_path, passages=passages, **options)  # type: ignore[arg-type]
        ask(folder, passages=passages, each=each)
        return sync.load(read_pack(folder)).article

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
