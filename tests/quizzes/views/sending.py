from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from quizzes.models import Attempt, AttemptQuestion
from tests.every_kind import SAMPLES, question_of

HTMX = {"HX-Request": "true"}


def row_of(attempt: Attempt, kind: str) -> AttemptQuestion:
    return attempt.questions.get(question=question_of(kind))


def send(
    client: Client,
    attempt: Attempt,
    kind: str,
    how: str = "right",
    *,
    act: str = "check",
    htmx: bool = False,
    **changes: Any,
) -> HttpResponse:
    """An answer to the question of a kind, as its form would send it."""
    row = row_of(attempt, kind)
    data: dict[str, Any] = dict(getattr(SAMPLES[kind], how))
    data |= {"question": row.question_id, "rev": row.rev, "token": uuid4(), "act": act}
    data |= changes
    headers = HTMX if htmx else {}
    return client.post(f"/attempts/{attempt.public_id}/respond/", data, headers=headers)  # type: ignore[return-value]
