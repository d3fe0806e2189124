"""A tutor's copy of an article, read by her course while she shares it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.courses.access import Access, Right, enter
from studyguide.courses.forms import ShareForm
from studyguide.courses.models import CourseOriginal
from studyguide.courses.refusals import says_refusals
from studyguide.library.models import Original


@require_safe
def course_originals(request: HttpRequest, course: str) -> HttpResponse:
    access = enter(signed_in(request), course, Right.TEACH)
    return render(request, "courses/course_originals.html", context_of(access))


def context_of(access: Access, typed: ShareForm | None = None, at: int = 0) -> dict[str, Any]:
    """Each text of the course with what is shared of it and the tutor's own copy. `typed` comes
    back to the copy `at`."""
    shared = access.course.originals.filter(withdrawn_at=None).select_related("original", "by")
    by_article: dict[int, list[CourseOriginal]] = {}
    for each in shared.order_by("pk"):
        by_article.setdefault(each.original.article_id, []).append(each)
    articles = list(access.course.articles.order_by("course_articles__position"))
    own = {copy.article_id: copy for copy in own_copies(access)}
    rows = []
    for article in articles:
        copy, sharings = own.get(article.pk), by_article.get(article.pk, [])
        is_shared = copy is not None and any(each.original_id == copy.pk for each in sharings)
        form = (
            typed if typed and copy and copy.pk == at else ShareForm(auto_id=f"{article.slug}_%s")
        )
        rows.append(
            {
                "article": article,
                "own": copy,
                "sharings": [(each, may_withdraw(access, each)) for each in sharings],
                "form": None if copy is None or is_shared else form,
            }
        )
    return {"course": access.course, "rows": rows, "nav": "courses"}


def own_copies(access: Access) -> Any:
    return Original.objects.filter(
        owner=access.user, article__in=access.course.course_articles.values("article")
    )


def may_withdraw(access: Access, shared: CourseOriginal) -> bool:
    return shared.by_id == access.user.pk or access.may(Right.OWN)


@require_POST
@says_refusals
def course_original_share(request: HttpRequest, course: str, original: int) -> HttpResponse:
    access = enter(signed_in(request), course, Right.TEACH, writes=True)
    copy = get_object_or_404(own_copies(access).select_related("article"), pk=original)
    form = ShareForm(request.POST, auto_id=f"{copy.article.slug}_%s")
    if not form.is_valid():
        context = context_of(access, form, copy.pk)
        return render(request, "courses/course_originals.html", context, status=422)
    CourseOriginal.share(
        copy, access.course, right=form.cleaned_data["right"], by=access.user, now=timezone.now()
    )
    messages.success(request, _("Shared. Members find the article beside the notes."))
    return redirect("course_originals", access.course.public_id)


@require_POST
@says_refusals
def course_original_withdraw(request: HttpRequest, course: str, original: int) -> HttpResponse:
    """Also in an archived course: taking back a text is always possible."""
    access = enter(signed_in(request), course, Right.TEACH)
    found = get_object_or_404(access.course.originals, original=original, withdrawn_at=None)
    found.course = access.course
    if not may_withdraw(access, found):
        raise PermissionDenied
    if found.withdraw(by=access.user, now=timezone.now()):
        messages.success(request, _("No longer shared: the class does not see the text any more."))
    return redirect("course_originals", access.course.public_id)
