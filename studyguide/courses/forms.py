from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.forms import zones
from studyguide.courses.models import Course, Group, Membership
from studyguide.courses.models.joining import CODE_LASTS
from studyguide.library.models import Article

LONGEST = 400  # days that a code may last
FARTHEST = 3660  # days from one term to another


class CourseForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a course is called and how it is kept."""

    articles = forms.ModelMultipleChoiceField(
        label=_("Texts"),
        queryset=Article.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one text.")},
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("Due dates are kept by the clock there.")
    )

    class Meta:
        model = Course
        fields = ["title", "about", "time_zone", "shows_names", "is_approval_needed"]
        labels = {
            "title": _("Name"),
            "about": _("About this class"),
            "shows_names": _("Learners see each other's names"),
            "is_approval_needed": _("I approve who joins by code"),
        }
        error_messages = {"title": {"required": _("Give the class a name.")}}
        widgets = {"about": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["articles"].queryset = Article.objects.order_by("pk")  # type: ignore[attr-defined]


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        messages = {
            "required": _("Name a day, such as 2027-03-31."),
            "invalid": _("Write the day as year-month-day, such as 2027-03-31."),
        }
        super().__init__(error_messages=messages, **options)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and not 1970 <= day.year <= 2999:
            raise forms.ValidationError(_g("Write a year from 1970 to 2999."))
        return day


class CopyForm(forms.Form):
    """A class once more: every date moves by the days between two first days."""

    title = forms.CharField(
        label=_("Name of the new class"),
        max_length=120,
        error_messages={"required": _("Give the class a name.")},
    )
    old_first_on = DayField(label=_("First day of the old term"))
    new_first_on = DayField(label=_("First day of the new term"))

    @property
    def days(self) -> int:
        between = self.cleaned_data["new_first_on"] - self.cleaned_data["old_first_on"]
        return int(between.days)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "old_first_on" in data and "new_first_on" in data and abs(self.days) > FARTHEST:
            self.add_error("new_first_on", _g("Choose a day within ten years of the old term."))
        return data


class DeleteForm(forms.Form):
    """The name of the class, typed to delete it."""

    name = forms.CharField(
        label=_("Name of the class"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type the name of the class.")},
    )

    def __init__(self, data: Any = None, *, course: Course) -> None:
        super().__init__(data)
        self.course = course

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if " ".join(name.split()).casefold() != " ".join(self.course.title.split()).casefold():
            raise forms.ValidationError(_g("That is not the name. Nothing was deleted."))
        return name


class JoinForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Ten letters and digits, as your tutor shows them."),
        error_messages={"required": _("Type the code, such as it stands on the wall or sheet.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class CodeForm(forms.Form):
    days = forms.IntegerField(
        label=_("Good for so many days"), min_value=1, max_value=LONGEST, initial=CODE_LASTS.days
    )
    seats = forms.IntegerField(
        label=_("At most so many learners"), min_value=1, max_value=10_000, required=False
    )

    def expires_at(self, now: datetime) -> datetime:
        return now + timedelta(days=self.cleaned_data["days"])


class ShareForm(forms.Form):
    """By what right a class may read a tutor's copy."""

    right = forms.CharField(
        label=_("Your right to share it"),
        max_length=300,
        help_text=_("Such as: bought for this class; or a licence; or its author said yes."),
        error_messages={"required": _("Say what gives you the right to share this text.")},
    )


class AdjustmentsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Membership
        fields = ["time_multiplier", "is_untimed_practice", "note"]
        labels = {
            "time_multiplier": _("Time at quizzes, times"),
            "is_untimed_practice": _("No time limit where nothing is marked"),
            "note": _("Note"),
        }
        help_texts = {
            "time_multiplier": _("1 is as everybody; 1.25 is a quarter more."),
            "note": _("The learner and the tutors read it. Do not enter a diagnosis."),
        }
        widgets = {"time_multiplier": forms.NumberInput(attrs={"min": 1, "max": 10, "step": 0.05})}


class GroupForm(forms.Form):
    """A group's name and who is in it."""

    name = forms.CharField(
        label=_("Name"), max_length=80, error_messages={"required": _("Give the group a name.")}
    )
    members = forms.ModelMultipleChoiceField(
        label=_("Learners"),
        queryset=Membership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, course: Course, group: Group | None) -> None:
        initial: dict[str, Any] = {}
        if group:
            places = group.places.values_list("membership", flat=True)
            initial = {"name": group.name, "members": list(places)}
        super().__init__(data, initial=initial)
        self.course, self.group = course, group
        field: Any = self.fields["members"]
        field.queryset = (
            course.memberships.learners()
            .select_related("user")
            .order_by("user__display_name", "user__username")
        )
        field.label_from_instance = lambda membership: membership.user.get_full_name()

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = self.course.groups.filter(name=name)
        if self.group:
            others = others.exclude(pk=self.group.pk)
        if others.exists():
            raise forms.ValidationError(_g("There is a group of that name. Choose another."))
        return name

    def save(self) -> Group:
        group = self.group or Group(course=self.course)
        group.name = self.cleaned_data["name"]
        group.save()
        group.set_members(self.cleaned_data["members"])
        return group
