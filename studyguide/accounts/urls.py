from __future__ import annotations

from django.urls import path

from studyguide.accounts import views

urlpatterns = [
    path("settings/", views.reading_settings, name="reading_settings"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password_choose, name="password_choose"),
]
