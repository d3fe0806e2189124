from __future__ import annotations

from django.urls import path

from studyguide.courses.views import assignments, gradebook, results

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
    path("courses/<slug:course>/results/", results.results, name="results"),
    path(
        "courses/<slug:course>/results/<int:member>/", results.result_learner, name="result_learner"
    ),
    path(
        "courses/<slug:course>/results/<int:member>/<slug:assignment>/",
        results.result,
        name="result",
    ),
    path(
        "courses/<slug:course>/results/<int:member>/<slug:assignment>/override/",
        results.result_override,
        name="result_override",
    ),
    path(
        "courses/<slug:course>/results/<int:member>/<slug:assignment>/extend/",
        results.result_extend,
        name="result_extend",
    ),
    path(
        "courses/<slug:course>/results/<int:member>/<slug:assignment>/excuse/",
        results.result_excuse,
        name="result_excuse",
    ),
    path(
        "courses/<slug:course>/results/<int:member>/<slug:assignment>/comment/",
        results.result_comment,
        name="result_comment",
    ),
    path("courses/<slug:course>/gradebook/", gradebook.gradebook, name="gradebook"),
    path(
        "courses/<slug:course>/gradebook/export/",
        gradebook.gradebook_export,
        name="gradebook_export",
    ),
    path("courses/<slug:course>/report/", gradebook.completion_report, name="completion_report"),
    path(
        "courses/<slug:course>/report/export/",
        gradebook.completion_report_export,
        name="completion_report_export",
    ),
]
