"""A reader's own copy of the article: who may read it decides every query."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.models import AuditEntry, User
from studyguide.library.models.content import Article, Passage


class OriginalQuerySet(models.QuerySet["Original"]):
    def readable_by(self, user: User | None) -> Self:
        """Copies whose audience this person belongs to. Nobody signed in: none."""
        if user is None or not user.is_authenticated:
            return self.none()
        owned = Q(owner=user)
        if user.is_staff:  # imported on the server, and nobody's own yet
            owned |= Q(owner=None)
        return self.filter(
            owned
            | Q(audience=Original.Audience.SIGNED_IN)
            | Q(
                Exists(OriginalGrant.objects.filter(original=OuterRef("pk"), user=user)),
                audience=Original.Audience.GRANTED,
            )
        )

    def nearest_first(self, user: User) -> Self:
        """The reader's own copy before a tutor's, a tutor's before everybody's."""
        return self.annotate(
            distance=Case(
                When(owner=user, then=Value(0)),
                When(audience=Original.Audience.GRANTED, then=Value(1)),
                default=Value(2),
            )
        ).order_by("distance", "-imported_at", "-pk")


class Original(models.Model):
    """A copy of the article's text, added by whoever has it, for its audience alone."""

    class Audience(models.TextChoices):
        PRIVATE = "private", _("only me")
        GRANTED = "granted", _("those it was shared with")
        SIGNED_IN = "signed-in", _("everybody who is signed in")

    article = models.ForeignKey(Article, models.PROTECT, related_name="originals")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="originals"
    )
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.PRIVATE)
    right = models.CharField(_("right to share"), max_length=300, blank=True)
    credit = models.CharField(_("whose text it is"), max_length=300)
    digest = models.CharField(max_length=64)
    imported_at = models.DateTimeField()

    objects = OriginalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "owner"], name="original_once_an_owner"),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(owner=None),
                name="original_once_without_owner",
            ),
            models.CheckConstraint(
                condition=Q(audience="private") | ~Q(right=""),
                name="original_shared_states_right",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article} ({self.get_audience_display()})"

    def record(self, what: str, *, by: User | None, now: datetime) -> None:
        """What concerns more than its owner is recorded: shown to others, or taken from them."""
        AuditEntry.record(
            act=f"original.{what}",
            by=by,
            about=f"original:{self.pk}",
            details={
                "article": self.article.slug,
                "owner": self.owner_id,
                "audience": str(self.audience),
            },
            now=now,
        )

    def may_be_removed_by(self, user: User) -> bool:
        """Its owner; and staff, who may have to take down what others shared."""
        return bool(user.is_staff or self.owner_id == user.pk)


class OriginalGrant(models.Model):
    """One reader let in to a copy, and by what (opaque here)."""

    original = models.ForeignKey(Original, models.CASCADE, related_name="grants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="original_grants"
    )
    source = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["original", "user", "source"], name="grant_once_a_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.original_id} for {self.user_id}"


class OriginalPassage(models.Model):
    original = models.ForeignKey(Original, models.CASCADE, related_name="passages")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="originals")
    position = models.PositiveSmallIntegerField()
    is_quotation = models.BooleanField(default=False)
    sentences = models.JSONField(default=list)  # as text; the mark of note 18 as [^18]
    body_html = models.TextField()  # with terms linked and its notes below it
    terms = models.JSONField(default=list)  # refs of glossary terms that occur in it

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["original", "position"], name="original_passage_once_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.original_id} {self.position}"


class OriginalFootnote(models.Model):
    original = models.ForeignKey(Original, models.CASCADE, related_name="footnotes")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()  # an empty line parts its paragraphs

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["original", "number"], name="original_footnote_once")
        ]

    def __str__(self) -> str:
        return f"{self.original_id} n{self.number}"
