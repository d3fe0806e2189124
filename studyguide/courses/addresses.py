"""Where quizzes lead to when they are part of a course."""

from __future__ import annotations

from django.urls import reverse

from quizzes.references import Reference
from studyguide.accounts.models import User
from studyguide.courses.models import Assignment


def challenge_url(attempt: str, scope: str, question: int) -> str:
    """`attempt`: its public id. Attempts of a course have its scope."""
    return reverse("challenge_new", args=[attempt, question]) if scope.startswith("course:") else ""


def origin(context: str, user: User) -> Reference | None:
    """The assignment that an attempt was made for; None where this person can no more open it."""
    kind, _colon, number = context.partition(":")
    if kind != "assignment":
        return None
    mine = Assignment.objects.of_courses_of(user).select_related("course")
    found = mine.filter(pk=number).first()
    return None if found is None else Reference(found.get_absolute_url(), found.title)
