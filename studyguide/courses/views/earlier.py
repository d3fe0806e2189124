"""What a learner did before joining: listed, and counted once he says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from studyguide.accounts.sessions import signed_in
from studyguide.courses import due
from studyguide.courses.access import Access, Right, enter
from studyguide.courses.evidence import earlier
from studyguide.courses.refusals import says_refusals
from studyguide.library.models import Section


class Done(NamedTuple):
    where: str
    what: str
    when: str


@require_http_methods(["GET", "HEAD", "POST"])
@says_refusals
def count_before(request: HttpRequest, course: str) -> HttpResponse:
    """List it; once it is confirmed, count it."""
    is_post = request.method == "POST"
    access = enter(signed_in(request), course, Right.LEARN, writes=is_post)
    now = timezone.now()
    if is_post:
        if access.member.count_before(now=now):
            messages.success(request, _("What you did before joining counts now."))
        return redirect(access.course)
    zone = access.course.time_zone
    member = access.member
    context = {
        "course": access.course,
        "rows": list(rows_of(access)) if member.counted_before_at is None else [],
        "joined": due.words(member.counts_from_at, zone) if member.counts_from_at else "",
        "counted": due.words(member.counted_before_at, zone) if member.counted_before_at else "",
        "nav": "courses",
    }
    return render(request, "courses/count_before.html", context)


def rows_of(access: Access) -> Iterator[Done]:
    """By section in the order of the texts, then days of review."""
    done = earlier(access.member)
    zone = access.course.time_zone
    sections = Section.objects.current().filter(pk__in={*done.read, *done.answered})
    for section in sections.order_by("article", "number"):
        for amount, words in (
            (done.read.get(section.pk), paragraphs),
            (done.answered.get(section.pk), checkpoints),
        ):
            if amount is not None:
                where = _("Section %(number)d, %(title)s") % {
                    "number": section.number,
                    "title": section.title,
                }
                yield Done(where, words(amount.size), due.date_words(amount.last, zone))
    days = done.reviewed
    if days:
        size = ngettext("%(n)d day of review", "%(n)d days of review", len(days)) % {"n": len(days)}
        yield Done(_("Review"), size, due.date_words(max(days.values()), zone))


def paragraphs(count: int) -> str:
    said = ngettext("%(n)d paragraph marked as read", "%(n)d paragraphs marked as read", count)
    return said % {"n": count}


def checkpoints(count: int) -> str:
    return ngettext("%(n)d checkpoint answered", "%(n)d checkpoints answered", count) % {"n": count}
