from __future__ import annotations

from django.urls import path

from studyguide.courses.views import assignments

urlpatterns = [
    path("courses/<slug:course>/assignments/", assignments.assignments, name="assignments"),
    path(
        "courses/<slug:course>/assignments/new/", assignments.assignment_new, name="assignment_new"
    ),
    path(
        "courses/<slug:course>/assignments/<slug:assignment>/",
        assignments.assignment,
        name="assignment",
    ),
    path(
        "courses/<slug:course>/assignments/<slug:assignment>/edit/",
        assignments.assignment_edit,
        name="assignment_edit",
    ),
    path(
        "courses/<slug:course>/assignments/<slug:assignment>/act/",
        assignments.assignment_act,
        name="assignment_act",
    ),
    path(
        "courses/<slug:course>/assignments/<slug:assignment>/start/",
        assignments.assignment_start,
        name="assignment_start",
    ),
]
