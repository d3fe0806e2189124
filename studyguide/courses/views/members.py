"""Who is in a course, in which part and group, and what is arranged for one learner."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.courses.access import Right, enter
from studyguide.courses.forms import AdjustmentsForm, GroupForm
from studyguide.courses.models import Course, CourseRefused, Group, Membership, Role
from studyguide.courses.refusals import says_refusals


@require_safe
def members(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course, Right.TEACH)
    found = access.course
    everybody = list(
        found.memberships.exclude(state=Membership.State.LEFT)
        .exclude(state=Membership.State.REMOVED)
        .select_related("user")
        .prefetch_related("places__group")
        .order_by("user__display_name", "user__username")
    )
    context = {
        "course": found,
        "waiting": [each for each in everybody if each.state == Membership.State.PENDING],
        "tutors": [each for each in everybody if is_in(each) and each.is_teaching],
        "learners": [each for each in everybody if is_in(each) and not each.is_teaching],
        "groups": found.groups.prefetch_related("places"),
        "is_owner": access.may(Right.OWN),
        "nav": "courses",
    }
    return render(request, "courses/members.html", context)


def is_in(membership: Membership) -> bool:
    return membership.state == Membership.State.ACTIVE


def membership_of(course: Course, number: int) -> Membership:
    """One of those in the course or waiting to be; 404 for everybody else."""
    here = course.memberships.filter(
        state__in=[Membership.State.ACTIVE, Membership.State.PENDING]
    ).select_related("user")
    found = get_object_or_404(here, pk=number)
    found.course = course
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def member(request: HttpRequest, course: str, member: int) -> HttpResponse:
    user = signed_in(request)
    access = enter(user, course, Right.TEACH, writes=request.method == "POST")
    found = membership_of(access.course, member)
    form = AdjustmentsForm(request.POST or None, instance=found)
    if request.method == "POST":
        if found.is_teaching:
            raise CourseRefused(_("Only learners have adjustments."))
        if form.is_valid():
            found.adjust(**form.cleaned_data, by=user, now=timezone.now())
            messages.success(request, _("Kept."))
            return redirect("member", access.course.public_id, found.pk)
    context = {
        "course": access.course,
        "member": found,
        "form": form,
        "groups": Group.objects.filter(places__membership=found),
        "is_owner": access.may(Right.OWN),
        "nav": "courses",
    }
    return render(request, "courses/member.html", context)


@require_POST
@says_refusals
def member_act(request: HttpRequest, course: str, member: int) -> HttpResponse:
    """`act`: approve, remove, co_tutor or learner. Parts of tutors are the owner's to give."""
    user = signed_in(request)
    act, now = request.POST.get("act", ""), timezone.now()
    right = Right.OWN if act in {Role.CO_TUTOR, Role.LEARNER} else Right.TEACH
    access = enter(user, course, right, writes=True)
    found = membership_of(access.course, member)
    if found.is_teaching and not access.may(Right.OWN):
        raise PermissionDenied
    name = {"name": found.user.get_full_name()}
    match act:
        case "approve":
            if found.activate(by=user, now=now):
                messages.success(request, _("%(name)s is in.") % name)
        case "remove":
            if found.expel(by=user, now=now):
                messages.success(request, _("%(name)s is no longer in the class.") % name)
        case Role.CO_TUTOR:
            if found.set_role(Role.CO_TUTOR, by=user, now=now):
                messages.success(request, _("%(name)s is a co-tutor now.") % name)
        case Role.LEARNER:
            if found.set_role(Role.LEARNER, by=user, now=now):
                messages.success(request, _("%(name)s is a learner now.") % name)
        case _:
            raise CourseRefused(_("Choose what is to be done."))
    return redirect("members", access.course.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def groups(request: HttpRequest, course: str) -> HttpResponse:
    """Make a group."""
    access = enter(signed_in(request), course, Right.TEACH, writes=request.method == "POST")
    return edited(request, access.course, None)


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def group(request: HttpRequest, course: str, group: int) -> HttpResponse:
    access = enter(signed_in(request), course, Right.TEACH, writes=request.method == "POST")
    return edited(request, access.course, get_object_or_404(access.course.groups, pk=group))


def edited(request: HttpRequest, course: Course, group: Group | None) -> HttpResponse:
    if request.method == "POST":
        form = GroupForm(request.POST, course=course, group=group)
        if form.is_valid():
            form.save()
            messages.success(request, _("Kept."))
            return redirect("members", course.public_id)
    else:
        form = GroupForm(course=course, group=group)
    context = {"course": course, "group": group, "form": form, "nav": "courses"}
    return render(request, "courses/group.html", context)


@require_POST
@says_refusals
def group_remove(request: HttpRequest, course: str, group: int) -> HttpResponse:
    access = enter(signed_in(request), course, Right.TEACH, writes=True)
    found = get_object_or_404(access.course.groups, pk=group)
    if found.assignments.exists():
        raise CourseRefused(_("Work was set for this group, so it stays. Rename it instead."))
    found.delete()
    messages.success(request, _("The group is gone; its learners stay in the class."))
    return redirect("members", access.course.public_id)
