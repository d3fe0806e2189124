"""Addresses of what proves an answer, of where a judgement can be objected to, and of what an
attempt was made for. The engine knows neither texts nor tutors: a project names, in
QUIZZES_REFERENCE_URL, QUIZZES_CHALLENGE_URL and QUIZZES_ORIGIN_URL, the callables that know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Reference:
    url: str
    label: str  # such as ¶44, or the title of an assignment


class Locate(Protocol):
    def __call__(
        self, ref: str, *, note: int | None, original: int | None, back: str
    ) -> Reference: ...


@lru_cache
def locate(path: str) -> Locate:
    found: Locate = import_string(path)
    return found


def links(evidence: Iterable[Mapping[str, Any]], *, back: str = "") -> list[Reference]:
    """One for each place, with the way back to the question at `back`."""
    path = getattr(settings, "QUIZZES_REFERENCE_URL", "")
    if not path:
        return []
    found: dict[str, Reference] = {}
    for item in evidence:
        reference = locate(path)(
            item["ref"], note=item.get("note"), original=item.get("original"), back=back
        )
        found.setdefault(reference.label, reference)
    return [*found.values()]


def challenge_url(attempt: str, scope: str, question: int) -> str:
    """Where a learner may object to how a question of an attempt was judged; '' for nowhere."""
    path = getattr(settings, "QUIZZES_CHALLENGE_URL", "")
    if not path or not scope:
        return ""
    return str(import_string(path)(attempt, scope, question))


def origin(context: str, user: Any) -> Reference | None:
    """What an attempt was made for, as this person may open it; None for own study."""
    path = getattr(settings, "QUIZZES_ORIGIN_URL", "")
    if not path or not context:
        return None
    found: Reference | None = import_string(path)(context, user)
    return found
