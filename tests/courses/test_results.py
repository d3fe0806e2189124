"""How a course stands: what each cell says, and that it costs the same for all sizes."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from quizzes.models import Attempt, Question
from quizzes.rules import Rules
from studyguide.accounts.models import User
from studyguide.courses.judging import Cell, State, per_cent, weighted, whole_per_cent
from studyguide.courses.models import Arrangement, Assignment, Course, Membership, choose
from studyguide.courses.results import Results, results
from studyguide.library.models import Article
from tests.courses.doing import answer, bank, hand_in, read, review
from tests.factories import TERM, AssignmentFactory, GroupFactory, MembershipFactory
from tests.queries import queries

DAY = timedelta(days=1)
DUE = TERM + 10 * DAY
Kind = Assignment.Kind


def stand(course: Course, at: Any = DUE, **options: Any) -> Results:
    return results(course, now=at, **options)


def cell_of(learner: Membership, at: Any = DUE, **options: Any) -> Cell:
    cell = only(learner, at, **options)
    assert cell is not None
    return cell


def only(learner: Membership, at: Any = DUE, **options: Any) -> Cell | None:
    found = stand(learner.course, at, members=[learner.pk], **options)
    return found.row(found.learners[0])[-1]


@pytest.fixture
def reading_set(course: Course, article: Article) -> Assignment:
    """To read section 1, paragraphs 1 to 3."""
    return AssignmentFactory(course=course, due_at=DUE, sections=article.sections.filter(number=1))


# Reading


@pytest.mark.parametrize(
    ("passages", "days", "asked", "state", "score"),
    [
        ([], 1, 2, State.NOT_YET, None),
        ([1, 2], 1, 2, State.STARTED, None),
        ([1, 2, 3], 1, 2, State.DONE, 1.0),
        ([1, 2, 3], 10, 12, State.DONE, 1.0),  # to the second
        ([1, 2, 3], 11, 12, State.LATE, 1.0),
        ([1, 2], 1, 11, State.MISSING, 0.0),
        ([], 1, 11, State.MISSING, 0.0),
    ],
)
def test_reading_is_done_when_all_is_marked(
    reading_set: Assignment,
    learner: Membership,
    article: Article,
    passages: list[int],
    days: int,
    asked: int,
    state: State,
    score: float | None,
) -> None:
    if passages:
        read(learner.user, article, *passages, at=TERM + days * DAY)
    cell = cell_of(learner, TERM + asked * DAY)
    assert (cell.state, cell.done, cell.needed, cell.score) == (state, len(passages), 3, score)


def test_marking_once_more_makes_nobody_late(
    reading_set: Assignment, learner: Membership, article: Article
) -> None:
    read(learner.user, article, 1, 2, 3, at=TERM + DAY)
    read(learner.user, article, 1, 2, 3, 4, at=DUE + DAY)
    assert cell_of(learner, DUE + 2 * DAY).state == State.DONE


def test_other_sections_do_not_count(
    reading_set: Assignment, learner: Membership, article: Article
) -> None:
    read(learner.user, article, 4, 5, 6, at=TERM + DAY)
    assert cell_of(learner).state == State.NOT_YET


def test_what_a_pack_adds_later_is_not_asked_for(
    course: Course, learner: Membership, article: Article
) -> None:
    extra = article.passages.get(number=3)
    extra.retired_at = TERM
    extra.save()
    AssignmentFactory(course=course, due_at=DUE, sections=article.sections.filter(number=1))
    read(learner.user, article, 1, 2, at=TERM + DAY)
    extra.retired_at = None
    extra.save()
    assert cell_of(learner, DUE + DAY).state == State.DONE


def test_what_a_pack_takes_away_need_not_be_done(
    reading_set: Assignment, learner: Membership, article: Article
) -> None:
    article.passages.filter(number=3).update(retired_at=TERM)
    read(learner.user, article, 1, 2, at=TERM + DAY)
    found = stand(learner.course)
    assert found.row(found.learners[0])[0].state == State.DONE  # type: ignore[union-attr]
    assert found.columns[0].sentence == "Mark all 2 paragraphs of Section 1 as read."


# Work counts from joining on


def test_work_before_joining_does_not_count(
    reading_set: Assignment, learner: Membership, article: Article
) -> None:
    read(learner.user, article, 1, 2, 3, at=TERM - DAY)
    assert cell_of(learner).state == State.NOT_YET


def test_it_counts_when_the_learner_says_so(
    reading_set: Assignment, learner: Membership, article: Article
) -> None:
    read(learner.user, article, 1, 2, 3, at=TERM - DAY)
    learner.count_before(now=TERM)
    cell = cell_of(learner)
    assert (cell.state, cell.done_at) == (State.DONE, TERM - DAY)


# Checkpoints


@pytest.fixture
def checkpoints(course: Course, article: Article) -> Assignment:
    bank(article)
    return AssignmentFactory(
        course=course,
        kind=Kind.ANSWER,
        due_at=DUE,
        sections=article.sections.filter(number=1),
    )


def asked_of(assignment: Assignment) -> list[Question]:
    section = assignment.sections.get().section
    return list(Question.objects.filter(library_evidence__passage__section=section))


def test_checkpoints_are_done_when_all_are_answered(
    checkpoints: Assignment, learner: Membership
) -> None:
    first, *others = asked_of(checkpoints)
    answer(learner.user, first, at=TERM + DAY, fraction=0.0)
    assert cell_of(learner).state == State.STARTED
    for question in others:
        answer(learner.user, question, at=TERM + DAY, fraction=0.0)
    assert cell_of(learner).state == State.DONE


def test_answering_again_makes_nobody_late(checkpoints: Assignment, learner: Membership) -> None:
    for question in asked_of(checkpoints):
        answer(learner.user, question, at=TERM + DAY)
        answer(learner.user, question, at=DUE + DAY)
    cell = cell_of(learner, DUE + 2 * DAY)
    assert (cell.state, cell.done_at) == (State.DONE, TERM + DAY)


def test_a_section_tells_read_from_answered(
    checkpoints: Assignment, learner: Membership, article: Article
) -> None:
    read(learner.user, article, 1, 2, at=TERM + DAY)
    answer(learner.user, asked_of(checkpoints)[0], at=TERM + 2 * DAY)
    found = stand(learner.course)
    share = found.share(found.learners[0], found.sections[0])
    assert (share.read, share.passages, share.answered) == (2, 3, 1)
    assert share.questions == checkpoints.sections.get().questions
    assert share.last_at == TERM + 2 * DAY
    assert found.share(found.learners[0], found.sections[1])[0::2][:2] == (0, 0)


# Quizzes


@pytest.fixture
def quiz_set(course: Course, article: Article) -> Assignment:
    return AssignmentFactory(
        course=course,
        kind=Kind.QUIZ,
        quiz=bank(article),
        rules=Rules(counts="best").snapshot(),  # type: ignore[arg-type]
        due_at=DUE,
    )


def test_a_quiz_begun_is_started(quiz_set: Assignment, learner: Membership) -> None:
    quiz_set.start(learner, now=TERM)
    cell = cell_of(learner)
    assert (cell.state, cell.done, cell.score) == (State.STARTED, 0, None)


@pytest.mark.parametrize(
    ("counts", "score"), [("best", 0.9), ("last", 0.7), ("first", 0.5), ("average", 0.7)]
)
def test_the_rule_says_which_attempt_counts(
    quiz_set: Assignment, learner: Membership, counts: str, score: float
) -> None:
    Assignment.objects.update(rules=Rules(counts=counts).snapshot())  # type: ignore[arg-type]
    for day, share in enumerate([0.5, 0.9, 0.7], 1):
        hand_in(quiz_set, learner, share, at=TERM + day * DAY)
    cell = cell_of(learner)
    assert cell.score == pytest.approx(score)
    assert (cell.state, cell.done_at) == (State.DONE, TERM + DAY)


@pytest.mark.parametrize(
    ("counts", "scores", "state", "day"),
    [
        ("best", [0.5, 0.7, 0.5], State.DONE, 2),
        ("last", [0.7, 0.5], State.STARTED, None),
        ("last", [0.7, 0.5, 0.8], State.DONE, 3),
        ("first", [0.5, 0.9], State.STARTED, None),
        ("average", [0.5, 0.7], State.DONE, 2),
    ],
)
def test_a_required_score_is_reached_by_the_same_rule(
    quiz_set: Assignment,
    learner: Membership,
    counts: str,
    scores: list[float],
    state: State,
    day: int | None,
) -> None:
    rules = Rules(counts=counts).snapshot()  # type: ignore[arg-type]
    Assignment.objects.update(rules=rules, required_score=0.6)
    for number, share in enumerate(scores, 1):
        hand_in(quiz_set, learner, share, at=TERM + number * DAY)
    cell = cell_of(learner)
    assert (cell.state, cell.done_at) == (state, TERM + day * DAY if day else None)


def test_late_days_cost_a_share(quiz_set: Assignment, learner: Membership) -> None:
    Assignment.objects.update(late="penalty", late_penalty=0.1)
    hand_in(quiz_set, learner, 0.8, at=DUE + DAY + timedelta(minutes=1))
    cell = cell_of(learner, DUE + 5 * DAY)
    assert (cell.state, cell.days_late) == (State.LATE, 2)
    assert cell.score == pytest.approx(0.64)


def test_refused_late_work_is_missing(quiz_set: Assignment, learner: Membership) -> None:
    hand_in(quiz_set, learner, 0.8, at=DUE + DAY)
    Assignment.objects.update(late="refused")
    cell = cell_of(learner, DUE + 5 * DAY)
    assert (cell.state, cell.score) == (State.MISSING, 0.0)


def test_what_is_handed_in_within_the_grace_is_in_time(
    quiz_set: Assignment, learner: Membership
) -> None:
    Assignment.objects.update(late="refused")
    quiz_set.refresh_from_db()
    attempt = quiz_set.start(learner, now=DUE - DAY)
    assert attempt.submit(now=DUE + timedelta(seconds=3))
    cell = cell_of(learner, DUE + DAY)
    assert (cell.state, cell.done, cell.done_at) == (State.DONE, 1, DUE)


def test_what_is_not_released_is_not_the_learners(
    quiz_set: Assignment, learner: Membership, tutor: User
) -> None:
    Assignment.objects.update(rules=Rules(release="by_hand").snapshot())
    quiz_set.refresh_from_db()
    hand_in(quiz_set, learner, 0.8, at=TERM)
    cell = cell_of(learner)
    assert (cell.score, cell.shown_score, cell.state) == (0.8, None, State.DONE)
    assert quiz_set.release(by=tutor, now=TERM) == 1
    assert cell_of(learner).shown_score == 0.8


def test_own_study_of_the_same_quiz_does_not_count(
    quiz_set: Assignment, learner: Membership
) -> None:
    assert quiz_set.quiz
    Attempt.start(user=learner.user, quiz=quiz_set.quiz, now=TERM)
    assert cell_of(learner).state == State.NOT_YET


# Reviews


@pytest.mark.parametrize(
    ("offsets", "state", "done"),
    [
        ([], State.NOT_YET, 0),
        ([1, 1], State.STARTED, 1),
        ([1, 3], State.DONE, 2),
        ([-1, 1], State.STARTED, 1),
        ([1, 11], State.STARTED, 1),
    ],
)
def test_reviews_count_by_days_of_the_period(
    course: Course,
    article: Article,
    learner: Membership,
    offsets: list[int],
    state: State,
    done: int,
) -> None:
    bank(article)
    AssignmentFactory(course=course, kind=Kind.REVIEW, days=2, opens_at=TERM, due_at=DUE)
    questions = Question.objects.all()
    for n, offset in enumerate(offsets):
        review(learner.user, questions[n], article.slug, at=TERM + offset * DAY)
    cell = cell_of(learner)
    assert (cell.state, cell.done, cell.needed) == (state, done, 2)


# What is arranged


def test_an_extension_moves_the_due_date(
    reading_set: Assignment, learner: Membership, article: Article, tutor: User
) -> None:
    Arrangement.at(reading_set, learner).extend(
        base_revision=0, due_at=DUE + 5 * DAY, reason="ill", by=tutor, now=TERM
    )
    read(learner.user, article, 1, 2, 3, at=DUE + 4 * DAY)
    cell = cell_of(learner, DUE + 6 * DAY)
    assert (cell.state, cell.is_extended, cell.due_at) == (State.DONE, True, DUE + 5 * DAY)


def test_who_is_excused_has_no_score(
    reading_set: Assignment, learner: Membership, tutor: User
) -> None:
    Arrangement.at(reading_set, learner).excuse(
        is_excused=True, base_revision=0, reason="exchange year", by=tutor, now=TERM
    )
    cell = cell_of(learner, DUE + DAY)
    assert (cell.state, cell.score) == (State.EXCUSED, None)


def test_an_override_changes_the_score_alone(
    reading_set: Assignment, learner: Membership, tutor: User
) -> None:
    Arrangement.at(reading_set, learner).override(
        0.75, base_revision=0, reason="told me about it", by=tutor, now=DUE
    )
    cell = cell_of(learner, DUE + DAY)
    assert (cell.score, cell.worked, cell.state) == (0.75, 0.0, State.MISSING)
    assert (cell.is_overridden, cell.terms.revision) == (True, 1)


def test_a_cell_is_empty_for_whom_it_is_not_set(course: Course, learner: Membership) -> None:
    group = GroupFactory(course=course)
    AssignmentFactory(course=course, audience="group", group=group)
    assert only(learner) is None
    group.set_members([learner])
    assert only(learner) is not None
    chosen = AssignmentFactory(course=course, audience="chosen")
    assert only(learner) is None
    choose(chosen, [learner])
    assert only(learner) is not None


def test_drafts_are_left_out_unless_asked_for(course: Course, learner: Membership) -> None:
    AssignmentFactory(course=course, published_at=None)
    assert not stand(course).columns
    assert len(stand(course, has_drafts=True).columns) == 1


def test_a_report_leaves_out_what_came_later(
    reading_set: Assignment, learner: Membership, article: Article
) -> None:
    read(learner.user, article, 1, 2, 3, at=DUE + DAY)
    assert cell_of(learner, DUE + 2 * DAY).state == State.LATE
    then = cell_of(learner, DUE + 2 * DAY, as_at=DUE + timedelta(hours=1))
    assert (then.state, then.done) == (State.MISSING, 0)


# The whole course


def test_a_course_is_a_wall(reading_set: Assignment, learner: Membership, article: Article) -> None:
    other = MembershipFactory()
    gone = MembershipFactory(course=learner.course, state="removed")
    for member in (other, gone):
        read(member.user, article, 1, 2, 3, at=TERM + DAY)
    found = stand(learner.course)
    assert [each.membership for each in found.learners] == [learner]
    assert not found.found.of(other.user_id).read


def test_a_member_of_two_courses_counts_in_each_from_its_own_day(
    reading_set: Assignment, learner: Membership, article: Article
) -> None:
    MembershipFactory(user=learner.user, counts_from_at=TERM - 30 * DAY)
    read(learner.user, article, 1, 2, 3, at=TERM - DAY)
    assert cell_of(learner).state == State.NOT_YET


def test_the_total_is_weighted_and_leaves_out_what_has_no_score() -> None:
    assert weighted([(2, 1.0), (1, 0.4), (5, None)]) == pytest.approx(0.8)
    assert weighted([(1, None)]) is None
    assert weighted([(0, 1.0)]) is None


@pytest.mark.parametrize(
    ("score", "printed"),
    [(None, None), (1.0, "100.0"), (0.0625, "6.3"), (2 / 3, "66.7"), (0.145, "14.5"), (0.0, "0.0")],
)
def test_a_score_is_printed_one_way(score: float | None, printed: str | None) -> None:
    assert per_cent(score) == (Decimal(printed) if printed else None)


def test_a_score_without_decimals_is_rounded_as_the_one_with_them() -> None:
    for score in [n / 1000 for n in range(1001)]:
        exact = per_cent(score)
        assert exact is not None
        assert whole_per_cent(score) == exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def test_tallies_count_the_states(
    reading_set: Assignment, learner: Membership, article: Article
) -> None:
    MembershipFactory(course=learner.course)
    read(learner.user, article, 1, 2, 3, at=TERM + DAY)
    found = stand(learner.course, DUE + DAY)
    tally = found.tally([row[0] for _learner, row in found.rows()])
    assert (tally[State.DONE], tally[State.MISSING], tally[State.LATE]) == (1, 1, 0)


@pytest.mark.parametrize("size", [12, 300])
def test_results_ask_four_times_for_any_number(course: Course, article: Article, size: int) -> None:
    quiz = bank(article)
    users = User.objects.bulk_create(User(username=f"many{n}") for n in range(size))
    Membership.objects.bulk_create(
        MembershipFactory.build(course=course, user=user) for user in users
    )
    sections = article.sections.all()
    for kind in (Kind.READ, Kind.ANSWER):
        AssignmentFactory(course=course, kind=kind, sections=sections)
    AssignmentFactory(course=course, kind=Kind.QUIZ, quiz=quiz, rules=Rules().snapshot())
    AssignmentFactory(course=course, kind=Kind.REVIEW, days=3, opens_at=TERM, due_at=DUE)
    for user in users[:5]:
        read(user, article, 1, 2, 3, at=TERM + DAY)
    with queries(at_most=4):
        found = stand(course)
        cells = [cell for _learner, row in found.rows() for cell in row]
        assert [column.sentence for column in found.columns]
        assert all(each.name for each in found.learners)
    assert len(cells) == 4 * size


def test_who_reads_what_the_text_got_later_is_not_late(
    course: Course, learner: Membership, article: Article
) -> None:
    later = article.passages.filter(number=3)
    later.update(retired_at=TERM)
    AssignmentFactory(course=course, due_at=DUE, sections=article.sections.filter(number=1))
    read(learner.user, article, 2, at=TERM + DAY)
    read(learner.user, article, 1, at=TERM + 2 * DAY)
    later.update(retired_at=None)
    read(learner.user, article, 3, at=DUE + 3 * DAY)
    cell = cell_of(learner, DUE + 4 * DAY)
    assert (cell.state, cell.done_at) == (State.DONE, TERM + 2 * DAY)
    assert cell.last_at == DUE + 3 * DAY
