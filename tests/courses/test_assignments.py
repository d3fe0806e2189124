"""What is set, for whom, and what is arranged for single learners."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from quizzes.models import Attempt, AttemptQuestion, AttemptRefused, Ruling
from quizzes.rules import Rules
from studyguide.accounts.models import AppendOnly, AuditEntry, User
from studyguide.courses.models import (
    Arrangement,
    Assignment,
    Challenge,
    Course,
    CourseRefused,
    MarkOverride,
    Membership,
    Stale,
    choose,
)
from studyguide.courses.results import results
from studyguide.library.models import Article
from tests.courses.doing import bank, hand_in
from tests.factories import (
    TERM,
    ArrangementFactory,
    AssignmentFactory,
    GroupFactory,
    MembershipFactory,
)

DAY = timedelta(days=1)
DUE = TERM + 10 * DAY
Kind = Assignment.Kind


@pytest.fixture
def quiz_set(course: Course, article: Article) -> Assignment:
    return AssignmentFactory(
        course=course,
        kind=Kind.QUIZ,
        quiz=bank(article),
        rules=Rules(seconds=600, attempts=2).snapshot(),
        due_at=DUE,
        closes_at=DUE + 2 * DAY,
    )


@pytest.fixture
def arrangement(quiz_set: Assignment, learner: Membership) -> Arrangement:
    return Arrangement.at(quiz_set, learner)


# One sentence


def test_reading_says_what_to_mark(course: Course, article: Article) -> None:
    assignment = AssignmentFactory(course=course, sections=article.sections.all())
    assert assignment.sentence() == "Mark all 6 paragraphs of Sections 1 to 2 as read."


def test_checkpoints_say_that_being_right_plays_no_part(course: Course, article: Article) -> None:
    bank(article)
    sections = article.sections.filter(number=1)
    assignment = AssignmentFactory(course=course, kind=Kind.ANSWER, sections=sections)
    asked = assignment.sections.get()
    assert asked.questions > 0
    assert assignment.sentence() == (
        f"Answer all {asked.questions} checkpoints of Section 1, rightly or not."
    )


@pytest.mark.parametrize(
    ("required", "counts", "says"),
    [
        (None, "best", "Hand in the quiz “All kinds” once, whatever the score."),
        (0.6, "best", "Reach 60% in the quiz “All kinds” in any attempt."),
        (0.625, "last", "Reach 62.5% in your last attempt at the quiz “All kinds”."),
        (0.6, "first", "Reach 60% in your first attempt at the quiz “All kinds”."),
        (0.6, "average", "Reach 60% on average in the quiz “All kinds”."),
    ],
)
def test_a_quiz_says_what_to_reach(
    quiz_set: Assignment, required: float | None, counts: str, says: str
) -> None:
    quiz_set.required_score = required
    quiz_set.rules = Rules(counts=counts).snapshot()  # type: ignore[arg-type]
    assert quiz_set.sentence() == says


def test_reviews_say_on_how_many_days(course: Course) -> None:
    assignment = AssignmentFactory(
        course=course, kind=Kind.REVIEW, days=5, opens_at=TERM, due_at=DUE
    )
    assert assignment.sentence() == (
        "Review on at least 5 different days from 1 September 2026 to 11 September 2026."
    )


# For whom, and from when


def test_a_draft_is_not_seen(course: Course, learner: Membership, tutor: User) -> None:
    assignment = AssignmentFactory(course=course, published_at=None)
    seen = Assignment.objects.for_learner(learner, TERM)
    assert not seen.exists()
    assert assignment.publish(by=tutor, at=TERM + DAY, now=TERM)
    assert not seen.all().exists()
    assert Assignment.objects.for_learner(learner, TERM + DAY).exists()


def test_a_group_sees_what_is_set_for_it(course: Course, learner: Membership) -> None:
    group = GroupFactory(course=course)
    group.set_members([learner])
    AssignmentFactory(course=course, audience="group", group=group)
    other = MembershipFactory(course=course)
    assert Assignment.objects.for_learner(learner, TERM).exists()
    assert not Assignment.objects.for_learner(other, TERM).exists()
    assert Assignment.objects.learned_by(learner.user, TERM).exists()
    assert not Assignment.objects.learned_by(other.user, TERM).exists()


def test_chosen_learners_see_what_is_set_for_them(course: Course, learner: Membership) -> None:
    assignment = AssignmentFactory(course=course, audience="chosen")
    other = MembershipFactory(course=course)
    choose(assignment, [learner, MembershipFactory()])
    assert Assignment.objects.for_learner(learner, TERM).exists()
    assert not Assignment.objects.for_learner(other, TERM).exists()
    choose(assignment, [other])
    assert not Assignment.objects.for_learner(learner, TERM).exists()


def test_another_courses_work_is_nobodys(learner: Membership) -> None:
    AssignmentFactory()
    assert not Assignment.objects.learned_by(learner.user, TERM).exists()


# Changing it


def test_an_edit_over_another_is_refused(course: Course, tutor: User) -> None:
    assignment = AssignmentFactory(course=course)
    mine = Assignment.objects.get(pk=assignment.pk)
    assignment.edit(base_revision=0, title="First", by=tutor, now=TERM)
    with pytest.raises(Stale):
        mine.edit(base_revision=0, title="Second", by=tutor, now=TERM)
    mine.refresh_from_db()
    assert (mine.title, mine.revision) == ("First", 1)


def test_dates_in_the_wrong_order_are_refused(course: Course, tutor: User) -> None:
    assignment = AssignmentFactory(course=course, due_at=DUE)
    with pytest.raises(ValidationError):
        assignment.edit(base_revision=0, closes_at=DUE - DAY, by=tutor, now=TERM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.update(closes_at=DUE - DAY)


def test_what_was_begun_is_not_removed(
    quiz_set: Assignment, learner: Membership, tutor: User
) -> None:
    quiz_set.start(learner, now=TERM)
    with pytest.raises(CourseRefused):
        quiz_set.remove(by=tutor, now=TERM)
    with pytest.raises(CourseRefused):
        quiz_set.withdraw(by=tutor, now=TERM)


def test_order_is_changed_by_name(course: Course, tutor: User) -> None:
    first, second, third = (AssignmentFactory(course=course) for _n in range(3))
    Assignment.reorder(course, [third.public_id, first.public_id], by=tutor, now=TERM)
    assert list(course.assignments.all()) == [third, first, second]


# Arranged for one


def test_attempts_are_made_for_the_assignment(quiz_set: Assignment, learner: Membership) -> None:
    attempt = quiz_set.start(learner, now=TERM)
    assert (attempt.context, attempt.scope) == (quiz_set.context, quiz_set.course.scope)
    assert attempt.deadline_at == TERM + timedelta(minutes=10)


def test_more_time_is_given_by_the_membership(quiz_set: Assignment, learner: Membership) -> None:
    learner.time_multiplier = 1.5
    assert quiz_set.start(learner, now=TERM).deadline_at == TERM + timedelta(minutes=15)


@pytest.mark.parametrize(("weight", "limit"), [(0.0, None), (1.0, 600)])
def test_practice_is_untimed_where_nothing_is_marked(
    quiz_set: Assignment, learner: Membership, weight: float, limit: int | None
) -> None:
    learner.is_untimed_practice = True
    quiz_set.weight = weight
    assert quiz_set.rules_for(learner, None).seconds == limit


def test_an_extension_opens_what_is_closed(
    arrangement: Arrangement, quiz_set: Assignment, learner: Membership, tutor: User
) -> None:
    late = DUE + 5 * DAY
    with pytest.raises(AttemptRefused):
        quiz_set.start(learner, now=late)
    arrangement.extend(
        base_revision=0, due_at=DUE + 7 * DAY, reason="was ill", by=tutor, now=TERM, extra_tries=1
    )
    rules = quiz_set.start(learner, now=late).own_rules
    assert (rules.closes_at, rules.attempts) == (DUE + 7 * DAY, 3)


def test_an_extension_reaches_an_attempt_under_way(
    arrangement: Arrangement, quiz_set: Assignment, learner: Membership, tutor: User
) -> None:
    attempt = quiz_set.start(learner, now=TERM)
    arrangement.extend(base_revision=0, time_multiplier=2, reason="noise", by=tutor, now=TERM)
    attempt.refresh_from_db()
    assert attempt.deadline_at == TERM + timedelta(minutes=20)


def test_what_has_begun_follows_a_closing_that_is_put_off(
    course: Course, learner: Membership, tutor: User, article: Article
) -> None:
    """Nobody is cut off, and nobody sees the answers while others still look for them."""
    rules = Rules(behaviour="deferred", release="after_close").snapshot()  # type: ignore[arg-type]
    quiz_set = AssignmentFactory(
        course=course, kind=Kind.QUIZ, quiz=bank(article), rules=rules, due_at=DUE, closes_at=DUE
    )
    members = [learner, MembershipFactory(course=course)]
    done, going = (quiz_set.start(member, now=TERM) for member in members)
    done.submit(now=TERM)
    later = DUE + 7 * DAY
    quiz_set.edit(base_revision=0, by=tutor, now=TERM + DAY, due_at=later, closes_at=later)
    for attempt in (done, going):
        attempt.refresh_from_db()
    assert going.deadline_at == later
    assert not done.is_released(later - DAY)
    assert done.is_released(later)
    going.submit(now=TERM + 2 * DAY)
    assert not Attempt.objects.get(pk=going.pk).is_released(later - DAY)


@pytest.mark.parametrize("is_moved", [True, False])
def test_what_was_saved_before_a_closing_that_comes_sooner_counts(
    quiz_set: Assignment, learner: Membership, tutor: User, is_moved: bool
) -> None:
    """Closed now, or moved to the next day, while somebody is at it."""
    Assignment.objects.update(rules=Rules(behaviour="deferred").snapshot())  # type: ignore[arg-type]
    quiz_set.refresh_from_db()
    attempt = quiz_set.start(learner, now=TERM)
    row = attempt.questions.first()
    assert row is not None
    attempt.respond(row.question_id, "x", token=uuid4(), base_rev=0, now=TERM)
    ends = TERM + DAY
    if is_moved:
        quiz_set.edit(base_revision=0, by=tutor, now=TERM, due_at=ends, closes_at=ends)
    else:
        quiz_set.close(by=tutor, now=ends)
    attempt.refresh_from_db()
    late = attempt.respond(row.question_id, "y", token=uuid4(), base_rev=1, now=ends + DAY)
    assert late.outcome == "late"
    assert not attempt.submit(now=ends + DAY)
    attempt.refresh_from_db()
    assert attempt.submitted_at == ends
    stand = results(quiz_set.course, now=ends + DAY, members=[learner.pk])
    (cell,) = stand.row(stand.learners[0])
    assert cell is not None
    assert (cell.done, cell.state.is_done) == (1, True)


def test_nothing_is_arranged_for_another_courses_learner(quiz_set: Assignment) -> None:
    with pytest.raises(Membership.DoesNotExist):
        Arrangement.at(quiz_set, MembershipFactory())


# Marks (P15)


def test_a_mark_is_set_with_a_reason_and_recorded(arrangement: Arrangement, tutor: User) -> None:
    override = arrangement.override(0.8, base_revision=0, reason="oral", by=tutor, now=DUE)
    assert (override.before, override.score, override.revision) == (None, 0.8, 1)
    assert AuditEntry.objects.filter(act="mark.override").count() == 1
    with pytest.raises(CourseRefused):
        arrangement.override(0.9, base_revision=1, reason=" ", by=tutor, now=DUE)


def test_a_mark_over_anothers_is_refused(arrangement: Arrangement, tutor: User) -> None:
    mine = Arrangement.objects.get(pk=arrangement.pk)
    arrangement.override(0.8, base_revision=0, reason="oral", by=tutor, now=DUE)
    with pytest.raises(Stale):
        mine.override(0.2, base_revision=0, reason="essay", by=tutor, now=DUE)
    arrangement.refresh_from_db()
    assert (arrangement.score, MarkOverride.objects.count()) == (0.8, 1)


def test_a_mark_can_be_taken_back(arrangement: Arrangement, tutor: User) -> None:
    arrangement.override(0.8, base_revision=0, reason="oral", by=tutor, now=DUE)
    arrangement.override(None, base_revision=1, reason="mistake", by=tutor, now=DUE)
    scores = [row.score for row in arrangement.markoverrides.all()]
    assert scores == [0.8, None]


def test_what_was_logged_is_not_changed(arrangement: Arrangement, tutor: User) -> None:
    override = arrangement.override(0.8, base_revision=0, reason="oral", by=tutor, now=DUE)
    override.score = 0.1
    with pytest.raises(AppendOnly):
        override.save()


@pytest.mark.parametrize("score", [-0.1, 1.1])
def test_a_mark_is_a_share(db: None, score: float) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ArrangementFactory(score=score)


# Challenges


@pytest.fixture
def row(quiz_set: Assignment, learner: Membership) -> AttemptQuestion:
    attempt = hand_in(quiz_set, learner, 0.5, at=TERM)
    found = attempt.questions.select_related("attempt").first()
    assert found is not None
    return found


def test_a_challenge_waits_once(row: AttemptQuestion, learner: Membership) -> None:
    first = Challenge.make(row, learner, text="Both are right.", now=TERM)
    assert Challenge.make(row, learner, text="Again.", now=TERM) == first
    assert Challenge.objects.open().count() == 1


def test_a_challenge_is_decided_once(
    row: AttemptQuestion, learner: Membership, tutor: User
) -> None:
    challenge = Challenge.make(row, learner, text="Both are right.", now=TERM)
    ruling = Ruling.objects.create(
        version=row.version,
        scope=learner.course.scope,
        kind="full_marks",
        reason="two right answers",
        by=tutor,
        at=TERM,
    )
    assert challenge.decide("upheld", reply="Yes.", ruling=ruling, by=tutor, now=TERM)
    assert not challenge.decide("declined", reply="No.", by=tutor, now=TERM)


def test_nobody_challenges_anothers_answer(row: AttemptQuestion, course: Course) -> None:
    with pytest.raises(CourseRefused):
        Challenge.make(row, MembershipFactory(course=course), text="?", now=TERM)


def test_what_is_not_released_is_not_challenged(row: AttemptQuestion, learner: Membership) -> None:
    row.is_released = False
    with pytest.raises(CourseRefused):
        Challenge.make(row, learner, text="?", now=TERM)
