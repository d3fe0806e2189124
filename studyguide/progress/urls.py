from __future__ import annotations

from django.urls import path

from studyguide.progress.views import answers, calendar, dashboard, data, events, plan

urlpatterns = [
    path("me/", dashboard.dashboard, name="dashboard"),
    path("me/plan/", plan.study_plan, name="study_plan"),
    path("me/mistakes/", answers.mistakes, name="mistakes"),
    path("me/practise/", answers.practise, name="practise"),
    path("me/attempts/", answers.attempts, name="attempts"),
    path("me/sections/<slug:article>/<slug:section>/", events.me_section, name="me_section"),
    path("me/terms/<slug:article>/<slug:term>/", events.me_term, name="me_term"),
    path("me/data/", data.data, name="data"),
    path("me/data/export/", data.data_export, name="data_export"),
    path("me/data/erase/", data.data_erase, name="data_erase"),
    path("me/data/erase/undo/", data.data_erase_undo, name="data_erase_undo"),
    path("me/calendar/", calendar.calendar, name="calendar"),
    path("me/calendar/renew/", calendar.calendar_renew, name="calendar_renew"),
    path("me/calendar/revoke/", calendar.calendar_revoke, name="calendar_revoke"),
    path("calendar/<slug:token>.ics", calendar.calendar_feed, name="calendar_feed"),
]
