"""Who comes, goes, and in what part."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import (
    Assignment,
    Course,
    CourseOriginal,
    CourseRefused,
    Handover,
    Invitation,
    JoinCode,
    Membership,
    Role,
    copy_course,
)
from studyguide.courses.models.course import UNDO
from studyguide.library.models import Article, Original
from tests.factories import (
    TERM,
    AssignmentFactory,
    CourseFactory,
    GroupFactory,
    JoinCodeFactory,
    MembershipFactory,
    UserFactory,
)

LATER = TERM + timedelta(days=10)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def acts(course: Course) -> list[str]:
    return list(AuditEntry.objects.about(course.scope).order_by("pk").values_list("act", flat=True))


def test_who_starts_a_course_owns_it(course: Course, tutor: User, article: Article) -> None:
    assert course.owner == tutor
    assert list(course.articles.all()) == [article]
    assert acts(course) == ["course.start"]


def test_a_course_has_one_owner(course: Course) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory(course=course, role=Role.TUTOR)


def test_an_article_in_use_stays(course: Course, article: Article) -> None:
    AssignmentFactory(course=course, article=article)
    course.set_articles([])
    assert course.articles.exists()


# Codes


def test_a_code_lets_in_however_it_is_typed(course: Course, reader: User) -> None:
    code = JoinCodeFactory(course=course)
    found = JoinCode.objects.typed(f"  {code.printed.replace('-', ' - ')} ", TERM)
    assert found is not None
    member = found.join(reader, now=LATER)
    assert (member.state, member.role, member.counts_from_at) == ("active", "learner", LATER)
    assert acts(course)[-1] == "course.join"


def test_a_code_is_printed_in_groups(course: Course) -> None:
    code = JoinCodeFactory(course=course, code="k7mqx2wrta")
    assert code.printed == "K7MQX-2WRTA"


@pytest.mark.parametrize("text", ["", "k7mqx", "k7mqx2wrtak", "K7MQX-2WRTB", "\x00" * 10])
def test_another_code_finds_nothing(course: Course, text: str) -> None:
    JoinCodeFactory(course=course, code="k7mqx2wrta")
    assert JoinCode.objects.typed(text, TERM) is None


def test_a_code_ends(course: Course, tutor: User, reader: User) -> None:
    code = JoinCode.make(course, by=tutor, now=TERM, expires_at=TERM + HOUR)
    assert JoinCode.objects.typed(code.code, TERM + HOUR) is None
    assert code.revoke(by=tutor, now=TERM)
    assert not code.revoke(by=tutor, now=TERM)
    with pytest.raises(CourseRefused):
        code.join(reader, now=TERM)


def test_seats_run_out(course: Course) -> None:
    code = JoinCodeFactory(course=course, seats=1)
    first = code.join(UserFactory(), now=TERM)
    assert code.join(first.user, now=TERM) == first
    with pytest.raises(CourseRefused):
        code.join(UserFactory(), now=TERM)


def test_where_the_tutor_approves_one_waits(course: Course, tutor: User, reader: User) -> None:
    Course.objects.update(is_approval_needed=True)
    member = JoinCodeFactory(course=course).join(reader, now=TERM)
    assert member.state == Membership.State.PENDING
    assert not Course.objects.for_user(reader).exists()
    assert member.activate(by=tutor, now=LATER)
    assert member.counts_from_at == LATER
    assert not member.activate(by=tutor, now=LATER)


def test_a_tutor_who_types_the_code_stays_one(course: Course, tutor: User) -> None:
    assert JoinCodeFactory(course=course).join(tutor, now=TERM).role == Role.TUTOR


# Going


def test_who_leaves_is_out_and_may_come_back(course: Course, learner: Membership) -> None:
    assert learner.leave(now=LATER)
    assert not learner.leave(now=LATER)
    again = JoinCodeFactory(course=course).join(learner.user, now=LATER + HOUR)
    assert (again.pk, again.state, again.counts_from_at) == (learner.pk, "active", LATER + HOUR)


def test_who_was_removed_waits_for_a_tutor(
    course: Course, learner: Membership, tutor: User
) -> None:
    assert learner.expel(by=tutor, now=LATER)
    again = JoinCodeFactory(course=course).join(learner.user, now=LATER + HOUR)
    assert again.state == Membership.State.PENDING


def test_the_owner_does_not_leave(course: Course, tutor: User) -> None:
    owner = course.memberships.get(user=tutor)
    with pytest.raises(CourseRefused):
        owner.leave(now=LATER)
    with pytest.raises(CourseRefused):
        owner.set_role(Role.LEARNER, by=tutor, now=LATER)


def test_a_role_is_changed_once_and_recorded(learner: Membership, tutor: User) -> None:
    assert learner.set_role(Role.CO_TUTOR, by=tutor, now=LATER)
    assert not learner.set_role(Role.CO_TUTOR, by=tutor, now=LATER)
    entry = AuditEntry.objects.filter(act="course.role").get()
    assert entry.details == {"member": learner.user_id, "role": "co_tutor", "before": "learner"}


def test_earlier_work_counts_from_one_press_on(learner: Membership) -> None:
    assert learner.counted_before_at is None
    assert learner.count_before(now=LATER)
    assert learner.counted_before_at == LATER
    assert not learner.count_before(now=LATER + HOUR)
    learner.refresh_from_db()
    assert learner.counted_before_at == LATER


def test_the_record_does_not_say_what_was_adjusted(learner: Membership, tutor: User) -> None:
    learner.adjust(
        time_multiplier=1.5,
        is_untimed_practice=True,
        note="sits at the front",
        by=tutor,
        now=LATER,
    )
    entry = AuditEntry.objects.get(act="course.adjust")
    assert entry.details == {"member": learner.user_id}


# Invitations


def test_an_invitation_is_used_once(course: Course, tutor: User, reader: User) -> None:
    invitation = Invitation.send(course, by=tutor, email=" A@Example.org", now=TERM)
    assert invitation.email == "a@example.org"
    assert Invitation.send(course, by=tutor, email="a@example.org", now=TERM) == invitation
    assert invitation.accept(reader, now=TERM).state == Membership.State.ACTIVE
    with pytest.raises(CourseRefused):
        invitation.accept(UserFactory(), now=TERM)


def test_an_invitation_from_before_lets_nobody_back_in_who_was_removed(
    course: Course, tutor: User, reader: User
) -> None:
    old = Invitation.send(course, email="a@example.org", by=tutor, now=TERM)
    member = JoinCode.make(course, by=tutor, now=TERM).join(reader, now=TERM)
    assert member.expel(by=tutor, now=TERM + DAY)
    assert old.accept(reader, now=TERM + 2 * DAY).state == Membership.State.PENDING
    member.refresh_from_db()
    assert member.expel(by=tutor, now=TERM + 3 * DAY)
    new = Invitation.send(course, email="a@example.org", by=tutor, now=TERM + 4 * DAY)
    assert new.accept(reader, now=TERM + 5 * DAY).state == Membership.State.ACTIVE


def test_an_invitation_to_an_account_is_its_alone(
    course: Course, tutor: User, reader: User
) -> None:
    invitation = Invitation.send(course, by=tutor, username=reader.username, now=TERM)
    assert list(Invitation.objects.waiting_for(reader, TERM)) == [invitation]
    with pytest.raises(CourseRefused):
        invitation.accept(UserFactory(), now=TERM)
    assert invitation.accept(reader, now=TERM)


def test_an_invitation_ends(course: Course, tutor: User, reader: User) -> None:
    invitation = Invitation.send(course, by=tutor, username=reader.username, now=TERM)
    with pytest.raises(CourseRefused):
        invitation.accept(reader, now=TERM + timedelta(days=31))
    assert invitation.withdraw(by=tutor, now=TERM)
    with pytest.raises(CourseRefused):
        invitation.accept(reader, now=TERM)


# Handing over


def test_a_course_is_handed_over_when_the_other_accepts(course: Course, tutor: User) -> None:
    other = MembershipFactory(course=course, role=Role.CO_TUTOR)
    handover = Handover.offer(other, by=tutor, now=TERM)
    assert course.owner == tutor
    assert handover.accept(now=LATER)
    assert course.owner == other.user
    assert course.memberships.get(user=tutor).role == Role.CO_TUTOR
    assert not handover.accept(now=LATER)


def test_only_a_co_tutor_is_offered_a_course(learner: Membership, tutor: User) -> None:
    with pytest.raises(CourseRefused):
        Handover.offer(learner, by=tutor, now=TERM)


def test_who_left_meanwhile_gets_nothing(course: Course, tutor: User) -> None:
    other = MembershipFactory(course=course, role=Role.CO_TUTOR)
    handover = Handover.offer(other, by=tutor, now=TERM)
    other.leave(now=TERM)
    assert not handover.accept(now=LATER)
    assert course.owner == tutor


# The course as a whole


def test_a_deleted_course_can_be_taken_back_for_a_month(course: Course, tutor: User) -> None:
    assert course.remove(by=tutor, now=TERM)
    assert not course.take_back(by=tutor, now=TERM + UNDO)
    assert course.take_back(by=tutor, now=TERM + UNDO - HOUR)
    assert list(Course.objects.taught_by(tutor)) == [course]


def test_an_archived_course_takes_nobody_in(course: Course, tutor: User, reader: User) -> None:
    code = JoinCodeFactory(course=course)
    assert course.archive(by=tutor, now=TERM)
    assert JoinCode.objects.typed(code.code, TERM) is None
    with pytest.raises(CourseRefused):
        course.admit(reader, way=Membership.Way.ROSTER, now=TERM)
    assert course.restore(by=tutor, now=TERM)


def test_a_group_has_members_of_its_course_only(course: Course, learner: Membership) -> None:
    group = GroupFactory(course=course)
    group.set_members([learner, MembershipFactory()])
    assert [place.membership for place in group.places.all()] == [learner]
    group.set_members([])
    assert not group.places.exists()


def test_a_copy_keeps_what_was_set_and_moves_it_by_the_calendar(
    course: Course, tutor: User, article: Article, learner: Membership
) -> None:
    group = GroupFactory(course=course)
    due_at = TERM.replace(month=10, day=19, hour=16)  # 18:00 in Berlin, a week before winter time
    old = AssignmentFactory(
        course=course,
        article=article,
        due_at=due_at,
        audience=Assignment.Audience.GROUP,
        group=group,
        sections=article.sections.all(),
    )
    new = copy_course(course, title="Again", days=7, by=tutor, now=LATER)
    copy = new.assignments.get()
    assert (copy.title, copy.published_at) == (old.title, None)
    assert copy.due_at == due_at + timedelta(days=7, hours=1)
    assert copy.group is not None
    assert copy.group.course == new
    assert copy.sections.count() == old.sections.count() > 0
    assert [m.user for m in new.memberships.all()] == [tutor]
    assert new.copied_from == course


@pytest.mark.parametrize(
    ("walls", "after"),
    [
        ({"opens_at": (0, 30), "due_at": (1, 15)}, {"opens_at": (0, 30), "due_at": (1, 15)}),
        ({"due_at": (0, 30), "closes_at": (1, 15)}, {"due_at": (1, 30), "closes_at": (2, 15)}),
    ],
)
def test_a_copy_keeps_its_dates_in_order_where_the_clocks_go_forward(
    course: Course,
    tutor: User,
    walls: dict[str, tuple[int, int]],
    after: dict[str, tuple[int, int]],
) -> None:
    """02:30 is not on any clock that night, and 03:15 comes before what it is taken for."""
    old, new = datetime(2026, 9, 6, tzinfo=UTC), datetime(2027, 3, 28, tzinfo=UTC)
    dates: dict[str, Any] = {
        name: old.replace(hour=hour, minute=minute) for name, (hour, minute) in walls.items()
    }
    AssignmentFactory(course=course, **dates)
    copy = copy_course(course, title="New", days=(new - old).days, by=tutor, now=TERM)
    made = copy.assignments.get()
    assert {name: (getattr(made, name).hour, getattr(made, name).minute) for name in after} == after


# Sharing an original


@pytest.fixture
def original(tutor: User, article: Article) -> Original:
    return Original.objects.create(article=article, owner=tutor, imported_at=TERM)


def test_a_shared_copy_is_read_by_the_course(
    course: Course, learner: Membership, original: Original, tutor: User, reader: User
) -> None:
    CourseOriginal.share(original, course, right="Bought for the class", by=tutor, now=TERM)
    newcomer = course.admit(UserFactory(), way=Membership.Way.ROSTER, now=LATER)
    for user in (learner.user, newcomer.user, tutor):
        assert Original.objects.readable_by(user).exists()
    assert not Original.objects.readable_by(reader).exists()


def test_who_leaves_reads_it_no_longer(
    course: Course, learner: Membership, original: Original, tutor: User
) -> None:
    CourseOriginal.share(original, course, right="Bought", by=tutor, now=TERM)
    learner.expel(by=tutor, now=LATER)
    assert not Original.objects.readable_by(learner.user).exists()


def test_a_copy_no_longer_shared_is_private(
    course: Course, learner: Membership, original: Original, tutor: User
) -> None:
    shared = CourseOriginal.share(original, course, right="Bought", by=tutor, now=TERM)
    assert shared.withdraw(by=tutor, now=LATER)
    original.refresh_from_db()
    assert original.audience == Original.Audience.PRIVATE
    assert not Original.objects.readable_by(learner.user).exists()


@pytest.mark.parametrize("right", ["", "  "])
def test_sharing_states_a_right(
    course: Course, original: Original, tutor: User, right: str
) -> None:
    with pytest.raises(CourseRefused):
        CourseOriginal.share(original, course, right=right, by=tutor, now=TERM)


def test_nobody_shares_anothers_copy(course: Course, original: Original) -> None:
    other = CourseFactory()
    with pytest.raises(CourseRefused):
        CourseOriginal.share(original, other, right="Mine", by=other.owner, now=TERM)
