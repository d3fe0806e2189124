from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from quizzes.models.attempts import day_of
from quizzes.standing import Learned
from studyguide.accounts.preferences import preferences_of
from studyguide.http import HtmxHttpRequest
from studyguide.library.models import (
    Article,
    Footnote,
    GlossaryTerm,
    Original,
    Passage,
    Section,
)
from studyguide.library.page import SectionPage, State, for_reader, section_for
from studyguide.library.reading import Progress, contents, learned_of
from studyguide.library.shelf import Go, OnShelf, on_shelf, progress_in, rows_html


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    found = on_shelf(request.user)
    if len(found) == 1:
        return show_article(request, found[0])
    articles = [each.kept.article for each in found]
    return render(request, "library/home.html", {"articles": articles, "nav": "read"})


@require_safe
@login_not_required
def article(request: HttpRequest, article: str) -> HttpResponse:
    found = on_shelf(request.user, slug=article)
    if not found:
        raise Http404
    return show_article(request, found[0])


def show_article(request: HttpRequest, found: OnShelf) -> HttpResponse:
    user, kept = request.user, found.kept
    request.due_count = found.due_count or 0  # type: ignore[attr-defined]
    learned = learned_of(user, kept.article)
    whole = contents(kept.article, kept.sections, progress_in(user, found.pk, found.place), learned)
    for chapter in whole.chapters:
        chapter.rows_html = rows_html(chapter.rows, kept, is_reader=user.is_authenticated)
    context = {"kept": kept, "contents": whole, "go": Go.of(whole, kept), "nav": "read"}
    return render(request, "library/article.html", context)


@require_safe
@login_not_required
def section(request: HttpRequest, article: str, chapter: str, section: str) -> HttpResponse:
    found = section_for(request.user, article=article, section=section)
    if found is None:
        return moved(article, section)
    if found[0].chapter.slug != chapter:
        return redirect(found[0], permanent=True)
    page = SectionPage(*found, request)
    if page.is_unchanged():
        return page.stamp(HttpResponse(status=304))
    return page.stamp(render(request, "library/section.html", page.context()))


@require_safe
def passage_standing(request: HtmxHttpRequest, article: str, ref: str) -> HttpResponse:
    """What the page around a passage says of it, anew: asked for after an answer beside it."""
    passage = get_object_or_404(
        Passage.objects.current().select_related("section"), article__slug=article, ref=ref
    )
    found = section_for(request.user, article=article, section=passage.section.slug)
    if found is None:
        raise Http404
    if not request.htmx:
        return redirect("permalink", article, ref)
    context = SectionPage(*found, request).standing_context(passage.number)
    return render(request, "library/_passage_standing.html", context)


def moved(article: str, slug: str) -> HttpResponse:
    """An earlier slug of a section leads to where it is now."""
    for section in Section.objects.current().filter(article__slug=article).defer("segments"):
        if slug in section.was:
            return redirect(section, permanent=True)
    raise Http404


@require_safe
@login_not_required
def permalink(request: HttpRequest, article: str, ref: str) -> HttpResponse:
    """/articles/<slug>/p44/ is for ever; where p44 is read may change."""
    passages = Passage.objects.current().filter(article__slug=article)
    if ref.startswith("n"):
        notes = Footnote.objects.current().filter(article__slug=article)
        passages = passages.filter(footnotes__in=notes.filter(ref=ref))
    else:
        passages = passages.filter(ref=ref)
    passage = get_object_or_404(passages.select_related("section__chapter", "article"))
    passage.section.article = passage.article
    query = request.GET.copy()
    sentences = {name: number_in(query.pop(name, [""])[-1]) for name in ("note", "original")}
    address = passage.section.get_absolute_url() + (f"?{query.urlencode()}" if query else "")
    return redirect(f"{address}#{proof(request, passage, ref, **sentences)}")


def proof(request: HttpRequest, passage: Passage, ref: str, *, note: int, original: int) -> str:
    """The sentence that proves: the original's for who has one, else the note's."""
    if original and request.user.is_authenticated:
        mine = Original.objects.readable_by(request.user).filter(article=passage.article)
        if mine.exists():
            return f"{ref}-o{original}"
    return f"{ref}-s{note}" if note else ref


def number_in(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


@require_safe
@login_not_required
def print_contents(request: HttpRequest, article: str) -> HttpResponse:
    found = get_object_or_404(Article.objects.current(), slug=article)
    sections = found.sections.current().select_related("chapter").defer("segments")
    context = {
        "article": found,
        "contents": contents(found, list(sections), Progress(), Learned()),
    }
    return render(request, "library/print_contents.html", {**context, "nav": "read"})


@require_safe
@login_not_required
def print_part(request: HttpRequest, article: str, part: str) -> HttpResponse:
    """A section or a chapter on one page, with notes, terms and footnotes."""
    found = get_object_or_404(Article.objects.current(), slug=article)
    sections = found.sections.current().filter(Q(chapter__slug=part) | Q(slug=part))
    today = day_of(request.user, timezone.now())
    chosen = list(for_reader(sections.select_related("chapter"), request.user, today))
    if not chosen:
        raise Http404
    for each in chosen:
        each.article = found
    pages = [SectionPage(each, State.of(each), request, is_print=True) for each in chosen]
    context = {
        "article": found,
        "pages": [(page.section, page.body_html()) for page in pages],
        "chapter": chosen[0].chapter,
        "is_chapter": part == chosen[0].chapter.slug,
        "terms": terms_in(found, chosen),
        "look": preferences_of(request),
        "nav": "read",
    }
    return render(request, "library/print_part.html", context)


def terms_in(article: Article, sections: list[Section]) -> list[GlossaryTerm]:
    numbers = {f"p{n}" for s in sections for n in range(s.first, s.last + 1)}
    terms = GlossaryTerm.objects.current().filter(article=article)
    return [term for term in terms if numbers.intersection(term.places)]
