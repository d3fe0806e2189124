"""A day by which a learner wants to be ready. What to do on each day until then is worked out
anew whenever it is shown, so nothing of it is kept."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from studyguide.library.models import Article


class StudyPlan(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="study_plans")
    article = models.ForeignKey(Article, models.PROTECT, related_name="study_plans")
    ready_on = models.DateField(_("ready by"))
    minutes_a_day = models.PositiveSmallIntegerField(
        _("minutes a day at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(600)],
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "article"], name="plan_once_an_article")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} by {self.ready_on}"
