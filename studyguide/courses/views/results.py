"""Who is where: the completion matrix, what stands behind its cells, and what is arranged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.courses import due, signs
from studyguide.courses import results as standing
from studyguide.courses.access import Access, Right, enter
from studyguide.courses.assignment_forms import (
    CommentForm,
    ExcuseForm,
    ExtensionForm,
    OverrideForm,
)
from studyguide.courses.columns import Column
from studyguide.courses.given import given
from studyguide.courses.judging import Cell
from studyguide.courses.listing import Wish
from studyguide.courses.matrix import Matrix
from studyguide.courses.models import Arrangement, Comment, CourseRefused, Stale
from studyguide.courses.results import Learner
from studyguide.courses.tables import Due, dues, score_text, section_progress
from studyguide.courses.trail import trail, trail_of_section
from studyguide.courses.wall_forms import WALL
from studyguide.http import HoldingResponse, HtmxHttpRequest

TABLE = "<!-- table -->"  # where it comes to stand


@require_safe
def results(request: HtmxHttpRequest, course: str) -> HttpResponse:
    """While it is open the page asks for its table again; one that is unchanged is not sent."""
    access = enter(signed_in(request), course, Right.RESULTS)
    now = timezone.now()
    matrix = Matrix.of(access.course, Wish.of(request.GET.dict()), now=now)
    table = matrix.table
    if request.htmx:
        response: HttpResponse = HoldingResponse(b"", table.html, b"")
        if request.headers.get("If-None-Match", "").removeprefix("W/") == table.version:
            response = HttpResponse(status=304)
        response["ETag"] = table.version
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ("HX-Request",))
        return response
    context = {
        "course": access.course,
        "matrix": matrix,
        "version": table.version,
        "signs": signs.by_learner(signs.signs(matrix.stand, matrix.lines)),
        "of_group": Wish(group=matrix.wish.group).query() if matrix.wish.group else "",
        "rule": signs.rule(),
        "nav": "courses",
    }
    page = render_to_string("courses/results.html", context, request)
    # Through the template it would be copied a dozen times. No text of anybody's holds a comment.
    before, place, after = page.partition(TABLE)
    return HoldingResponse(before.encode(), table.html if place else b"", after.encode())


@require_safe
def result_signs(request: HttpRequest, course: str) -> HttpResponse:
    """Of everybody, or of a group: worked out when it is asked for, as on each view of a page of
    the table it would take too long."""
    access = enter(signed_in(request), course, Right.RESULTS)
    wish = Wish(group=Wish.of(request.GET.dict()).group)
    matrix = Matrix.of(access.course, wish, now=timezone.now(), is_whole=True)
    lines = ((learner, matrix.line(learner)) for learner in matrix.everybody)
    context = {
        "course": access.course,
        "matrix": matrix,
        "signs": signs.by_learner(signs.signs(matrix.stand, lines)),
        "rule": signs.rule(),
        "nav": "courses",
    }
    return render(request, "courses/result_signs.html", context)


@require_safe
def result_learner(request: HttpRequest, course: str, member: int) -> HttpResponse:
    """One learner's row, each cell with its sentence and its events a click away."""
    access = enter(signed_in(request), course, Right.RESULTS)
    now = timezone.now()
    stand = standing.results(access.course, now=now, members=[member])
    if not stand.learners:
        raise Http404
    learner = stand.learners[0]
    context = {
        "course": access.course,
        "learner": learner,
        "dues": [(one, score_text(one.cell.score)) for one in dues(stand, now) if one.cell],
        "total": score_text(stand.total(stand.row(learner))),
        "sections": [
            (column.section, section_progress(share)) for column, share in stand.shares(learner)
        ],
        "stuck": signs.stuck(stand, stand.found.of(learner.user).stuck),
        "nav": "courses",
    }
    return render(request, "courses/result_learner.html", context)


@require_safe
def result_section(
    request: HttpRequest, course: str, member: int, article: str, section: str
) -> HttpResponse:
    """What one learner read and answered in a section."""
    access = enter(signed_in(request), course, Right.RESULTS)
    stand = standing.results(access.course, now=timezone.now(), members=[member])
    column = stand.section(article, section)
    if column is None or not stand.learners:
        raise Http404
    learner = stand.learners[0]
    context = {
        "course": access.course,
        "learner": learner,
        "section": column.section,
        "progress": section_progress(stand.share(learner, column)),
        "events": trail_of_section(column.section, learner.membership),
        "nav": "courses",
    }
    return render(request, "courses/result_section.html", context)


@dataclass(frozen=True)
class Place:
    """A cell that was asked for, and who asked."""

    access: Access
    learner: Learner
    column: Column
    cell: Cell
    now: datetime

    @classmethod
    def of(cls, request: HttpRequest, course: str, member: int, assignment: str) -> Place:
        """Members of this course and assignments meant for them; else 404."""
        access = enter(signed_in(request), course, Right.RESULTS)
        now = timezone.now()
        stand = standing.results(access.course, now=now, members=[member])
        column = stand.column(assignment)
        if column is None or not stand.learners:
            raise Http404
        cell = stand.cell(stand.learners[0], column)
        if cell is None:
            raise Http404
        return cls(access, stand.learners[0], column, cell, now)

    def arrangement(self) -> Arrangement:
        """Made when there is none: for what is stored only."""
        self.access.course.refuse_if_closed()
        return Arrangement.at(self.column.assignment, self.learner.membership)

    @property
    def by(self) -> dict[str, Any]:
        return {"by": self.access.user, "now": self.now}

    def redirect(self) -> HttpResponse:
        return redirect(
            "result",
            self.access.course.public_id,
            self.learner.pk,
            self.column.public_id,
        )


def page(
    request: HttpRequest, place: Place, bound: dict[str, forms.Form] | None = None
) -> HttpResponse:
    """The events behind a cell, and the forms to arrange something. `bound`: one that comes
    back."""
    assignment, membership = place.column.assignment, place.learner.membership
    terms, zone = place.cell.terms, place.access.course.time_zone
    row = Arrangement.objects.filter(assignment=assignment, membership=membership).first()
    extension = {
        "due_at": terms.due_at and due.wall_of(terms.due_at, zone).strftime(WALL),
        "closes_at": terms.closes_at and due.wall_of(terms.closes_at, zone).strftime(WALL),
        "extra_tries": row.extra_tries if row else 0,
        "time_multiplier": row.time_multiplier if row else 1.0,
    }
    revision = {"revision": terms.revision}
    sheets: dict[str, forms.Form] = {
        "override": OverrideForm(initial={"score": terms.score, **revision}, auto_id="override_%s"),
        "extend": ExtensionForm(
            initial=extension | revision, assignment=assignment, auto_id="extend_%s"
        ),
        "excuse": ExcuseForm(
            initial={"is_excused": terms.excused_at is not None, **revision}, auto_id="excuse_%s"
        ),
        "comment": CommentForm(auto_id="comment_%s"),
        **(bound or {}),
    }
    comments = assignment.comments.filter(membership=membership, withdrawn_at=None)
    context = {
        "course": place.access.course,
        "learner": place.learner,
        "one": Due.of(place.column, place.cell, zone, place.now),
        "events": trail(place.column, place.cell, membership),
        "given": given(assignment, membership) if place.column.is_quiz else [],
        "score": score_text(place.cell.score),
        "worked": score_text(place.cell.worked),
        "sheets": sheets,
        "form": next(iter(bound.values())) if bound else None,
        "log": log_of(row, zone),
        "comments": comments.select_related("by"),
        "nav": "courses",
    }
    return render(request, "courses/result.html", context, status=422 if bound else 200)


def log_of(row: Arrangement | None, zone: str) -> list[dict[str, Any]]:
    """All that was arranged, the last first."""
    if row is None:
        return []
    found: list[tuple[Any, str]] = []
    for each in row.markoverrides.select_related("by"):
        score = score_text(each.score)
        found.append(
            (each, _("score set to %(s)s%%") % {"s": score} if score else _("score as worked"))
        )
    found += [(each, _("extended")) for each in row.extensions.select_related("by")]
    found += [
        (each, _("excused") if each.is_excused else _("no longer excused"))
        for each in row.excusals.select_related("by")
    ]
    found.sort(key=lambda pair: -pair[0].revision)
    return [
        {"what": what, "reason": each.reason, "by": each.by, "when": due.words(each.at, zone)}
        for each, what in found
    ]


@require_safe
def result(request: HttpRequest, course: str, member: int, assignment: str) -> HttpResponse:
    return page(request, Place.of(request, course, member, assignment))


def store(
    request: HttpRequest,
    place: Place,
    name: str,
    form: forms.Form,
    act: Callable[[], Any],
    said: str,
) -> HttpResponse:
    """Do it, or give the form back with what was typed. Over another tutor's change nothing is
    stored; the form then holds the new revision, for whoever has looked and still wants it."""
    if form.is_valid():
        try:
            act()
        except Stale:
            form.data = {**request.POST.dict(), "revision": str(place.cell.terms.revision)}
            form.add_error(
                None,
                _(
                    "Another tutor changed this meanwhile, and nothing was stored. Look at what "
                    "it is now; save again if you still want yours."
                ),
            )
        except CourseRefused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, said)
            return place.redirect()
    return page(request, place, {name: form})


@require_POST
def result_override(
    request: HttpRequest, course: str, member: int, assignment: str
) -> HttpResponse:
    """Set a score by hand, with why; or let what was worked count again."""
    place = Place.of(request, course, member, assignment)
    form = OverrideForm(request.POST, auto_id="override_%s")

    def act() -> None:
        data = form.cleaned_data
        place.arrangement().override(
            data["score"], base_revision=data["revision"], reason=data["reason"], **place.by
        )

    return store(request, place, "override", form, act, _("The score is set."))


@require_POST
def result_extend(request: HttpRequest, course: str, member: int, assignment: str) -> HttpResponse:
    """Other dates, more attempts, more time for one learner."""
    place = Place.of(request, course, member, assignment)
    form = ExtensionForm(request.POST, assignment=place.column.assignment, auto_id="extend_%s")

    def act() -> None:
        data = form.cleaned_data
        place.arrangement().extend(
            base_revision=data["revision"], reason=data["reason"], **form.values(), **place.by
        )
        for what, when in form.echo():
            messages.info(request, f"{what}: {when}.")

    return store(request, place, "extend", form, act, _("Arranged."))


@require_POST
def result_excuse(request: HttpRequest, course: str, member: int, assignment: str) -> HttpResponse:
    place = Place.of(request, course, member, assignment)
    form = ExcuseForm(request.POST, auto_id="excuse_%s")

    def act() -> None:
        data = form.cleaned_data
        place.arrangement().excuse(
            is_excused=data["is_excused"],
            base_revision=data["revision"],
            reason=data["reason"],
            **place.by,
        )

    return store(request, place, "excuse", form, act, _("Kept."))


@require_POST
def result_comment(request: HttpRequest, course: str, member: int, assignment: str) -> HttpResponse:
    """Say something to the learner; he sees it once his score is released."""
    place = Place.of(request, course, member, assignment)
    form = CommentForm(request.POST, auto_id="comment_%s")

    def act() -> None:
        Comment.say(
            place.column.assignment,
            place.learner.membership,
            text=form.cleaned_data["text"],
            **place.by,
        )

    return store(request, place, "comment", form, act, _("The learner can read it."))
