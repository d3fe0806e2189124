"""Setting scores of many learners at once. Nothing is stored before it was seen and confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from studyguide.accounts.sessions import signed_in
from studyguide.courses.access import Access, Right, enter
from studyguide.courses.gradebook import Gradebook
from studyguide.courses.listing import Wish
from studyguide.courses.marks import Asked, confirmed, members_in, typed
from studyguide.courses.marks_forms import MarksForm, WhyForm
from studyguide.courses.models import Course, Mark, Stale, set_marks
from studyguide.courses.refusals import says_refusals
from studyguide.courses.results import results
from studyguide.courses.tables import score_text


def tutors(request: HttpRequest, course: str) -> Access:
    return enter(signed_in(request), course, Right.RESULTS, writes=request.method == "POST")


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def marks(request: HttpRequest, course: str) -> HttpResponse:
    """A sheet is pasted or chosen, and shown as it was understood; or an assignment is chosen, to
    type scores for it."""
    found, now = tutors(request, course).course, timezone.now()
    stand = results(found, now=now, members=None if request.method == "POST" else [])
    form = MarksForm(request.POST, request.FILES, stand=stand) if request.method == "POST" else None
    if form is not None and form.is_valid() and form.asked.is_good:
        return preview(request, found, form.asked, WhyForm())
    asked = form.asked if form is not None and not form.errors else None
    context = {
        "course": found,
        "columns": stand.columns,
        "form": form or MarksForm(stand=stand),
        "asked": asked,
        "again": MarksForm(initial={"text": form.cleaned_data["text"]}, stand=stand)
        if form is not None and asked
        else None,
        "nav": "courses",
    }
    return render(request, "courses/marks.html", context, status=422 if form else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def marks_typed(request: HttpRequest, course: str, assignment: str) -> HttpResponse:
    """The learners of a page, with a field for each."""
    found, now = tutors(request, course).course, timezone.now()
    book = Gradebook.of(found, Wish.of(request.GET.dict()), now=now)
    column = book.stand.column(assignment)
    if column is None:
        raise Http404
    asked = Asked()
    if request.method == "POST":
        asked = typed(book.stand, column, request.POST.dict())
        if asked.is_good:
            return preview(request, found, asked, WhyForm())
    wrong = {each.at: each.text for each in asked.troubles}
    at = book.stand.columns.index(column)
    lines = [
        (one, book.row(one)[at], request.POST.get(f"score-{one.pk}", ""), wrong.get(one.pk, ""))
        for one in book.shown
    ]
    context = {
        "course": found,
        "column": column,
        "book": book,
        "lines": [
            (one, score_text(cell.score), cell, value, why)
            for one, cell, value, why in lines
            if cell is not None
        ],
        "asked": asked,
        "is_sent": request.method == "POST",
        "nav": "courses",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "courses/marks_typed.html", context, status=status)


@require_POST
@says_refusals
def marks_confirm(request: HttpRequest, course: str) -> HttpResponse:
    """All that is ticked is set, or, where another tutor was there meanwhile, nothing; then both
    values are shown."""
    access, now = tutors(request, course), timezone.now()
    found, sent = access.course, request.POST.getlist("shown")
    form, ticked = WhyForm(request.POST), set(request.POST.getlist("change"))
    asked = standing(found, sent)
    chosen = standing(found, [each for each in sent if each in ticked])
    if not asked.changes:
        messages.info(request, _("There was nothing to change: these scores stand already."))
        return redirect("gradebook", found.public_id)
    if not chosen.changes:
        form.add_error(None, _("Tick at least one score, or leave it."))
    elif chosen.is_too_much:
        form.add_error(None, _("At most 500 scores at once: take away some ticks."))
    if form.is_valid():
        try:
            if any(each.meanwhile for each in chosen.changes):
                raise Stale
            count = set_marks(
                [
                    Mark(c.column.assignment, c.learner.membership, c.score, c.cell.terms.revision)
                    for c in chosen.changes
                ],
                reason=form.cleaned_data["reason"],
                by=access.user,
                now=now,
            )
        except Stale:
            asked = standing(found, sent)
            form.add_error(
                None,
                _(
                    "Another tutor changed some of these meanwhile, and nothing was stored. Look "
                    "at what they are now; tick yours again if you still want them."
                ),
            )
        else:
            said = ngettext("One score is set.", "%(n)s scores are set.", count)
            messages.success(request, said % {"n": count})
            return redirect("gradebook", found.public_id)
    return preview(request, found, asked, form, ticked)


def standing(course: Course, sent: Iterable[str]) -> Asked:
    """What was asked for, beside what stands now."""
    given = list(sent)
    stand = results(course, now=timezone.now(), members=members_in(given))
    return confirmed(stand, given)


def preview(
    request: HttpRequest,
    course: Course,
    asked: Asked,
    form: WhyForm,
    ticked: set[str] | None = None,
) -> HttpResponse:
    """Every score before and after. What another tutor changed meanwhile has no tick."""
    changes: list[tuple[Any, bool]] = [
        (each, not each.meanwhile and (ticked is None or each.sent in ticked))
        for each in asked.changes
    ]
    context = {
        "course": course,
        "changes": changes,
        "meanwhile": sum(each.meanwhile for each in asked.changes),
        "ignored": asked.ignored,
        "form": form,
        "nav": "courses",
    }
    status = 422 if form.errors or any(each.meanwhile for each in asked.changes) else 200
    return render(request, "courses/marks_confirm.html", context, status=status)
