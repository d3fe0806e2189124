"""A learner's own data: taken away whole, or erased after time to think."""

from __future__ import annotations

from tempfile import TemporaryFile

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studyguide.accounts import export, privacy
from studyguide.accounts.models import AuditEntry, Erasure
from studyguide.accounts.sessions import signed_in


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    context = {
        "erasure": Erasure.objects.waiting().filter(user=user).first(),
        "holdings": privacy.holdings(),
        "objections": privacy.objections(user),
        "waits": Erasure.WAITS.days,
    }
    return render(request, "progress/data.html", context)


@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def data_export(request: HttpRequest) -> HttpResponseBase:
    """The file itself, in the answer: no copy stays on the server, no link can leak."""
    user = signed_in(request)
    now = timezone.now()
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    # Not one transaction: on SQLite it would keep everybody else from writing meanwhile.
    counts = export.write(user, file, now=now)
    AuditEntry.record(act="data.export", by=user, about=f"user:{user.pk}", details=counts, now=now)
    file.seek(0)
    name = f"pilcrow-{now:%Y-%m-%d}.zip"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def data_erase(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if privacy.objections(user):
        return redirect("data")  # which says what to do first
    Erasure.ask(user, now=timezone.now())
    return redirect("data")


@require_POST
def data_erase_undo(request: HttpRequest) -> HttpResponse:
    """Staying asks for no password: it takes nothing away."""
    erasure = Erasure.objects.waiting().filter(user=signed_in(request)).first()
    if erasure is not None and erasure.undo(now=timezone.now()):
        messages.success(request, _("You stay, and nothing is erased."))
    return redirect("data")
