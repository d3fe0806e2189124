"""P17: every route answers every role as the project's own matrix says, permissions.tsv.

A row is a route, a method (with the form sent along, where it matters) and what each role gets:
a status, `login` for being sent to the door, `302 name` for being sent to that page. A visitor who
sends something gets 403, on a page that keeps what was typed. A method without a row is refused
to everybody.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from studyguide.accounts.models import User
from studyguide.courses.models import Role
from studyguide.library.models import Article
from tests.factories import CourseFactory, MembershipFactory, UserFactory
from tests.promises.figures import figure
from tests.promises.world import World, make_world

TABLE = Path(__file__).with_name("permissions.tsv")
ROLES = (
    *("visitor", "learner", "classmate", "outsider"),
    *("tutor", "co_tutor", "other_tutor", "staff"),
)
# What belongs to somebody, and what stands for one that is not there. A quiz and a question are
# everybody's.
PRIVATE = {
    "course": "none-such",
    "assignment": "none-such",
    "attempt": "none-such",
    "member": 987654,
    "number": 987654,
    "group": 987654,
    "original": 987654,
    "card": 987654,
    "token": "none-such",
}
EXTRA = ("user", "is_staff", "role", "score", "id")


@dataclass(frozen=True)
class Row:
    route: str
    method: str  # GET, POST, POST act=remove
    expected: Mapping[str, str]

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.method.partition(" ")[2]))

    @property
    def verb(self) -> str:
        return self.method.partition(" ")[0]


def rows() -> list[Row]:
    with TABLE.open() as file:
        lines = csv.DictReader(file, delimiter="\t")
        return [Row(f"{line['route']}", line["method"], line) for line in lines]


@contextmanager
def undone() -> Iterator[None]:
    """What is stored meanwhile is taken back, in every database."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(alias))
        yield
        for alias in connections:
            transaction.set_rollback(True, using=alias)
    cache.clear()


@dataclass
class House:
    """A course with all its people, and those who have no business in it."""

    world: World
    users: Mapping[str, User]
    keys: Mapping[str, str]
    browser: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def as_role(self, role: str) -> Client:
        """One browser for all, since each new one reads the middleware anew."""
        self.browser.cookies.clear()
        if role in self.keys:
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = self.keys[role]
        return self.browser

    def ask(
        self, role: str, verb: str, path: str, form: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """What it answers; what it stored is undone."""
        client = self.as_role(role)
        with undone():
            send = client.post if verb == "POST" else client.get
            response: Any = send(path, form or {})
            if response.streaming:
                response.content = b"".join(response.streaming_content)
        return response  # type: ignore[no-any-return]

    def said(self, role: str, row: Row) -> str:
        path = self.world.filled(row.route)
        form = {name: value.format(**self.world.names) for name, value in row.form.items()}
        return verdict(self.ask(role, row.verb, path, form))


@pytest.fixture
def house(article: Article, reader: User, staff: User) -> House:
    return make_house(article, reader, staff)


def make_house(article: Article, reader: User, staff: User) -> House:
    tutor = UserFactory(username="tutor")
    world = make_world(article, reader, tutor)
    course = world.names["course"]
    users = {
        "learner": reader,
        "classmate": UserFactory(username="classmate"),
        "outsider": UserFactory(username="outsider"),
        "tutor": tutor,
        "co_tutor": UserFactory(username="co_tutor"),
        "other_tutor": CourseFactory(articles=[article]).owner,
        "staff": staff,
    }
    found = reader.memberships.get(course__public_id=course).course
    MembershipFactory(course=found, user=users["classmate"])
    co_tutor = MembershipFactory(course=found, user=users["co_tutor"], role=Role.CO_TUTOR)
    world.names = {**world.names, "co_tutor": co_tutor.pk}
    keys = {}
    for role, user in users.items():
        client = Client()
        client.force_login(user)
        keys[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return House(world, users, keys)


def verdict(response: HttpResponse) -> str:
    if response.status_code not in (301, 302, 303):
        return str(response.status_code)
    parts = urlsplit(response["Location"])
    if parts.path in ("/accounts/login/", "/admin/login/") and "next=" in parts.query:
        return "login"
    try:
        match = resolve(parts.path)
    except Resolver404:
        return f"302 {parts.path}"
    return f"302 {match.view_name}"


def test_every_route_and_method_has_its_row(house: House) -> None:
    """And every row its route. The line to add says what the code does now: look whether it
    should."""
    known = rows()
    routes = set(house.world.addresses())
    gone = sorted({row.route for row in known} - routes)
    assert not gone, f"{TABLE.name} has rows of routes that are no more: {gone}"
    missing = []
    for route in sorted(routes):
        for method in ("GET", "POST"):
            if any(row.route == route and row.verb == method for row in known):
                continue
            row = Row(route, method, {})
            if house.said("staff", row) == "405" and house.said("learner", row) in ("404", "405"):
                continue
            answers = [house.said(role, row) for role in ROLES]
            missing.append("\t".join([route, method, *answers]))
    assert not missing, f"add to {TABLE.name}, where it is right:\n" + "\n".join(missing)


def test_the_matrix_holds(house: House) -> None:
    known = rows()
    found = [(row, role, house.said(role, row)) for row in known for role in ROLES]
    wrong = [
        f"{row.route} {row.method}: {role} gets {said}, and {row.expected[role]} is right"
        for row, role, said in found
        if said != row.expected[role]
    ]
    routes = {row.route for row in known}
    figure("P17", f"{len(wrong)} mismatches in {len(found)} answers of {len(routes)} routes")
    assert not wrong, "\n".join(wrong)
    assert len(known) == len({(row.route, row.method) for row in known})
