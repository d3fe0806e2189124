from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from studyguide.accounts.models import User


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process answers and reaches its database: no version, no counts."""
    User.objects.exists()
    return HttpResponse("ok\n", content_type="text/plain")
