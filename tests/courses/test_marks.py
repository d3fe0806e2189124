"""Scores of many learners at once: seen before they are stored, and no blank wipes any."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import Arrangement, Assignment, Course, MarkOverride, Membership
from tests.factories import TERM, AssignmentFactory, GroupFactory, MembershipFactory
from tests.queries import no_writes, queries

NOW = TERM + timedelta(days=3)


@pytest.fixture(autouse=True)
def in_term() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def essay(course: Course) -> Assignment:
    return AssignmentFactory(course=course, title="Essay")


@pytest.fixture
def members(course: Course) -> list[Membership]:
    return [
        MembershipFactory(course=course, user__username=name, user__display_name=shown)
        for name, shown in (("a", "Ada"), ("b", "=Bo"), ("c", "Cem"))
    ]


def page(course: Course, rest: str = "") -> str:
    return f"/courses/{course.public_id}/gradebook/marks/{rest}"


def set_score(essay: Assignment, member: Membership, score: float) -> Arrangement:
    row = Arrangement.at(essay, member)
    by: User = essay.course.owner
    row.override(score, base_revision=row.revision, reason="x", by=by, now=NOW)
    return row


def changes(text: str, *, ticked: bool = False) -> list[str]:
    found = re.findall(r'name="change" value="([^"]*)"( checked)?', text)
    return [html.unescape(value) for value, tick in found if tick or not ticked]


def paste(client: Client, course: Course, text: str) -> Any:
    return client.post(page(course), {"text": text})


def confirm(client: Client, course: Course, text: str, **more: Any) -> Any:
    """Press the button of a page of changes, as its ticks stand."""
    sent = {"shown": changes(text), "change": changes(text, ticked=True), "reason": "Marked"}
    return client.post(page(course, "confirm/"), sent | more)


def stored(essay: Assignment) -> dict[str, float | None]:
    rows = Arrangement.objects.filter(assignment=essay)
    return dict(rows.values_list("membership__user__username", "score"))


def test_typed_scores_are_shown_and_not_stored(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    set_score(essay, members[0], 0.4)
    path = page(course, f"{essay.public_id}/")
    form = {f"score-{members[0].pk}": "60", f"revision-{members[0].pk}": "1"}
    with no_writes():
        response = teaching.post(path, form)
    assert "40.0 → 60.0" in response.text
    assert stored(essay) == {"a": 0.4}


def test_what_is_confirmed_is_stored_with_its_reason_and_record(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    text = paste(teaching, course, "Learner,Essay\nAda,60\nCem,75.5\n").text
    response = confirm(teaching, course, text)
    assert response["Location"] == f"/courses/{course.public_id}/gradebook/"
    assert stored(essay) == {"a": 0.6, "c": 0.755}
    assert {each.reason for each in MarkOverride.objects.all()} == {"Marked"}
    assert AuditEntry.objects.filter(act="mark.override").count() == 2


def test_blanks_change_nothing(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    for member in members:
        set_score(essay, member, 0.5)
    text = paste(teaching, course, "Learner,Essay\nAda,\nCem,70\n").text
    confirm(teaching, course, text)
    assert stored(essay) == {"a": 0.5, "b": 0.5, "c": 0.7}
    assert MarkOverride.objects.count() == 4


def test_the_gradebooks_own_export_comes_back_as_no_change(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    set_score(essay, members[1], 0.333)
    path = f"/courses/{course.public_id}/gradebook/export/"
    sheet = teaching.post(path, {"format": "csv"}).content
    response = teaching.post(page(course), {"file": SimpleUploadedFile("g.csv", sheet)})
    assert "blank or stands already" in response.text
    changed = sheet.replace(b"33.3", b"44,4".join((b'"', b'"')))
    response = teaching.post(page(course), {"file": SimpleUploadedFile("g.csv", changed)})
    assert "33.3 → 44.4" in response.text
    assert len(changes(response.text)) == 1


def test_a_learner_may_be_called_like_a_line_of_the_export(
    teaching: Client, course: Course, essay: Assignment
) -> None:
    MembershipFactory(course=course, user__username="w", user__display_name="Weight")
    text = paste(teaching, course, "Learner,Essay\nWeight,1\n").text
    confirm(teaching, course, text)
    assert stored(essay) == {"w": 0.01}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Ada,101", "Line 3: “101” is no score"),
        ("Ada,-1", "is no score"),
        ("Ada,nan", "is no score"),
        ("Nobody,50", "Line 3: No learner of this class is called “Nobody”."),
        (",50", "Whose line is this?"),
        ("Cem,50\nCem,60", "Line 4: The same learner stands in line 3."),
        ("Eve,50", "Several learners are called “Eve”"),
    ],
)
def test_every_error_is_said_at_its_line_and_nothing_is_offered(
    teaching: Client,
    course: Course,
    essay: Assignment,
    members: list[Membership],
    line: str,
    said: str,
) -> None:
    for _n in range(2):
        MembershipFactory(course=course, user__display_name="Eve")
    response = paste(teaching, course, f"Learner,Essay\n=Bo,10\n{line}\n")
    assert response.status_code == 422
    assert said in html.unescape(response.text)
    assert not changes(response.text)
    assert f"=Bo,10\n{line}" in html.unescape(response.text)


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("", "There is nothing in it"),
        ("Learner,Essay\n", "There is nothing in it"),
        ("Learner,Other\nAda,5\n", "No column has the title of an assignment"),
        ("Learner,Essay,Essay\nAda,5,6\n", "Two columns have the same name"),
        ('Learner,Essay\n"Ada,5\n', "a quotation mark is missing"),
    ],
)
def test_a_sheet_that_cannot_be_read_says_why(
    teaching: Client, course: Course, essay: Assignment, sheet: str, said: str
) -> None:
    response = paste(teaching, course, sheet)
    assert response.status_code == 422
    assert said in response.text


def test_a_score_for_whom_it_is_not_set_is_an_error(
    teaching: Client, course: Course, members: list[Membership]
) -> None:
    group = GroupFactory(course=course)
    AssignmentFactory(course=course, title="Aside", audience=Assignment.Audience.GROUP, group=group)
    response = paste(teaching, course, "Learner,Aside\nAda,5\n")
    assert "is not set for this learner" in response.text


def test_a_wrong_number_comes_back_where_it_was_typed(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    ada, bo, _cem = (f"score-{each.pk}" for each in members)
    response = teaching.post(page(course, f"{essay.public_id}/"), {ada: "6o", bo: "70"})
    assert response.status_code == 422
    assert "Ada: “6o” is no score" in response.text
    assert f'name="{bo}" value="70"' in response.text


def test_over_anothers_change_nothing_is_stored_and_both_are_shown(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    text = paste(teaching, course, "Learner,Essay\nAda,60\nCem,70\n").text
    set_score(essay, members[0], 0.9)
    response = confirm(teaching, course, text)
    assert response.status_code == 422
    assert "when you looked –, now 90.0, yours 60.0" in response.text
    assert stored(essay) == {"a": 0.9}
    assert len(changes(response.text, ticked=True)) == 1
    confirm(teaching, course, response.text, change=changes(response.text))
    assert stored(essay) == {"a": 0.6, "c": 0.7}


def test_a_change_between_typing_and_looking_has_no_tick(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    set_score(essay, members[0], 0.9)
    ada = members[0].pk
    form = {f"score-{ada}": "60", f"revision-{ada}": "0", f"seen-{ada}": "40.0"}
    response = teaching.post(page(course, f"{essay.public_id}/"), form)
    assert response.status_code == 422
    assert "when you looked 40.0, now 90.0, yours 60.0" in response.text
    assert not changes(response.text, ticked=True)


def test_pressed_twice_it_is_set_once(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    text = paste(teaching, course, "Learner,Essay\nAda,60\n").text
    for _n in range(2):
        assert confirm(teaching, course, text).status_code == 302
    assert MarkOverride.objects.count() == 1


def test_without_a_reason_or_a_tick_nothing_is_stored(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    text = paste(teaching, course, "Learner,Essay\nAda,60\n").text
    assert "Say why" in confirm(teaching, course, text, reason=" ").text
    assert "Tick at least one" in confirm(teaching, course, text, change=[]).text
    assert stored(essay) == {}


def test_places_of_another_class_are_passed_over(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    other = MembershipFactory()
    forged = [
        f"{other.pk}:{AssignmentFactory(course=other.course).public_id}:0:50:",
        f"{other.pk}:{essay.public_id}:0:50:",
        "99999999:x:0:50:",
        "garbage",
    ]
    sent = {"shown": forged, "change": forged, "reason": "x"}
    assert teaching.post(page(course, "confirm/"), sent).status_code == 302
    assert not Arrangement.objects.exists()


def test_a_class_that_is_archived_takes_no_scores(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    text = paste(teaching, course, "Learner,Essay\nAda,60\n").text
    course.archive(by=course.owner, now=NOW)
    assert confirm(teaching, course, text).status_code == 302
    assert stored(essay) == {}
    assert "archived" in teaching.get(page(course)).text


def test_the_database_is_asked_the_same_for_however_many_learners(
    teaching: Client, course: Course, essay: Assignment, members: list[Membership]
) -> None:
    for _n in range(20):
        MembershipFactory(course=course)
    with queries(at_most=14):
        assert teaching.get(page(course, f"{essay.public_id}/")).status_code == 200
    with queries(at_most=14):
        assert paste(teaching, course, "Learner,Essay\nAda,60\n").status_code == 200
