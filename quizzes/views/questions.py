from __future__ import annotations

import json
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST, require_safe

from quizzes import checkpoint
from quizzes.asked import Asked
from quizzes.models import Attempt, AttemptQuestion, Question, QuestionVersion, ReviewCard
from quizzes.views.attempts import token_of

VISITOR_ANSWERS = 120  # an hour from one address
WAITS = _l("This question waits in a quiz that you have open. Finish that first.")


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
    return shown(request, one, version)


@require_POST
@login_not_required
def question_respond(request: HttpRequest, question: int) -> HttpResponse:
    """Graded for anybody, remembered for learners."""
    if request.user.is_authenticated:
        return learner_answers(request, question)
    version = version_of(question)
    one, is_answered = read(request, version)
    if is_answered and is_too_many(request):
        one.trouble = _("That is many answers in an hour. Go on later, or sign in.")
    if one.trouble or not is_answered:
        return shown(request, one, version, status=status_of(request, one))
    one = checkpoint.graded_question(version, one.value, back=back_of(request))
    return shown(request, one, version)


def learner_answers(request: HttpRequest, question: int) -> HttpResponse:
    token = token_of(request.POST.get("token", "")) or uuid4()
    with transaction.atomic():
        try:
            place = checkpoint.Place(request.user, token=token, question=question)
        except Question.DoesNotExist:
            raise Http404 from None
        one, is_answered = read(request, place.version)
        if is_answered and place.is_sealed:
            one.trouble = str(WAITS)
        if is_answered and not one.trouble:
            place.keep(one.value, now=timezone.now())
    place.version.question = place.question
    if one.trouble or not is_answered:
        return shown(request, one, place.version, status=status_of(request, one))
    if is_htmx(request):
        return told(request, place, one.value)
    one = checkpoint.graded_question(place.version, one.value, back=back_of(request))
    one.memory = place.memory
    return shown(request, one, place.version)


def read(request: HttpRequest, version: QuestionVersion) -> tuple[Asked, bool]:
    """The question with the answer that was sent, and whether that is to be graded."""
    one = checkpoint.open_question(version)
    one.value = version.kind_class.read(dict(one.shown), dict(request.POST.lists()))
    if "move" in request.POST:  # a line of an ordering goes up or down
        return one, False
    one.trouble = checkpoint.trouble_with(version, one.value)
    return one, True


def status_of(request: HttpRequest, one: Asked) -> int:
    return 422 if one.trouble and not is_htmx(request) else 200


def told(request: HttpRequest, place: checkpoint.Place, value: Any) -> HttpResponse:
    """What an answer was worth, in place. What was chosen has been chosen before: it is kept as it
    was rendered. What was typed is a learner's own, and is not."""
    version, back = place.version, back_of(request)
    render = graded_html.__wrapped__ if version.kind_class.is_typed else graded_html
    page = render(version, version.digest, json.dumps(value), back, place.memory, get_language())
    response = HttpResponse(page.replace(CSRF_SLOT, get_token(request)))
    response.headers["HX-Trigger"] = "answered"  # whatever stands around it may say more now
    return response


CSRF_SLOT = get_random_string(32)  # what no page says


@lru_cache(maxsize=1000)
def graded_html(
    version: QuestionVersion, digest: str, value: str, back: str, memory: str, language: str
) -> str:
    """For one learner as for the next, but for the token of his form. Rendering costs 0.9 ms."""
    one = checkpoint.graded_question(version, json.loads(value), back=back)
    one.memory = memory
    context = context_of(one, version, back) | {"csrf_token": CSRF_SLOT, "is_kept": True}
    return render_to_string("quizzes/_checkpoint.html", context)


def context_of(one: Asked, version: QuestionVersion, back: str) -> dict[str, Any]:
    again = urlencode({"again": "1", "back": back} if back else {"again": "1"})
    return {
        "q": one,
        "back": back,
        "again_url": f"{version.question.get_absolute_url()}?{again}",
        "nav": "quizzes",
    }


def shown(
    request: HttpRequest, one: Asked, version: QuestionVersion, *, status: int = 200
) -> HttpResponse:
    if not one.is_open and request.user.is_authenticated and not one.memory:
        one.memory = ReviewCard.objects.states(request.user.pk, [one.question])[one.question]
    context = context_of(one, version, back_of(request))
    context["is_kept"] = request.user.is_authenticated
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
    back = request.POST.get("back") or request.GET.get("back")
    if not back:
        return ""
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
