"""Tutors set work; learners see what is due and begin it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from quizzes.models import Attempt, Quiz
from quizzes.rules import Rules
from studyguide.accounts.models import User
from studyguide.courses.models import Assignment, Course, Membership
from studyguide.courses.results import results
from studyguide.library.models import Article
from tests.courses.doing import bank, hand_in, read, signed_in
from tests.factories import TERM, AssignmentFactory, GroupFactory, MembershipFactory
from tests.queries import no_writes, queries

DAY = timedelta(days=1)
DUE = TERM + 10 * DAY
Kind = Assignment.Kind


@pytest.fixture(autouse=True)
def first_week() -> Iterator[None]:
    with time_machine.travel(TERM + DAY, tick=False):
        yield


@pytest.fixture
def reading_set(course: Course, article: Article) -> Assignment:
    return AssignmentFactory(course=course, due_at=DUE, sections=article.sections.filter(number=1))


@pytest.fixture
def quiz_set(course: Course, article: Article) -> Assignment:
    return AssignmentFactory(
        course=course,
        kind=Kind.QUIZ,
        quiz=bank(article),
        rules=Rules(seconds=600, attempts=2).snapshot(),
        due_at=DUE,
    )


def listing(course: Course) -> str:
    return f"/courses/{course.public_id}/assignments/"


def typed(**more: Any) -> dict[str, Any]:
    return {
        "title": "Read the start",
        "late": "full",
        "weight": "1",
        "revision": "0",
        "due_at": "2026-12-19T18:00",
        "audience": "all",
        **more,
    }


def pages(assignment: Assignment) -> list[str]:
    here = assignment.get_absolute_url()
    return [listing(assignment.course), listing(assignment.course) + "new/", here, here + "edit/"]


# Setting work


def test_a_tutor_sets_reading(teaching: Client, course: Course, article: Article) -> None:
    sections = [section.pk for section in article.sections.all()]
    data = typed(sections=sections, act="publish")
    answer = teaching.post(f"{listing(course)}new/?kind=read", data, follow=True)
    made = course.assignments.get()
    assert made.due_at == datetime(2026, 12, 19, 17, tzinfo=UTC)
    assert made.is_published(TERM + DAY)
    assert made.sections.count() == len(sections)
    assert "Saturday 19 December 2026, 18:00, Berlin time (UTC+1)" in answer.text
    assert made.sentence() in answer.text
    assert "Saved. Learners see it." in answer.text


def test_a_tutor_sets_a_quiz_with_its_rules(
    teaching: Client, course: Course, article: Article
) -> None:
    quiz = bank(article)
    Quiz.objects.filter(pk=quiz.pk).update(source=article.slug)
    asked = teaching.get(f"{listing(course)}new/?kind=quiz").text
    assert f"{quiz.title} ({quiz.size} questions)" in asked
    assert "open to everybody as practice" in asked
    data = typed(
        quiz=quiz.public_id,
        attempts="2",
        minutes="20",
        behaviour="deferred",
        counts="last",
        release="by_hand",
        required_score="62.5",
    )
    assert teaching.post(f"{listing(course)}new/?kind=quiz", data).status_code == 302
    made = course.assignments.get()
    rules = made.own_rules
    assert (rules.attempts, rules.seconds, rules.counts) == (2, 1200, "last")
    assert (made.required_score, made.published_at) == (0.625, None)
    page = teaching.get(made.get_absolute_url() + "edit/")
    assert 'value="62.5"' in page.text
    assert 'value="2026-12-19T18:00"' in page.text


def test_a_tutor_sets_reviews(teaching: Client, course: Course) -> None:
    data = typed(days="5", opens_at="2026-12-01T08:00")
    assert teaching.post(f"{listing(course)}new/?kind=review", data).status_code == 302
    assert course.assignments.get().days == 5


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"due_at": "tomorrow"}, "Write day and time as 2026-12-19 18:00."),
        ({"due_at": "2026-12-19"}, "Write day and time as 2026-12-19 18:00."),
        ({"due_at": "0001-01-01T00:00"}, "Write a year from 1970 to 2999."),
        ({"closes_at": "2026-12-18T18:00"}, "It cannot close before it is due."),
        ({"opens_at": "2026-12-20T18:00"}, "The due date must be after the opening."),
        ({"late": "penalty"}, "Say what each late day costs, and when it is due."),
        ({"title": ""}, '<a href="#id_title">Title: Give it a title.</a>'),
        ({"sections": []}, '<a href="#id_sections">Sections: Choose at least one section.</a>'),
        ({"sections": ["999999"]}, "999999"),
        ({"weight": "nan"}, "Enter a number."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    teaching: Client, course: Course, article: Article, more: dict[str, Any], says: str
) -> None:
    sections = [section.pk for section in article.sections.all()]
    data = typed(sections=sections, instructions="Slowly, please.") | more
    answer = teaching.post(f"{listing(course)}new/?kind=read", data)
    assert answer.status_code == 422
    assert says in answer.text
    assert "Slowly, please." in answer.text
    assert not course.assignments.exists()


def test_a_tutor_changes_what_is_set(
    teaching: Client, reading_set: Assignment, article: Article
) -> None:
    last = article.sections.order_by("-number")[:1]
    data = typed(title="Read the end", sections=[last[0].pk])
    answer = teaching.post(reading_set.get_absolute_url() + "edit/", data)
    assert answer.status_code == 302
    reading_set.refresh_from_db()
    assert (reading_set.title, reading_set.revision) == ("Read the end", 1)
    assert reading_set.sections.get().section == last[0]


# For whom


def set_reading(client: Client, course: Course, article: Article, **more: Any) -> Any:
    data = typed(sections=[article.sections.all()[0].pk], act="publish", **more)
    return client.post(f"{listing(course)}new/?kind=read", data)


def test_a_time_that_is_left_as_it_was_stays_to_the_second(
    teaching: Client, quiz_set: Assignment
) -> None:
    """Closing it now is to the second, which no field shows."""
    now = TERM + DAY + timedelta(seconds=42)
    with time_machine.travel(now, tick=False):
        act(teaching, quiz_set, "close")
        wall = "2026-09-02T10:00"
        data = typed(quiz=quiz_set.quiz.public_id, title="New", due_at=wall, closes_at=wall)  # type: ignore[union-attr]
        data |= {"behaviour": "deferred", "counts": "best", "release": "at_once", "revision": "1"}
        assert teaching.post(quiz_set.get_absolute_url() + "edit/", data).status_code == 302
    quiz_set.refresh_from_db()
    assert (quiz_set.title, quiz_set.due_at, quiz_set.closes_at) == ("New", now, now)


def test_work_for_a_group_is_seen_by_it_alone(
    teaching: Client, learning: Client, learner: Membership, article: Article
) -> None:
    course = learner.course
    group = GroupFactory(course=course)
    other = signed_in(MembershipFactory(course=course).user)
    group.set_members([learner])
    assert set_reading(teaching, course, article, audience="group", group=group.pk)
    made = course.assignments.get()
    assert learning.get(made.get_absolute_url()).status_code == 200
    assert other.get(made.get_absolute_url()).status_code == 404
    assert group.name in teaching.get(made.get_absolute_url()).text
    assert group.name in teaching.get(listing(course)).text


def test_work_for_chosen_learners_is_seen_by_them_alone(
    teaching: Client, learning: Client, learner: Membership, article: Article
) -> None:
    course = learner.course
    other = MembershipFactory(course=course, user__display_name="Somebody Else")
    set_reading(teaching, course, article, audience="chosen", learners=[learner.pk])
    made = course.assignments.get()
    assert learning.get(made.get_absolute_url()).status_code == 200
    assert signed_in(other.user).get(made.get_absolute_url()).status_code == 404
    (cell,), (none,) = [row for _who, row in sorted_rows(course, learner)]
    assert cell is not None
    assert none is None


def sorted_rows(course: Course, first: Membership) -> list[Any]:
    stand = results(course, now=TERM + DAY)
    return sorted(stand.rows(), key=lambda row: row[0].pk != first.pk)


def test_names_of_the_chosen_are_read_by_tutors_only(
    teaching: Client, learning: Client, learner: Membership, article: Article
) -> None:
    course = learner.course
    other = MembershipFactory(course=course, user__display_name="Somebody Else")
    set_reading(teaching, course, article, audience="chosen", learners=[learner.pk, other.pk])
    address = course.assignments.get().get_absolute_url()
    assert "Somebody Else" in teaching.get(address).text
    assert "Somebody Else" not in learning.get(address).text


def test_the_chosen_are_changed(
    teaching: Client, learning: Client, learner: Membership, article: Article
) -> None:
    course = learner.course
    other = MembershipFactory(course=course)
    set_reading(teaching, course, article, audience="chosen", learners=[learner.pk])
    made = course.assignments.get()
    page = teaching.get(made.get_absolute_url() + "edit/")
    assert page.context["form"]["learners"].value() == [learner.pk]
    data = typed(sections=[article.sections.all()[0].pk], audience="chosen", learners=[other.pk])
    teaching.post(made.get_absolute_url() + "edit/", data)
    assert learning.get(made.get_absolute_url()).status_code == 404
    assert signed_in(other.user).get(made.get_absolute_url()).status_code == 200


def test_nobody_of_another_class_is_chosen(
    teaching: Client, learner: Membership, article: Article
) -> None:
    stranger, group = MembershipFactory(), GroupFactory()
    GroupFactory(course=learner.course)
    for more in (
        {"audience": "chosen", "learners": [stranger.pk]},
        {"audience": "chosen"},
        {"audience": "group", "group": group.pk},
        {"audience": "nobody"},
    ):
        answer = set_reading(teaching, learner.course, article, **more)
        assert answer.status_code == 422
    assert not learner.course.assignments.exists()


def test_what_the_class_has_not_is_not_offered(teaching: Client, course: Course) -> None:
    page = teaching.get(f"{listing(course)}new/")
    assert page.context["form"].fields["audience"].choices == [("all", "everybody")]
    assert "learners" not in page.context["form"].fields


def test_a_change_over_anothers_is_refused_and_kept_in_the_form(
    teaching: Client, reading_set: Assignment, article: Article, tutor: User
) -> None:
    reading_set.edit(base_revision=0, title="First", by=tutor, now=TERM)
    data = typed(title="Second", sections=[article.sections.all()[1].pk])
    answer = teaching.post(reading_set.get_absolute_url() + "edit/", data)
    assert answer.status_code == 422
    assert 'value="Second"' in answer.text
    reading_set.refresh_from_db()
    assert reading_set.title == "First"
    assert reading_set.sections.get().section.number == 1


def test_the_list_agrees_with_the_matrix(
    teaching: Client, learner: Membership, quiz_set: Assignment
) -> None:
    """A median that one page counts with those who have not begun, and another without, is
    two truths."""
    MembershipFactory(course=quiz_set.course)
    hand_in(quiz_set, learner, 0.8, at=TERM + DAY)
    with time_machine.travel(DUE + DAY, tick=False):
        teaching.force_login(quiz_set.course.owner)
        assert '<td class="n">80%</td>' in teaching.get(listing(quiz_set.course)).text
        matrix = teaching.get(f"/courses/{quiz_set.course.public_id}/results/").text
    assert "<td>80</td>" in matrix.partition("<tfoot>")[2]


def act(client: Client, assignment: Assignment, name: str) -> Any:
    return client.post(assignment.get_absolute_url() + "act/", {"act": name}, follow=True)


def test_publishing_and_taking_back(teaching: Client, learning: Client, course: Course) -> None:
    draft = AssignmentFactory(course=course, published_at=None)
    assert learning.get(draft.get_absolute_url()).status_code == 404
    act(teaching, draft, "publish")
    assert learning.get(draft.get_absolute_url()).status_code == 200
    act(teaching, draft, "draft")
    assert learning.get(draft.get_absolute_url()).status_code == 404


def test_closing_stops_new_attempts(
    teaching: Client, learning: Client, quiz_set: Assignment
) -> None:
    assert "Nothing counts after" in act(teaching, quiz_set, "close").text
    learning.post(quiz_set.get_absolute_url() + "start/")
    assert not Attempt.objects.exists()


def test_what_was_begun_is_not_removed(
    teaching: Client, quiz_set: Assignment, learner: Membership
) -> None:
    quiz_set.start(learner, now=TERM + DAY)
    answer = act(teaching, quiz_set, "remove")
    assert "Learners have begun this quiz" in answer.text
    assert Assignment.objects.existing().exists()


@pytest.mark.parametrize(
    ("which", "name", "order"),
    [(1, "up", [1, 0, 2]), (1, "down", [0, 2, 1]), (0, "up", [0, 1, 2]), (2, "down", [0, 1, 2])],
)
def test_order_is_changed_by_buttons(
    teaching: Client, course: Course, which: int, name: str, order: list[int]
) -> None:
    rows = [AssignmentFactory(course=course) for _n in range(3)]
    act(teaching, rows[which], name)
    assert list(course.assignments.all()) == [rows[n] for n in order]


@pytest.mark.parametrize(
    ("which", "place", "order"),
    [(0, "2", [1, 2, 0]), (2, "0", [2, 0, 1]), (1, "99999", [0, 2, 1])],
)
def test_order_is_changed_by_dragging(
    teaching: Client, course: Course, which: int, place: str, order: list[int]
) -> None:
    rows = [AssignmentFactory(course=course) for _n in range(3)]
    data = {"act": "place", "place": place}
    answer = teaching.post(rows[which].get_absolute_url() + "act/", data)
    assert answer["Location"] == f"{listing(course)}#a-{rows[which].public_id}"
    assert list(course.assignments.all()) == [rows[n] for n in order]


@pytest.mark.parametrize("place", ["", "x", "-1", "²", "9" * 40])
def test_no_place_changes_no_order(teaching: Client, course: Course, place: str) -> None:
    rows = [AssignmentFactory(course=course) for _n in range(3)]
    data = {"act": "place", "place": place}
    assert teaching.post(rows[1].get_absolute_url() + "act/", data).status_code == 302
    assert list(course.assignments.all()) == rows


def test_an_archived_course_is_not_changed(
    teaching: Client, reading_set: Assignment, course: Course, tutor: User, article: Article
) -> None:
    course.archive(by=tutor, now=TERM)
    for name in ("draft", "close", "release", "remove"):
        assert "archived" in act(teaching, reading_set, name).text
    for address in pages(reading_set):
        main = teaching.get(address).text.partition("<main")[2].partition("</main>")[0]
        assert "<button" not in main
        assert "order.js" not in teaching.get(address).text
    data = typed(sections=[article.sections.all()[0].pk])
    for address in (listing(course) + "new/", reading_set.get_absolute_url() + "edit/"):
        answer = teaching.post(address, data)
        assert answer.status_code == 422
        assert "archived" in answer.text


# Learners


def test_a_learner_sees_what_is_due_and_how_he_stands(
    learning: Client, learner: Membership, reading_set: Assignment, article: Article
) -> None:
    read(learner.user, article, 1, at=TERM + DAY)
    for address in (listing(reading_set.course), reading_set.get_absolute_url()):
        text = learning.get(address).text
        assert reading_set.sentence() in text
        assert "1 of 3 paragraphs marked as read" in text
        assert "Friday 11 September 2026, 10:00, Berlin time (UTC+2)" in text


@pytest.mark.parametrize("days", [1, 11])
def test_a_state_does_not_tell_a_score_before_its_release(
    learning: Client, learner: Membership, quiz_set: Assignment, days: int
) -> None:
    """Whether what was asked for was reached, before and after it was due."""
    rules = Rules(release="by_hand").snapshot()
    Assignment.objects.update(rules=rules, required_score=0.6)
    quiz_set.refresh_from_db()
    attempt = hand_in(quiz_set, learner, 0.0, at=TERM + DAY)
    addresses = [listing(quiz_set.course), quiz_set.get_absolute_url()]
    seen = []
    with time_machine.travel(TERM + days * DAY, tick=False):
        for score in (0.2, 0.8):
            Attempt.objects.filter(pk=attempt.pk).update(score=score, max_score=1)
            pages = [learning.get(address).text for address in addresses]
            seen.append([re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", p) for p in pages])
    assert seen[0] == seen[1]
    assert "Handed in" in seen[0][1]


def test_a_learner_begins_the_quiz_that_is_set(
    learning: Client, learner: Membership, quiz_set: Assignment
) -> None:
    Membership.objects.filter(pk=learner.pk).update(time_multiplier=1.5)
    answer = learning.post(quiz_set.get_absolute_url() + "start/")
    attempt = Attempt.objects.get()
    assert answer["Location"] == attempt.get_absolute_url()
    assert attempt.context == f"assignment:{quiz_set.pk}"
    assert attempt.scope == f"course:{quiz_set.course.public_id}"
    assert attempt.own_rules.multiplier == 1.5
    assert learning.get(answer["Location"]).status_code == 200


def main_of(client: Client, assignment: Assignment) -> str:
    page = client.get(assignment.get_absolute_url()).text
    return page.partition("<main")[2].partition("</main>")[0]


def test_the_limits_of_a_quiz_are_said_before_it_is_begun(
    learning: Client, learner: Membership, quiz_set: Assignment
) -> None:
    Membership.objects.filter(pk=learner.pk).update(time_multiplier=1.5)
    said = main_of(learning, quiz_set)
    assert "15 minutes, with the time that was arranged" in said
    assert "2 left of 2" in said
    assert f"<dt>Questions</dt><dd>{quiz_set.quiz.size}</dd>" in said
    assert "The clock starts when you press this" in said
    assert not Attempt.objects.exists()


def test_an_open_attempt_is_gone_on_with_and_says_when_it_ends(
    learning: Client, learner: Membership, quiz_set: Assignment
) -> None:
    quiz_set.start(learner, now=TERM + DAY)
    said = main_of(learning, quiz_set)
    assert "Go on with attempt 1" in said
    assert "handed in as it stands on Wednesday 2 September 2026, 08:10, UTC" in said
    assert "The clock starts" not in said


def test_attempts_open_to_their_results_and_the_last_one_ends_the_offer(
    learning: Client, learner: Membership, quiz_set: Assignment
) -> None:
    made = [hand_in(quiz_set, learner, share, at=TERM + DAY) for share in (0.4, 0.5)]
    said = main_of(learning, quiz_set)
    for attempt, outcome in zip(made, ("8 of 20", "10 of 20"), strict=True):
        assert f'href="{attempt.get_absolute_url()}"' in said
        assert outcome in said
    assert "You have used all your attempts at this quiz." in said
    assert "<button" not in said


def test_scores_that_are_not_released_are_not_among_the_attempts(
    learning: Client, learner: Membership, course: Course, article: Article
) -> None:
    rules = Rules(release="by_hand").snapshot()
    quiz = AssignmentFactory(course=course, kind=Kind.QUIZ, quiz=bank(article), rules=rules)
    hand_in(quiz, learner, 0.4, at=TERM + DAY)
    said = main_of(learning, quiz)
    assert "Is seen when a tutor releases it" in said
    assert "8 of 20" not in said


def test_results_lead_back_to_what_was_set(
    learning: Client, learner: Membership, quiz_set: Assignment
) -> None:
    attempt = hand_in(quiz_set, learner, 0.4, at=TERM + DAY)
    results_page = f"{attempt.get_absolute_url()}results/"
    back = f'<a class="more" href="{quiz_set.get_absolute_url()}">{quiz_set.title}</a>'
    assert back in learning.get(results_page).text
    Assignment.objects.update(removed_at=TERM)
    assert quiz_set.title not in learning.get(results_page).text


def test_reading_that_is_set_leads_to_its_sections(
    learning: Client, learner: Membership, course: Course, article: Article
) -> None:
    first, second = article.sections.order_by("number")[:2]
    asked = AssignmentFactory(course=course, sections=[first, second])
    read(learner.user, article, *first.span, at=TERM + DAY)
    said = main_of(learning, asked)
    for section in (first, second):
        assert f'href="{section.get_absolute_url()}"' in said
    assert said.count('<span class="tag right">done</span>') == 1
    assert "Go to section 2" in said
    others = article.sections.exclude(pk__in=[first.pk, second.pk])
    assert not any(each.get_absolute_url() in said for each in others)


def test_a_tutor_is_told_when_nobody_is_in_the_group(
    teaching: Client, learner: Membership, article: Article
) -> None:
    group = GroupFactory(course=learner.course)
    set_reading(teaching, learner.course, article, audience="group", group=group.pk)
    made = learner.course.assignments.get()
    hint = f"No learner is in the group {group.name}, so nobody sees this."
    assert hint in main_of(teaching, made)
    assert f"/groups/{group.pk}/" in main_of(teaching, made)
    group.set_members([learner])
    assert hint not in main_of(teaching, made)


def test_a_tutor_sees_the_rules_and_releases_only_what_waits(
    teaching: Client, learner: Membership, quiz_set: Assignment
) -> None:
    Assignment.objects.update(rules=Rules(seconds=600, attempts=2, release="by_hand").snapshot())
    said = main_of(teaching, quiz_set)
    assert "<dd>10 minutes</dd>" in said
    assert "Release scores" not in said
    quiz_set.refresh_from_db()
    hand_in(quiz_set, learner, 0.4, at=TERM + DAY)
    assert "Release scores" in main_of(teaching, quiz_set)
    act(teaching, quiz_set, "release")
    assert "Release scores" not in main_of(teaching, quiz_set)


def test_scores_do_not_wait_for_a_closing_that_never_is(
    teaching: Client, course: Course, article: Article
) -> None:
    quiz = bank(article)
    Quiz.objects.filter(pk=quiz.pk).update(source=article.slug)
    rules = {"behaviour": "deferred", "counts": "best", "release": "after_close"}
    data = typed(quiz=quiz.public_id, **rules)
    answer = teaching.post(f"{listing(course)}new/?kind=quiz", data)
    assert answer.status_code == 422
    assert "Say when it closes: the scores wait for that." in answer.text
    for more in ({"closes_at": "2026-12-20T18:00"}, {"late": "refused"}):
        assert teaching.post(f"{listing(course)}new/?kind=quiz", data | more).status_code == 302


def test_what_is_set_for_others_is_not_begun(
    learning: Client, course: Course, article: Article
) -> None:
    for_others = AssignmentFactory(
        course=course, kind=Kind.QUIZ, quiz=bank(article), audience="chosen"
    )
    assert learning.post(for_others.get_absolute_url() + "start/").status_code == 404


# Who may


def test_a_stranger_finds_nothing(reading: Client, reading_set: Assignment) -> None:
    for address in pages(reading_set):
        assert reading.get(address).status_code == 404
    for name in ("act/", "start/"):
        assert reading.post(reading_set.get_absolute_url() + name).status_code == 404


def test_a_learner_sets_nothing(learning: Client, reading_set: Assignment) -> None:
    for address in (listing(reading_set.course) + "new/", reading_set.get_absolute_url() + "edit/"):
        assert learning.get(address).status_code == 403
    assert learning.post(reading_set.get_absolute_url() + "act/").status_code == 403


def test_a_tutor_takes_no_quiz_of_his_own_course(teaching: Client, quiz_set: Assignment) -> None:
    assert teaching.post(quiz_set.get_absolute_url() + "start/").status_code == 403


def test_an_assignment_of_another_course_is_not_found(
    teaching: Client, course: Course, tutor: User
) -> None:
    other = AssignmentFactory()
    address = f"{listing(course)}{other.public_id}/"
    assert teaching.get(address).status_code == 404
    assert teaching.get(address + "edit/").status_code == 404
    assert teaching.post(address + "act/", {"act": "remove"}).status_code == 404


def test_tutors_see_how_far_learners_are(
    teaching: Client, learner: Membership, reading_set: Assignment, article: Article
) -> None:
    MembershipFactory(course=learner.course)
    read(learner.user, article, 1, at=TERM + DAY)
    with time_machine.travel(DUE - DAY, tick=False):
        text = teaching.get(reading_set.get_absolute_url()).text
    facts = text.partition('id="reached">')[2].partition("</dl>")[0]
    assert re.findall(r"<dt>([^<]*)</dt><dd>(\d+)</dd>", facts) == [
        ("Not yet", "1"),
        ("Started", "1"),
    ]
    by_it = f"/courses/{learner.course.public_id}/results/?sort={reading_set.public_id}"
    assert f'href="{by_it}"' in text
    assert teaching.get(by_it).status_code == 200


def test_wrong_methods_are_refused(teaching: Client, reading_set: Assignment) -> None:
    here = reading_set.get_absolute_url()
    assert teaching.post(listing(reading_set.course)).status_code == 405
    assert teaching.post(here).status_code == 405
    assert teaching.get(here + "act/").status_code == 405
    assert teaching.get(here + "start/").status_code == 405


@pytest.mark.parametrize("many", [1, 8])
def test_pages_cost_the_same_for_all_sizes(
    teaching: Client, learning: Client, reading_set: Assignment, article: Article, many: int
) -> None:
    for _n in range(many):
        MembershipFactory(course=reading_set.course)
        AssignmentFactory(course=reading_set.course, sections=article.sections.all())
    with queries(at_most=7), no_writes():
        teaching.get(listing(reading_set.course))
    with queries(at_most=7), no_writes():
        learning.get(listing(reading_set.course))
    with queries(at_most=11), no_writes():
        learning.get(reading_set.get_absolute_url())
    with queries(at_most=8), no_writes():
        teaching.get(reading_set.get_absolute_url())
    with queries(at_most=11), no_writes():
        teaching.get(reading_set.get_absolute_url() + "edit/")


def test_what_the_choice_asks_for_is_not_called_optional(
    teaching: Client, course: Course, learner: Membership
) -> None:
    GroupFactory(course=course)
    page = teaching.get(f"{course.get_absolute_url()}assignments/new/").content.decode()
    for label in ("Group", "Learners"):
        assert re.search(rf">{label}</(label|legend)>", page)
