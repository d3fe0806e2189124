"""What a course is asked to do: tutors set it, learners see what is due and begin it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes.models import Attempt, AttemptRefused
from studyguide.accounts.sessions import signed_in
from studyguide.courses import due, taking
from studyguide.courses.access import Access, Right, enter
from studyguide.courses.assignment_forms import AssignmentForm
from studyguide.courses.columns import Column, SectionColumn
from studyguide.courses.lines import share_done
from studyguide.courses.listing import Wish
from studyguide.courses.models import (
    Arrangement,
    Assignment,
    Course,
    CourseRefused,
    Membership,
    Stale,
    choose,
)
from studyguide.courses.results import Results, results
from studyguide.courses.tables import Due, dues, dues_of, median_text, section_progress
from studyguide.courses.taking import Taking

Kind = Assignment.Kind


@require_safe
def assignments(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course)
    now = timezone.now()
    context: dict[str, Any] = {"access": access, "course": access.course, "nav": "courses"}
    if access.may(Right.TEACH):
        stand = results(access.course, now=now, has_drafts=True)
        shows = access.may(Right.RESULTS)
        context["rows"] = [row_of(stand, column, now, shows=shows) for column in stand.columns]
        context["learners"] = len(stand.learners)
    else:
        context["dues"] = dues_of(access, now)
    return render(request, "courses/assignments.html", context)


def row_of(stand: Results, column: Column, now: datetime, *, shows: bool) -> dict[str, Any]:
    """An assignment in the tutor's list, with how far the course is."""
    found = Due.of(column, None, stand.course.time_zone, now)
    row: dict[str, Any] = {"one": found, "assignment": column.assignment}
    if shows:
        cells = [c for one in stand.learners if (c := stand.cell(one, column)) is not None]
        done = sum(cell.state.is_done for cell in cells)
        row |= {
            "done": done,
            "of": len(cells),
            "share": round(100 * done / len(cells), 2) if cells else 0,
            "median": median_text(share_done(column, cell) for cell in cells),
        }
    return row


@require_safe
def assignment(request: HttpRequest, course: str, assignment: str) -> HttpResponse:
    """What is asked, by when, and for a learner how he stands."""
    access = enter(signed_in(request), course)
    now = timezone.now()
    context: dict[str, Any] = {"access": access, "course": access.course, "nav": "courses"}
    if access.may(Right.TEACH):
        shows = access.may(Right.RESULTS)
        members: list[int] | None = None if shows else []
        stand = results(access.course, now=now, members=members, has_drafts=True)
        column = stand.column(assignment)
        if column is None:
            raise Http404
        found = Due.of(column, None, access.course.time_zone, now)
        one = column.assignment
        context |= {"readers": readers_of(one), "is_for_nobody": is_for_nobody(one)}
        context |= {"shows": shows, "waits": waits_for_release(one)}
        if found.is_published:
            context |= {"reached": reached(stand, column), "by_it": Wish(sort=assignment).query()}
        if one.quiz is not None:
            context["facts"] = taking.facts(one.own_rules, one.quiz.size)
    else:
        stand = results(access.course, now=now, members=[access.member.pk])
        known = {each.assignment.public_id: each for each in dues(stand, now)}
        if assignment not in known:
            raise Http404
        found = known[assignment]
        arrangement = found.assignment.arrangements.filter(membership=access.member).first()
        context["notes"] = notes_of(access, found, arrangement)
        asked = sections_of(stand, found)
        undone = (column.section for column, _said, is_done in asked if not is_done)
        context |= {"sections": asked, "goes_on": next(undone, None)}
        if found.assignment.quiz is not None:
            own_taking = Taking.of(found.assignment, access.member, arrangement, now)
            context |= {"taking": own_taking, "facts": own_taking.facts}
    context |= {"one": found, "assignment": found.assignment}
    return render(request, "courses/assignment.html", context)


def reached(stand: Results, column: Column) -> list[tuple[str, int]]:
    """How many learners stand where, and nothing of where nobody stands."""
    tally = stand.tally([stand.cell(one, column) for one in stand.learners])
    return [(str(state.label), count) for state, count in tally.items() if count]


def sections_of(stand: Results, found: Due) -> list[tuple[SectionColumn, str, bool]]:
    """The sections that it asks for, with how far the one learner of these results is in each,
    and whether that is all that is asked."""
    asked = {section for section, _needed in found.column.asked}
    is_reading = found.column.is_reading
    return [
        (column, section_progress(share), share.is_read if is_reading else share.is_answered)
        for column, share in stand.shares(stand.learners[0])
        if column.pk in asked
    ]


def is_for_nobody(assignment: Assignment) -> bool:
    """For a group in which no learner is."""
    if assignment.group is None:
        return False
    return not Membership.objects.learners().filter(places__group=assignment.group).exists()


def waits_for_release(assignment: Assignment) -> bool:
    """Whether anything is there to be released that does not come out by itself."""
    waiting = Attempt.objects.submitted().filter(context=assignment.context, released_at=None)
    return assignment.quiz is not None and waiting.exists()


def readers_of(assignment: Assignment) -> str:
    """For whom it is, as tutors read it."""
    match assignment.audience:
        case Assignment.Audience.GROUP:
            return str(assignment.group)
        case Assignment.Audience.CHOSEN:
            chosen = Membership.objects.learners().filter(
                arrangements__assignment=assignment, arrangements__is_chosen=True
            )
            names = [each.user.get_full_name() for each in chosen.select_related("user")]
            return ", ".join(sorted(names, key=str.casefold)) or _("nobody yet")
        case _:
            return _("Everybody")


def notes_of(access: Access, found: Due, arrangement: Arrangement | None) -> dict[str, Any]:
    """What tutors said and arranged, as the learner may see it."""
    comments = access.course.memberships.get(pk=access.member.pk).comments.filter(
        assignment=found.assignment, withdrawn_at=None
    )
    override = arrangement.markoverrides.last() if arrangement else None
    return {
        "comments": list(comments) if found.cell and found.cell.is_released else [],
        "extension": arrangement.extensions.last() if arrangement else None,
        "excusal": arrangement.excusals.last() if arrangement else None,
        "override": override if found.cell and found.cell.is_released else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def assignment_new(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course, Right.TEACH)
    kind = request.GET.get("kind", "")
    if kind not in Kind.values:
        kind = Kind.READ
    form = AssignmentForm(request.POST or None, course=access.course, kind=kind, user=request.user)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            made = make(access, form, now)
        except CourseRefused as why:
            form.add_error(None, str(why))
        else:
            is_published = request.POST.get("act") == "publish"
            if is_published:
                made.publish(by=access.user, now=now)
            say_times(request, form, is_published=is_published)
            return redirect(made)
    context = {
        "access": access,
        "course": access.course,
        "form": form,
        "kind": kind,
        "kinds": Kind.choices,
        "nav": "courses",
    }
    status = 422 if form.errors else 200
    return render(request, "courses/assignment_new.html", context, status=status)


def make(access: Access, form: AssignmentForm, now: datetime) -> Assignment:
    with transaction.atomic():
        made = Assignment.make(access.course, by=access.user, now=now, **form.values())
        if "sections" in form.fields:
            made.set_sections(form.asked())
        set_for(made, form)
        return made


def set_for(assignment: Assignment, form: AssignmentForm) -> None:
    """Let in exactly those who were ticked, where it is for chosen learners."""
    chosen = form.chosen()
    if chosen is not None:
        choose(assignment, chosen)


def say_times(request: HttpRequest, form: AssignmentForm, *, is_published: bool) -> None:
    """Stored, whether learners see it, and every time that was typed in words."""
    seen = _("Learners see it.") if is_published else _("A draft: learners do not see it.")
    parts = [_("%(what)s: %(when)s.") % {"what": what, "when": when} for what, when in form.echo()]
    messages.success(request, " ".join([_("Saved."), seen, *parts]))


@require_http_methods(["GET", "HEAD", "POST"])
def assignment_edit(request: HttpRequest, course: str, assignment: str) -> HttpResponse:
    access = enter(signed_in(request), course, Right.TEACH)
    found = own(access.course, assignment)
    form = AssignmentForm(
        request.POST or None,
        course=access.course,
        kind=found.kind,
        user=request.user,
        assignment=found,
    )
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            change(found, form, access, now)
        except Stale:
            form.add_error(
                None,
                _(
                    "Somebody else changed this assignment meanwhile. Open it again in another "
                    "tab, compare, and change it there. Nothing was stored."
                ),
            )
        except CourseRefused as why:
            form.add_error(None, str(why))
        else:
            say_times(request, form, is_published=found.is_published(now))
            return redirect(found)
    context = {
        "access": access,
        "course": access.course,
        "form": form,
        "assignment": found,
        "nav": "courses",
    }
    status = 422 if form.errors else 200
    return render(request, "courses/assignment_edit.html", context, status=status)


def change(found: Assignment, form: AssignmentForm, access: Access, now: datetime) -> None:
    values = form.values()
    if "quiz" in values and values["quiz"] != found.quiz:
        found.refuse_if_begun()
    with transaction.atomic():
        found.edit(
            base_revision=form.cleaned_data["revision"],
            by=access.user,
            now=now,
            sections=form.asked() if "sections" in form.fields else None,
            **values,
        )
        set_for(found, form)


def own(course: Course, assignment: str) -> Assignment:
    found = course.assignments.existing().select_related("quiz").filter(public_id=assignment)
    row = found.first()
    if row is None:
        raise Http404
    row.course = course
    return row


@require_POST
def assignment_act(request: HttpRequest, course: str, assignment: str) -> HttpResponse:
    """Publish, make a draft again, close, release, remove, move up or down: a button each. A row
    that was dragged says its new place."""
    access = enter(signed_in(request), course, Right.TEACH)
    found = own(access.course, assignment)
    act = request.POST.get("act", "")
    now = timezone.now()
    try:
        if act in {"up", "down", "place"}:
            move(found, place_of(found, request), by=access.user, now=now)
            address = reverse("assignments", args=[access.course.public_id])
            return redirect(f"{address}#a-{found.public_id}")
        said = acted(act, found, access, now)
    except (CourseRefused, Stale) as why:
        messages.error(request, str(why) or _("Somebody else changed it meanwhile. Look again."))
        return redirect(found)
    if said:
        messages.success(request, said)
    is_gone = act == "remove"
    return redirect("assignments", access.course.public_id) if is_gone else redirect(found)


def acted(act: str, found: Assignment, access: Access, now: datetime) -> str:
    by: dict[str, Any] = {"by": access.user, "now": now}
    match act:
        case "publish":
            found.publish(**by)
            return _("Published. Learners see it now.")
        case "draft":
            found.withdraw(**by)
            return _("It is a draft again. Learners do not see it.")
        case "close":
            found.close(**by)
            at = due.words(now, access.course.time_zone)
            return _("Closed. Nothing counts after %(at)s.") % {"at": at}
        case "release":
            released = found.release(**by)
            return _("Scores released: %(n)d.") % {"n": released}
        case "remove":
            found.remove(**by)
            return _("Removed: %(title)s.") % {"title": found.title}
    return ""


def order_of(course: Course) -> list[str]:
    rows = course.assignments.existing().order_by("position", "pk")
    return list(rows.values_list("public_id", flat=True))


def place_of(found: Assignment, request: HttpRequest) -> int:
    """Where it is to stand, from 0; where it stands, if that is no place."""
    here = order_of(found.course).index(found.public_id)
    match request.POST["act"]:
        case "up":
            return here - 1
        case "down":
            return here + 1
        case _:
            place = request.POST.get("place", "")
            return int(place) if place.isdecimal() and len(place) < 6 else here


def move(found: Assignment, place: int, **by: Any) -> None:
    order = order_of(found.course)
    if order.index(found.public_id) != place >= 0:
        order.remove(found.public_id)
        order.insert(place, found.public_id)
        Assignment.reorder(found.course, order, **by)


@require_POST
def assignment_start(request: HttpRequest, course: str, assignment: str) -> HttpResponse:
    """Begin the quiz of an assignment, or go on with it."""
    access = enter(signed_in(request), course, Right.LEARN)
    now = timezone.now()
    mine = Assignment.objects.for_learner(access.member, now).select_related("quiz")
    found = mine.filter(public_id=assignment).first()
    if found is None:
        raise Http404
    found.course = access.course
    try:
        return redirect(found.start(access.member, now=now))
    except (AttemptRefused, CourseRefused) as why:
        messages.info(request, str(why))
        return redirect(found)
