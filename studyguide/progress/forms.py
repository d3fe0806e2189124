from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.models import FASTEST, SLOWEST
from studyguide.progress.models import StudyPlan

FARTHEST = 400  # days


class StudyPlanForm(forms.ModelForm):  # type: ignore[type-arg]
    ready_on = forms.DateField(
        label=_("Ready by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Name a day, such as 2027-03-31."),
            "invalid": _("Write the day as year-month-day, such as 2027-03-31."),
        },
    )
    words_per_minute = forms.IntegerField(
        label=_("Words a minute"),
        min_value=SLOWEST,
        max_value=FASTEST,
        help_text=_(
            "Notes and article together. 180 is reading with a pencil in hand; silent reading of "
            "easy prose is nearer 240."
        ),
    )

    class Meta:
        model = StudyPlan
        fields = ["ready_on", "minutes_a_day"]
        labels = {"minutes_a_day": _("Minutes a day at most")}
        help_texts = {
            "minutes_a_day": _("Nothing is dropped for it: days that need more say so."),
        }

    field_order = ["ready_on", "minutes_a_day", "words_per_minute"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_ready_on(self) -> date:
        day: date = self.cleaned_data["ready_on"]
        if day < self.today:
            raise forms.ValidationError(_g("That day is past. Choose today or a later one."))
        if day > self.today + timedelta(days=FARTHEST):
            raise forms.ValidationError(_g("Choose a day within the next 400."))
        return day
