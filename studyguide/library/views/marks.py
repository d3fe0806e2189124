from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from studyguide.accounts.sessions import signed_in
from studyguide.http import HtmxHttpRequest
from studyguide.library import models
from studyguide.library.models import Passage, ReadingMark, ReadingPosition
from studyguide.library.page import REF, mark_form, tally
from studyguide.library.reading import Progress


@require_POST
def mark(request: HtmxHttpRequest, article: str, ref: str) -> HttpResponse:
    """A reader's own act: this passage is read, unread, unclear, clear; or all
    passages of the section up to this one are read."""
    passage = get_object_or_404(
        Passage.objects.current().select_related("section__chapter", "section__article"),
        article__slug=article,
        ref=ref,
    )
    act = request.POST.get("mark", "")
    token = token_of(request.POST.get("token", ""))
    if token is None or act not in {*ReadingMark.Kind.values, "upto"}:
        return HttpResponseBadRequest(_("Reload the page and mark it again."))
    marked = [passage]
    kind = ReadingMark.Kind.READ if act == "upto" else ReadingMark.Kind(act)
    section = passage.section
    if act == "upto":
        marked = list(
            section.passages.current().filter(number__lte=passage.number).order_by("number")
        )
    models.mark(marked, kind=kind, user=signed_in(request), token=token, at=timezone.now())
    if not request.htmx:
        return redirect(f"{section.get_absolute_url()}#{ref}")
    progress = Progress.of(signed_in(request), section.article)
    forms = [
        mark_form(
            article,
            each.number,
            progress,
            csrf_token=get_token(request),
            first=section.first,
        )
        for each in reversed(marked)  # the pressed one first: it is swapped in place
    ]
    context = {
        "forms": forms,
        "tally": tally(section, progress),
        "numbers": progress.read,
    }
    context["marked"] = [each.number for each in marked]
    return render(request, "library/_marked.html", context)


def token_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_POST
def position(request: HttpRequest, article: str) -> HttpResponse:
    """Where the reader is now; sent by script as he scrolls."""
    ref = request.POST.get("at", "")
    if not REF.fullmatch(ref):
        return HttpResponseBadRequest()
    passage = get_object_or_404(Passage.objects.current(), article__slug=article, ref=ref)
    ReadingPosition.move(user=signed_in(request), passage=passage, at=timezone.now())
    return HttpResponse(status=204)
