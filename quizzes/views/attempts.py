from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST, require_safe

from quizzes.kinds import Unreadable
from quizzes.models import (
    Ack,
    Attempt,
    AttemptQuestion,
    AttemptRefused,
    Quiz,
    Response,
    TokenReused,
)
from quizzes.models.attempts import UNTOLD
from quizzes.rules import Behaviour, Rules
from quizzes.sheet import Results, Sheet
from quizzes.tokens import new_token

LATE = {
    Response.Outcome.LATE: _l(
        "Time was up. What you wrote is kept and marked late; what was saved before counts."
    ),
    Response.Outcome.FINAL: _l(
        "This question was graded already. What you wrote is kept, but does not count."
    ),
}


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
    at, after = (number_of(request.GET.get(name, "")) for name in ("q", "after"))
    context = {"sheet": Sheet(found, now=now, at=at, after=after)}
    return render(request, "quizzes/attempt.html", {**context, "nav": "quizzes"})


@require_POST
def attempt_respond(request: HttpRequest, attempt: str) -> HttpResponse:
    """One answer: saved as it is typed, or checked. What was sent is never lost: whatever cannot
    be taken comes back in the page, to be sent again."""
    found = own_attempt(request, attempt)
    sent = Sent(request, found)
    if sent.would_tell and not found.scope and found.is_held:
        sent.is_check = False
        sent.waits = str(UNTOLD)
    if sent.token is None:
        return sheet(request, sent, trouble=_("Send it once more."), typed=sent.value)
    try:
        ack = sent.store()
    except TokenReused:
        trouble = _("This page was sent before with another answer. Look at it and send it again.")
        return sheet(request, sent, trouble=trouble, typed=sent.value, status=422)
    if ack.outcome == Response.Outcome.CONFLICT:
        return sheet(request, sent, conflict=sent.value, status=409)
    if ack.outcome != Response.Outcome.SAVED:
        return too_late(request, sent, ack.outcome)
    if sent.is_check or sent.act or sent.is_move:
        return sheet(request, sent, trouble=sent.trouble if sent.is_check else sent.waits)
    return saved(request, sent, ack)


class Sent:
    """An answer as it was posted. Whatever was posted, reading it does not fail."""

    def __init__(self, request: HttpRequest, attempt: Attempt) -> None:
        data = request.POST
        self.attempt = attempt
        self.now = timezone.now()
        rows = AttemptQuestion.objects.without_key().filter(attempt=attempt)
        self.row = get_object_or_404(rows, question=number_of(data.get("question", "")))
        self.row.attempt = attempt
        self.kind = self.row.version.kind_class
        self.value = self.kind.read(self.row.version.arranged(self.row.seed), dict(data.lists()))
        self.token = token_of(data.get("token", ""))
        self.rev = number_of(data.get("rev", ""))
        self.act = data.get("act", "")
        self.certainty = certainty_of(data.get("certainty", ""))

        self.is_check = self.act == "check"
        self.waits = ""  # why it is stored and not checked
        self.is_move = "move" in data  # a line of an ordering goes up or down

    def store(self) -> Ack:
        return self.attempt.respond(
            self.row.question_id,
            self.value,
            token=self.token or uuid4(),
            base_rev=self.rev,
            now=self.now,
            is_check=self.is_check,
            certainty=self.certainty,
        )

    @property
    def would_tell(self) -> bool:
        """Whether it would be graded at once."""
        return self.is_check and self.attempt.own_rules.behaviour != Behaviour.DEFERRED

    @property
    def trouble(self) -> str:
        """What to do before this answer can be graded."""
        if self.value is None:
            return _("Give an answer first, or leave it for later.")
        try:
            self.kind.check(self.row.version.shown, self.value)
        except Unreadable as why:
            return str(why)
        return ""


def sheet(
    request: Any,
    sent: Sent,
    *,
    trouble: str = "",
    typed: Any = None,
    conflict: Any = None,
    status: int = 200,
) -> HttpResponse:
    """The sheet again: in place for script, as a page or by redirect without."""
    stays = bool(trouble) or conflict is not None
    found = Sheet(
        sent.attempt,
        now=sent.now,
        at=sent.row.position,
        trouble=trouble,
        typed=typed,
        conflict=conflict,
        is_answer=True,
        goes_on=not stays and not sent.is_move,
    )
    if request.htmx:
        return render(request, "quizzes/_sheet.html", {"sheet": found}, status=status)
    if stays:
        context = {"sheet": found, "nav": "quizzes"}
        return render(request, "quizzes/attempt.html", context, status=status)
    return redirect(found.next_url)


def saved(request: Any, sent: Sent, ack: Ack) -> HttpResponse:
    """An answer was kept as it was typed; the form stays as it is. Where to keep it is to answer
    it, what is said of handing in is said anew."""
    context: dict[str, Any] = {
        "row": ack.row,
        "response": ack.response,
        "name": f"q{ack.row.position}",
        "token": new_token(),
    }
    if sent.attempt.own_rules.behaviour == Behaviour.DEFERRED:
        context["sheet"] = Sheet(sent.attempt, now=sent.now)
    response = render(request, "quizzes/_saved.html", context)
    response["HX-Retarget"] = f"#saved-q{ack.row.position}"
    response["HX-Reswap"] = "outerHTML"
    return response


def too_late(request: Any, sent: Sent, outcome: str) -> HttpResponse:
    """Kept in the log, but it does not count; the page says so."""
    attempt, row = sent.attempt, sent.row
    attempt.expire(now=sent.now)
    if not request.htmx:
        messages.info(request, LATE[Response.Outcome(outcome)])
        return redirect(f"{attempt.get_absolute_url()}?q={row.position}")
    context = {"attempt": attempt, "row": row, "told": LATE[Response.Outcome(outcome)]}
    response = render(request, "quizzes/_too_late.html", context)
    response["HX-Retarget"] = f"#saved-q{row.position}"
    response["HX-Reswap"] = "outerHTML"
    return response


@require_POST
def attempt_submit(request: HttpRequest, attempt: str) -> HttpResponse:
    found = own_attempt(request, attempt)
    if not found.scope and found.is_held:
        messages.info(request, UNTOLD)
        return redirect(found)
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
    results = Results(found, now=now)
    quiz = results.quiz_of_missed() if results.is_released else None
    if quiz is None:
        return redirect("attempt_results", found.public_id)
    return begun(request, quiz)


def begun(request: HttpRequest, quiz: Quiz, rules: Rules | None = None) -> HttpResponse:
    """On to an attempt of one's own, or back to the quiz, which says why not."""
    try:
        return redirect(
            Attempt.start(user=request.user, quiz=quiz, now=timezone.now(), rules=rules)
        )
    except AttemptRefused as why:
        messages.info(request, str(why))
        return redirect(quiz)


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
