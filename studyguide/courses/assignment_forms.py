"""What tutors type about assignments, by the clock on their course's wall."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from quizzes.models import Quiz
from quizzes.rules import Behaviour, Counts, Rules
from studyguide.courses import due
from studyguide.courses.audience_forms import AudienceForm, audience_of
from studyguide.courses.models import Assignment, Course, closing
from studyguide.courses.wall_forms import WALL, WallField, WallForm
from studyguide.library.models import Section

Kind = Assignment.Kind
COUNTS = [
    (Counts.BEST, _("the best attempt")),
    (Counts.LAST, _("the last attempt")),
    (Counts.FIRST, _("the first attempt")),
    (Counts.AVERAGE, _("the average of all attempts")),
]
BEHAVIOURS = [
    (Behaviour.DEFERRED, _("after handing in")),
    (Behaviour.IMMEDIATE, _("after each question")),
    (Behaviour.TRIES, _("after each question, with several tries")),
]
RELEASES = [
    ("at_once", _("as soon as they hand in")),
    ("after_close", _("when the assignment has closed")),
    ("by_hand", _("when I release them")),
]
TIMES = ("opens_at", "due_at", "closes_at")


class PerCentField(forms.FloatField):
    """Typed as per cent, kept as a share."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=0,
            max_value=100,
            step_size=None,
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_value"), _("Write a number from 0 to 100.")
            ),
            **options,
        )
        self.widget.attrs["step"] = "any"

    def clean(self, value: Any) -> float | None:
        found = super().clean(value)
        return None if found is None else round(found / 100, 6)

    def prepare_value(self, value: Any) -> Any:
        return f"{round(value * 100, 4):g}" if isinstance(value, float) else value


class AssignmentForm(AudienceForm, WallForm):
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        error_messages={"required": _("Give it a title.")},
    )
    instructions = forms.CharField(
        label=_("Instructions"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sections = forms.TypedMultipleChoiceField(
        label=_("Sections"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one section.")},
    )
    quiz = forms.ChoiceField(
        label=_("Quiz"),
        help_text=_(
            "Its questions are open to everybody as practice, so learners may have met them. While "
            "one is in an attempt of theirs that is open or not released, its answer is shown to "
            "them nowhere."
        ),
    )
    days = forms.IntegerField(
        label=_("On how many different days"), min_value=1, max_value=366, initial=5
    )
    opens_at = WallField(label=_("Opens"), required=False)
    due_at = WallField(label=_("Due"), required=False)
    closes_at = WallField(label=_("Closes"), required=False)
    late = forms.ChoiceField(
        label=_("Late work"), choices=Assignment.Late.choices, initial=Assignment.Late.FULL
    )
    late_penalty = PerCentField(
        label=_("Each late day costs, in per cent"),
        required=False,
        help_text=_("Only where late work loses a share."),
    )
    attempts = forms.IntegerField(
        label=_("Attempts"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=_("Empty: as many as they like."),
    )
    minutes = forms.IntegerField(
        label=_("Minutes for an attempt"),
        min_value=1,
        max_value=1440,
        required=False,
        help_text=_("Empty: no limit. Extra time that you arranged is added for each learner."),
    )
    behaviour = forms.ChoiceField(
        label=_("They hear how it went"), choices=BEHAVIOURS, initial=Behaviour.DEFERRED
    )
    counts = forms.ChoiceField(label=_("What counts"), choices=COUNTS, initial=Counts.BEST)
    release = forms.ChoiceField(label=_("Scores are seen"), choices=RELEASES, initial="at_once")
    required_score = PerCentField(
        label=_("Required score, in per cent"),
        required=False,
        help_text=_("Empty: handing in is enough."),
    )
    weight = forms.FloatField(
        label=_("Weight in the total"),
        min_value=0,
        max_value=1000,
        initial=1,
        help_text=_("0: it is not marked."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    field_order = (
        *("title", "instructions", "sections", "quiz", "days"),
        *("audience", "group", "learners"),
    )
    OF_QUIZZES = (
        *("quiz", "attempts", "minutes", "behaviour", "counts", "release", "required_score"),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        course: Course,
        kind: str,
        user: Any,
        assignment: Assignment | None = None,
    ) -> None:
        self.course, self.kind, self.assignment = course, kind, assignment
        if assignment is not None:
            self.began_with = {name: getattr(assignment, name) for name in TIMES}
        super().__init__(data, initial=None if assignment is None else initial_of(assignment))
        unwanted = {
            *(() if kind == Kind.QUIZ else self.OF_QUIZZES),
            *(() if kind == Kind.REVIEW else ("days",)),
            *(() if kind in {Kind.READ, Kind.ANSWER} else ("sections",)),
        }
        for name in unwanted:
            del self.fields[name]
        if kind == Kind.REVIEW:
            for name in ("opens_at", "due_at"):
                self.fields[name].required = True
        if "sections" in self.fields:
            self.known = sections_of(course)
            self.fields["sections"].choices = [  # type: ignore[attr-defined]
                (pk, f"{section.number} {section.title}") for pk, section in self.known.items()
            ]
        if "quiz" in self.fields:
            self.quizzes = quizzes_of(course, user, assignment)
            self.fields["quiz"].choices = [  # type: ignore[attr-defined]
                (public_id, sized(quiz)) for public_id, quiz in self.quizzes.items()
            ]
        self.offer_audience(course, assignment)
        self.set_zone()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors:
            try:
                Assignment(course=self.course, **self.values()).clean()
            except ValidationError as wrong:
                for name, found in wrong.message_dict.items():
                    self.add_error(name, found)
        if not self.errors and self.waits_for_nothing():
            self.add_error("closes_at", _g("Say when it closes: the scores wait for that."))
        self.say_times()
        return data

    def waits_for_nothing(self) -> bool:
        """Whether scores are to come out at a closing that never is: they would at once."""
        data, at = self.cleaned_data, self.instants()
        is_last = data.get("release") == "after_close"
        return is_last and closing(at["due_at"], at["closes_at"], data["late"]) is None

    def values(self) -> dict[str, Any]:
        """Columns of the assignment."""
        data = self.cleaned_data
        values: dict[str, Any] = {
            "title": data["title"],
            "instructions": data["instructions"],
            "late": data["late"],
            "late_penalty": (data["late_penalty"] or 0.0)
            if data["late"] == Assignment.Late.PENALTY
            else 0.0,
            "weight": data["weight"],
            **self.audience_values(),
            **self.instants(),
        }
        if self.assignment is None:
            values["kind"] = self.kind
        if self.kind == Kind.QUIZ:
            values |= {
                "quiz": self.quizzes[data["quiz"]],
                "rules": self.rules().snapshot(),
                "required_score": data["required_score"],
            }
        elif self.kind == Kind.REVIEW:
            values["days"] = data["days"]
        else:
            values["article"] = self.asked()[0].article
        return values

    def rules(self) -> Rules:
        data = self.cleaned_data
        quiz = self.quizzes[data["quiz"]]
        return quiz.own_rules.model_copy(
            update={
                "attempts": data["attempts"],
                "seconds": data["minutes"] * 60 if data["minutes"] else None,
                "behaviour": Behaviour(data["behaviour"]),
                "has_certainty": quiz.own_rules.has_certainty
                and data["behaviour"] != Behaviour.TRIES,
                "counts": Counts(data["counts"]),
                "release": data["release"],
            }
        )

    def asked(self) -> list[Section]:
        return [self.known[pk] for pk in self.cleaned_data.get("sections", ())]


def sized(quiz: Quiz) -> str:
    """What a tutor chooses by, and sets a time limit for."""
    said = ngettext("%(title)s (%(n)d question)", "%(title)s (%(n)d questions)", quiz.size)
    return said % {"title": quiz.title, "n": quiz.size}


def sections_of(course: Course) -> dict[int, Section]:
    rows = Section.objects.current().filter(article__course_articles__course=course)
    ordered = rows.order_by("article__course_articles__position", "number")
    return {row.pk: row for row in ordered.select_related("article")}


def quizzes_of(course: Course, user: Any, assignment: Assignment | None) -> dict[str, Quiz]:
    """Those on the course's articles that the tutor may read; and the one that is set."""
    sources = course.course_articles.values("article__slug")
    rows = Quiz.objects.current().readable_by(user).filter(source__in=sources).order_by("pk")
    found = {row.public_id: row for row in rows}
    if assignment is not None and assignment.quiz is not None:
        found.setdefault(assignment.quiz.public_id, assignment.quiz)
    return found


def initial_of(assignment: Assignment) -> dict[str, Any]:
    zone = assignment.course.time_zone
    walls = {
        name: due.wall_of(at, zone).strftime(WALL)
        for name in TIMES
        if (at := getattr(assignment, name)) is not None
    }
    plain = ("title", "instructions", "days", "late", "required_score", "weight", "revision")
    initial = {name: getattr(assignment, name) for name in plain}
    initial["late_penalty"] = assignment.late_penalty or None
    if assignment.quiz is not None:
        rules = assignment.own_rules
        initial |= {
            "quiz": assignment.quiz.public_id,
            "attempts": rules.attempts,
            "minutes": rules.seconds // 60 if rules.seconds else None,
            "behaviour": rules.behaviour,
            "counts": rules.counts,
            "release": rules.release,
        }
    sections = assignment.sections.values_list("section", flat=True)
    return {**initial, **walls, **audience_of(assignment), "sections": list(sections)}


class ReasonForm(forms.Form):
    """What is changed for one learner, with why, over the revision that was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("The learner sees it. Do not enter a diagnosis."),
        error_messages={"required": _("Say why: the learner sees the reason.")},
    )


class OverrideForm(ReasonForm):
    score = PerCentField(
        label=_("Score, in per cent"),
        required=False,
        help_text=_("Empty: what was worked for counts again."),
    )
    field_order = ("score", "reason", "revision")


class ExcuseForm(ReasonForm):
    is_excused = forms.BooleanField(label=_("Excused"), required=False)
    field_order = ("is_excused", "reason", "revision")


class ExtensionForm(ReasonForm, WallForm):
    due_at = WallField(label=_("Due for this learner"), required=False)
    closes_at = WallField(label=_("Closes for this learner"), required=False)
    extra_tries = forms.IntegerField(
        label=_("Further attempts"), min_value=0, max_value=100, initial=0
    )
    time_multiplier = forms.FloatField(
        label=_("Time for an attempt, times"), min_value=1, max_value=10, initial=1
    )
    field_order = ("due_at", "closes_at", "extra_tries", "time_multiplier", "reason", "revision")

    def __init__(self, *args: Any, assignment: Assignment, **options: Any) -> None:
        super().__init__(*args, **options)
        self.course = assignment.course
        if assignment.kind != Kind.QUIZ:
            del self.fields["extra_tries"], self.fields["time_multiplier"]
        self.set_zone()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.say_times()
        return data

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **self.instants(),
            "extra_tries": data.get("extra_tries", 0),
            "time_multiplier": data.get("time_multiplier", 1.0),
        }


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReportForm(WallForm):
    """As at which moment a report is made."""

    at = WallField(label=_("As at"), required=False)
    lasts = ("at",)

    def __init__(self, *args: Any, course: Course, **options: Any) -> None:
        super().__init__(*args, **options)
        self.course = course
        self.set_zone()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.say_times()
        return data
