"""Times that are typed by the clock on a course's wall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _g

from studyguide.courses import due
from studyguide.courses.models import Course

WALL = "%Y-%m-%dT%H:%M"


class WallField(forms.CharField):
    """A wall time, naive; the form that holds it knows the zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WALL)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, datetime) or value in self.empty_values:
            return value or None
        typed = str(value).strip()
        try:
            wall = datetime.fromisoformat(typed)
        except ValueError:
            wall = None
        if wall is None or wall.tzinfo is not None or ":" not in typed:
            raise ValidationError(_g("Write day and time as 2026-12-19 18:00."))
        if not 1970 <= wall.year <= 2999:
            raise ValidationError(_g("Write a year from 1970 to 2999."))
        return wall


class WallForm(forms.Form):
    """Times typed by a course's clock, and said in words once they are known."""

    course: Course
    lasts: tuple[str, ...] = ("due_at", "closes_at")  # of two such times the later is meant
    began_with: Mapping[str, datetime | None] = {}  # instants that it shows

    def instants(self) -> dict[str, datetime | None]:
        return {
            name: None if typed is None else typed.at for name, typed in self.typed_times().items()
        }

    def typed_times(self) -> dict[str, due.Typed | None]:
        names = [name for name, field in self.fields.items() if isinstance(field, WallField)]
        return {name: self.typed_time(name) for name in names}

    def typed_time(self, name: str) -> due.Typed | None:
        """What is left as it was shown, to the minute, is left as it was."""
        wall, known, zone = (
            self.cleaned_data.get(name),
            self.began_with.get(name),
            self.course.time_zone,
        )
        if not wall:
            return None
        typed = due.read(wall, zone, is_last=name in self.lasts)
        if known and due.wall_of(known, zone).replace(second=0, microsecond=0) == wall:
            return replace(typed, at=known)
        return typed

    def set_zone(self) -> None:
        for field in self.fields.values():
            if isinstance(field, WallField):
                field.help_text = _g("By the clock of %(zone)s.") % {"zone": self.course.time_zone}

    def echo(self) -> list[tuple[str, str]]:
        """Each time that was typed, in words that leave nothing to guess."""
        return [
            (str(self.fields[name].label), typed.words)
            for name, typed in self.typed_times().items()
            if typed is not None
        ]

    def say_times(self) -> None:
        """Put the words beside the fields of a form that comes back."""
        if not self.is_bound:
            return
        for name, typed in self.typed_times().items():
            if typed is not None:
                self.fields[name].help_text = typed.words
