"""Whom work is set for: everybody, a group, or learners chosen by name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from studyguide.courses.models import Assignment, Course, Group, Membership

Audience = Assignment.Audience


class AudienceForm(forms.Form):
    audience = forms.ChoiceField(label=_("For whom"), choices=Audience.choices)
    group = forms.ModelChoiceField(
        label=_("Group"), queryset=Group.objects.none(), empty_label=None
    )
    learners = forms.ModelMultipleChoiceField(
        label=_("Learners"),
        queryset=Membership.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def offer_audience(self, course: Course, assignment: Assignment | None) -> None:
        """Nothing is offered that the course has not: no groups, nobody to choose. What is for
        chosen learners stays so, though nobody is there yet to be chosen."""
        group: Any = self.fields["group"]
        group.queryset = course.groups.all()
        learners: Any = self.fields["learners"]
        learners.queryset = (
            course.memberships.learners()
            .select_related("user")
            .order_by("user__display_name", "user__username")
        )
        learners.label_from_instance = lambda membership: membership.user.get_full_name()
        missing = set()
        if not course.groups.exists():
            missing.add(Audience.GROUP)
            del self.fields["group"]
        offered: Any = self.fields["audience"]
        if not course.memberships.learners().exists():
            del self.fields["learners"]
            if assignment is None or assignment.audience != Audience.CHOSEN:
                missing.add(Audience.CHOSEN)
            else:
                offered.help_text = _g("Nobody has joined yet who could be chosen.")
        offered.choices = [pair for pair in Audience.choices if pair[0] not in missing]
        offered.initial = Audience.ALL

    def full_clean(self) -> None:
        """Group and learners are asked for where the choice is for them, as clean() sees to: what
        is not asked for may be missing, and what is shown is not called optional."""
        asked = [self.fields[name] for name in ("group", "learners") if name in self.fields]
        for field in asked:
            field.required = False
        super().full_clean()
        for field in asked:
            field.required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        audience = data.get("audience")
        if audience == Audience.GROUP and not data.get("group") and "group" not in self.errors:
            self.add_error("group", _g("Choose the group."))
        is_asked = "learners" in self.fields
        if audience == Audience.CHOSEN and is_asked and not data.get("learners"):
            self.add_error("learners", _g("Choose at least one learner."))
        return data

    def audience_values(self) -> dict[str, Any]:
        """Columns of the assignment."""
        data = self.cleaned_data
        is_group = data["audience"] == Audience.GROUP
        return {"audience": data["audience"], "group": data["group"] if is_group else None}

    def chosen(self) -> list[Membership] | None:
        """Who was ticked; None where it is not for chosen learners, and ticks say nothing, or where
        there was nobody to tick."""
        if self.cleaned_data["audience"] != Audience.CHOSEN or "learners" not in self.fields:
            return None
        return list(self.cleaned_data["learners"])


def audience_of(assignment: Assignment) -> dict[str, Any]:
    """What the form begins with."""
    chosen = assignment.arrangements.filter(is_chosen=True)
    return {
        "audience": assignment.audience,
        "group": assignment.group_id,
        "learners": list(chosen.values_list("membership", flat=True)),
    }
