"""A reader's own copy: added after a look at what was understood, removed at will."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.library.forms import OriginalForm, ShareForm
from studyguide.library.models import Article, Original
from studyguide.library.originals.store import aligned, store


def current_article(slug: str) -> Article:
    found: Article = get_object_or_404(Article.objects.current(), slug=slug)
    return found


@require_safe
def originals(request: HttpRequest, article: str) -> HttpResponse:
    found = current_article(article)
    return render(request, "library/originals.html", context_of(request, found, OriginalForm()))


def context_of(request: HttpRequest, article: Article, form: OriginalForm) -> dict[str, Any]:
    user = signed_in(request)
    copies = Original.objects.filter(article=article).select_related("owner")
    if not user.is_staff:
        copies = copies.readable_by(user)
    return {
        "article": article,
        "form": form,
        "own": next((copy for copy in copies if copy.owner_id == user.pk), None),
        "others": [copy for copy in copies if copy.owner_id != user.pk],
        "nav": "read",
    }


@require_POST
def original_preview(request: HttpRequest, article: str) -> HttpResponse:
    """What was understood. Nothing is stored: the text goes on in the form."""
    found = current_article(article)
    form = OriginalForm(request.POST, request.FILES)
    if not form.is_valid():
        context = context_of(request, found, form)
        return render(request, "library/originals.html", context, status=422)
    return show_preview(request, found, form, ShareForm())


def show_preview(
    request: HttpRequest,
    article: Article,
    form: OriginalForm,
    share: ShareForm,
    *,
    status: int = 200,
) -> HttpResponse:
    parsed = form.parsed
    alignment = aligned(parsed, article)
    paragraphs = parsed.paragraphs
    old = Original.objects.filter(article=article, owner=signed_in(request)).first()
    context = {
        "article": article,
        "parsed": parsed,
        "alignment": alignment,
        "fits": not (
            alignment.missing or alignment.left_over or alignment.unsure or parsed.unmarked
        ),
        "left_over": [paragraphs[i].text[:160] for i in alignment.left_over],
        "expected": len(article.facts),
        "quotations": sum(p.is_quotation for p in paragraphs),
        "form": form,
        "share": share,
        "is_replacing": old is not None,
        "is_granted": old is not None and old.audience == Original.Audience.GRANTED,
        "nav": "read",
    }
    return render(request, "library/original_preview.html", context, status=status)


@require_POST
def original_confirm(request: HttpRequest, article: str) -> HttpResponse:
    found = current_article(article)
    user = signed_in(request)
    form = OriginalForm(request.POST)
    share = ShareForm(request.POST if user.is_staff else {})
    if not form.is_valid():
        context = context_of(request, found, form)
        return render(request, "library/originals.html", context, status=422)
    if not share.is_valid():
        return show_preview(request, found, form, share, status=422)
    alignment = aligned(form.parsed, found)
    if len(alignment.left_over) == len(alignment.refs):
        form.add_error("text", _("None of it fits this article. Nothing was stored."))
        context = context_of(request, found, form)
        return render(request, "library/originals.html", context, status=422)
    now = timezone.now()
    with transaction.atomic():
        stored = store(
            form.parsed,
            alignment,
            article=found,
            owner=user,
            audience=share.audience,
            right=share.cleaned_data.get("right", ""),
            credit=form.cleaned_data["credit"],
            at=now,
        )
        if stored.audience != Original.Audience.PRIVATE:
            stored.record("share", by=user, now=now)
    messages.success(request, _("Your copy is stored. It stands beside the notes from now on."))
    return redirect("originals", article=article)


@require_POST
def original_remove(request: HttpRequest, article: str, original: int) -> HttpResponse:
    user = signed_in(request)
    copy = get_object_or_404(Original, article__slug=article, pk=original)
    if not copy.may_be_removed_by(user):
        raise Http404
    with transaction.atomic():
        if copy.owner_id != user.pk or copy.audience != Original.Audience.PRIVATE:
            copy.record("remove", by=user, now=timezone.now())
        copy.delete()
    messages.success(request, _("The copy is gone, with everything made from it."))
    return redirect("originals", article=article)
