from __future__ import annotations

from django.urls import path

from studyguide.progress.views import calendar, data

urlpatterns = [
    path("me/data/", data.data, name="data"),
    path("me/data/export/", data.data_export, name="data_export"),
    path("me/data/erase/", data.data_erase, name="data_erase"),
    path("me/data/erase/undo/", data.data_erase_undo, name="data_erase_undo"),
    path("me/calendar/", calendar.calendar, name="calendar"),
    path("me/calendar/renew/", calendar.calendar_renew, name="calendar_renew"),
    path("me/calendar/revoke/", calendar.calendar_revoke, name="calendar_revoke"),
    path("calendar/<slug:token>.ics", calendar.calendar_feed, name="calendar_feed"),
]
