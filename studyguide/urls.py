"""The site map. Each room lists its own pages; the prefixes are all here."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from studyguide import health

urlpatterns = [
    path("", include("studyguide.library.urls")),
    path("", include("quizzes.urls")),
    path("", include("studyguide.progress.urls")),
    path("", include("studyguide.courses.urls")),
    path("", include("studyguide.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz/", health.healthz, name="healthz"),
]

handler400 = "studyguide.errors.bad_request"
handler403 = "studyguide.errors.permission_denied"
handler404 = "studyguide.errors.page_not_found"
handler500 = "studyguide.errors.server_error"
