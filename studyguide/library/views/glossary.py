from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from quizzes.mastery import Standing
from quizzes.models import AttemptQuestion
from quizzes.standing import Ids, Learned
from studyguide.accounts.sessions import signed_in
from studyguide.http import HtmxHttpRequest
from studyguide.library.models import Article, GlossaryTerm, LookUp, Passage
from studyguide.library.page import REF, counting_due
from studyguide.library.reading import Reader, learned_of
from studyguide.library.search import fold
from studyguide.library.views.memory import memory_of, with_memory

Kind = GlossaryTerm.Kind
PLURALS: dict[str, str | Promise] = {
    Kind.IDEA: _("Ideas"),
    Kind.BODY: _("Bodies"),
    Kind.PARTY: _("Parties"),
    Kind.PERSON: _("People"),
    Kind.PLACE: _("Places"),
    Kind.EVENT: _("Events"),
    Kind.TEXT: _("Texts"),
}
LAST = 5  # answers shown of a learner on an entry
SHOWN = [
    "ref",
    "term",
    "letter",
    "kind",
    "gloss",
    "is_authors_usage",
    "places",
    "aliases",
]


@require_safe
@login_not_required
def glossary(request: HtmxHttpRequest, article: str) -> HttpResponse:
    """All terms by letter; `?q=` finds, `?kind=` chooses (and so do the radios,
    without asking the server)."""
    found = get_object_or_404(Article.objects.current(), slug=article)
    terms = list(found.terms.filter(retired_at=None).values(*SHOWN))
    asked = request.GET.get("q", "").strip()[:100]
    if asked:
        terms = [term for term in terms if answers(term, fold(asked))]
    kind = request.GET.get("kind", "")
    learned = learned_of(request.user, found)
    known = {ref: learned.standing(term.ids) for ref, term in found.terms_asked.items()}
    context = {
        "article": found,
        "asked": asked,
        "kind": kind if kind in PLURALS else "all",
        "total": len(terms),
        "kinds": [
            (kind, label, sum(term["kind"] == kind for term in terms))
            for kind, label in PLURALS.items()
        ],
        "letters": [
            (letter, [shown(term, known.get(term["ref"])) for term in group])
            for letter, group in groupby(terms, key=lambda term: term["letter"])
        ],
        "nav": "terms",
    }
    return render(request, "library/glossary.html", context)


def answers(term: dict[str, Any], asked: str) -> bool:
    """Whether one of its spellings, or a word of one, begins with what was asked."""
    spellings = [fold(spelling) for spelling in term["aliases"]]
    return any(spelling.startswith(asked) or f" {asked}" in spelling for spelling in spellings)


def shown(term: dict[str, Any], standing: Standing | None) -> dict[str, Any]:
    passages = [ref[1:] for ref in term["places"] if ref.startswith("p")]
    return {
        **term,
        "kind_label": Kind(term["kind"]).label,
        "passages": passages[:4],
        "more": len(passages[4:]),
        "standing": standing if standing and standing.is_begun else None,
    }


@require_safe
@login_not_required
def glossary_term(request: HtmxHttpRequest, article: str, term: str) -> HttpResponse:
    """An entry's page; for htmx the pop-over."""
    terms = GlossaryTerm.objects.current().select_related("article")
    terms = counting_due(with_memory(terms, term, request.user), request.user)
    found = get_object_or_404(terms, article__slug=article, article__retired_at=None, ref=term)
    request.due_count = getattr(found, "due_count", None) or 0  # type: ignore[attr-defined]
    if request.htmx:
        response = render(
            request,
            "library/_term.html",
            {"term": found, "memory": memory_of(found, request.user)},
        )
        response.headers["Vary"] = "HX-Request"
        return response
    passages = passages_of(found, request.user)
    headlines = {ref: headline for ref, headline, _is_looked_up in passages}
    context = {
        "article": found.article,
        "term": found,
        "places": [(ref, ref[1:], headlines[ref]) for ref in found.places if ref in headlines],
        "looked_up": [ref for ref, _headline, is_looked_up in passages if is_looked_up],
        "notes": [(ref, ref[1:]) for ref in found.places if ref.startswith("n")],
        **known_of(request, found),
        "memory": memory_of(found, request.user),
        "nav": "terms",
    }
    response = render(request, "library/glossary_term.html", context)
    response.headers["Vary"] = "HX-Request"
    return response


def passages_of(term: GlossaryTerm, user: Reader) -> list[tuple[str, str, bool]]:
    """Ref, headline and whether this reader looked it up there: where it occurs, and where he did,
    which in an original may be elsewhere."""
    mine = LookUp.objects.filter(term=term, user=user.pk or 0, passage=OuterRef("pk"))
    found = term.article.passages.filter(retired_at=None).annotate(is_looked_up=Exists(mine))
    wanted = found.filter(Q(ref__in=term.places) | Q(is_looked_up=True))
    return list(wanted.values_list("ref", "headline", "is_looked_up"))


def known_of(request: HtmxHttpRequest, term: GlossaryTerm) -> dict[str, Any]:
    """What an entry shows a learner of himself: how firm the term is, his last answers on it."""
    asked = term.article.terms_asked.get(term.ref)
    if not request.user.is_authenticated or asked is None:
        return {"standing": Learned().standing(Ids()), "answers": []}
    return {
        "standing": learned_of(request.user, term.article).standing(asked.ids),
        "answers": AttemptQuestion.objects.told_to(request.user).about(asked.ids.all)[:LAST],
    }


@require_POST
def glossary_term_look_up(request: HttpRequest, article: str, term: str) -> HttpResponse:
    """A reader opened the term in place, at a passage; sent by script."""
    ref = request.POST.get("at", "")
    if not REF.fullmatch(ref):
        return HttpResponseBadRequest()
    passage = get_object_or_404(Passage.objects.current(), article__slug=article, ref=ref)
    found = get_object_or_404(GlossaryTerm.objects.current(), article=passage.article_id, ref=term)
    LookUp.keep(user=signed_in(request), term=found, passage=passage, at=timezone.now())
    return HttpResponse(status=204)
