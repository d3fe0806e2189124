"""The matrix, what is behind its cells, and what a tutor arranges there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from quizzes.models import Question
from quizzes.rules import Rules
from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import Arrangement, Assignment, Comment, Course, Membership
from studyguide.library.models import Article
from tests.courses.doing import answer, bank, hand_in, read, review
from tests.every_kind import question_of
from tests.factories import TERM, AssignmentFactory, GroupFactory, MembershipFactory
from tests.queries import no_writes, queries

DAY = timedelta(days=1)
DUE = TERM + 10 * DAY
Kind = Assignment.Kind


@pytest.fixture(autouse=True)
def after_the_due_date() -> Iterator[None]:
    with time_machine.travel(DUE + DAY, tick=False):
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
        rules=Rules(counts="best").snapshot(),  # type: ignore[arg-type]
        due_at=DUE,
    )


def matrix(course: Course) -> str:
    return f"/courses/{course.public_id}/results/"


def cell(assignment: Assignment, learner: Membership) -> str:
    return f"{matrix(assignment.course)}{learner.pk}/{assignment.public_id}/"


def names(text: str) -> list[str]:
    return re.findall(r'<a id="m\d+" href="\d+/">([^<]*)</a>', text)


def cells(text: str) -> list[list[str]]:
    """What each row prints, marks included, without the words for those who do not see."""
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    body = re.sub(r'<span class="hide">[^<]*</span>', "", body)
    return [
        [re.sub("<[^>]*>", "", td) for td in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in body.split("</tr>")[:-1]
    ]


# The matrix


def test_every_cell_prints_its_value(
    teaching: Client,
    learner: Membership,
    reading_set: Assignment,
    quiz_set: Assignment,
    article: Article,
) -> None:
    read(learner.user, article, 1, 2, at=TERM + DAY)
    hand_in(quiz_set, learner, 0.83, at=DUE + timedelta(hours=1))
    text = teaching.get(matrix(learner.course)).text
    assert cells(text) == [["66!", "83*", "11 Sep"]]
    assert f'href="{learner.pk}/{quiz_set.public_id}/"' in text
    assert reading_set.sentence() in text
    assert teaching.get(cell(quiz_set, learner)).status_code == 200


@pytest.mark.parametrize(
    ("sort", "order"),
    [("", ["a", "b", "c"]), ("behind", ["b", "c", "a"]), ("last", ["b", "a", "c"])],
)
def test_learners_are_sorted(
    teaching: Client, course: Course, article: Article, sort: str, order: list[str]
) -> None:
    AssignmentFactory(course=course, sections=article.sections.filter(number=1))
    a, _b, c = (MembershipFactory(course=course, user__username=name) for name in "abc")
    read(a.user, article, 1, 2, 3, at=TERM + DAY)
    read(c.user, article, 1, at=TERM + 2 * DAY)
    assert names(teaching.get(matrix(course), {"sort": sort}).text) == order
    column = course.assignments.get().public_id
    assert names(teaching.get(matrix(course), {"sort": column}).text) == ["b", "c", "a"]


def test_a_group_is_shown_alone(teaching: Client, course: Course, reading_set: Assignment) -> None:
    inside, _other = (MembershipFactory(course=course, user__username=name) for name in "ab")
    group = GroupFactory(course=course, name="Tuesday")
    group.set_members([inside])
    assert "Tuesday" in teaching.get(matrix(course)).text
    assert names(teaching.get(matrix(course), {"group": group.pk}).text) == ["a"]


@pytest.mark.parametrize("asked", ["?page=0", "?page=x&group=²&sort=%00", "?group=9999999999999"])
def test_a_strange_wish_does_no_harm(
    teaching: Client, learner: Membership, reading_set: Assignment, asked: str
) -> None:
    assert teaching.get(matrix(learner.course) + asked).status_code == 200


def test_names_are_not_markup(teaching: Client, course: Course, reading_set: Assignment) -> None:
    MembershipFactory(course=course, user__display_name="<b>Bold</b>")
    assert "&lt;b&gt;Bold&lt;/b&gt;" in teaching.get(matrix(course)).text


def test_a_hundred_learners_come_on_pages(
    teaching: Client, course: Course, reading_set: Assignment
) -> None:
    many(course, 130)
    with queries(at_most=7), no_writes():
        first = teaching.get(matrix(course)).text
    second = teaching.get(matrix(course), {"page": 2}).text
    assert (len(names(first)), len(names(second))) == (100, 30)
    assert reading_set.public_id + '/"' not in first.partition("<tbody>")[2]
    assert "Page 2 of 2" in second


def many(course: Course, count: int) -> None:
    users = User.objects.bulk_create(User(username=f"many{n}") for n in range(count))
    Membership.objects.bulk_create(
        Membership(
            course=course,
            user=user,
            role="learner",
            state="active",
            way="code",
            asked_at=TERM,
            joined_at=TERM,
            counts_from_at=TERM,
        )
        for user in users
    )


@pytest.mark.parametrize("count", [1, 12])
def test_the_matrix_asks_seven_times(
    teaching: Client, course: Course, reading_set: Assignment, article: Article, count: int
) -> None:
    many(course, count)
    group = GroupFactory(course=course)
    group.set_members(course.memberships.learners())
    for member in course.memberships.learners():
        read(member.user, article, 1, at=TERM + DAY)
    with queries(at_most=7), no_writes():
        teaching.get(matrix(course))


def test_it_is_refreshed_while_open(
    teaching: Client, learner: Membership, reading_set: Assignment, article: Article
) -> None:
    """With the table alone, and with nothing when it is the same."""
    page = teaching.get(matrix(learner.course))
    assert 'hx-trigger="every 30s"' in page.text
    answer = teaching.get(matrix(learner.course), headers={"HX-Request": "true"})
    version = answer["ETag"]
    assert answer.text.startswith('<table class="matrix" id="matrix">')
    assert f'data-version="{html.escape(version)}"' in page.text
    asked = {"HX-Request": "true", "If-None-Match": f"W/{version}"}
    same = teaching.get(matrix(learner.course), headers=asked)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", version)
    read(learner.user, article, 1, at=TERM + DAY)
    other = teaching.get(matrix(learner.course), headers=asked)
    assert other.status_code == 200
    assert cells(other.text) == [["33!", "2 Sep"]]


def test_a_course_without_learners_says_so(teaching: Client, course: Course) -> None:
    assert "No learner has joined yet." in teaching.get(matrix(course)).text


# Who may need help


def signs(text: str) -> list[str]:
    """Address, name and words of each."""
    listed = text.partition('id="signs">')[2].partition("</ul>")[0]
    found = []
    for line in listed.split("<li>")[1:]:
        (_row, name), *told = re.findall(r'<a (?:class="more" )?href="([^"]*)">([^<]*)</a>', line)
        found += [f"{href} {name}: {what}" for href, what in told]
    return found


@pytest.mark.parametrize(
    ("before", "is_listed"),
    [
        (timedelta(days=2, minutes=1), False),
        (timedelta(days=2), True),
        (timedelta(0), True),
        (timedelta(minutes=-1), False),  # then it is missing, and the matrix says so
    ],
)
def test_who_has_not_started_two_days_before_is_listed(
    teaching: Client, course: Course, reading_set: Assignment, before: timedelta, is_listed: bool
) -> None:
    idle, busy = (MembershipFactory(course=course, user__username=name) for name in "ab")
    read(busy.user, reading_set.sections.get().section.article, 1, at=TERM + DAY)
    with time_machine.travel(DUE - before, tick=False):
        text = teaching.get(matrix(course)).text
    assert "Not started 2 days before it is due, or 4 missed answers" in text
    address = f"{idle.pk}/{reading_set.public_id}/"
    when = "Friday 11 September 2026, 10:00, Berlin time (UTC+2)"
    said = f"{address} a: {reading_set.title} not started, due {when}"
    assert signs(text) == ([said] if is_listed else [])
    assert teaching.get(matrix(course) + address).status_code == 200


def test_everybody_is_listed_once(
    teaching: Client, course: Course, reading_set: Assignment, article: Article
) -> None:
    AssignmentFactory(course=course, due_at=DUE, sections=article.sections.filter(number=2))
    MembershipFactory(course=course, user__username="a")
    with time_machine.travel(DUE - DAY, tick=False):
        text = teaching.get(matrix(course)).text
    assert "1 learner may need help" in text
    assert len(signs(text)) == 2


def test_an_extension_moves_the_two_days(
    teaching: Client, learner: Membership, reading_set: Assignment, tutor: User
) -> None:
    Arrangement.at(reading_set, learner).extend(
        base_revision=0, due_at=DUE + 9 * DAY, reason="ill", by=tutor, now=TERM
    )
    with time_machine.travel(DUE - DAY, tick=False):
        assert signs(teaching.get(matrix(learner.course)).text) == []


@pytest.mark.parametrize(
    ("fractions", "is_listed"),
    [([0.0] * 4, True), ([0.0] * 3, False), ([0.0, 0.0, 0.0, 0.0, 1.0], False)],
)
def test_four_misses_on_one_paragraph_are_listed(
    teaching: Client, learner: Membership, article: Article, fractions: list[float], is_listed: bool
) -> None:
    bank(article)
    question = Question.objects.filter(library_evidence__passage__number=2).order_by("pk")[0]
    for n, fraction in enumerate(fractions):
        answer(learner.user, question, at=TERM + n * DAY, fraction=fraction)
    text = teaching.get(matrix(learner.course)).text
    said = f"{learner.pk}/#stuck learner: Paragraph 2: 4 missed answers"
    assert signs(text) == ([said] if is_listed else [])
    row = teaching.get(f"{matrix(learner.course)}{learner.pk}/").text
    assert ('id="stuck"' in row) == is_listed


def test_misses_of_before_joining_are_nobodys_business(
    teaching: Client, learner: Membership, article: Article
) -> None:
    bank(article)
    question = Question.objects.filter(library_evidence__passage__number=2).order_by("pk")[0]
    for n in range(4):
        answer(learner.user, question, at=TERM - (n + 1) * DAY, fraction=0.0)
    assert signs(teaching.get(matrix(learner.course)).text) == []


@pytest.mark.parametrize("count", [12, 130])
def test_a_page_says_whose_signs_it_has_and_leads_to_those_of_all(
    teaching: Client, course: Course, reading_set: Assignment, count: int
) -> None:
    """With as many queries for many, and nobody's left out."""
    many(course, count)
    group = GroupFactory(course=course, name="Tuesday")
    everyone = list(course.memberships.learners())
    group.set_members(everyone[1:])
    with time_machine.travel(DUE - DAY, tick=False):
        first = teaching.get(matrix(course)).text
        for of_group, size in (("", count), (f"?group={group.pk}", count - 1)):
            with queries(at_most=7), no_writes():
                text = teaching.get(f"{matrix(course)}signs/{of_group}").text
            expected = {f"{m.pk}/" for m in everyone[-size:]}
            listed = re.findall(rf'href="{matrix(course)}(\d+/){reading_set.public_id}/"', text)
            assert len(listed) == size
            assert set(listed) == expected
            assert f"{size} of {size} learners" in text
    said = f"Only the 100 learners on this page of the table are looked at, of {count}."
    assert (said in first) == (count > 100)
    assert (f'href="{matrix(course)}signs/">Signs of all {count}</a>' in first) == (count > 100)
    with time_machine.travel(DUE - DAY, tick=False):
        second = teaching.get(matrix(course), {"group": group.pk, "page": 2}).text
    said = f"Only the 29 learners on this page of the table are looked at, of {count - 1}."
    assert (said in second) == (count > 100)
    assert (f"signs/?group={group.pk}" in second) == (count > 100)


# Behind a cell


def test_events_behind_a_cell_are_told(
    teaching: Client, learner: Membership, reading_set: Assignment, article: Article
) -> None:
    read(learner.user, article, 2, at=TERM + DAY)
    read(learner.user, article, 1, at=TERM - DAY)
    text = teaching.get(cell(reading_set, learner)).text
    assert "Paragraph 2 marked as read" in text
    assert "Wednesday 2 September 2026, 10:00, Berlin time (UTC+2)" in text
    assert "Paragraph 1 marked as read" not in text


def test_attempts_behind_a_cell_are_told(
    teaching: Client, learner: Membership, quiz_set: Assignment
) -> None:
    hand_in(quiz_set, learner, 0.8, at=TERM + DAY)
    assert "Attempt 1 handed in: 80.0%" in teaching.get(cell(quiz_set, learner)).text


def test_answers_behind_a_cell_are_told_once_they_are_handed_in(
    teaching: Client, learner: Membership, quiz_set: Assignment
) -> None:
    attempt = quiz_set.start(learner, now=TERM + DAY)
    row = attempt.questions.select_related("version").get(version__kind="text")
    words = "canary words"
    asked = {"token": uuid4(), "base_rev": 0, "now": TERM + DAY}
    attempt.respond(row.question_id, words, **asked)
    assert words not in teaching.get(cell(quiz_set, learner)).text
    attempt.submit(now=TERM + DAY)
    with queries(at_most=12), no_writes():
        told = teaching.get(cell(quiz_set, learner)).text.partition("What was answered")[2]
    assert words in told
    assert row.version.prompt in told
    assert told.count("left blank") == quiz_set.quiz.size - 1


@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.REVIEW])
def test_other_kinds_have_their_page(
    teaching: Client, learner: Membership, article: Article, kind: str
) -> None:
    bank(article)
    more: dict[str, Any] = (
        {"days": 2, "opens_at": TERM}
        if kind == Kind.REVIEW
        else {"sections": article.sections.all()}
    )
    assignment = AssignmentFactory(course=learner.course, kind=kind, due_at=DUE, **more)
    assert "Nothing yet." in teaching.get(cell(assignment, learner)).text


def test_days_of_review_behind_a_cell_are_those_that_it_counts(
    teaching: Client, learner: Membership, article: Article
) -> None:
    """On the first day before the hour it opens, and up to a due date of one's own."""
    bank(article)
    opens_at, due_at = TERM + timedelta(hours=3), TERM + 4 * DAY
    assignment = AssignmentFactory(
        course=learner.course, kind=Kind.REVIEW, days=2, opens_at=opens_at, due_at=due_at
    )
    later = due_at + 4 * DAY
    Arrangement.objects.create(assignment=assignment, membership=learner, due_at=later)
    for at in (TERM + timedelta(hours=1), due_at + DAY):
        review(learner.user, question_of("text"), article.slug, at=at)
    text = teaching.get(cell(assignment, learner)).text
    assert "Reviewed on 2 of 2 days" in text
    assert text.count("Cards reviewed that day: 1") == 2


def test_a_learners_row_opens(
    teaching: Client, learner: Membership, reading_set: Assignment
) -> None:
    text = teaching.get(f"{matrix(learner.course)}{learner.pk}/").text
    assert reading_set.sentence() in text
    assert cell(reading_set, learner) in text


# Arranging


def test_a_score_is_set_with_a_reason_and_the_learner_sees_both(
    teaching: Client, learning: Client, learner: Membership, quiz_set: Assignment
) -> None:
    hand_in(quiz_set, learner, 0.5, at=TERM + DAY)
    data = {"score": "75.5", "reason": "A question was wrong", "revision": "0"}
    answer = teaching.post(cell(quiz_set, learner) + "override/", data, follow=True)
    assert "75.5%" in answer.text
    assert "worked for 50.0%" in answer.text
    seen = learning.get(quiz_set.get_absolute_url()).text
    assert "75.5%" in seen
    assert "A question was wrong" in seen
    entry = AuditEntry.objects.get(act="mark.override")
    assert entry.by == learner.course.owner
    data |= {"score": "", "reason": "Back", "revision": "1"}
    teaching.post(cell(quiz_set, learner) + "override/", data)
    assert "50.0%" in learning.get(quiz_set.get_absolute_url()).text


def test_a_score_set_over_anothers_is_refused(
    teaching: Client, learner: Membership, quiz_set: Assignment, tutor: User
) -> None:
    Arrangement.at(quiz_set, learner).override(
        0.9, base_revision=0, reason="first", by=tutor, now=DUE
    )
    data = {"score": "10", "reason": "second", "revision": "0"}
    answer = teaching.post(cell(quiz_set, learner) + "override/", data)
    assert answer.status_code == 422
    assert "Another tutor changed this meanwhile" in answer.text
    assert 'value="second"' in answer.text
    assert Arrangement.objects.get().score == 0.9
    data["revision"] = "1"
    assert teaching.post(cell(quiz_set, learner) + "override/", data).status_code == 302
    assert Arrangement.objects.get().score == 0.1


@pytest.mark.parametrize(
    ("act", "data", "says"),
    [
        ("override", {"score": "50"}, "Say why: the learner sees the reason."),
        ("override", {"score": "101", "reason": "x"}, "Write a number from 0 to 100."),
        ("override", {"score": "nan", "reason": "x"}, "Write a number from 0 to 100."),
        ("extend", {"due_at": "soon", "reason": "x"}, "Write day and time as"),
        (
            "extend",
            {"due_at": "2026-10-02T10:00", "closes_at": "2026-10-01T10:00", "reason": "x"},
            "It cannot close before it is due.",
        ),
        ("excuse", {"is_excused": "on"}, "Say why: the learner sees the reason."),
        ("comment", {"text": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_stored(
    teaching: Client,
    learner: Membership,
    reading_set: Assignment,
    act: str,
    data: dict[str, str],
    says: str,
) -> None:
    answer = teaching.post(f"{cell(reading_set, learner)}{act}/", {"revision": "0"} | data)
    assert answer.status_code == 422
    assert says in answer.text
    assert not Arrangement.objects.exclude(revision=0).exists()
    assert not Comment.objects.exists()


def test_an_extension_moves_the_date_of_one(
    teaching: Client, learning: Client, learner: Membership, reading_set: Assignment
) -> None:
    data = {"due_at": "2026-10-25T02:30", "reason": "was away", "revision": "0"}
    answer = teaching.post(cell(reading_set, learner) + "extend/", data, follow=True)
    assert "The clocks show 02:30 twice that night; this is the second time." in answer.text
    assert Arrangement.objects.get().due_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    seen = learning.get(reading_set.get_absolute_url()).text
    assert "Sunday 25 October 2026, 02:30, Berlin time (UTC+1)" in seen
    assert "was away" in seen
    assert 'value="2026-10-25T02:30"' in teaching.get(cell(reading_set, learner)).text


def test_one_is_excused_and_no_longer(
    teaching: Client, learning: Client, learner: Membership, reading_set: Assignment
) -> None:
    data = {"is_excused": "on", "reason": "exchange year", "revision": "0"}
    teaching.post(cell(reading_set, learner) + "excuse/", data)
    assert "You are excused: exchange year" in learning.get(reading_set.get_absolute_url()).text
    assert cells(teaching.get(matrix(learner.course)).text)[0][0] == "e"
    teaching.post(cell(reading_set, learner) + "excuse/", {"reason": "back", "revision": "1"})
    assert Arrangement.objects.get().excused_at is None


def test_a_comment_waits_for_the_release(
    teaching: Client, learning: Client, learner: Membership, quiz_set: Assignment, tutor: User
) -> None:
    Assignment.objects.update(rules=Rules(release="by_hand").snapshot())
    quiz_set.refresh_from_db()
    hand_in(quiz_set, learner, 0.5, at=TERM + DAY)
    teaching.post(cell(quiz_set, learner) + "comment/", {"text": "Look at paragraph 2 again"})
    assert AuditEntry.objects.filter(act="assignment.comment").exists()
    seen = learning.get(quiz_set.get_absolute_url()).text
    assert "paragraph 2 again" not in seen
    assert "50.0%" not in seen
    teaching.post(quiz_set.get_absolute_url() + "act/", {"act": "release"})
    seen = learning.get(quiz_set.get_absolute_url()).text
    assert "paragraph 2 again" in seen
    assert "50.0%" in seen


def test_an_archived_course_is_not_arranged(
    teaching: Client, learner: Membership, reading_set: Assignment, tutor: User
) -> None:
    learner.course.archive(by=tutor, now=TERM)
    data = {"is_excused": "on", "reason": "x", "revision": "0", "text": "x", "score": "1"}
    for act in ("override", "excuse", "comment"):
        answer = teaching.post(f"{cell(reading_set, learner)}{act}/", data)
        assert answer.status_code == 422
        assert "archived" in answer.text


# Who may

ACTS = ("override/", "extend/", "excuse/", "comment/")


def test_a_stranger_finds_nothing_and_a_learner_may_not(
    reading: Client, learning: Client, learner: Membership, reading_set: Assignment
) -> None:
    here = cell(reading_set, learner)
    row = f"{matrix(learner.course)}{learner.pk}/"
    for client, status in ((reading, 404), (learning, 403)):
        for address in (matrix(learner.course), row, here):
            assert client.get(address).status_code == status
        for act in ACTS:
            assert client.post(here + act).status_code == status


def test_members_of_other_courses_are_not_found(
    teaching: Client, course: Course, reading_set: Assignment
) -> None:
    other = MembershipFactory()
    assert teaching.get(cell(reading_set, other)).status_code == 404
    assert teaching.get(f"{matrix(course)}{other.pk}/").status_code == 404
    assert teaching.get(f"{matrix(course)}{10**30}/").status_code == 404
    for act in ACTS:
        assert teaching.post(cell(reading_set, other) + act).status_code == 404


def test_wrong_methods_are_refused(
    teaching: Client, learner: Membership, reading_set: Assignment
) -> None:
    here = cell(reading_set, learner)
    assert teaching.post(matrix(learner.course)).status_code == 405
    assert teaching.post(here).status_code == 405
    for act in ACTS:
        assert teaching.get(here + act).status_code == 405


def test_a_cell_costs_the_same_however_much_was_done(
    teaching: Client, learner: Membership, reading_set: Assignment, article: Article, tutor: User
) -> None:
    row = Arrangement.at(reading_set, learner)
    for n in range(4):
        row.override(0.5, base_revision=n, reason="again", by=tutor, now=DUE)
        Comment.say(reading_set, learner, text="x", by=tutor, now=DUE)
    read(learner.user, article, 1, 2, 3, at=TERM + DAY)
    with queries(at_most=13), no_writes():
        teaching.get(cell(reading_set, learner))
