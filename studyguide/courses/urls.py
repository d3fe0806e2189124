from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from studyguide.courses.views import (
    assignments,
    challenges,
    copying,
    courses,
    earlier,
    gradebook,
    heat,
    items,
    joining,
    marks,
    members,
    originals,
    results,
    roster,
)


class Key(IntConverter):
    """The number of a row. One that no database holds leads nowhere."""

    def to_python(self, value: str) -> int:
        number = super().to_python(value)
        if number >= 2**63:
            raise ValueError
        return number


register_converter(Key, "key")

urlpatterns = [
    path("courses/", courses.courses, name="courses"),
    path("courses/new/", courses.course_new, name="course_new"),
    path("courses/join/", joining.course_join, name="course_join"),
    path("courses/join/new/", joining.course_join_new, name="course_join_new"),
    path("courses/join/<slug:code>/", joining.course_join_code, name="course_join_code"),
    path(
        "courses/invitations/<slug:invitation>/",
        joining.course_invitation,
        name="course_invitation",
    ),
    path(
        "courses/invitations/<slug:invitation>/new/",
        joining.course_invitation_new,
        name="course_invitation_new",
    ),
    path("courses/<slug:course>/", courses.course, name="course"),
    path("courses/<slug:course>/what-tutors-see/", courses.what_tutors_see, name="what_tutors_see"),
    path("courses/<slug:course>/settings/", courses.course_settings, name="course_settings"),
    path("courses/<slug:course>/originals/", originals.course_originals, name="course_originals"),
    path(
        "courses/<slug:course>/originals/<key:original>/share/",
        originals.course_original_share,
        name="course_original_share",
    ),
    path(
        "courses/<slug:course>/originals/<key:original>/withdraw/",
        originals.course_original_withdraw,
        name="course_original_withdraw",
    ),
    path("courses/<slug:course>/archive/", courses.course_archive, name="course_archive"),
    path("courses/<slug:course>/copy/", copying.course_copy, name="course_copy"),
    path("courses/<slug:course>/delete/", courses.course_delete, name="course_delete"),
    path("courses/<slug:course>/take-back/", courses.course_take_back, name="course_take_back"),
    path("courses/<slug:course>/leave/", courses.course_leave, name="course_leave"),
    path("courses/<slug:course>/count-before/", earlier.count_before, name="count_before"),
    path("courses/<slug:course>/hand-over/", courses.course_hand_over, name="course_hand_over"),
    path("courses/<slug:course>/take-over/", courses.course_take_over, name="course_take_over"),
    path("courses/<slug:course>/codes/", joining.course_codes, name="course_codes"),
    path("courses/<slug:course>/codes/<key:number>/", joining.course_code, name="course_code"),
    path(
        "courses/<slug:course>/codes/<key:number>/revoke/",
        joining.course_code_revoke,
        name="course_code_revoke",
    ),
    path(
        "courses/<slug:course>/invitations/",
        joining.course_invitations,
        name="course_invitations",
    ),
    path(
        "courses/<slug:course>/invitations/<slug:invitation>/act/",
        joining.course_invitation_act,
        name="course_invitation_act",
    ),
    path("courses/<slug:course>/roster/", roster.roster, name="roster"),
    path("courses/<slug:course>/roster/confirm/", roster.roster_confirm, name="roster_confirm"),
    path("courses/<slug:course>/slips/", roster.course_slips, name="course_slips"),
    path("courses/<slug:course>/members/", members.members, name="members"),
    path("courses/<slug:course>/members/<key:member>/", members.member, name="member"),
    path("courses/<slug:course>/members/<key:member>/act/", members.member_act, name="member_act"),
    path("courses/<slug:course>/groups/", members.groups, name="groups"),
    path("courses/<slug:course>/groups/<key:group>/", members.group, name="group"),
    path(
        "courses/<slug:course>/groups/<key:group>/remove/",
        members.group_remove,
        name="group_remove",
    ),
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
    path("courses/<slug:course>/results/signs/", results.result_signs, name="result_signs"),
    path(
        "courses/<slug:course>/results/<key:member>/", results.result_learner, name="result_learner"
    ),
    path(
        "courses/<slug:course>/results/<key:member>/articles/<slug:article>/<slug:section>/",
        results.result_section,
        name="result_section",
    ),
    path(
        "courses/<slug:course>/results/<key:member>/<slug:assignment>/",
        results.result,
        name="result",
    ),
    path(
        "courses/<slug:course>/results/<key:member>/<slug:assignment>/override/",
        results.result_override,
        name="result_override",
    ),
    path(
        "courses/<slug:course>/results/<key:member>/<slug:assignment>/extend/",
        results.result_extend,
        name="result_extend",
    ),
    path(
        "courses/<slug:course>/results/<key:member>/<slug:assignment>/excuse/",
        results.result_excuse,
        name="result_excuse",
    ),
    path(
        "courses/<slug:course>/results/<key:member>/<slug:assignment>/comment/",
        results.result_comment,
        name="result_comment",
    ),
    path("courses/<slug:course>/gradebook/", gradebook.gradebook, name="gradebook"),
    path(
        "courses/<slug:course>/gradebook/export/",
        gradebook.gradebook_export,
        name="gradebook_export",
    ),
    path("courses/<slug:course>/gradebook/marks/", marks.marks, name="marks"),
    path(
        "courses/<slug:course>/gradebook/marks/confirm/", marks.marks_confirm, name="marks_confirm"
    ),
    path(
        "courses/<slug:course>/gradebook/marks/<slug:assignment>/",
        marks.marks_typed,
        name="marks_typed",
    ),
    path("courses/<slug:course>/report/", gradebook.completion_report, name="completion_report"),
    path(
        "courses/<slug:course>/report/export/",
        gradebook.completion_report_export,
        name="completion_report_export",
    ),
    path("courses/<slug:course>/items/", items.items, name="items"),
    path("courses/<slug:course>/items/export/", items.items_export, name="items_export"),
    path("courses/<slug:course>/items/<key:version>/", items.item, name="item"),
    path("courses/<slug:course>/challenges/", challenges.challenges, name="challenges"),
    path(
        "courses/<slug:course>/challenges/<key:challenge>/",
        challenges.challenge,
        name="challenge",
    ),
    path(
        "courses/<slug:course>/challenges/<key:challenge>/decide/",
        challenges.challenge_decide,
        name="challenge_decide",
    ),
    path(
        "courses/<slug:course>/challenges/<key:challenge>/report/",
        challenges.pack_report_new,
        name="pack_report_new",
    ),
    path(
        "courses/<slug:course>/rulings/<key:ruling>/withdraw/",
        challenges.ruling_withdraw,
        name="ruling_withdraw",
    ),
    path(
        "attempts/<slug:taken>/questions/<key:question>/challenge/",
        challenges.challenge_new,
        name="challenge_new",
    ),
    path("pack-reports/", challenges.pack_reports, name="pack_reports"),
    path(
        "pack-reports/<key:report>/settle/",
        challenges.pack_report_settle,
        name="pack_report_settle",
    ),
    path("courses/<slug:course>/text/", heat.heat_map, name="heat_map"),
]
