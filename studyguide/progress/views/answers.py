from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from quizzes.mistakes import AT_ONCE, mistakes_of, practise_concepts, practise_mistakes
from quizzes.models import Attempt, AttemptQuestion, Question, Quiz
from quizzes.references import links
from quizzes.views.attempts import begun
from studyguide.accounts.models import User
from studyguide.accounts.sessions import signed_in
from studyguide.library.models import Article

A_PAGE = 30
A_TERM = 2  # questions of each term to practise


@require_safe
def mistakes(request: HttpRequest) -> HttpResponse:
    """Questions whose last answer was not right, with the passage that proves them."""
    page = Paginator(mistakes_of(signed_in(request)), A_PAGE).get_page(request.GET.get("page"))
    rows = AttemptQuestion.objects.filter(pk__in=[*page]).order_by("-graded_at", "-pk")
    found = list(rows.select_related("version", "question"))
    context = {
        "page": page,
        "rows": [(row, links(row.version.evidence, back=request.path)[:2]) for row in found],
        "sources": sorted({row.question.source for row in found}),
        "at_once": AT_ONCE,
        "nav": "progress",
    }
    return render(request, "progress/mistakes.html", context)


@require_POST
def practise(request: HttpRequest) -> HttpResponse:
    """A quiz of one's own, begun at once: on mistakes, or on terms."""
    user = signed_in(request)
    article = get_object_or_404(Article.objects.current(), slug=request.POST.get("text", ""))
    quiz = quiz_on(user, article, request.POST.getlist("term"))
    if quiz is None:
        messages.info(request, _("There is nothing to practise there now."))
        return redirect("mistakes")
    return begun(request, quiz)


def quiz_on(user: User, article: Article, refs: list[str]) -> Quiz | None:
    if not refs:
        return practise_mistakes(user, article.slug)
    asked = article.terms_asked
    terms = [asked[ref] for ref in refs if ref in asked]
    about = {question for term in terms for question in term.ids.all}
    count = Question.objects.drawn().filter(pk__in=about).count()
    if not count:
        return None
    return practise_concepts(
        user,
        article.slug,
        [(f"concept:{article.slug}:{term.ref}", term.term) for term in terms],
        count=min(A_TERM * len(terms), count),
    )


@require_safe
def attempts(request: HttpRequest) -> HttpResponse:
    """Every attempt at a quiz, the last first. A score stands where it may be seen."""
    now = timezone.now()
    mine = Attempt.objects.at_quizzes().filter(user=signed_in(request))
    ordered = mine.select_related("quiz").order_by("-started_at", "-pk")
    page = Paginator(ordered, A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "rows": [(row, share_of(row) if row.is_released(now) else None) for row in page],
        "nav": "progress",
    }
    return render(request, "progress/attempts.html", context)


def share_of(attempt: Attempt) -> int:
    return round(100 * (attempt.score or 0.0) / (attempt.max_score or 1.0))
