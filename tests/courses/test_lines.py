"""What learners did, rows of the matrix and its tables are kept, and are never other than what is
asked and judged anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.models import Attempt, AttemptQuestion, Question, Review
from quizzes.rules import Rules
from studyguide.accounts.models import User
from studyguide.courses import keeping, lines, matrix
from studyguide.courses.keeping import KEPT
from studyguide.courses.lines import LINES, line_of, written
from studyguide.courses.listing import BOTH, Wish
from studyguide.courses.matrix import TABLES, Matrix
from studyguide.courses.models import Arrangement, Assignment, Course, Membership, choose
from studyguide.courses.results import results
from studyguide.library.models import Article, Passage, ReadingState
from tests.courses.doing import answer, bank, hand_in, read, review
from tests.factories import TERM, AssignmentFactory, GroupFactory, MembershipFactory

DAY = timedelta(days=1)
DUE = TERM + 10 * DAY
Kind = Assignment.Kind


@pytest.fixture
def term(course: Course, article: Article) -> Course:
    """An assignment of each kind, one for a group and one for chosen learners; two learners."""
    quiz, sections = bank(article), article.sections.filter(number=1)
    rules = Rules(counts="last").snapshot()  # type: ignore[arg-type]
    AssignmentFactory(course=course, due_at=DUE, sections=sections)
    AssignmentFactory(course=course, kind=Kind.ANSWER, due_at=DUE + DAY, sections=sections)
    AssignmentFactory(course=course, kind=Kind.QUIZ, quiz=quiz, rules=rules, due_at=DUE)
    AssignmentFactory(course=course, kind=Kind.REVIEW, days=2, opens_at=TERM, due_at=DUE)
    AssignmentFactory(course=course, audience="group", group=GroupFactory(course=course))
    AssignmentFactory(course=course, audience="chosen")
    for name in "ab":
        MembershipFactory(course=course, user__username=name)
    return course


def kept_and_judged(course: Course, now: datetime) -> list[tuple[Any, Any]]:
    kept, anew = Matrix.of(course, Wish(), now=now).stand, results(course, now=now, as_at=now)
    assert kept.learners == anew.learners
    return [
        (
            (line_of(kept, one), kept.found.of(one.user)),
            (written(anew, one), anew.found.of(one.user)),
        )
        for one in kept.learners
    ]


def kept_and_written(course: Course, now: datetime) -> list[tuple[bytes, bytes]]:
    found = []
    for wish in (Wish(), Wish(show=BOTH)):
        kept, anew = Matrix.of(course, wish, now=now), results(course, now=now, as_at=now)
        found.append((kept.table.html, Matrix(anew, wish, anew.learners).html()))
    return found


def reads(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    read(member.user, Article.objects.get(), 1, 2, at=at)


def reads_what_is_not_set(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    article = Article.objects.get()
    unset = article.passages.exclude(section__number=1).values_list("number", flat=True)
    read(member.user, article, *unset, at=at)


def answers(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    answer(member.user, Question.objects.order_by("pk")[0], at=at, fraction=0.0)


def reviews(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    questions = Question.objects.exclude(cards__user=member.user)
    review(member.user, questions.order_by("pk")[0], Article.objects.get().slug, at=at)


def hands_in(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    hand_in(course.assignments.get(kind=Kind.QUIZ), member, 1 / 3, at=at)


def begins(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    course.assignments.get(kind=Kind.QUIZ).start(member, now=at)


def has_little_time(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    mine = Attempt.objects.at_quizzes().filter(user=member.user, submitted_at=None)
    mine.update(deadline_at=at + 2 * DAY)


def is_released_later(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    mine = Attempt.objects.at_quizzes().filter(user=member.user)
    mine.update(released_at=None, release_on=at + 2 * DAY)


def is_regraded(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    Attempt.objects.at_quizzes().filter(user=member.user).update(score=2 / 3)


def takes_a_review_back(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    Review.objects.filter(user=member.user).update(undone_at=at)


def unreads(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    ReadingState.objects.filter(user=member.user).update(is_read=False)


def is_repaired(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    AttemptQuestion.objects.filter(attempt__user=member.user).update(fraction=None)


def drops_or_takes_the_text(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    if not course.course_articles.all().delete()[0]:
        course.course_articles.create(article=Article.objects.get(), position=0)


def arranged(course: Course, member: Membership) -> tuple[Arrangement, dict[str, Any]]:
    row = Arrangement.at(course.assignments.order_by("position", "pk")[0], member)
    return row, {"base_revision": row.revision, "reason": "x"}


def is_extended(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    row, why = arranged(course, member)
    row.extend(due_at=at + DAY, by=tutor, now=at, **why)


def is_overridden(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    row, why = arranged(course, member)
    row.override(0.25, by=tutor, now=at, **why)


def is_excused(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    row, why = arranged(course, member)
    row.excuse(is_excused=row.excused_at is None, by=tutor, now=at, **why)


def is_chosen(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    choose(course.assignments.get(audience="chosen"), [member])


def is_grouped(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    group = course.groups.get()
    group.set_members([] if group.places.exists() else [member])


def counts_before(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    member.count_before(now=at)


def changes_the_date(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    course.assignments.filter(kind=Kind.READ, audience="all").update(due_at=at)


def is_renamed(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    User.objects.filter(pk=member.user_id).update(display_name=f"{at:%H} <o'clock>")


def changes_the_title(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    course.assignments.filter(kind=Kind.QUIZ).update(title=f"Until {at:%H}")


def changes_the_text(course: Course, member: Membership, tutor: User, at: datetime) -> None:
    Passage.objects.filter(number=2).update(retired_at=at)


Act = Callable[[Course, Membership, User, datetime], None]
ACTS: list[Act] = [
    *(reads, reads_what_is_not_set, answers, reviews, begins, has_little_time, hands_in),
    *(is_released_later, is_regraded, takes_a_review_back, unreads, is_repaired),
    *(is_extended, is_overridden),
    *(is_excused, is_chosen, is_grouped, counts_before, is_renamed),
    *(changes_the_title, changes_the_date, changes_the_text, drops_or_takes_the_text),
]


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(ACTS), st.booleans(), st.integers(1, 60)), min_size=1, max_size=6
    )
)
def test_a_kept_row_is_what_is_judged_anew(
    term: Course, tutor: User, acts: list[tuple[Act, bool, int]]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        now = TERM
        members = list(term.memberships.learners().select_related("user").order_by("pk"))
        for act, is_first, hours in acts:
            now += timedelta(hours=hours)
            act(term, members[0 if is_first else 1], tutor, now)
            for moment in (now, now + 3 * DAY, DUE, DUE + DAY):
                assert all(kept == judged for kept, judged in kept_and_judged(term, moment))
                assert all(kept == written for kept, written in kept_and_written(term, moment))
        transaction.set_rollback(True)


def test_nothing_kept_outlives_an_act(term: Course, tutor: User) -> None:
    now, member = TERM, term.memberships.learners().select_related("user")[0]
    for act in ACTS:
        now += timedelta(hours=1)
        act(term, member, tutor, now)
        pairs = [*kept_and_judged(term, now), *kept_and_written(term, now)]
        assert all(kept == anew for kept, anew in pairs), act.__name__


@pytest.mark.parametrize("act", [has_little_time, is_released_later])
def test_what_time_alone_changes_is_not_kept_longer(term: Course, tutor: User, act: Act) -> None:
    member = term.memberships.learners().select_related("user")[0]
    for each in (begins, act):
        each(term, member, tutor, TERM)
    (kept, _anew), _other = kept_and_judged(term, TERM)
    for days in (1, 2, 3):
        later = TERM + days * DAY + timedelta(seconds=6)
        assert all(kept == anew for kept, anew in kept_and_judged(term, later))
    assert kept_and_judged(term, later)[0][0] != kept


def test_who_did_nothing_is_not_asked_again(term: Course) -> None:
    first, second = term.memberships.learners().select_related("user").order_by("user__username")
    now = TERM + DAY
    read(first.user, Article.objects.get(), 1, at=TERM)
    read(second.user, Article.objects.get(), 1, at=TERM)
    Matrix.of(term, Wish(), now=now)
    for key, kept in KEPT.items():
        KEPT[key] = kept._replace(work=[], digest=b"as it was kept")
    read(second.user, Article.objects.get(), 2, at=TERM)
    found = Matrix.of(term, Wish(), now=now).stand.found
    assert found.digest(first.user_id) == b"as it was kept"
    assert results(term, now=now).found.digest(first.user_id) == b"as it was kept"
    assert [each.size for each in found.of(second.user_id).read.values()] == [2]


def test_what_is_kept_is_bounded(term: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AT_MOST", 1)
    Matrix.of(term, Wish(), now=TERM)
    assert len(KEPT) == 1


def test_a_row_in_which_nothing_changed_is_not_judged_again(
    term: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = TERM + DAY
    before = kept_and_judged(term, now)
    LINES.update(dict.fromkeys(LINES, before[0][0][0]._replace(finished=77)))
    stand = results(term, now=now + timedelta(minutes=1))
    assert {line_of(stand, one).finished for one in stand.learners} == {77}
    assert len(LINES) <= lines.AT_MOST


def test_a_table_in_which_nothing_changed_is_not_written_again(term: Course) -> None:
    before = Matrix.of(term, Wish(), now=TERM + DAY).table
    later = Matrix.of(term, Wish(), now=TERM + DAY + timedelta(minutes=1)).table
    assert later is before
    assert len(TABLES) <= matrix.TABLES_AT_MOST


def test_a_row_with_dates_of_its_own_is_not_kept(term: Course, tutor: User) -> None:
    LINES.clear()
    member = term.memberships.learners()[0]
    is_extended(term, member, tutor, TERM)
    kept_and_judged(term, TERM + DAY)
    assert len(LINES) == 1


@pytest.mark.parametrize("score", [1 / 3, 20.0, 0.1 + 0.2, 12345.678901234567, 0.0, 1e-7])
def test_scores_come_to_the_last_digit(
    term: Course, article: Article, learner: Membership, score: float
) -> None:
    quiz_set = term.assignments.get(kind=Kind.QUIZ)
    hand_in(quiz_set, learner, 0.5, at=TERM)
    Attempt.objects.filter(user=learner.user).update(score=score)
    found = results(term, now=DUE).found.of(learner.user_id)
    assert [go.score for go in found.goes[quiz_set.pk]] == [score]
