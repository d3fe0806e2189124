"""What a learner marked and where he stands. Marks are his own act, never time spent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.models import User
from studyguide.library.models.content import Article, GlossaryTerm, Passage


class ReadingMark(models.Model):
    """The log: one row for each mark made, in the order they arrived. Append-only."""

    class Kind(models.TextChoices):
        READ = "read", _("read")
        UNREAD = "unread", _("unread again")
        UNCLEAR = "unclear", _("unclear")
        CLEAR = "clear", _("clear again")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reading_marks")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    # Sent with the form: the same press, however often it arrives, is one mark.
    token = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "token", "passage"], name="mark_once_a_token"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["read", "unread", "unclear", "clear"]),
                name="mark_kind_is_known",
            ),
        ]
        indexes = [models.Index(fields=["user", "at"], name="mark_user_at")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.passage_id}"


class ReadingStateQuerySet(models.QuerySet["ReadingState"]):
    def read(self) -> Self:
        return self.filter(is_read=True)


class ReadingState(models.Model):
    """The current row beside the log: how a passage stands for a learner now."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reading_states"
    )
    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="states")
    is_read = models.BooleanField(default=False)
    is_unclear = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)

    objects = ReadingStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "passage"], name="reading_state_once")
        ]
        indexes = [models.Index(fields=["user", "article"], name="state_user_article")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.passage_id}"


class ReadingPosition(models.Model):
    """Where a learner last was in an article, and how often his marks there changed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reading_positions"
    )
    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "article"], name="reading_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.passage_id}"

    @classmethod
    def move(cls, *, user: User, passage: Passage, at: datetime, changes: int = 0) -> None:
        """Set where the learner is. `changes` counts marks made with the same act."""
        cls.objects.update_or_create(
            user=user,
            article_id=passage.article_id,
            defaults={
                "passage": passage,
                "at": at,
                "revision": F("revision") + changes,
            },
            create_defaults={"passage": passage, "at": at, "revision": changes},
        )


class LookUp(models.Model):
    """That a learner opened a term in place, at a passage, and when first: once is enough, so the
    table does not grow by clicking."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="look_ups")
    term = models.ForeignKey(GlossaryTerm, models.PROTECT, related_name="look_ups")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="look_ups")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "term", "passage"], name="look_up_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} looked up {self.term_id} at {self.passage_id}"

    @classmethod
    def keep(cls, *, user: User, term: GlossaryTerm, passage: Passage, at: datetime) -> None:
        cls.objects.get_or_create(user=user, term=term, passage=passage, defaults={"at": at})


def mark(
    passages: Iterable[Passage],
    *,
    kind: ReadingMark.Kind,
    user: User,
    token: UUID,
    at: datetime,
) -> None:
    """Write the log, the current rows and the position in one transaction.

    A token seen before changes nothing: the press was a repeat.
    """
    passages = list(passages)
    changes: dict[ReadingMark.Kind, dict[str, Any]] = {
        ReadingMark.Kind.READ: {"is_read": True, "read_at": at},
        ReadingMark.Kind.UNREAD: {"is_read": False, "read_at": None},
        ReadingMark.Kind.UNCLEAR: {"is_unclear": True},
        ReadingMark.Kind.CLEAR: {"is_unclear": False},
    }
    change = changes[kind]
    with transaction.atomic():
        # Orders concurrent presses of one learner, on both databases.
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        if ReadingMark.objects.filter(user=user, token=token).exists():
            return
        ReadingMark.objects.bulk_create(
            ReadingMark(user=user, passage=passage, kind=kind, at=at, token=token)
            for passage in passages
        )
        standing = ReadingState.objects.read().filter(user=user, passage__in=passages)
        # What stands as read keeps its date: to mark it once more makes nobody late.
        kept = set(standing.values_list("passage", flat=True)) if kind == "read" else set()
        ReadingState.objects.bulk_create(
            (
                ReadingState(
                    user=user,
                    article_id=passage.article_id,
                    passage=passage,
                    **change,
                )
                for passage in passages
                if passage.pk not in kept
            ),
            update_conflicts=True,
            unique_fields=["user", "passage"],
            update_fields=list(change),
        )
        ReadingPosition.move(user=user, passage=passages[-1], at=at, changes=len(passages))
