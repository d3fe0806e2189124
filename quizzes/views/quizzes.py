from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes.forms import NewQuizForm, StartForm
from quizzes.models import Attempt, Quiz, Topic
from quizzes.shelf import Shelf
from quizzes.views.attempts import begun


@require_safe
@login_not_required
def quizzes(request: HttpRequest) -> HttpResponse:
    """Test yourself: what there is, how long it takes, how it went."""
    listing = Shelf.of(request.user)
    return render(request, "quizzes/quizzes.html", {"listing": listing, "nav": "quizzes"})


@require_safe
@login_not_required
def quiz(request: HttpRequest, quiz: str) -> HttpResponse:
    found = get_object_or_404(Quiz.objects.current().readable_by(request.user), public_id=quiz)
    context = {
        "quiz": found,
        "form": StartForm(quiz=found),
        "attempts": attempts_at(request, found),
        "nav": "quizzes",
    }
    return render(request, "quizzes/quiz.html", context)


def attempts_at(request: HttpRequest, quiz: Quiz) -> list[Attempt]:
    """The asker's own attempts for himself, the newest first."""
    if not request.user.is_authenticated:
        return []
    mine = Attempt.objects.filter(user=request.user, quiz=quiz, context="")
    return list(mine.order_by("-number")[:50])


@require_POST
def quiz_start(request: HttpRequest, quiz: str) -> HttpResponse:
    found = get_object_or_404(Quiz.objects.current().readable_by(request.user), public_id=quiz)
    form = StartForm(request.POST, quiz=found)
    if not form.is_valid():
        context = {"quiz": found, "form": form, "attempts": attempts_at(request, found)}
        return render(request, "quizzes/quiz.html", {**context, "nav": "quizzes"}, status=422)
    return begun(request, found, form.rules())


@require_http_methods(["GET", "HEAD", "POST"])
def quiz_new(request: HttpRequest) -> HttpResponse:
    """A quiz of one's own: from these sections, terms and kinds, so many questions."""
    source = source_of(request)
    form = NewQuizForm(request.POST or None, source=source)
    if request.method == "POST" and form.is_valid():
        return begun(request, form.make(request.user))
    context = {"form": form, "nav": "quizzes"}
    return render(request, "quizzes/quiz_new.html", context, status=422 if form.errors else 200)


def source_of(request: Any) -> str:
    """The source asked for, or the first there is."""
    sources = list(Topic.objects.order_by("source").values_list("source", flat=True).distinct())
    asked = request.GET.get("source", "")
    return asked if asked in sources else next(iter(sources), "")
