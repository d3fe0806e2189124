"""Taking the class away again: every row of it, and of the people who were made up for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.db.models.sql import DeleteQuery

from quizzes.models import Attempt, Quiz, Regrade, Ruling, Turnout
from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import Course
from studyguide.library.models import OriginalGrant

Rows = dict[type[models.Model], set[Any]]
CHUNK = 500


def remove() -> int:
    """Leave no row. How many there were; 0 when there was no demonstration.

    Whoever else came into the class keeps the account and all own study; what was done at the
    assignments of the class goes with them.
    """
    with transaction.atomic():
        courses = Course.objects.filter(is_demonstration=True)
        scopes = [course.scope for course in courses]
        made = AuditEntry.objects.filter(act="demonstration.make", about__in=scopes)
        people = User.objects.filter(pk__in=[pk for each in made for pk in each.details["people"]])
        # What they started themselves, copies of the class for one, goes as well.
        courses |= Course.objects.filter(memberships__user__in=people, memberships__role="tutor")
        scopes = [course.scope for course in courses.distinct()]
        found: Rows = {}
        collect(User, people, found)
        collect(Course, courses.distinct(), found)
        # What names a class or a person in words, not by a key.
        scoped: list[type[models.Model]] = [Attempt, Ruling, Regrade, Turnout]
        for model in scoped:
            collect(model, model._base_manager.filter(scope__in=scopes), found)  # noqa: SLF001
        collect(OriginalGrant, OriginalGrant.objects.filter(source__in=scopes), found)
        # A quiz without an owner would be everybody's.
        collect(Attempt, Attempt.objects.filter(quiz__owner__in=people), found)
        collect(Quiz, Quiz.objects.filter(owner__in=people), found)
        about = [*scopes, *(f"user:{user.pk}" for user in people)]
        collect(AuditEntry, AuditEntry.objects.filter(Q(about__in=about) | Q(by__in=people)), found)
        let_go(found)
        # The order does not matter: keys are checked when the transaction ends.
        for model, rows in found.items():
            DeleteQuery(model).delete_batch(list(rows), "default")
        return sum(len(rows) for rows in found.values())


def keys() -> Iterable[models.ForeignKey[Any, Any]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:  # noqa: SLF001
            if isinstance(field, models.ForeignKey):
                yield field


def is_part(field: models.ForeignKey[Any, Any]) -> bool:
    """Whether a row is nothing without what it points at."""
    return not field.null or field.remote_field.on_delete is models.CASCADE


def collect(model: type[models.Model], rows: Iterable[models.Model], found: Rows) -> None:
    """These rows, and all that are part of them."""
    new = {row.pk for row in rows} - found.setdefault(model, set())
    if not new:
        return
    found[model] |= new
    for field in keys():
        if field.related_model is model and is_part(field):
            for some in chunks(new):
                parts = field.model._base_manager.filter(**{f"{field.name}__in": some})  # noqa: SLF001
                collect(field.model, parts.only("pk"), found)


def let_go(found: Rows) -> None:
    """Of what stays, let nothing point at what goes."""
    for field in keys():
        gone = found.get(field.related_model)  # type: ignore[arg-type]
        if gone and not is_part(field):
            for some in chunks(gone):
                every: models.QuerySet[models.Model] = models.QuerySet(field.model)
                pointing = every.filter(**{f"{field.name}__in": some})
                kept = set(pointing.values_list("pk", flat=True)) - found.get(field.model, set())
                every.filter(pk__in=kept).update(**{field.name: None})


def chunks(pks: set[Any]) -> Iterable[list[Any]]:
    every = list(pks)
    return (every[at : at + CHUNK] for at in range(0, len(every), CHUNK))
