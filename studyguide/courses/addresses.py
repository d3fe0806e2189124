"""Where quizzes lead to when they are part of a course."""

from __future__ import annotations

from django.urls import reverse


def challenge_url(attempt: str, scope: str, question: int) -> str:
    """`attempt`: its public id. Attempts of a course have its scope."""
    return reverse("challenge_new", args=[attempt, question]) if scope.startswith("course:") else ""
