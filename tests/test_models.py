"""What a learner did outlives the content that it was about."""

from __future__ import annotations

from django.apps import apps
from django.db.models import PROTECT, Field

# Parts that mean nothing without their whole, and go with it. All other rows hold it back.
PARTS = {
    "accounts.Session.user",
    *("accounts.User_groups.user", "accounts.User_groups.group"),
    *("accounts.User_user_permissions.user", "accounts.User_user_permissions.permission"),
    "courses.AssignmentSection.assignment",
    "courses.CourseOriginal.original",
    "courses.GroupPlace.group",
    "courses.WorkVersion.user",
    "library.OriginalFootnote.original",
    "library.OriginalGrant.original",
    "library.OriginalPassage.original",
    "library.Evidence.article",
    "library.Evidence.passage",
    "library.Evidence.footnote",
    "library.SearchEntry.original",
    "quizzes.ItemTally.turnout",
}


def links() -> list[Field]:
    """Every column of ours that points to a row, those of many-to-many tables too."""
    return [
        field
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith(("studyguide.", "quizzes."))
        for field in model._meta.concrete_fields
        if field.is_relation
    ]


def test_a_row_holds_back_what_it_is_about() -> None:
    unprotected = {str(field) for field in links() if field.remote_field.on_delete is not PROTECT}
    assert unprotected == PARTS
