from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from quizzes import kinds, scheduling
from quizzes.models import Aim, Draw, Question, Quiz, ReviewCard, ReviewSettings, Topic
from quizzes.rules import Behaviour, Rules

BEHAVIOURS = [
    (Behaviour.IMMEDIATE, _("Feedback after each question")),
    (Behaviour.TRIES, _("Several tries, with hints; each further try costs a third")),
    (Behaviour.DEFERRED, _("Feedback at the end")),
]


class StartForm(forms.Form):
    """How a learner wants to take a quiz for himself. What the quiz settles stays as it is."""

    behaviour = forms.ChoiceField(
        label=_("When you hear how it went"),
        choices=BEHAVIOURS,
        widget=forms.RadioSelect,
        required=False,
    )
    has_certainty = forms.BooleanField(
        label=_("Ask how sure I am"),
        help_text=_("Sure and right earns 3, sure and wrong costs 6; unsure earns 1 or nothing."),
        required=False,
    )

    def __init__(self, *args: Any, quiz: Quiz, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quiz = quiz
        self.fields["behaviour"].initial = quiz.own_rules.behaviour

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("has_certainty") and data.get("behaviour") == Behaviour.TRIES:
            self.add_error(
                "has_certainty",
                _g("Certainty goes with one try: have feedback after each, or at the end."),
            )
        return data

    def rules(self) -> Rules:
        behaviour = self.cleaned_data["behaviour"] or self.quiz.own_rules.behaviour
        changed = {
            "behaviour": Behaviour(behaviour),
            "has_certainty": self.cleaned_data["has_certainty"],
        }
        return self.quiz.own_rules.model_copy(update=changed)


class NewQuizForm(forms.Form):
    count = forms.IntegerField(label=_("How many questions"), min_value=1, max_value=60, initial=10)
    sections = forms.MultipleChoiceField(
        label=_("From these sections"),
        help_text=_("None ticked means all."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Of these kinds"),
        help_text=_("None ticked means all."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    aims = forms.MultipleChoiceField(
        label=_("That ask for"),
        help_text=_("None ticked means all."),
        choices=Aim.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    concepts = forms.MultipleChoiceField(
        label=_("On these terms"),
        help_text=_("None chosen means all. Hold Ctrl or Cmd to choose several."),
        widget=forms.SelectMultiple(attrs={"size": 8}),
        required=False,
    )
    behaviour = forms.ChoiceField(
        label=_("When you hear how it went"),
        choices=BEHAVIOURS,
        widget=forms.RadioSelect,
        initial=Behaviour.IMMEDIATE,
    )

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        topics = list(Topic.objects.filter(source=source))
        of_group = {
            group: [(t.tag, t.label) for t in topics if t.group == group]
            for group in ("section", "concept")
        }
        self.choices("sections", of_group["section"])
        self.choices("concepts", sorted(of_group["concept"], key=lambda c: c[1].casefold()))
        self.choices(
            "kinds", [(f"kind:{name}", kind.label) for name, kind in kinds.kinds().items()]
        )

    def choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def draw(self) -> Draw:
        data = self.cleaned_data
        wanted = [
            *(data[name] for name in ("sections", "kinds", "concepts") if data[name]),
            *([[f"aim:{aim}" for aim in data["aims"]]] if data["aims"] else []),
        ]
        return Draw(data["count"], any_of=wanted)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        draw = self.draw
        rows = Question.objects.drawn().filter(source=self.source)
        found = sum(
            draw.admits(name, tags) for name, tags in rows.values_list("external_id", "tags")
        )
        if found < draw.count:
            message = (
                ngettext(
                    "Only one question fits all of this. Ask for one, or widen the choice.",
                    "Only %(n)d questions fit all of this. Ask for so many, or widen the choice.",
                    found,
                )
                % {"n": found}
                if found
                else _g("No question fits all of this: untick something.")
            )
            self.add_error("count", message)
        return data

    def make(self, owner: Any) -> Quiz:
        count = self.cleaned_data["count"]
        title = ngettext("%(n)d question of your choice", "%(n)d questions of your choice", count)
        return Quiz.objects.make(
            owner=owner,
            source=self.source,
            title=title % {"n": count},
            draws=[self.draw],
            rules=Rules(behaviour=Behaviour(self.cleaned_data["behaviour"])),
        )


LOADS = [("1", _("A full day")), ("0.5", _("Half a day")), ("0", _("None, if it can be helped"))]


class ReviewSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """How a learner wants to review, with what each choice costs him."""

    retention = forms.TypedChoiceField(
        label=_("How sure you want to be"),
        help_text=_(
            "The chance that you still know a card on the day it comes back. Minutes a day are for "
            "your cards as they stand, at the seconds that you give below."
        ),
        coerce=float,
        widget=forms.RadioSelect,
    )
    exam_on = forms.DateField(
        label=_("Exam on"),
        help_text=_(
            "Every card comes back once more in the seven days before it. Leave it empty to call "
            "it off."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
        error_messages={"invalid": _("Write the day as 2027-03-31.")},
    )

    class Meta:
        model = ReviewSettings
        fields = ("retention", "daily_limit", "new_limit", "seconds", "exam_on")
        help_texts = {
            "daily_limit": _("What is over it waits; what has been due longest comes first."),
            "new_limit": _("New cards come after those that are due."),
            "seconds": _("Only for the estimates of minutes. Ours is 20."),
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["retention"].choices = self.costs()  # type: ignore[attr-defined]
        loads = list(self.instance.terms.loads)
        for number, name in WEEKDAYS.items():
            self.fields[f"load_{number}"] = forms.TypedChoiceField(
                label=name, choices=LOADS, coerce=float, initial=f"{loads[number]:g}"
            )

    @cached_property
    def cards(self) -> list[float]:
        """Stabilities of the cards that are kept."""
        mine = ReviewCard.objects.filter(user=self.instance.user_id).active()
        known = mine.filter(stability__isnull=False).values_list("stability", flat=True)
        return [stability for stability in known if stability is not None]

    def costs(self) -> list[tuple[str, str]]:
        costs = scheduling.costs(self.cards, self.instance.seconds)
        own = self.instance.retention
        if own not in costs:
            costs[own] = scheduling.minutes_a_day(self.cards, self.instance.seconds, own)
        return [
            (
                f"{retention:g}",
                _g("%(percent)d%%, about %(minutes)s min a day")
                % {"percent": round(100 * retention), "minutes": f"{minutes:.1f}"}
                if self.cards
                else f"{round(100 * retention)}%",
            )
            for retention, minutes in sorted(costs.items())
        ]

    @property
    def days(self) -> list[Any]:
        return [self[f"load_{number}"] for number in WEEKDAYS]

    def clean_exam_on(self) -> date | None:
        day: date | None = self.cleaned_data["exam_on"]
        if day is not None and day <= self.today and day != self.instance.exam_on:
            raise forms.ValidationError(_g("Name a day from tomorrow on, or leave it empty."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        loads = [data.get(f"load_{number}", 1.0) for number in WEEKDAYS]
        if not any(loads):
            self.add_error("load_0", _g("Leave at least one day for reviews."))
        self.instance.loads = [] if all(load == 1 for load in loads) else loads
        return data
