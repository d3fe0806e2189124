from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse

from studyguide.accounts.models import User


def new_token() -> str:
    """256 bits that nobody guesses: who has the address reads the calendar, and nothing else."""
    return secrets.token_urlsafe(32)


class CalendarFeed(models.Model):
    """The private address of a learner's calendar. A new one makes the old one worthless."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="calendar_feed"
    )
    token = models.CharField(max_length=64, unique=True, default=new_token)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"

    def get_absolute_url(self) -> str:
        return reverse("calendar_feed", args=[self.token])

    @classmethod
    def renew(cls, user: User, *, now: datetime) -> CalendarFeed:
        feed, _made = cls.objects.update_or_create(
            user=user, defaults={"token": new_token(), "made_at": now}
        )
        return feed
