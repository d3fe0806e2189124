"""Forms for setting the scores of many learners at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from studyguide.courses.joining_forms import SheetForm
from studyguide.courses.marks import Asked, in_sheet
from studyguide.courses.results import Results


class MarksForm(SheetForm):
    def __init__(self, *args: Any, stand: Results, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stand = stand
        self.asked = Asked()

    def understand(self, text: str) -> None:
        self.asked = in_sheet(self.stand, text)


class WhyForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("Each of these learners sees it. Do not enter a diagnosis."),
        error_messages={"required": _("Say why: the learners see the reason.")},
    )
