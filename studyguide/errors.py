"""Error pages. None of them touches request.POST without care: a body that could not be read
once must not be read again (Django's own handlers do, and turn a 400 into a 500)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from studyguide.http import sent_fields


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


@login_not_required
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"why": str(exception)}, status=403)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    # No request, no context processors: whatever broke may be in one of them.
    return HttpResponseServerError(loader.get_template("500.html").render())


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with a token that no longer holds comes back, to be sent again with one that does."""
    fields = [] if getattr(request, "htmx", False) else sent_fields(request)
    if fields:
        return render(request, "kept.html", {"fields": fields}, status=403)
    why = _(
        "This page was open for a long time, or you signed in or out in another tab. "
        "Go back, reload the page, and send it again."
    )
    return render(request, "403.html", {"why": why, "is_stale": True}, status=403)
