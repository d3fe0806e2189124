"""Objections to how questions were judged: a learner makes one, the tutors of the course decide,
and what is wrong in the text's questions goes on to those who keep them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes.asked import asked
from quizzes.grading import is_right
from quizzes.kinds import mark
from quizzes.models import Attempt, AttemptQuestion, Change, Regrade, Ruling
from quizzes.references import links
from studyguide.accounts.sessions import signed_in
from studyguide.courses import limits
from studyguide.courses.access import Access, Right, enter
from studyguide.courses.models import Challenge, CourseRefused, Membership, PackReport
from studyguide.courses.refusals import says_refusals
from studyguide.courses.tables import score_text

DECLINE = Challenge.State.DECLINED
DECISIONS = [*Ruling.Kind.choices, (DECLINE.value, _l("leave it as it is"))]


class ChallengeForm(forms.Form):
    text = forms.CharField(
        label=_l("What is wrong with how it was judged?"),
        help_text=_l("The tutors of your class read it. Name the sentence that proves it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _l("Say in a sentence what is wrong.")},
    )


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_l("For this class"),
        choices=DECISIONS,
        widget=forms.RadioSelect,
        error_messages={"required": _l("Choose what to do.")},
    )
    reply = forms.CharField(
        label=_l("Reply, shown to everybody whose mark it changes"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _l("Say why, in a sentence.")},
    )

    def __init__(self, *args: Any, has_answer: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not has_answer:
            choices = [each for each in DECISIONS if each[0] != Ruling.Kind.ACCEPT]
            self.fields["decision"].choices = choices  # type: ignore[attr-defined]


class PackReportForm(forms.Form):
    text = forms.CharField(
        label=_l("What is wrong with the question itself?"),
        help_text=_l("Those who keep the questions read it, with your name and no learner's."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _l("Say in a sentence what is wrong.")},
    )


class SettleForm(forms.Form):
    answer = forms.CharField(
        label=_l("What was done about it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _l("Say in a sentence what was done.")},
    )


# The learner's side


@require_http_methods(["GET", "HEAD", "POST"])
def challenge_new(request: HttpRequest, taken: str, question: int) -> HttpResponse:
    """Object to how an own answer was judged; later, what became of it."""
    user = signed_in(request)
    now = timezone.now()
    found = get_object_or_404(
        Attempt.objects.at_quizzes().select_related("quiz"), user=user, public_id=taken
    )
    rows = AttemptQuestion.objects.select_related("version", "response", "question")
    row = get_object_or_404(rows, attempt=found, question=question)
    row.attempt = found
    if not found.is_released(now) or found.is_held:
        raise Http404
    members = Membership.objects.active().select_related("course")
    member = get_object_or_404(members, user=user, course__public_id=course_of(found))
    form = ChallengeForm(request.POST or None)
    made = list(row.challenges.filter(membership=member).select_related("ruling").order_by("-pk"))
    if request.method == "POST" and form.is_valid():
        try:
            may = limits.may_challenge(user.pk, now.timestamp())
            if not may:
                raise CourseRefused(_("That is enough for now. Try again in an hour."))
            Challenge.make(row, member, text=form.cleaned_data["text"], now=now)
        except CourseRefused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Your tutors will see it."))
            return redirect("challenge_new", taken, question)
    context = {
        "attempt": found,
        "course": member.course,
        "q": asked(row, found, now=now),
        "form": form,
        "made": made,
        "is_waiting": any(each.state == Challenge.State.OPEN for each in made),
        "nav": "courses",
    }
    return render(
        request, "courses/challenge_new.html", context, status=422 if form.errors else 200
    )


def course_of(attempt: Attempt) -> str:
    return attempt.scope.removeprefix("course:")


# The tutors'


@require_safe
def challenges(request: HttpRequest, course: str) -> HttpResponse:
    """What waits, what was decided, and the rulings in force."""
    access = enter(signed_in(request), course, Right.RESULTS)
    found = list(
        access.course.challenges.select_related(
            "membership__user", "attempt_question__version", "ruling"
        )
    )
    context = {
        "course": access.course,
        "waiting": [each for each in found if each.state == Challenge.State.OPEN],
        "decided": [each for each in found[::-1] if each.state != Challenge.State.OPEN],
        "rulings": Ruling.objects.in_force(access.course.scope).select_related("version", "by"),
        "nav": "courses",
    }
    return render(request, "courses/challenges.html", context)


def own(access: Access, challenge: int) -> Challenge:
    rows = access.course.challenges.select_related(
        "membership__user",
        "attempt_question__version__question",
        "attempt_question__response",
        "ruling",
    )
    found = get_object_or_404(rows, pk=challenge)
    found.course = access.course
    return found


def page(
    request: HttpRequest,
    found: Challenge,
    *,
    decision: DecisionForm | None = None,
    report: PackReportForm | None = None,
    changes: list[Change] | None = None,
) -> HttpResponse:
    """`changes`: what the decision would change, when that was asked for."""
    row = found.attempt_question
    version, value = row.version, row.response.value if row.response else None
    body = version.load()
    bound = [form for form in (decision, report) if form is not None]
    context = {
        "course": found.course,
        "challenge": found,
        "version": version,
        "answer": "" if value is None else version.kind_class.words(version.shown, value),
        "is_right": is_right(mark(body, value).fraction),
        "key": body.answer(),
        "places": links(version.evidence),
        "decision": decision or DecisionForm(has_answer=value is not None),
        "report": report or PackReportForm(auto_id="report_%s"),
        "form": next(iter(bound), None),
        "changes": None if changes is None else told(found, changes),
        "nav": "courses",
    }
    is_wrong = any(form.errors for form in bound)
    return render(request, "courses/challenge.html", context, status=422 if is_wrong else 200)


def told(found: Challenge, changes: list[Change]) -> list[tuple[str, str, str]]:
    """Who, and what the answer was and would be worth."""
    names = {
        each.user_id: each.user.get_full_name()
        for each in found.course.memberships.select_related("user")
    }
    return [
        (
            names.get(change.row.attempt.user_id, _("somebody who left")),
            worth(change.before, is_out=change.was_excluded),
            worth(change.after, is_out=change.is_excluded),
        )
        for change in changes
    ]


def worth(fraction: float | None, *, is_out: bool) -> str:
    return _("left out") if is_out else f"{score_text(fraction)}%"


@require_safe
def challenge(request: HttpRequest, course: str, challenge: int) -> HttpResponse:
    access = enter(signed_in(request), course, Right.RESULTS)
    return page(request, own(access, challenge))


@require_POST
@says_refusals
def challenge_decide(request: HttpRequest, course: str, challenge: int) -> HttpResponse:
    """Show what a decision would change; apply it once that was shown."""
    access = enter(signed_in(request), course, Right.RESULTS, writes=True)
    found = own(access, challenge)
    response = found.attempt_question.response
    form = DecisionForm(
        request.POST, has_answer=response is not None and response.value is not None
    )
    if not form.is_valid():
        return page(request, found, decision=form)
    decision, reply = form.cleaned_data["decision"], form.cleaned_data["reply"]
    is_shown = request.POST.get("shown") == decision
    if request.POST.get("act") != "apply" or not is_shown:
        thought = None if decision == DECLINE else found.ruling_of(decision, reply)
        return page(
            request, found, decision=form, changes=Regrade.preview(access.course.scope, thought)
        )
    by: dict[str, Any] = {"reply": reply, "by": access.user, "now": timezone.now()}
    is_done = found.decide(DECLINE, **by) if decision == DECLINE else found.rule(decision, **by)
    if is_done:
        messages.success(request, _("Decided. Those whom it concerns see it with their results."))
    else:
        messages.info(request, _("Another tutor decided this meanwhile. Nothing was changed."))
    return redirect("challenges", course)


@require_POST
@says_refusals
def ruling_withdraw(request: HttpRequest, course: str, ruling: int) -> HttpResponse:
    """Take a ruling back: everybody is graded by what is left in force."""
    access = enter(signed_in(request), course, Right.RESULTS, writes=True)
    found = get_object_or_404(Ruling, scope=access.course.scope, pk=ruling)
    now = timezone.now()
    if found.withdraw(by=access.user, now=now):
        access.course.record("ruling.withdraw", by=access.user, now=now, ruling=found.pk)
        messages.success(request, _("Taken back. Marks are what they were without it."))
    return redirect("challenges", course)


# Those who keep the questions


@require_POST
@says_refusals
def pack_report_new(request: HttpRequest, course: str, challenge: int) -> HttpResponse:
    """Tell those who keep the questions what is wrong with one. No learner is named."""
    access = enter(signed_in(request), course, Right.RESULTS, writes=True)
    found = own(access, challenge)
    form = PackReportForm(request.POST, auto_id="report_%s")
    if not form.is_valid():
        return page(request, found, report=form)
    PackReport.make(
        found.attempt_question.version,
        course=access.course,
        text=form.cleaned_data["text"],
        by=access.user,
        now=timezone.now(),
    )
    messages.success(request, _("Reported to those who keep the questions."))
    return redirect("challenge", course, found.pk)


def reports(request: HttpRequest, unsettled: SettleForm | None = None, pk: int = 0) -> HttpResponse:
    found = PackReport.objects.select_related("version", "by", "settled_by")
    rows = [
        (each, unsettled if each.pk == pk and unsettled else SettleForm(auto_id=f"r{each.pk}_%s"))
        for each in found
    ]
    context = {"reports": rows, "form": unsettled, "nav": "courses"}
    return render(request, "courses/pack_reports.html", context, status=422 if unsettled else 200)


@require_safe
def pack_reports(request: HttpRequest) -> HttpResponse:
    """What tutors found wrong in questions. For staff, who keep them."""
    if not signed_in(request).is_staff:
        raise Http404
    return reports(request)


@require_POST
def pack_report_settle(request: HttpRequest, report: int) -> HttpResponse:
    user = signed_in(request)
    if not user.is_staff:
        raise Http404
    found = get_object_or_404(PackReport, pk=report)
    form = SettleForm(request.POST, auto_id=f"r{found.pk}_%s")
    if not form.is_valid():
        return reports(request, form, found.pk)
    if found.settle(answer=form.cleaned_data["answer"], by=user, now=timezone.now()):
        messages.success(request, _("Settled."))
    return redirect("pack_reports")
