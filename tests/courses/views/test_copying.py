"""A class once more: every new date is said before anything is made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from studyguide.accounts.models import User
from studyguide.courses.models import Assignment, Course, Membership, choose
from studyguide.library.models import Article
from tests.factories import TERM, AssignmentFactory, MembershipFactory
from tests.queries import no_writes, queries

DUE = datetime(2026, 9, 14, 16, tzinfo=UTC)  # 18:00 in Berlin, summer time


@pytest.fixture
def work(course: Course, article: Article) -> Assignment:
    sections = article.sections.all()
    return AssignmentFactory(course=course, due_at=DUE, title="The start", sections=sections)


def page(course: Course) -> str:
    return f"{course.get_absolute_url()}copy/"


def typed(**more: Any) -> dict[str, Any]:
    return {
        "title": "Next term",
        "old_first_on": "2026-09-01",
        "new_first_on": "2027-01-19",
        **more,
    }


def test_the_form_knows_the_old_term(teaching: Client, work: Assignment) -> None:
    with queries(6), no_writes():
        form = teaching.get(page(work.course)).context["form"]
    assert str(form["old_first_on"].value()) == "2026-09-01"
    assert form["title"].value() == work.course.title


def test_every_new_date_is_said_and_nothing_is_made(teaching: Client, work: Assignment) -> None:
    with no_writes():
        text = teaching.post(page(work.course), typed()).text
    assert "Monday 14 September 2026, 18:00, Berlin time (UTC+2)" in text
    assert "Monday 1 February 2027, 18:00, Berlin time (UTC+1)" in text
    assert "Each date moves by 140 days of the calendar" in text
    assert Course.objects.count() == 1


def test_a_date_that_falls_into_a_change_of_clocks_says_so(
    teaching: Client, course: Course
) -> None:
    AssignmentFactory(course=course, due_at=datetime(2026, 9, 27, 0, 30, tzinfo=UTC))  # 02:30
    text = teaching.post(page(course), typed(new_first_on="2027-03-02")).text
    assert "The clocks go forward over 02:30 that night" in text


def test_confirmed_it_is_made_as_it_was_said(
    teaching: Client, work: Assignment, tutor: User, learner: Membership
) -> None:
    answer = teaching.post(page(work.course), typed(act="copy"))
    new = Course.objects.exclude(pk=work.course_id).get()
    assert answer["Location"] == new.get_absolute_url()
    copied = new.assignments.get()
    assert copied.due_at == datetime(2027, 2, 1, 17, tzinfo=UTC)
    assert (copied.title, copied.published_at) == ("The start", None)
    assert copied.sections.count() == work.sections.count()
    assert (new.title, new.owner, new.copied_from) == ("Next term", tutor, work.course)
    assert new.memberships.count() == 1


def test_what_was_for_chosen_learners_waits_for_others_to_be_chosen(
    teaching: Client, work: Assignment, learner: Membership
) -> None:
    """A draft for nobody yet: not for everybody by an edit, nor published unseen."""
    Assignment.objects.update(audience="chosen")
    choose(work, [learner])
    old = work.course.get_absolute_url()
    assert "learners chosen" not in teaching.get(old).text
    assert "Its learners are to be chosen anew" in teaching.post(page(work.course), typed()).text
    new = teaching.post(page(work.course), typed(act="copy"), follow=True)
    copied = Assignment.objects.exclude(course=work.course_id).get()
    at = copied.get_absolute_url()
    assert (copied.audience, copied.published_at) == ("chosen", None)
    assert "1 assignment needs its learners chosen" in new.text
    assert f'href="{at}edit/">The start</a>' in new.text
    assert (
        "Nobody chosen yet" in teaching.get(f"{copied.course.get_absolute_url()}assignments/").text
    )

    form = teaching.get(f"{at}edit/").context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    answer = teaching.post(f"{at}edit/", data | {"title": "Another"})
    assert answer.status_code == 302
    refused = teaching.post(f"{at}act/", {"act": "publish"}, follow=True).text
    assert "Nobody is chosen for it, so nobody would see it." in refused
    copied.refresh_from_db()
    assert (copied.title, copied.audience) == ("Another", "chosen")
    assert copied.published_at is None

    joined = MembershipFactory(course=copied.course)
    data |= {"learners": [joined.pk], "revision": copied.revision}
    assert teaching.post(f"{at}edit/", data).status_code == 302
    teaching.post(f"{at}act/", {"act": "publish"})
    assert list(Assignment.objects.for_learner(joined, timezone.now())) == [copied]
    assert "learners chosen" not in teaching.get(copied.course.get_absolute_url()).text


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"title": ""}, "Give the class a name."),
        ({"new_first_on": ""}, "Name a day, such as 2027-03-31."),
        ({"new_first_on": "soon"}, "Write the day as year-month-day"),
        ({"new_first_on": "0001-01-01"}, "Write a year from 1970 to 2999."),
        ({"new_first_on": "2099-01-01"}, "within ten years"),
    ],
)
def test_what_is_wrong_is_said(
    teaching: Client, course: Course, more: dict[str, Any], says: str
) -> None:
    answer = teaching.post(page(course), typed(act="copy", **more))
    assert answer.status_code == 422
    assert says in answer.text
    assert Course.objects.count() == 1


def test_an_archived_class_is_copied_too(teaching: Client, work: Assignment, tutor: User) -> None:
    work.course.archive(by=tutor, now=TERM)
    assert teaching.post(page(work.course), typed(act="copy")).status_code == 302
    assert not Course.objects.exclude(pk=work.course_id).get().is_archived


def test_who_may_start_no_class_copies_none(teaching: Client, course: Course) -> None:
    with override_settings(COURSE_CREATION="tutors"):
        assert teaching.get(page(course)).status_code == 403
        assert teaching.post(page(course), typed(act="copy")).status_code == 403


def test_learners_and_strangers_copy_nothing(
    learning: Client, reading: Client, course: Course
) -> None:
    for client, status in ((learning, 403), (reading, 404)):
        assert client.get(page(course)).status_code == status
        assert client.post(page(course), typed(act="copy")).status_code == status
