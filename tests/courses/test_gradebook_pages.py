"""Scores on the screen and in exports: the same to the last digit, and no formulas."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from quizzes.rules import Rules
from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import Arrangement, Assignment, Course
from studyguide.library.models import Article
from tests import workbooks
from tests.courses.doing import bank, hand_in, read
from tests.factories import TERM, AssignmentFactory, GroupFactory, MembershipFactory
from tests.queries import no_writes, queries

DAY = timedelta(days=1)
DUE = TERM + 10 * DAY


@pytest.fixture(autouse=True)
def after_the_due_date() -> Iterator[None]:
    with time_machine.travel(DUE + DAY, tick=False):
        yield


@pytest.fixture
def term(course: Course, article: Article, tutor: User) -> Course:
    """Two assignments; three learners, one early, one late, one excused."""
    reading = AssignmentFactory(
        course=course, title="Reading", due_at=DUE, sections=article.sections.filter(number=1)
    )
    quiz = AssignmentFactory(
        course=course,
        title='=HYPERLINK("x"), or not',
        kind=Assignment.Kind.QUIZ,
        quiz=bank(article),
        rules=Rules(counts="best").snapshot(),  # type: ignore[arg-type]
        due_at=DUE,
        weight=2,
    )
    a, b, c = (
        MembershipFactory(course=course, user__username=name, user__display_name=shown)
        for name, shown in (("a", "Ada, A."), ("b", "-2+3"), ("c", "Cem"))
    )
    read(a.user, article, 1, 2, 3, at=TERM + DAY)
    hand_in(quiz, a, 1 / 3, at=TERM + DAY)
    read(b.user, article, 1, 2, 3, at=DUE + timedelta(hours=2))
    hand_in(quiz, b, 0.6666, at=DUE + timedelta(hours=2))
    Arrangement.at(reading, c).excuse(
        is_excused=True, base_revision=0, reason="x", by=tutor, now=DUE
    )
    Arrangement.at(quiz, c).override(0.12345, base_revision=0, reason="x", by=tutor, now=DUE)
    return course


def page(course: Course, name: str) -> str:
    return f"/courses/{course.public_id}/{name}/"


def on_screen(text: str) -> list[list[str]]:
    """Rows of the table, as text: a score and its words are two."""
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = []
    for row in body.split("</tr>")[:-1]:
        name = re.search(r'<th scope="row">(.*?)</th>', row)
        assert name
        found = [name[1]]
        for td in re.findall(r"<td[^>]*>(.*?)</td>", row):
            score, tag, words = td.partition('<span class="tag">')
            found += [score, words] if tag else [score]
        rows.append([html.unescape(re.sub("<[^>]*>", "", each)).strip() for each in found])
    return rows


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_scores_are_those_that_count(teaching: Client, term: Course) -> None:
    rows = {row[0]: row[1:] for row in on_screen(teaching.get(page(term, "gradebook")).text)}
    assert rows["Ada, A."] == ["100.0", "done in time", "33.3", "done in time", "55.6"]
    assert rows["-2+3"] == ["100.0", "done late", "66.7", "done late", "77.8"]
    assert rows["Cem"] == ["", "excused", "12.3", "missing, score set by a tutor", "12.3"]


def test_the_export_equals_the_screen_to_the_last_digit(teaching: Client, term: Course) -> None:
    screen = on_screen(teaching.get(page(term, "gradebook")).text)
    exported = table(teaching.post(page(term, "gradebook/export")).content)
    assert [[cell.removeprefix("'") for cell in row] for row in exported[3:]] == screen
    assert exported[1][1] == term.assignments.all()[0].sentence()


@pytest.mark.parametrize("name", ["gradebook", "report"])
def test_the_workbook_equals_the_csv_to_the_last_digit(
    teaching: Client, term: Course, name: str
) -> None:
    exported = table(teaching.post(page(term, f"{name}/export"), {"format": "csv"}).content)
    answer = teaching.post(page(term, f"{name}/export"), {"format": "xlsx"})
    assert answer["Content-Disposition"].endswith('.xlsx"')
    found = workbooks.read(answer.content)
    assert found == [[cell.removeprefix("'") for cell in row] for row in exported]
    assert teaching.get(page(term, name)).text.count('value="xlsx"') == 1


@pytest.mark.parametrize("name", ["gradebook", "report"])
def test_no_cell_of_an_export_is_a_formula(teaching: Client, term: Course, name: str) -> None:
    answer = teaching.post(page(term, f"{name}/export"))
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"].startswith("attachment")
    cells = [cell for row in table(answer.content) for cell in row]
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))]
    assert "'-2+3" in cells


@pytest.mark.parametrize("name", ["gradebook", "report"])
def test_who_took_an_export_is_recorded(
    teaching: Client, term: Course, tutor: User, name: str
) -> None:
    teaching.post(page(term, f"{name}/export"))
    entry = AuditEntry.objects.get(act=f"{name}.export")
    assert (entry.by, entry.about) == (tutor, term.scope)


def test_an_export_has_the_group_that_was_shown(teaching: Client, term: Course) -> None:
    group = GroupFactory(course=term)
    group.set_members([term.memberships.get(user__username="c")])
    exported = table(
        teaching.post(page(term, "gradebook/export"), {"group": str(group.pk)}).content
    )
    assert [row[0] for row in exported[3:]] == ["Cem"]


def test_adjustments_are_in_no_export(teaching: Client, term: Course) -> None:
    term.memberships.update(time_multiplier=1.75, note="a private note")
    for name in ("gradebook", "report"):
        text = teaching.post(page(term, f"{name}/export")).text
        assert "1.75" not in text
        assert "private" not in text


def test_a_learner_sees_the_same_number(teaching: Client, term: Course) -> None:
    rows = {row[0]: row[1:] for row in on_screen(teaching.get(page(term, "gradebook")).text)}
    member = term.memberships.get(user__username="b")
    own = Client()
    own.force_login(member.user)
    quiz = term.assignments.get(kind="quiz")
    assert f"{rows['-2+3'][2]}%" in own.get(quiz.get_absolute_url()).text


# The report


def test_a_report_is_as_at_the_last_due_date(teaching: Client, term: Course) -> None:
    text = teaching.get(page(term, "report")).text
    assert "As at Friday 11 September 2026, 10:00, Berlin time (UTC+2)" in text
    rows = {row[0]: row[1:] for row in on_screen(text)}
    assert rows["Ada, A."][-4:] == ["2", "0", "0", "0"]
    assert rows["-2+3"][-4:] == ["0", "0", "2", "0"]


def test_a_report_is_as_at_the_moment_asked_for(teaching: Client, term: Course) -> None:
    text = teaching.get(page(term, "report"), {"at": "2026-09-11T13:00"}).text
    rows = {row[0]: row[1:] for row in on_screen(text)}
    assert rows["-2+3"] == ["done late", "done late", "0", "2", "0", "0"]
    assert rows["Cem"][-4:] == ["0", "0", "1", "1"]


def test_the_report_is_exported_as_it_is_shown(teaching: Client, term: Course) -> None:
    asked = {"at": "2026-09-11T13:00"}
    screen = on_screen(teaching.get(page(term, "report"), asked).text)
    exported = table(teaching.post(page(term, "report/export"), asked).content)
    assert [[cell.removeprefix("'") for cell in row] for row in exported[3:-1]] == screen
    assert exported[-1][-4:] == ["2", "2", "1", "1"]


def test_a_moment_that_cannot_be_read_is_said(teaching: Client, term: Course) -> None:
    for answer in (
        teaching.get(page(term, "report"), {"at": "<last> week"}),
        teaching.post(page(term, "report/export"), {"at": "<last> week"}),
    ):
        assert answer.status_code == 422
        assert "Write day and time as 2026-12-19 18:00." in answer.text
        assert "&lt;last&gt; week" in answer.text
    assert not AuditEntry.objects.filter(act="report.export").exists()


# Who may, and at what cost

READ = ("gradebook", "report")
TAKEN = ("gradebook/export", "report/export")


def test_a_stranger_finds_nothing_and_a_learner_may_not(
    reading: Client, learning: Client, course: Course
) -> None:
    for client, status in ((reading, 404), (learning, 403)):
        assert {client.get(page(course, name)).status_code for name in READ} == {status}
        assert {client.post(page(course, name)).status_code for name in TAKEN} == {status}


def test_staff_see_no_results(client: Client, staff: User, course: Course) -> None:
    client.force_login(staff)
    assert {client.get(page(course, name)).status_code for name in READ} == {403}


def test_wrong_methods_are_refused(teaching: Client, course: Course) -> None:
    assert {teaching.post(page(course, name)).status_code for name in READ} == {405}
    assert {teaching.get(page(course, name)).status_code for name in TAKEN} == {405}


def test_an_empty_course_has_its_pages(teaching: Client, course: Course) -> None:
    assert {teaching.get(page(course, name)).status_code for name in READ} == {200}
    assert {teaching.post(page(course, name)).status_code for name in TAKEN} == {200}


@pytest.mark.parametrize("more", [0, 9])
def test_pages_cost_the_same_for_all_sizes(teaching: Client, term: Course, more: int) -> None:
    for _n in range(more):
        MembershipFactory(course=term)
    with queries(at_most=7), no_writes():
        teaching.get(page(term, "gradebook"))
    with queries(at_most=8), no_writes():
        teaching.get(page(term, "report"))


def test_a_report_of_nobody_says_so(teaching: Client, course: Course) -> None:
    text = teaching.get(page(course, "report")).text
    assert "No learner has joined yet." in text
    assert "<table" not in text
    MembershipFactory(course=course)
    text = teaching.get(page(course, "report")).text
    assert "Nothing is published yet." in text


def test_names_in_the_report_open_what_is_behind_them(teaching: Client, term: Course) -> None:
    text = teaching.get(page(term, "report")).text.partition('id="report"')[2]
    for member in term.memberships.learners():
        assert f'href="/courses/{term.public_id}/results/{member.pk}/"' in text
