from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.models import User
from studyguide.accounts.preferences import FIELDS


class ReadingSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = list(FIELDS)
        widgets = {
            name: forms.RadioSelect for name in FIELDS if not name.startswith(("is_", "has_"))
        }


def zones() -> list[tuple[str, str]]:
    """Zones by place, such as Europe/London, and UTC."""
    names = sorted(name for name in available_timezones() if "/" in name)
    places = [name for name in names if not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))]
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zones,
        help_text=_("Your study day ends at four in the morning there."),
    )

    class Meta:
        model = User
        fields = ["display_name", "time_zone"]
        help_texts = {"display_name": _("What tutors and classmates see. Empty: your user name.")}
