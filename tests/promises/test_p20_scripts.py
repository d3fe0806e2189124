"""P20: what is stored or sent is text on every page: it makes no element and no attribute.

A canary stands in every text column that is not HTML by its name, content of packs included, and
in every parameter of an address. Pages are judged as a parser reads them,
whatever the database, so one run is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.http import HttpResponse
from lxml import etree, html

from quizzes.models import Response
from quizzes.rules import Rules
from quizzes.tallying import LISTS
from studyguide.accounts.models import User
from studyguide.courses.models import Assignment
from studyguide.library.models import Article
from tests.factories import AssignmentFactory
from tests.promises.figures import figure
from tests.promises.test_p17_permissions import ROLES, House, make_house
from tests.promises.test_p18_walls import worked

pytestmark = pytest.mark.only_on("sqlite")
OURS = ("accounts", "courses", "library", "progress", "quizzes")
# What code looks up or splits, and nobody can write as text; what of it is shown, is shown
# elsewhere.
KEYS = {
    *("public_id", "external_id", "slug", "ref", "digest", "core_digest", "token", "code"),
    *("kind", "source", "context", "scope", "group", "section", "tag", "voice", "concept"),
    *("time_zone", "password", "session_key", "session_data", "language", "act"),
    "library.Person.term",
    *(f"quizzes.ItemTally.{name}" for name in LISTS),  # numbers and names of options, as JSON
}
PARAMETERS = ("q", "next", "from", "sort", "group", "page", "at", "to", "letter", "kind", "format")
# Of these it is known that they are shown; without that, nothing would be tested.
SHOWN = {
    *("accounts.User.display_name", "courses.Course.title", "courses.Course.about"),
    *("courses.Assignment.title", "courses.Assignment.instructions", "courses.Comment.text"),
    *("courses.Extension.reason", "courses.Challenge.text", "courses.Challenge.reply"),
    *("courses.PackReport.text", "courses.Group.name", "quizzes.Response.value"),
    *("quizzes.Quiz.title", "library.Article.title", "library.Original.credit"),
}


def long_tag(mark: str) -> str:
    return (
        f"\"'><svg onload={mark}><script>{mark}</script><img src=x onerror={mark}>"
        f"</textarea></title><{mark}>"
    )


def fitting(mark: str, room: int | None) -> str:
    """As much of it as a column holds; '' where not even the shortest does."""
    tags = (long_tag(mark), f'"><{mark}>')
    return next((tag for tag in tags if room is None or len(tag) + 8 <= room), "")


def columns() -> Iterator[tuple[type[models.Model], models.Field]]:
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            is_text = isinstance(each, models.CharField | models.TextField)
            names = {each.name, f"{model._meta.label}.{each.name}"}
            is_key = names & KEYS or each.name.endswith("_html")
            if model._meta.app_label in OURS and is_text and not (is_key or each.choices):
                yield model, each


def plant() -> dict[str, str]:
    """A tag of its own in each column of every row; which mark is in which column."""
    marks = {}
    for n, (model, column) in enumerate(columns()):
        mark = f"zq{n}q"
        tag = fitting(mark, column.max_length)
        rows = models.QuerySet(model)
        for pk in rows.values_list("pk", flat=True) if tag else ():
            # An invitation has no name where it has an address.
            with suppress(IntegrityError), transaction.atomic():
                rows.filter(pk=pk).update(**{column.name: f"{tag}{pk}"})
                marks[mark] = f"{model._meta.label}.{column.name}"
    answers = models.QuerySet(Response).filter(version__kind="text").exclude(value=None)
    assert answers.update(value=long_tag("zqvq"))
    return {**marks, "zqvq": "quizzes.Response.value"}


def faults(page: html.HtmlElement) -> Iterator[str]:
    """What runs or could: made of a canary, or written inline by ourselves."""
    for element in page.iter(etree.Element):
        tag = str(element.tag)
        if tag.startswith("zq") or any("zq" in name for name in element.attrib):
            yield f"<{tag}> is made of a canary"
        if tag == "img" and element.get("src") == "x":
            yield "an image is made of a canary"
        if tag == "style" or "style" in element.attrib:
            yield f"<{tag}> has an inline style"
        if (
            tag == "script"
            and "src" not in element.attrib
            and "json" not in element.get("type", "")
        ):
            yield "an inline script"
        yield from (f"{name} of <{tag}>" for name in element.attrib if name.startswith("on"))
        for name in ("href", "src", "action", "formaction"):
            if element.get(name, "").strip().casefold().startswith(("javascript:", "data:text")):
                yield f"{name} of <{tag}> is a script"


@dataclass
class Walk:
    house: House
    marks: dict[str, str]
    pages: int = 0
    shown: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def look(self, role: str, route: str, form: dict[str, str] | None = None) -> None:
        response = self.house.ask(role, "GET", self.house.world.filled(route), form)
        found = [f"it says {response.status_code}"] if response.status_code >= 500 else []
        if response.get("Content-Type", "").startswith("text/html") and response.content:
            found += self.judged(response)
        self.wrong += [f"{route} as {role}: {each}" for each in sorted(set(found))]

    def judged(self, response: HttpResponse) -> Iterator[str]:
        self.pages += 1
        policy = response.get("Content-Security-Policy", "")
        if "script-src 'self'" not in policy or "unsafe" in policy:
            yield f"its policy is {policy!r}"
        text = response.content.decode()
        self.shown |= {name for mark, name in self.marks.items() if mark in text}
        yield from faults(html.document_fromstring(text))


@pytest.fixture
def walk(article: Article, reader: User, staff: User) -> Walk:
    house = make_house(article, reader, staff)
    world = house.world
    member = reader.memberships.get(course__public_id=world.names["course"])
    asked = AssignmentFactory(
        course=member.course,
        kind=Assignment.Kind.QUIZ,
        quiz=world.quiz,
        rules=Rules().snapshot(),
        instructions="x",
    )
    world.names = {**world.names, **worked(asked, member, "reader")}
    return Walk(house, plant())


def test_nothing_stored_makes_an_element(walk: Walk) -> None:
    routes = walk.house.world.addresses()
    for role in ROLES:
        for route in routes:
            walk.look(role, route)
    figure(
        "P20",
        f"{len(walk.wrong)} faults on {walk.pages} pages of {len(routes)} routes, "
        f"{len(walk.shown)} of {len(walk.marks)} columns shown",
    )
    assert not walk.wrong, "\n".join(walk.wrong)
    assert not SHOWN - walk.shown


def test_nothing_sent_makes_an_element(walk: Walk) -> None:
    sent = dict.fromkeys(PARAMETERS, long_tag("zqrq"))
    walk.marks["zqrq"] = "sent"
    for role in ("visitor", "learner", "tutor"):
        for route in walk.house.world.addresses():
            walk.look(role, route, sent)
    assert not walk.wrong, "\n".join(walk.wrong)
    assert "sent" in walk.shown


@pytest.mark.parametrize(
    "text",
    [
        long_tag("zq1q"),
        *("<p onclick=x>", "<p style=x>", "<style></style>", "<script>1</script>"),
        *("<a href=' JavaScript:x'>", '<input value=""><zq1q>">'),
    ],
)
def test_the_judge_sees_what_runs(text: str) -> None:
    assert list(faults(html.document_fromstring(f"<p>{text}")))


def test_the_judge_lets_text_pass() -> None:
    assert not list(
        faults(html.document_fromstring('<p title="&quot;>&lt;zq1q>">&lt;svg onload=1>'))
    )
