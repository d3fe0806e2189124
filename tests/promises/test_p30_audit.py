"""P30: every sensitive act in a class leaves one entry, and none can be made to look like two."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from studyguide.accounts.models import AuditEntry
from studyguide.courses.models import Membership
from studyguide.library.models import Article
from tests.factories import AssignmentFactory, CourseFactory, MembershipFactory
from tests.promises.figures import figure

FORGED = "late\r\n2026-01-01 course.owner \u2028\u202e"
ACTS = {
    "result_override": {"score": "50", "reason": FORGED, "revision": "0"},
    "result_extend": {
        "extra_tries": "1",
        "time_multiplier": "1",
        "reason": FORGED,
        "revision": "1",
    },
    "result_excuse": {"is_excused": "on", "reason": FORGED, "revision": "2"},
    "result_comment": {"text": FORGED},
    "gradebook_export": {},
    "completion_report_export": {},
    "course_archive": {},
    "course_code_revoke": {},
    "member_act": {"act": "co_tutor"},
    "member_act remove": {"act": "remove"},
    "assignment_act": {"act": "close"},
}


@pytest.fixture
def learner(article: Article) -> Membership:
    return MembershipFactory(course=CourseFactory(articles=[article]))


def test_each_act_leaves_one_entry(learner: Membership, article: Article) -> None:
    course = learner.course
    assignment = AssignmentFactory(course=course, sections=article.sections.all()[:1])
    code = course.codes.create(by=course.owner, made_at=assignment.published_at)
    known = {
        "course": course.public_id,
        "member": learner.pk,
        "assignment": assignment.public_id,
        "number": code.pk,
    }
    client = Client()
    client.force_login(course.owner)
    # What puts an end to something comes last.
    last = ["member_act", "member_act remove", "assignment_act", "course_archive"]
    silent = []
    for name in [*(act for act in ACTS if act not in last), *last]:
        view = name.partition(" ")[0]
        names = {"course": known["course"]}
        if view.startswith(("result_", "member_")):
            names["member"] = known["member"]
        if view.startswith(("result_", "assignment_")):
            names["assignment"] = known["assignment"]
        if view == "course_code_revoke":
            names["number"] = known["number"]
        before = set(AuditEntry.objects.values_list("pk", flat=True))
        response = client.post(reverse(view, kwargs=names), ACTS[name])
        assert response.status_code in (200, 302), name
        new = AuditEntry.objects.exclude(pk__in=before)
        if [(entry.by, entry.about) for entry in new] != [(course.owner, course.scope)]:
            silent.append((name, [entry.act for entry in new]))
    figure("P30", f"{len(silent)} of {len(ACTS)} acts without their one entry")
    assert not silent
    assert not [text for text in map(str, AuditEntry.objects.all()) if is_forged(text)]
    kept = AuditEntry.objects.values_list("details", flat=True)
    assert not [each for each in kept if is_forged(json.dumps(each, ensure_ascii=False))]


def is_forged(text: str) -> bool:
    return len(text.splitlines()) != 1 or "\\n" in text or "\u202e" in text
