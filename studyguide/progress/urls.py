from __future__ import annotations

from django.urls import path

from studyguide.progress.views import answers, dashboard, events, plan

urlpatterns = [
    path("me/", dashboard.dashboard, name="dashboard"),
    path("me/plan/", plan.study_plan, name="study_plan"),
    path("me/mistakes/", answers.mistakes, name="mistakes"),
    path("me/practise/", answers.practise, name="practise"),
    path("me/attempts/", answers.attempts, name="attempts"),
    path("me/sections/<slug:article>/<slug:section>/", events.me_section, name="me_section"),
    path("me/terms/<slug:article>/<slug:term>/", events.me_term, name="me_term"),
]
