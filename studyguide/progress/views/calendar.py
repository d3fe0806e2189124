"""The calendar's private address, and what stands there for calendar programs."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studyguide.accounts.sessions import signed_in
from studyguide.progress.calendar import calendar_of
from studyguide.progress.models import CalendarFeed


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    feed = CalendarFeed.objects.filter(user=signed_in(request)).first()
    address = request.build_absolute_uri(feed.get_absolute_url()) if feed else ""
    return render(request, "progress/calendar.html", {"feed": feed, "address": address})


@require_POST
def calendar_renew(request: HttpRequest) -> HttpResponse:
    """Make the address, or another one in its place."""
    CalendarFeed.renew(signed_in(request), now=timezone.now())
    messages.success(request, _("This is the address. One that you had before works no more."))
    return redirect("calendar")


@require_POST
def calendar_revoke(request: HttpRequest) -> HttpResponse:
    CalendarFeed.objects.filter(user=signed_in(request)).delete()
    messages.success(request, _("The address works no more."))
    return redirect("calendar")


@require_safe
@login_not_required
def calendar_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """For programs that cannot sign in: whoever has the address reads it."""
    feeds = CalendarFeed.objects.select_related("user")
    feed = get_object_or_404(feeds, token=token, user__is_active=True)
    body = calendar_of(feed.user, timezone.now())
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag, response=None)
    if response is None:
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response
