"""A person's courses, and the page and settings of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes.models.attempts import day_of
from studyguide.accounts.models import User
from studyguide.accounts.sessions import signed_in
from studyguide.courses import due
from studyguide.courses.access import Access, Right, enter
from studyguide.courses.calendar import named
from studyguide.courses.forms import CourseForm, DeleteForm
from studyguide.courses.models import (
    Assignment,
    Course,
    CourseRefused,
    Handover,
    Invitation,
    JoinCode,
    Membership,
    Role,
)
from studyguide.courses.models.course import UNDO
from studyguide.courses.refusals import says_refusals
from studyguide.courses.tables import dues_of
from studyguide.courses.visible import sight
from studyguide.library.models import Article

AHEAD = 12  # due dates shown
NEXT = 4  # of one class, to its tutors


def may_start(user: User) -> bool:
    """Whether the site lets this person start courses. Where only tutors may, these are staff
    and whoever was given the right to add courses in the administration."""
    return (
        settings.COURSE_CREATION == "anyone" or user.is_staff or user.has_perm("courses.add_course")
    )


@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    is_there = Q(course__deleted_at=None)
    was_owned = Q(role=Role.TUTOR, course__deleted_at__gt=now - UNDO)
    mine = list(
        Membership.objects.filter(
            is_there | was_owned,
            user=user,
            state__in=[Membership.State.ACTIVE, Membership.State.PENDING],
        )
        .select_related("course")
        .order_by("-course__made_at", "-course")
    )
    active = [each for each in mine if each.state == Membership.State.ACTIVE]
    invitations = Invitation.objects.waiting_for(user, now)
    there = [each for each in active if each.course.deleted_at is None]
    current = [each for each in there if not each.course.is_archived]
    learned = [each.course for each in current if not each.is_teaching]
    context = {
        "invitations": invitations.select_related("course", "by"),
        "taught": [each.course for each in current if each.is_teaching],
        "offered": offered_to(user) if any(each.role == Role.CO_TUTOR for each in current) else (),
        "learned": learned,
        "pending": [each for each in mine if each.state == Membership.State.PENDING],
        "archived": [each.course for each in there if each.course.is_archived],
        "ahead": list(named(user, day_of(user, now)))[:AHEAD] if learned else [],
        "deleted": [
            (each.course, due.date_words(each.course.gone_at, each.course.time_zone))
            for each in active
            if each.course.deleted_at is not None
        ],
        "may_start": may_start(user),
        "nav": "courses",
    }
    return render(request, "courses/courses.html", context)


def offered_to(user: User) -> set[int]:
    """Courses that their owners want to hand over to this person."""
    return set(Handover.objects.open().filter(to__user=user).values_list("course", flat=True))


@require_http_methods(["GET", "HEAD", "POST"])
def course_new(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if not may_start(user):
        raise PermissionDenied
    if request.method == "POST":
        form = CourseForm(request.POST)
        if form.is_valid():
            course = Course.start(by=user, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The class is there. Make a code for those who join."))
            return redirect(course)
    else:
        form = CourseForm(initial={"time_zone": user.time_zone, "articles": only_text()})
        form.fields["time_zone"].widget.attrs["data-zone"] = ""
    context = {"form": form, "nav": "courses"}
    return render(request, "courses/course_new.html", context)


def only_text() -> list[int]:
    """What need not be chosen, where there is no choice."""
    texts = list(Article.objects.values_list("pk", flat=True)[:2])
    return texts if len(texts) == 1 else []


@require_safe
def course(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course)
    return render(request, "courses/course.html", page_of(access))


def page_of(access: Access) -> dict[str, Any]:
    """What the course's page says to this person. Names of learners for tutors, and for
    learners where the course shows them."""
    found = access.course
    now = timezone.now()
    is_teaching = access.may(Right.TEACH)
    members = found.memberships.active().select_related("user")
    members = members.order_by("user__display_name", "user__username")
    if not (is_teaching or found.shows_names):
        members = members.tutors()
    everybody = list(members)
    handover = None
    work: list[Assignment] = []
    if is_teaching:
        work = list(found.assignments.existing().order_by("due_at", "position"))
        handover = Handover.objects.open().filter(course=found).select_related("to", "by").first()
    return {
        "access": access,
        "course": found,
        "articles": list(found.articles.order_by("course_articles__position")),
        "tutors": [each for each in everybody if each.is_teaching],
        "learners": [each for each in everybody if not each.is_teaching],
        "names_are_shown": is_teaching or found.shows_names,
        "is_teaching": is_teaching,
        "is_owner": access.may(Right.OWN),
        "dues": dues_of(access, now) if access.may(Right.LEARN) else None,
        "waiting": found.memberships.pending().count() if is_teaching else 0,
        "code": JoinCode.objects.live(now).filter(course=found).first() if is_teaching else None,
        "unchosen": unchosen_of(found) if is_teaching else [],
        "is_set": bool(work),
        "ahead": ahead_of(found, work, now),
        "handover": handover if handover and handover.to.user_id == access.user.pk else None,
        "nav": "courses",
    }


def ahead_of(course: Course, work: list[Assignment], now: datetime) -> list[tuple[Assignment, str]]:
    """What its learners have to do next, with when it is due."""
    found = []
    for each in work:
        each.course = course
        if each.is_published(now) and each.due_at is not None and each.due_at > now:
            found.append((each, due.words(each.due_at, course.time_zone)))
    return found[:NEXT]


def unchosen_of(course: Course) -> list[Assignment]:
    """What is set for chosen learners while nobody is chosen, such as in a copy for a new term."""
    return [] if course.is_archived else list(course.assignments.existing().for_nobody())


@require_safe
def what_tutors_see(request: HttpRequest, course: str) -> HttpResponse:
    """What the class sees of a learner, for everybody in it."""
    found = enter(signed_in(request), course).course
    context = {"course": found, "sight": sight(found), "nav": "courses"}
    return render(request, "courses/what_tutors_see.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def course_settings(request: HttpRequest, course: str) -> HttpResponse:
    user = signed_in(request)
    access = enter(user, course, Right.TEACH, writes=request.method == "POST")
    found = access.course
    if request.method == "POST":
        form = CourseForm(request.POST, instance=found)
        if form.is_valid():
            form.save(commit=False).save(update_fields=form.Meta.fields)
            found.set_articles(form.cleaned_data["articles"])
            found.record("course.settings", by=user, now=timezone.now(), changed=form.changed_data)
            messages.success(request, _("Kept."))
            return redirect("course_settings", found.public_id)
        found.refresh_from_db()  # the head of the page keeps the name that stands
    else:
        kept = list(found.articles.values_list("pk", flat=True))
        form = CourseForm(instance=found, initial={"articles": kept})
    context = {
        "form": form,
        "course": found,
        "is_owner": access.may(Right.OWN),
        "may_start": may_start(user),
        "heirs": found.memberships.active().filter(role=Role.CO_TUTOR).select_related("user"),
        "handover": Handover.objects.open().filter(course=found).select_related("to__user").first(),
        "nav": "courses",
    }
    return render(request, "courses/course_settings.html", context)


@require_POST
@says_refusals
def course_archive(request: HttpRequest, course: str) -> HttpResponse:
    """Put it away, or with `restore` take it out again."""
    user = signed_in(request)
    found = enter(user, course, Right.OWN).course
    now = timezone.now()
    if "restore" in request.POST:
        if found.restore(by=user, now=now):
            messages.success(request, _("The class is open again."))
    elif found.archive(by=user, now=now):
        messages.success(request, _("The class is archived: it can be read, but not changed."))
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
def course_delete(request: HttpRequest, course: str) -> HttpResponse:
    """Delete for everybody, once its name was typed. For 30 days it can be taken back."""
    user = signed_in(request)
    found = enter(user, course, Right.OWN).course
    form = DeleteForm(request.POST if request.method == "POST" else None, course=found)
    if form.is_bound and form.is_valid():
        if found.remove(by=user, now=timezone.now()):
            said = _("%(course)s is deleted. You can take it back within %(days)d days.")
            messages.success(request, said % {"course": found.title, "days": UNDO.days})
        return redirect("courses")
    context = {
        "course": found,
        "form": form,
        "learners": found.memberships.learners().count(),
        "days": UNDO.days,
        "nav": "courses",
    }
    status = 422 if form.errors else 200
    return render(request, "courses/course_delete.html", context, status=status)


@require_POST
def course_take_back(request: HttpRequest, course: str) -> HttpResponse:
    """Undo the deletion of a course: its owner, while it can be undone."""
    user, now = signed_in(request), timezone.now()
    found = get_object_or_404(Course.objects.deleted_by_owner(user, now), public_id=course)
    if found.take_back(by=user, now=now):
        messages.success(request, _("The class is back, with everything in it."))
    return redirect(found)


@require_POST
@says_refusals
def course_leave(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course)
    if access.member.leave(now=timezone.now()):
        said = _("You left %(course)s. Your own work stays yours.")
        messages.success(request, said % {"course": access.course.title})
    return redirect("courses")


@require_POST
@says_refusals
def course_hand_over(request: HttpRequest, course: str) -> HttpResponse:
    """Offer it to a co-tutor, or with `withdraw` take the offer back."""
    user = signed_in(request)
    found = enter(user, course, Right.OWN, writes=True).course
    now = timezone.now()
    if "withdraw" in request.POST:
        for handover in Handover.objects.open().filter(course=found):
            handover.decline(now=now)
        messages.success(request, _("The offer is taken back."))
        return redirect("course_settings", found.public_id)
    number = request.POST.get("to", "")
    if not number.isdecimal() or len(number) > 18:
        raise CourseRefused(_("Choose who is to own the class."))
    heir = get_object_or_404(found.memberships.active().select_related("course"), pk=int(number))
    Handover.offer(heir, by=user, now=now)
    messages.success(request, _("Offered. The class is yours until it is accepted."))
    return redirect("course_settings", found.public_id)


@require_POST
@says_refusals
def course_take_over(request: HttpRequest, course: str) -> HttpResponse:
    """Accept the course that was offered, or with `decline` leave it where it is."""
    access = enter(signed_in(request), course, Right.TEACH, writes=True)
    open_ones = Handover.objects.open().filter(course=access.course, to=access.member)
    handover = get_object_or_404(open_ones.select_related("course", "to__user"))
    now = timezone.now()
    if "decline" in request.POST:
        handover.decline(now=now)
        messages.success(request, _("Declined. The class stays where it is."))
    elif handover.accept(now=now):
        messages.success(request, _("The class is yours."))
    return redirect(access.course)
