from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from quizzes.kinds import Unreadable
from quizzes.models import Attempt, AttemptQuestion, Response, TokenReused
from quizzes.sheet import Results, Sheet


def own_attempt(request: HttpRequest, attempt: str) -> Attempt:
    """An attempt at a quiz, of the person who asks; another person's is not found."""
    mine = Attempt.objects.at_quizzes().filter(user=request.user.pk)
    return get_object_or_404(mine.select_related("quiz"), public_id=attempt)


@require_safe
def attempt(request: HttpRequest, attempt: str) -> HttpResponse:
    found = own_attempt(request, attempt)
    now = timezone.now()
    if found.is_over(now):
        return redirect("attempt_results", found.public_id)
    sheet = Sheet(found, now=now, at=number_of(request.GET.get("q", "")))
    return render(request, "quizzes/attempt.html", {"sheet": sheet, "nav": "quizzes"})


@require_POST
def attempt_respond(request: HttpRequest, attempt: str) -> HttpResponse:
    """One answer: saved as it is typed, or checked. What was sent is never lost: whatever cannot
    be taken comes back in the answer, to be sent again."""
    found = own_attempt(request, attempt)
    now = timezone.now()
    row = get_object_or_404(
        AttemptQuestion.objects.without_key().filter(attempt=found),
        question=number_of(request.POST.get("question", "")),
    )
    row.attempt = found
    token, rev = token_of(request.POST.get("token", "")), number_of(request.POST.get("rev", ""))
    is_check = request.POST.get("act") == "check"
    data = dict(request.POST.lists())
    value = row.version.kind_class.read(row.version.arranged(row.seed), data)
    if token is None:
        return answer(request, found, row, now, trouble=_("Send it once more."), typed=value)
    try:
        ack = found.respond(
            row.question_id,
            value,
            token=token,
            base_rev=rev,
            now=now,
            is_check=is_check,
            certainty=certainty_of(request.POST.get("certainty", "")),
        )
    except TokenReused:
        trouble = _("This page was sent before with another answer. Look at it and send it again.")
        return answer(request, found, row, now, trouble=trouble, typed=value, status=422)
    if ack.outcome == Response.Outcome.CONFLICT:
        return answer(request, found, row, now, conflict=value, status=409)
    if ack.outcome != Response.Outcome.SAVED:
        return too_late(request, found, row, ack.outcome, now)
    if not is_check:
        return saved(request, found, ack)
    return answer(request, found, row, now, trouble=trouble_with(row, value))


def trouble_with(row: AttemptQuestion, value: Any) -> str:
    if value is None:
        return _("Give an answer first, or leave it for later.")
    try:
        row.version.kind_class.check(row.version.shown, value)
    except Unreadable as why:
        return str(why)
    return ""


def answer(
    request: Any,
    attempt: Attempt,
    row: AttemptQuestion,
    now: Any,
    *,
    trouble: str = "",
    typed: Any = None,
    conflict: Any = None,
    status: int = 200,
) -> HttpResponse:
    """The sheet again: in place for script, as a page or by redirect without."""
    sheet = Sheet(
        attempt,
        now=now,
        at=row.position,
        trouble=trouble,
        typed=typed,
        conflict=conflict,
        is_answer=True,
    )
    if request.htmx:
        return render(request, "quizzes/_sheet.html", {"sheet": sheet}, status=status)
    if trouble or conflict is not None:
        context = {"sheet": sheet, "nav": "quizzes"}
        return render(request, "quizzes/attempt.html", context, status=status)
    return redirect(sheet.next_url)


def saved(request: Any, attempt: Attempt, ack: Any) -> HttpResponse:
    """An answer was kept without being checked."""
    if not request.htmx:
        return redirect(Sheet(attempt, now=timezone.now(), at=ack.row.position + 1).url)
    context = {
        "row": ack.row,
        "response": ack.response,
        "name": f"q{ack.row.position}",
        "token": uuid4(),
    }
    response = render(request, "quizzes/_saved.html", context)
    response["HX-Retarget"] = f"#saved-q{ack.row.position}"
    response["HX-Reswap"] = "outerHTML"
    return response


def too_late(
    request: Any, attempt: Attempt, row: AttemptQuestion, outcome: str, now: Any
) -> HttpResponse:
    """Kept in the log, but it does not count; the page says so."""
    attempt.expire(now=now)
    attempt.refresh_from_db()
    if not request.htmx:
        return redirect(f"{attempt.get_absolute_url()}?q={row.position}")
    context = {"attempt": attempt, "row": row, "outcome": outcome}
    response = render(request, "quizzes/_too_late.html", context)
    response["HX-Retarget"] = f"#saved-q{row.position}"
    response["HX-Reswap"] = "outerHTML"
    return response


@require_POST
def attempt_submit(request: HttpRequest, attempt: str) -> HttpResponse:
    found = own_attempt(request, attempt)
    found.submit(now=timezone.now())
    return redirect("attempt_results", found.public_id)


@require_safe
def attempt_results(request: HttpRequest, attempt: str) -> HttpResponse:
    found = own_attempt(request, attempt)
    now = timezone.now()
    if not found.is_over(now):
        return redirect(found)
    results = Results(found, now=now)
    return render(request, "quizzes/attempt_results.html", {"results": results, "nav": "quizzes"})


@require_POST
def attempt_again(request: HttpRequest, attempt: str) -> HttpResponse:
    """A quiz of the questions that were missed, started at once."""
    found = own_attempt(request, attempt)
    now = timezone.now()
    if not found.is_released(now):
        return redirect("attempt_results", found.public_id)
    quiz = Results(found, now=now).quiz_of_missed()
    if quiz is None:
        return redirect("attempt_results", found.public_id)
    return redirect(Attempt.start(user=request.user, quiz=quiz, now=now))


def token_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def number_of(text: str) -> int:
    """A number as forms send it; 0 for whatever is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def certainty_of(text: str) -> int | None:
    return int(text) if text in {"1", "2", "3"} else None
