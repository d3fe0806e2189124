"""The version of a learner's work is another one after every change of it, and only then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from quizzes.models import Attempt, AttemptQuestion, Question, Review
from studyguide.accounts.models import User
from studyguide.courses import triggers
from studyguide.courses.models import Course, Membership, WorkVersion
from studyguide.library.models import Article, ReadingState
from tests.courses.doing import answer, bank, read, review
from tests.factories import TERM, MembershipFactory, UserFactory


def versions() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for user, mark in WorkVersion.objects.values_list("user", "mark"):
        found.setdefault(user, set()).add(mark)
    return found


def standing() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(triggers.STANDING[connection.vendor])
        return {name for name, _table in cursor if name.startswith(triggers.PREFIX)}


@pytest.fixture
def at_work(course: Course, article: Article, learner: Membership) -> Membership:
    """A learner who has done something of everything, beside another and one in no class."""
    bank(article)
    other = MembershipFactory(course=course, user__username="other")
    question = Question.objects.order_by("pk")[0]
    for user in (learner.user, other.user, UserFactory(username="alone")):
        read(user, article, 1, 2, at=TERM)
        answer(user, question, at=TERM)
        review(user, question, article.slug, at=TERM)
    return learner


def makes_a_review(user: User) -> None:
    card = user.review_cards.get()
    later = TERM + timedelta(days=1)
    Review.objects.create(card=card, user=user, rating=3, how="rated", at=later, day_on=later)


CHANGES: list[Callable[[User], object]] = [
    lambda user: read(user, Article.objects.get(), 3, at=TERM),
    lambda user: ReadingState.objects.filter(user=user).update(is_read=False),
    lambda user: ReadingState.objects.filter(user=user).delete(),
    lambda user: answer(user, Question.objects.order_by("pk")[1], at=TERM),
    lambda user: Attempt.objects.filter(user=user).update(score=1.0),
    lambda user: AttemptQuestion.objects.filter(attempt__user=user).update(fraction=0.5),
    makes_a_review,
    lambda user: Review.objects.filter(user=user).update(undone_at=TERM),
    lambda user: Review.objects.filter(user=user).delete(),
    lambda user: Membership.objects.filter(user=user).update(counted_before_at=TERM),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_change_gives_its_learner_another_version(at_work: Membership, number: int) -> None:
    before = versions()
    CHANGES[number](at_work.user)
    after = versions()
    assert len(before) == 4  # the tutor is a member too
    assert after.pop(at_work.user_id).isdisjoint(before.pop(at_work.user_id))
    assert after == before


def test_articles_of_a_course_are_the_work_of_all_its_members(
    at_work: Membership, course: Course
) -> None:
    before = versions()
    course.course_articles.all().delete()
    after = versions()
    members = set(course.memberships.values_list("user", flat=True))
    assert {user for user in before if after[user] != before[user]} == members < set(before)


def test_a_learner_has_one_mark_however_much_is_changed(at_work: Membership) -> None:
    read(at_work.user, Article.objects.get(), 3, 4, at=TERM)
    ReadingState.objects.update(read_at=TERM)
    assert {len(marks) for marks in versions().values()} == {1}


def test_what_is_rolled_back_leaves_the_version_as_it_was(at_work: Membership) -> None:
    before = versions()
    seen = set[str]()
    for _turn in range(2):
        with transaction.atomic():
            ReadingState.objects.update(is_read=False)
            seen |= versions()[at_work.user_id]
            transaction.set_rollback(True)
    assert versions() == before
    assert len(seen) == 2  # what was seen inside is never seen again


def test_a_person_goes_with_the_version(learner: Membership) -> None:
    learner.delete()
    learner.user.delete()
    assert learner.user_id not in versions()


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_who_writes_at_the_same_time_waits_for_nobody(at_work: Membership) -> None:
    user = at_work.user_id
    name = connection.settings_dict["NAME"]
    address = f"{settings.DATABASE_URL.rpartition('/')[0]}/{name}"
    change = "UPDATE library_readingstate SET read_at = now() WHERE id = %s"
    rows = list(ReadingState.objects.filter(user=user).values_list("pk", flat=True))
    seen = [versions()[user]]
    with psycopg.connect(address) as early, psycopg.connect(address) as late:
        for each in (early, late):
            each.execute("SET lock_timeout = '2s'")
        early.execute(change, rows[:1])
        late.execute(change, rows[1:2])
        late.commit()
        seen.append(versions()[user])
        early.commit()
        seen.append(versions()[user])
        early.execute(change, rows[:1])
        early.commit()
        seen.append(versions()[user])
    assert [len(marks) for marks in seen] == [1, 2, 2, 1]
    assert len(set(map(frozenset, seen))) == len(seen)


def test_without_triggers_there_are_no_marks(at_work: Membership, course: Course) -> None:
    assert len(standing()) == len(triggers.WATCHED) * len(triggers.CHANGES)
    with transaction.atomic():
        triggers.before_migrations(connection.alias, [("a", "migration")])
        assert (standing(), versions()) == (set(), {})
        ReadingState.objects.update(is_read=False)
        triggers.after_migrations(connection.alias)
        assert len(standing()) == len(triggers.WATCHED) * len(triggers.CHANGES)
        assert set(versions()) == set(course.memberships.values_list("user", flat=True))


def test_one_that_is_made_otherwise_is_made_anew(at_work: Membership) -> None:
    before, marks = standing(), versions()
    triggers.after_migrations(connection.alias)
    assert versions() == marks
    old = f"{triggers.PREFIX}old"
    with connection.cursor() as cursor:
        made = next(iter(triggers.wanted(connection.vendor).items()))
        cursor.execute(made[1].replace(made[0], old))
    triggers.after_migrations(connection.alias)
    assert standing() == before
    assert versions()[at_work.user_id].isdisjoint(marks[at_work.user_id])


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_migration_can_be_taken_back(at_work: Membership) -> None:
    try:
        call_command("migrate", "courses", "0003", verbosity=0)
        assert standing() == set()
        ReadingState.objects.update(is_read=False)
    finally:
        call_command("migrate", "courses", verbosity=0)
    assert len(standing()) == len(triggers.WATCHED) * len(triggers.CHANGES)
