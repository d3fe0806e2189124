"""A learner objects, a tutor rules for the course, and everybody can see what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from quizzes.models import Attempt, AttemptQuestion, Ruling
from quizzes.rules import Rules
from quizzes.sheet import Results
from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import Assignment, Challenge, Course, Membership, PackReport
from studyguide.library.models import Article
from tests.courses.doing import bank, signed_in
from tests.courses.test_items import elsewhere, take
from tests.every_kind import question_of
from tests.factories import TERM, AssignmentFactory, CourseFactory, MembershipFactory
from tests.queries import no_writes, queries

DAY = timedelta(days=1)


@pytest.fixture
def quiz(course: Course, article: Article) -> Assignment:
    return AssignmentFactory(
        course=course,
        kind=Assignment.Kind.QUIZ,
        quiz=bank(article),
        rules=Rules().snapshot(),
    )


@pytest.fixture
def attempt(quiz: Assignment, learner: Membership) -> Attempt:
    return take(quiz, learner, "wrong")


@pytest.fixture
def challenge(attempt: Attempt, learner: Membership) -> Challenge:
    return Challenge.make(row_of(attempt), learner, text="It says Oar in ¶3.", now=TERM + DAY)


def row_of(attempt: Attempt, kind: str = "choice") -> AttemptQuestion:
    return attempt.questions.select_related("attempt", "version", "response").get(
        question=question_of(kind)
    )


def form_of(attempt: Attempt) -> str:
    return f"/attempts/{attempt.public_id}/questions/{question_of('choice').pk}/challenge/"


def page(course: Course, more: str = "") -> str:
    return f"/courses/{course.public_id}/challenges/{more}"


def decide(client: Client, challenge: Challenge, decision: str, **more: str):  # type: ignore[no-untyped-def]
    data = {"decision": decision, "reply": "You read it rightly.", "shown": decision, **more}
    address = page(challenge.course, f"{challenge.pk}/decide/")
    return client.post(address, {"act": "apply", **data}, follow=True)


# The learner


def test_results_lead_to_the_objection(learning: Client, attempt: Attempt) -> None:
    text = learning.get(f"/attempts/{attempt.public_id}/results/").text
    assert form_of(attempt) in text
    assert "Was this judged rightly?" in learning.get(form_of(attempt)).text


def test_own_study_has_nobody_to_object_to(
    learning: Client, quiz: Assignment, learner: Membership
) -> None:
    assert quiz.quiz
    own = Attempt.start(user=learner.user, quiz=quiz.quiz, now=TERM)
    own.submit(now=TERM)
    assert "Challenge this question" not in learning.get(own.get_absolute_url(), follow=True).text
    assert learning.get(form_of(own)).status_code == 404


def test_an_objection_lands_in_the_queue(
    learning: Client, teaching: Client, attempt: Attempt, course: Course
) -> None:
    learning.post(form_of(attempt), {"text": "It says Oar in ¶3."})
    assert "It says Oar in ¶3." in teaching.get(page(course)).text
    assert "one challenge" in teaching.get(f"/courses/{course.public_id}/items/").text
    assert "It waits for your tutors" in learning.get(form_of(attempt)).text


def test_without_a_reason_it_is_asked_for(learning: Client, attempt: Attempt) -> None:
    answer = learning.post(form_of(attempt), {"text": " "})
    assert answer.status_code == 422
    assert "Say in a sentence what is wrong." in answer.text


def test_nobody_objects_for_another_or_before_release(
    teaching: Client, learning: Client, attempt: Attempt
) -> None:
    assert teaching.get(form_of(attempt)).status_code == 404
    Attempt.objects.update(released_at=None)
    assert learning.get(form_of(attempt)).status_code == 404


def test_what_waits_in_another_class_is_not_shown_with_its_judgement(
    learning: Client, attempt: Attempt, learner: Membership, quiz: Assignment
) -> None:
    there = elsewhere(CourseFactory(), quiz)
    member = MembershipFactory(course=there.course, user=learner.user)
    assert learning.get(form_of(attempt)).status_code == 200
    there.start(member, now=TERM + DAY)
    assert learning.get(form_of(attempt)).status_code == 404


def test_objections_are_limited(
    learning: Client, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studyguide.courses.limits.CHALLENGES_A_PERSON", 0)
    answer = learning.post(form_of(attempt), {"text": "Once more"})
    assert answer.status_code == 422
    assert "Once more" in answer.text
    assert not Challenge.objects.exists()


# The tutor


def test_first_he_sees_what_would_change(
    teaching: Client, challenge: Challenge, quiz: Assignment
) -> None:
    other = MembershipFactory(course=quiz.course, user__display_name="Other, O.")
    take(quiz, other, "wrong")
    answer = decide(teaching, challenge, "full_marks", act="try")
    assert "2 marks would change" in answer.text
    assert "Other, O." in answer.text
    assert not Ruling.objects.exists()
    assert row_of(challenge.attempt_question.attempt).fraction == 0


def test_what_was_not_shown_is_not_applied(teaching: Client, challenge: Challenge) -> None:
    decide(teaching, challenge, "full_marks", shown="leave_out")
    assert not Ruling.objects.exists()


@pytest.mark.parametrize(
    ("decision", "fraction", "is_excluded"),
    [("accept", 1, False), ("full_marks", 1, False), ("leave_out", 0, True)],
)
def test_a_ruling_changes_marks(
    teaching: Client, challenge: Challenge, decision: str, fraction: float, is_excluded: bool
) -> None:
    attempt = challenge.attempt_question.attempt
    before = Attempt.objects.get(pk=attempt.pk)
    decide(teaching, challenge, decision)
    row = row_of(attempt)
    assert (row.fraction, row.is_excluded) == (fraction, is_excluded)
    after = Attempt.objects.get(pk=attempt.pk)
    assert (after.score, after.max_score) != (before.score, before.max_score)


def test_accepting_an_answer_gives_it_to_those_who_gave_it(
    teaching: Client, challenge: Challenge, quiz: Assignment
) -> None:
    same = take(quiz, MembershipFactory(course=quiz.course), "wrong")
    blank = quiz.start(MembershipFactory(course=quiz.course), now=TERM + DAY)
    blank.submit(now=TERM + DAY)
    decide(teaching, challenge, "accept")
    assert row_of(same).fraction == 1
    assert row_of(blank).fraction == 0


@pytest.mark.parametrize(
    ("kind", "accepted", "others"),
    [
        ("text", "Fresnel’s lens", {"fresnel's  Lens.": 1, "Fresnel lens": 0}),
        ("number", "1,118", {"1118": 1, "1 118": 1, "1119": 0}),
        (
            "gaps",
            {"1": "Wick", "2": "keepers"},
            {("wick", "keepers"): 1, ("wick", "strangers"): 0.5},
        ),
    ],
)
def test_an_answer_is_accepted_however_it_is_spelt(
    tutor: User, quiz: Assignment, kind: str, accepted: Any, others: dict[Any, float]
) -> None:
    ruling = Ruling(kind="accept", value=accepted, reason="It says so in ¶3.")
    taken = []
    for said in others:
        value = dict(zip("12", said, strict=True)) if isinstance(said, tuple) else said
        attempt = quiz.start(MembershipFactory(course=quiz.course), now=TERM)
        question = question_of(kind).pk
        attempt.respond(question, value, token=uuid4(), base_rev=0, now=TERM)
        attempt.submit(now=TERM)
        taken.append(attempt)
    ruling.version, ruling.scope = row_of(taken[0], kind).version, quiz.course.scope
    ruling.apply(by=tutor, now=TERM)
    assert [row_of(attempt, kind).fraction for attempt in taken] == list(others.values())


def test_a_ruling_is_of_one_course(
    teaching: Client, challenge: Challenge, quiz: Assignment
) -> None:
    there = elsewhere(CourseFactory(), quiz)
    other = take(there, MembershipFactory(course=there.course), "wrong")
    decide(teaching, challenge, "full_marks")
    assert row_of(other).fraction == 0


def test_whom_it_changes_is_told(
    teaching: Client, challenge: Challenge, quiz: Assignment, learning: Client
) -> None:
    other = MembershipFactory(course=quiz.course)
    theirs = take(quiz, other, "wrong")
    decide(teaching, challenge, "full_marks")
    told = signed_in(other.user).get(f"/attempts/{theirs.public_id}/results/").text
    assert "You read it rightly." in told
    mine = learning.get(form_of(challenge.attempt_question.attempt)).text
    assert "Your tutors agreed" in mine


def test_undo_puts_marks_back(teaching: Client, challenge: Challenge, course: Course) -> None:
    attempt = challenge.attempt_question.attempt
    decide(teaching, challenge, "leave_out")
    ruling = Ruling.objects.get()
    address = f"/courses/{course.public_id}/rulings/{ruling.pk}/withdraw/"
    teaching.post(address)
    row = row_of(attempt)
    assert (row.fraction, row.is_excluded) == (0, False)
    assert teaching.post(address, follow=True).status_code == 200
    acts = AuditEntry.objects.filter(about=course.scope, act__startswith="ruling.")
    assert sorted(acts.values_list("act", flat=True)) == ["ruling.apply", "ruling.withdraw"]


def test_undoing_one_ruling_leaves_another(
    teaching: Client, challenge: Challenge, learner: Membership, course: Course
) -> None:
    decide(teaching, challenge, "full_marks")
    first = Ruling.objects.get()
    second = Challenge.make(
        row_of(challenge.attempt_question.attempt), learner, text="x", now=TERM + DAY
    )
    decide(teaching, second, "leave_out")
    teaching.post(f"/courses/{course.public_id}/rulings/{first.pk}/withdraw/")
    row = row_of(challenge.attempt_question.attempt)
    assert (row.fraction, row.is_excluded) == (0, True)


def test_what_was_left_out_is_not_counted_beside_the_score(
    teaching: Client, challenge: Challenge
) -> None:
    attempt = challenge.attempt_question.attempt
    decide(teaching, challenge, "leave_out")
    attempt.refresh_from_db()
    found = Results(attempt, now=TERM + DAY)
    assert sum(found.counts.values()) == found.max_score == 11
    points = [one.points for row, one in found.questions if row.is_excluded]
    assert points == [None]


def test_declining_changes_no_mark(
    teaching: Client, challenge: Challenge, learning: Client
) -> None:
    decide(teaching, challenge, "declined")
    assert not Ruling.objects.exists()
    text = learning.get(form_of(challenge.attempt_question.attempt)).text
    assert "Your tutors left it as it is" in text
    assert "You read it rightly." in text


def test_the_second_tutor_to_decide_changes_nothing(teaching: Client, challenge: Challenge) -> None:
    decide(teaching, challenge, "declined")
    answer = decide(teaching, challenge, "full_marks")
    assert "Another tutor decided this meanwhile" in answer.text
    assert not Ruling.objects.exists()


def test_a_reply_is_asked_for(teaching: Client, challenge: Challenge) -> None:
    answer = decide(teaching, challenge, "full_marks", reply="")
    assert answer.status_code == 422
    assert "Say why, in a sentence." in answer.text


def test_an_archived_course_is_not_ruled_in(
    teaching: Client, challenge: Challenge, course: Course, tutor: User
) -> None:
    course.archive(by=tutor, now=TERM + DAY)
    answer = decide(teaching, challenge, "full_marks")
    assert "archived" in answer.text
    assert not Ruling.objects.exists()


def test_a_class_is_a_wall(challenge: Challenge, learning: Client, reading: Client) -> None:
    course = challenge.course
    other = CourseFactory()
    outside = signed_in(other.owner)
    routes = (page(course), page(course, f"{challenge.pk}/"))
    for client, status in ((reading, 404), (learning, 403), (outside, 404)):
        assert {client.get(address).status_code for address in routes} == {status}
    assert outside.get(page(other, f"{challenge.pk}/")).status_code == 404
    assert decide(outside, challenge, "full_marks").status_code == 404


def test_a_ruling_of_another_course_is_not_there(teaching: Client, challenge: Challenge) -> None:
    decide(teaching, challenge, "full_marks")
    ruling = Ruling.objects.get()
    other = CourseFactory()
    address = f"/courses/{other.public_id}/rulings/{ruling.pk}/withdraw/"
    assert signed_in(other.owner).post(address).status_code == 404


@pytest.mark.parametrize("more", [0, 5])
def test_pages_cost_the_same_for_all_sizes(
    teaching: Client, challenge: Challenge, quiz: Assignment, more: int
) -> None:
    for _n in range(more):
        member = MembershipFactory(course=quiz.course)
        Challenge.make(row_of(take(quiz, member, "wrong")), member, text="x", now=TERM + DAY)
    with queries(at_most=6), no_writes():
        teaching.get(page(quiz.course))
    with queries(at_most=6), no_writes():
        teaching.get(page(quiz.course, f"{challenge.pk}/"))


# Those who keep the questions


def test_a_report_reaches_staff_without_a_learner(
    teaching: Client, challenge: Challenge, staff: User
) -> None:
    teaching.post(page(challenge.course, f"{challenge.pk}/report/"), {"text": "Two keys."})
    keeping = signed_in(staff)
    text = keeping.get("/pack-reports/").text
    assert "Two keys." in text
    assert challenge.text not in text
    report = PackReport.objects.get()
    assert (report.source, report.question) == ("samples", question_of("choice"))
    assert keeping.post(f"/pack-reports/{report.pk}/settle/", {"answer": ""}).status_code == 422
    keeping.post(f"/pack-reports/{report.pk}/settle/", {"answer": "Mended."})
    assert "Mended." in keeping.get("/pack-reports/").text


def test_reports_are_for_staff(teaching: Client) -> None:
    assert teaching.get("/pack-reports/").status_code == 404
    assert teaching.post("/pack-reports/1/settle/").status_code == 404
