"""What a reader wants to remember of a passage or a term: cards for the questions on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from quizzes.models import Question, ReviewCard
from studyguide.accounts.sessions import signed_in
from studyguide.http import HtmxHttpRequest
from studyguide.library.models import GlossaryTerm, Passage


def names_of(ref: str) -> list[str]:
    """The questions that its two cards ask: the word, and what it means."""
    return [f"term-{ref}-{way}" for way in ("recall", "name")]


def with_memory(terms: Any, ref: str, user: Any) -> Any:
    """Terms called `ref`, with whether their cards are kept (at all, and not stopped), in the same
    query."""
    if not user.is_authenticated:
        return terms
    cards = ReviewCard.objects.filter(
        user=user,
        question__source=OuterRef("article__slug"),
        question__external_id__in=names_of(ref),
    )
    return terms.annotate(has_cards=Exists(cards), is_kept=Exists(cards.filter(is_suspended=False)))


def memory_of(term: GlossaryTerm, user: Any) -> str:
    """Whether its cards are kept, stopped, or none; '' for a visitor, who has none. The term came
    `with_memory`."""
    if not user.is_authenticated:
        return ""
    if not term.has_cards:  # type: ignore[attr-defined]
        return "none"
    return "kept" if term.is_kept else "stopped"  # type: ignore[attr-defined]


@require_POST
def glossary_term_remember(request: HtmxHttpRequest, article: str, term: str) -> HttpResponse:
    terms = GlossaryTerm.objects.current().select_related("article")
    found = get_object_or_404(terms, article__slug=article, article__retired_at=None, ref=term)
    user = signed_in(request)
    asked = Question.objects.current().filter(source=found.article.slug)
    questions = list(asked.filter(external_id__in=names_of(found.ref)))
    if request.POST.get("act") == "stop":
        ReviewCard.objects.stop(user, [question.pk for question in questions])
    else:
        ReviewCard.objects.keep(user, questions, now=timezone.now())
    if request.htmx:
        shown = with_memory(terms, term, user).get(pk=found.pk)
        context = {"term": shown, "memory": memory_of(shown, user)}
        return render(request, "library/_term_memory.html", context)
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
def passage_remember(request: HttpRequest, article: str, ref: str) -> HttpResponse:
    """The questions that a passage proves, to choose from."""
    passage = get_object_or_404(
        Passage.objects.current().select_related("section__chapter", "section__article"),
        article__slug=article,
        ref=ref,
    )
    user = signed_in(request)
    proved = Question.objects.current().filter(library_evidence__passage=passage).distinct()
    questions = list(proved.select_related("current").order_by("position"))
    states = ReviewCard.objects.states(user.pk, [question.pk for question in questions])
    if request.method == "POST":
        wanted = {*request.POST.getlist("question")}
        chosen = [question for question in questions if str(question.pk) in wanted]
        others = [q.pk for q in questions if q not in chosen and states[q.pk] == "kept"]
        ReviewCard.objects.keep(user, chosen, now=timezone.now())
        ReviewCard.objects.stop(user, others)
        text = ngettext(
            "You remember one question on ¶%(at)s.",
            "You remember %(n)d questions on ¶%(at)s.",
            len(chosen),
        )
        told = text % {"n": len(chosen), "at": passage.number}
        messages.success(request, told if chosen else _("Nothing of it is in your review now."))
        return redirect(f"{passage.section.get_absolute_url()}#{ref}")
    context = {
        "passage": passage,
        "rows": [(question, states[question.pk] == "kept") for question in questions],
        "back": f"{passage.section.get_absolute_url()}#{ref}",
        "nav": "read",
    }
    return render(request, "library/passage_remember.html", context)
