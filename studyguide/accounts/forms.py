from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from allauth.account.forms import LoginForm, ReauthenticateForm, SignupForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.models import User
from studyguide.accounts.preferences import FIELDS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


GOOD_PASSWORD = _("At least eight characters; not a common word, not digits alone.")


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["login"], _("User name or e-mail address"))
        say(self.fields["password"], _("Password"))
        self.fields["remember"] = forms.BooleanField(
            required=False, initial=True, widget=forms.HiddenInput
        )


class OnceMoreForm(ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["password"], _("Password"))


class MakeAccountForm(SignupForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What the browser's clock says, where there is script; the account can say another.
        self.fields["time_zone"] = forms.CharField(
            required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-zone": ""})
        )
        say(self.fields["username"], _("User name"), _("Letters, digits and @ . + - _"))
        say(self.fields["email"], _("E-mail address"))
        say(self.fields["password1"], _("Password"), GOOD_PASSWORD)


def say(field: forms.Field, label: StrOrPromise, help_text: StrOrPromise = "") -> None:
    """Our words on a field of allauth's; a placeholder would only repeat the label."""
    field.label = label
    field.help_text = help_text
    field.widget.attrs.pop("placeholder", None)


class OwnPasswordForm(forms.Form):
    """Instead of the one that somebody else made."""

    password1 = forms.CharField(
        label=_("New password"),
        max_length=1000,
        strip=False,
        help_text=GOOD_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Type a password of your own.")},
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.user)
        if self.user.check_password(password):
            raise forms.ValidationError(_g("That is the one you were given. Choose your own."))
        return password


class ReadingSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = list(FIELDS)
        widgets = {
            name: forms.RadioSelect for name in FIELDS if not name.startswith(("is_", "has_"))
        }


def known_zone(name: str) -> str:
    """The zone, if it is one of those that can be chosen; else UTC."""
    return name if name in dict(zones()) else "UTC"


def zones() -> list[tuple[str, str]]:
    """Zones by place, such as Europe/London, and UTC."""
    names = sorted(name for name in available_timezones() if "/" in name)
    places = [
        name for name in names if not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))
    ]
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
