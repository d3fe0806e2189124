"""A tutor's copy, shared with her class: with what right, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import Course, CourseOriginal, JoinCode, Membership, Role
from studyguide.library.models import Article, Original
from tests.courses.doing import signed_in
from tests.factories import TERM, MembershipFactory
from tests.queries import no_writes, queries

LATER = TERM + timedelta(days=10)


@pytest.fixture
def copy(tutor: User, article: Article) -> Original:
    return Original.objects.create(
        article=article, owner=tutor, credit="© the paper", imported_at=TERM
    )


@pytest.fixture
def shared(course: Course, copy: Original, tutor: User) -> CourseOriginal:
    return CourseOriginal.share(copy, course, right="Bought", by=tutor, now=TERM)


def page(course: Course) -> str:
    return f"{course.get_absolute_url()}originals/"


def share(client: Client, course: Course, copy: Original, right: str = "Bought for us") -> int:
    return client.post(f"{page(course)}{copy.pk}/share/", {"right": right}).status_code


def may_read(user: User) -> bool:
    return Original.objects.readable_by(user).exists()


def test_a_tutor_shares_her_copy(
    teaching: Client, learner: Membership, course: Course, copy: Original
) -> None:
    assert not may_read(learner.user)
    assert share(teaching, course, copy) == 302
    assert may_read(learner.user)
    text = teaching.get(page(course)).text
    assert "© the paper · Bought for us" in text
    assert "Stop sharing" in text
    assert AuditEntry.objects.filter(act="original.share", about=course.scope).count() == 1


@pytest.mark.parametrize("right", ["", "   "])
def test_her_right_is_asked_for(
    teaching: Client, learner: Membership, course: Course, copy: Original, right: str
) -> None:
    answer = teaching.post(f"{page(course)}{copy.pk}/share/", {"right": right})
    assert answer.status_code == 422
    assert "Say what gives you the right to share this text." in answer.text
    assert not may_read(learner.user)


def test_whoever_joins_later_reads_it(course: Course, shared: CourseOriginal, reader: User) -> None:
    code = JoinCode.make(course, by=course.owner, now=TERM)
    code.join(reader, now=TERM)
    assert may_read(reader)


def test_sharing_is_ended_by_who_shared(
    teaching: Client, learner: Membership, shared: CourseOriginal
) -> None:
    teaching.post(f"{page(shared.course)}{shared.original_id}/withdraw/")
    assert not may_read(learner.user)
    shared.refresh_from_db()
    assert shared.withdrawn_at is not None


def test_a_co_tutor_shares_her_own_and_ends_no_others(
    course: Course, shared: CourseOriginal, copy: Original
) -> None:
    helping = signed_in(MembershipFactory(course=course, role=Role.CO_TUTOR).user)
    address = page(course)
    assert helping.post(f"{address}{copy.pk}/withdraw/").status_code == 403
    assert share(helping, course, copy) == 404
    assert "Stop sharing" not in helping.get(address).text


def test_it_is_not_read_while_the_class_is_archived(
    teaching: Client, learner: Membership, shared: CourseOriginal, tutor: User
) -> None:
    course = shared.course
    course.archive(by=tutor, now=LATER)
    assert not may_read(learner.user)
    assert "not read while the class is archived" in teaching.get(page(course)).text
    course.restore(by=tutor, now=LATER)
    assert may_read(learner.user)


def test_what_was_withdrawn_in_the_archive_stays_so(
    teaching: Client, learner: Membership, shared: CourseOriginal, tutor: User
) -> None:
    shared.course.archive(by=tutor, now=LATER)
    teaching.post(f"{page(shared.course)}{shared.original_id}/withdraw/")
    shared.course.refresh_from_db()
    shared.course.restore(by=tutor, now=LATER)
    assert not may_read(learner.user)


@pytest.mark.parametrize("how", ["leave", "learner"])
def test_a_co_tutors_copy_goes_with_her(
    course: Course, learner: Membership, article: Article, how: str
) -> None:
    helper = MembershipFactory(course=course, role=Role.CO_TUTOR)
    own = Original.objects.create(article=article, owner=helper.user, credit="x", imported_at=TERM)
    CourseOriginal.share(own, course, right="Mine", by=helper.user, now=TERM)
    assert may_read(learner.user)
    if how == "leave":
        helper.leave(now=LATER)
    else:
        helper.set_role(Role.LEARNER, by=course.owner, now=LATER)
    assert not may_read(learner.user)


def test_learners_and_strangers_share_nothing(
    learning: Client, reading: Client, course: Course, shared: CourseOriginal
) -> None:
    number = shared.original_id
    for client, status in ((learning, 403), (reading, 404)):
        assert client.get(page(course)).status_code == status
        for act in ("share", "withdraw"):
            assert client.post(f"{page(course)}{number}/{act}/").status_code == status
            assert client.get(f"{page(course)}{number}/{act}/").status_code == 405


def test_nothing_is_shared_with_an_archived_class(
    teaching: Client, course: Course, copy: Original, tutor: User, learner: Membership
) -> None:
    course.archive(by=tutor, now=LATER)
    assert "Share it with this class" not in teaching.get(page(course)).text
    share(teaching, course, copy)
    assert not may_read(learner.user)


def test_the_page_has_a_budget(teaching: Client, course: Course, shared: CourseOriginal) -> None:
    with queries(7), no_writes():
        assert teaching.get(page(course)).status_code == 200
