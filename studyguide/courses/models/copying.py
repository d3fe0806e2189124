"""A course once more, for a new term."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from studyguide.accounts.models import User
from studyguide.courses import due
from studyguide.courses.models.assignments import Assignment
from studyguide.courses.models.course import Course, Group
from studyguide.library.models import Section


def copy_course(course: Course, *, title: str, days: int, by: User, now: datetime) -> Course:
    """Settings, groups by name and assignments as drafts, each date so many calendar days later
    by the clocks of the course. No people, and nothing that people did."""
    with transaction.atomic():
        new = Course.start(
            by=by,
            title=title,
            time_zone=course.time_zone,
            articles=course.articles.order_by("course_articles__position"),
            about=course.about,
            shows_names=course.shows_names,
            is_approval_needed=course.is_approval_needed,
            copied_from=course,
            now=now,
        )
        groups = {
            group.pk: Group.objects.create(course=new, name=group.name)
            for group in course.groups.all()
        }
        for assignment in course.assignments.existing().prefetch_related("sections"):
            copy_assignment(assignment, new, groups=groups, days=days)
        return new


COPIED = (
    *("position", "title", "instructions", "kind", "article", "quiz", "rules", "days"),
    *("late", "late_penalty", "required_score", "weight", "audience"),
)


def later_dates(assignment: Assignment, days: int) -> dict[str, due.Typed]:
    """The dates it has, so many calendar days later by the clocks of its course. Where a night in
    which they go forward would put two in the wrong order, the other is kept as far from the due
    date as it was."""
    zone, old = assignment.course.time_zone, assignment.due_at
    found = {
        name: due.shifted(at, days, zone)
        for name in ("opens_at", "due_at", "closes_at")
        if (at := getattr(assignment, name)) is not None
    }
    if old is None:
        return found
    new = found["due_at"].at
    for name, typed in found.items():
        at = getattr(assignment, name)
        if (at < old and typed.at >= new) or (at >= old and typed.at < new):
            found[name] = due.read(due.wall_of(new + (at - old), zone), zone)
    return found


def copy_assignment(
    assignment: Assignment, course: Course, *, groups: dict[int, Group], days: int
) -> Assignment:
    dates = {name: typed.at for name, typed in later_dates(assignment, days).items()}
    values = {name: getattr(assignment, name) for name in COPIED}
    group = groups[assignment.group_id] if assignment.group_id else None
    copy = Assignment.objects.create(course=course, group=group, **values, **dates)
    sections = Section.objects.current().filter(assignment_sections__assignment=assignment)
    copy.set_sections(sections.order_by("assignment_sections__position"))
    return copy
