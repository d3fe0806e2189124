from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from quizzes import checkpoint
from quizzes.models import (
    Attempt,
    AttemptQuestion,
    Question,
    QuestionVersion,
    ReviewCard,
    TokenReused,
)
from quizzes.views.attempts import token_of

VISITOR_ANSWERS = 120  # an hour from one address


def version_of(question: int) -> QuestionVersion:
    current = QuestionVersion.objects.select_related("question")
    found: QuestionVersion = get_object_or_404(
        current, pk__in=Question.objects.current().filter(pk=question).values("current")
    )
    return found


@require_safe
@login_not_required
def question(request: HttpRequest, question: int) -> HttpResponse:
    """A question by itself, with one's last answer to it, if there is one."""
    version = version_of(question)
    back = back_of(request)
    one = checkpoint.open_question(version)
    if request.user.is_authenticated and "again" not in request.GET:
        row = standing(request, question)
        if row is not None and row.checked is not None and not is_sealed(request, question):
            one = checkpoint.graded_question(row.version, row.checked.value, back=back)
    return shown(request, one, version, back)


@require_POST
@login_not_required
def question_respond(request: HttpRequest, question: int) -> HttpResponse:
    """Graded for anybody, remembered for learners."""
    version = version_of(question)
    now = timezone.now()
    back = back_of(request)
    one = checkpoint.open_question(version)
    value = version.kind_class.read(dict(one.shown), dict(request.POST.lists()))
    one.value = value
    if "move" in request.POST:  # a line of an ordering goes up or down
        return shown(request, one, version, back)
    one.trouble = checkpoint.trouble_with(version, value)
    if request.user.is_authenticated and is_sealed(request, question):
        one.trouble = _("This question waits in a quiz that you have open. Finish that first.")
    elif not request.user.is_authenticated and is_too_many(request):
        one.trouble = _("That is many answers in an hour. Go on later, or sign in.")
    if one.trouble:
        return shown(request, one, version, back, status=200 if is_htmx(request) else 422)
    if request.user.is_authenticated:
        token = token_of(request.POST.get("token", "")) or uuid4()
        try:
            checkpoint.keep(request.user, version, value, token=token, now=now)
        except TokenReused:
            checkpoint.keep(request.user, version, value, token=uuid4(), now=now)
    one = checkpoint.graded_question(version, value, back=back)
    return shown(request, one, version, back)


def shown(
    request: HttpRequest, one: Any, version: QuestionVersion, back: str, *, status: int = 200
) -> HttpResponse:
    again = urlencode({"again": "1", "back": back} if back else {"again": "1"})
    if not one.is_open and request.user.is_authenticated:
        one.memory = ReviewCard.objects.states(request.user.pk, [one.question])[one.question]
    context = {
        "q": one,
        "back": back,
        "again_url": f"{version.question.get_absolute_url()}?{again}",
        "nav": "quizzes",
    }
    name = "quizzes/_checkpoint.html" if is_htmx(request) else "quizzes/question.html"
    return render(request, name, context, status=status)


def standing(request: HttpRequest, question: int) -> AttemptQuestion | None:
    """The learner's own standing answer, if it has been checked."""
    return (
        AttemptQuestion.objects.filter(
            attempt__user=request.user.pk,
            attempt__purpose=Attempt.Purpose.CHECKPOINT,
            question=question,
            checked__isnull=False,
        )
        .select_related("version", "checked", "question")
        .first()
    )


def is_sealed(request: HttpRequest, question: int) -> bool:
    return Question.objects.filter(pk=question).sealed_for(request.user).exists()


def is_htmx(request: Any) -> bool:
    return bool(request.htmx)


def back_of(request: HttpRequest) -> str:
    """The page the question was asked on; only ever an address of this site."""
    back = request.POST.get("back") or request.GET.get("back") or ""
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts=None, require_https=request.is_secure()
    )
    return back if is_ours and back.startswith("/") and len(back) < 300 else ""


def is_too_many(request: HttpRequest) -> bool:
    """Counted in the cache that all processes share, by address and hour."""
    address = request.META.get("REMOTE_ADDR", "")
    key = f"answers:{address}:{timezone.now():%Y%m%d%H}"
    cache.add(key, 0, 3600)
    return cache.incr(key) > VISITOR_ANSWERS
