"""Forms for coming into a course, and for asking people in."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.forms import GOOD_PASSWORD
from studyguide.accounts.models import User
from studyguide.courses.forms import JoinForm
from studyguide.courses.models import Guest, Invitation, Role
from studyguide.courses.roster import MOST_BYTES, Sheet, Unreadable, decode, read

LONGEST_NAME = 150
AT_ONCE = 100  # people asked in by one form; a list takes more
BETWEEN = re.compile(r"[,;\r\n]+")
IN_BRACKETS = re.compile(r"(.*)<([^<>]*)>\s*")  # Ann Lee <ann@example.org>


def guest(text: str, name: str = "") -> Guest:
    """Raises ValidationError where it is neither an address nor a user name."""
    if "@" in text:
        validate_email(text)
        return Guest(email=text.lower(), name=name)
    username = User.normalize_username(text).lower()
    User.username_validator(username)
    if len(username) > LONGEST_NAME:
        raise ValidationError(_g("A user name has at most 150 characters."))
    return Guest(username=username, name=name)


def pieces(text: str) -> list[tuple[str, str]]:
    """What stands between commas, semicolons, lines and spaces, each with the name before it."""
    found: list[tuple[str, str]] = []
    for part in BETWEEN.split(text):
        bracketed = IN_BRACKETS.fullmatch(part)
        if bracketed:
            found.append((bracketed[2].strip(), bracketed[1].strip(" \"'\t")[:80]))
        else:
            found += [(word, "") for word in part.split()]
    return found


class InviteForm(forms.Form):
    who = forms.CharField(
        label=_("E-mail addresses or user names"),
        max_length=20_000,
        help_text=_("One a line, or with commas between them, as a mail program copies them."),
        error_messages={"required": _("Type at least one address or user name.")},
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("They come in as"),
        choices=[(Role.LEARNER, _("Learners")), (Role.CO_TUTOR, _("Co-tutors"))],
        initial=Role.LEARNER,
    )

    guests: list[Guest]

    def __init__(self, data: Any = None, *, may_name_tutors: bool) -> None:
        super().__init__(data)
        if not may_name_tutors:
            del self.fields["role"]

    @property
    def role_given(self) -> str:
        return str(self.cleaned_data.get("role", Role.LEARNER))

    def clean_who(self) -> str:
        text: str = self.cleaned_data["who"]
        found: dict[str, Guest] = {}
        wrong = []
        for piece, name in pieces(text):
            try:
                one = guest(piece, name)
            except ValidationError:
                wrong.append(piece[:80])
            else:
                found[str(one)] = one
        if wrong:
            said = _g("These are neither addresses nor user names: %(wrong)s.")
            raise ValidationError(said % {"wrong": ", ".join(wrong[:10])})
        if not found:
            raise ValidationError(_g("Type at least one address or user name."))
        if len(found) > AT_ONCE:
            said = _g("At most %(most)s at once. For more, take in a list.")
            raise ValidationError(said % {"most": AT_ONCE})
        self.guests = list(found.values())
        return text


class ShownNameForm(forms.ModelForm):  # type: ignore[type-arg]
    """Asked when one comes in: the name that tutors will know one by."""

    class Meta:
        model = User
        fields = ["display_name"]
        labels = {"display_name": _("Your name, as the class will see it")}
        help_texts = {"display_name": _("Empty: your user name.")}


class SheetForm(forms.Form):
    """A table of text: a file, or pasted."""

    file = forms.FileField(label=_("A file"), required=False, help_text=_("CSV in UTF-8."))
    text = forms.CharField(
        label=_("Or the sheet itself"),
        required=False,
        strip=False,
        help_text=_("As copied from a spreadsheet, with its first line."),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """What is in a file goes on as text, to be mended or confirmed."""
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if self.errors:
            return cleaned
        try:
            if upload:
                cleaned["text"] = decode(upload.read(MOST_BYTES + 1))
            self.understand(cleaned.get("text", ""))
        except Unreadable as why:
            self.add_error("file" if upload else "text", str(why))
        return cleaned

    def understand(self, text: str) -> None:
        """Raises Unreadable."""


class RosterForm(SheetForm):
    """A list of learners."""

    file = forms.FileField(
        label=_("A file"), required=False, help_text=_("CSV in UTF-8, up to 500 people.")
    )
    text = forms.CharField(
        label=_("Or the list itself"),
        required=False,
        strip=False,
        help_text=_("Name, user name, e-mail: one person a line, as copied from a spreadsheet."),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )

    sheet: Sheet | None = None

    def understand(self, text: str) -> None:
        self.sheet = read(text)


class AccountForm(forms.Form):
    """An account for somebody who comes into a class; no address is asked for."""

    display_name = forms.CharField(
        label=_("Your name, as the class will see it"),
        max_length=80,
        error_messages={"required": _("Say what the class is to call you.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=LONGEST_NAME,
        help_text=_("Letters, digits and @ . + - _"),
        error_messages={"required": _("Choose a user name to sign in with.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password1 = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        help_text=GOOD_PASSWORD,
        error_messages={"required": _("Choose a password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        """Where accounts are for the invited alone, whose names are taken is told only to those
        whom a code or an invitation lets in."""
        is_told_later = settings.SIGNUP == "invitation"
        name = get_adapter().clean_username(self.cleaned_data["username"], shallow=is_told_later)
        return str(name)

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        names = {name: self.cleaned_data.get(name, "") for name in ("username", "display_name")}
        validate_password(password, User(**names))
        return password

    def make_account(self, time_zone: str) -> User | None:
        """None: somebody took the user name in between."""
        try:
            with transaction.atomic():
                return User.objects.create_user(
                    self.cleaned_data["username"],
                    password=self.cleaned_data["password1"],
                    display_name=self.cleaned_data["display_name"],
                    time_zone=time_zone,
                )
        except IntegrityError:
            self.add_error("username", _g("That user name is taken. Try another."))
            return None

    def come_in(self, invitation: Invitation, now: datetime) -> User | None:
        """An account in the class, or none of both. None: as with make_account(). Raises
        CourseRefused."""
        with transaction.atomic():
            user = self.make_account(invitation.course.time_zone)
            if user is not None:
                invitation.accept(user, now=now)
        return user


class NewcomerForm(AccountForm, JoinForm):
    """A code and an account at once."""

    field_order = ("code",)


class MendForm(forms.Form):
    """The list once more, to be changed."""

    text = forms.CharField(
        label=_("One person a line"),
        help_text=_("Name, user name, e-mail."),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )


class TokenForm(forms.Form):
    token = forms.UUIDField()
