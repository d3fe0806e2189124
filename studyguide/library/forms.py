from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from studyguide.library.models import Original
from studyguide.library.originals.blocks import Unreadable, decode
from studyguide.library.originals.parse import Parsed, parse


class OriginalForm(forms.Form):
    """A copy of the article: a file, or its text."""

    file = forms.FileField(
        label=_("A file"),
        required=False,
        help_text=_("Plain text, a saved web page, or Markdown; up to 2 MB."),
    )
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Open the article, select all, copy, paste it here. Broken lines are mended."),
    )
    credit = forms.CharField(
        label=_("Whose text it is"),
        max_length=300,
        help_text=_("Shown above it, such as: © the author and the paper; my own copy."),
    )

    parsed: Parsed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            upload = cleaned.get("file")
            source = decode(upload.read()) if upload else cleaned.get("text", "")
            if not source.strip():
                raise Unreadable(str(_("Choose a file, or paste the text.")))
            self.parsed = parse(source)
        except Unreadable as error:
            self.add_error("file" if cleaned.get("file") else "text", str(error))
            return cleaned
        if not self.parsed.paragraphs:
            self.add_error(
                "text",
                _("No paragraph was found in it, only short lines. Paste the whole text."),
            )
        cleaned["source"] = source
        return cleaned


class ShareForm(forms.Form):
    """Staff may let every signed-in reader see a copy, and say by what right."""

    is_shared = forms.BooleanField(label=_("Show it to everybody who is signed in"), required=False)
    right = forms.CharField(
        label=_("By what right"),
        max_length=300,
        required=False,
        help_text=_("Such as: with the publisher’s permission of 3 May; or a licence."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("is_shared") and not cleaned.get("right", "").strip():
            self.add_error(
                "right",
                _("Say by what right it is shown to others, or leave it private."),
            )
        return cleaned

    @property
    def audience(self) -> Original.Audience:
        is_shared = self.cleaned_data.get("is_shared")
        return Original.Audience.SIGNED_IN if is_shared else Original.Audience.PRIVATE
