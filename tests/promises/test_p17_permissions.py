"""P17: every route answers every role as the project's own matrix says, permissions.tsv.

A row is a route, a method (with the form sent along, where it matters) and what each role gets:
a status, `login` for being sent to the door, `302 name` for being sent to that page. A visitor who
sends something gets 403, on a page that keeps what was typed. A method without a row is refused
to everybody.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.apps import apps
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


def plain(response: HttpResponse, path: str) -> tuple[int, bytes, dict[str, str]]:
    """An answer without its tokens and without the address that was asked."""
    text = re.sub(
        rb'(csrf[-_a-z]*"?(?: value="|": ?"|&quot;: ?&quot;))\w+', rb"\1", response.content
    )
    text = re.sub(rb'nonce="[^"]*"', b"", text).replace(path.encode(), b"")
    left = {"Set-Cookie", "ETag", "Content-Length", "Content-Security-Policy"}
    heads = {name: value for name, value in response.items() if name not in left}
    if "Location" in heads:
        heads["Location"] = heads["Location"].replace(path, "")
    return response.status_code, text, heads


def swaps(row: Row) -> Iterator[str]:
    yield from (name for name in PRIVATE if re.search(rf"[<:P]{name}>", row.route))


def test_no_answer_tells_what_exists(house: House) -> None:
    """Where somebody is refused, what is not there at all is refused in the same bytes."""
    told, asked = [], 0
    for row in rows():
        for role in ROLES:
            expected = row.expected[role]
            if expected not in ("403", "404"):
                continue
            path = house.world.filled(row.route)
            here = plain(house.ask(role, row.verb, path, row.form), path)
            for name in swaps(row):
                if expected == "403" and name == "course":
                    continue  # whoever is in it knows that it is there
                names = {**house.world.names, name: PRIVATE[name]}
                other = replace(house.world, names=names).filled(row.route)
                asked += 1
                if plain(house.ask(role, row.verb, other, row.form), other) != here:
                    told.append(f"{row.route} {row.method}: {role} learns of the {name}")
    figure("P17", f"{len(told)} existence oracles in {asked} pairs")
    assert not told, "\n".join(told)
    assert asked > 100


class Forms(HTMLParser):
    """The forms of a page that are sent by POST, with what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: dict[str, str] | None = None
        self.choosing = self.writing = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = {}
            if has.get("method", "").lower() == "post":
                self.found.append((has.get("action", ""), self.open))
        if self.open is None or "disabled" in has:
            return
        name, value = has.get("name", ""), has.get("value", "")
        if tag == "select":
            self.choosing = name
        elif tag == "textarea":
            self.writing = name
            self.open[name] = ""
        elif tag == "option" and self.choosing:
            if "selected" in has or self.choosing not in self.open:
                self.open[self.choosing] = value
        elif tag in ("input", "button") and name and has.get("type") != "file":
            is_choice = has.get("type") in ("checkbox", "radio")
            if not is_choice or "checked" in has or name not in self.open:
                self.open.setdefault(name, value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.choosing = ""
        elif tag == "textarea":
            self.writing = ""

    def handle_data(self, data: str) -> None:
        if self.open is not None and self.writing:
            self.open[self.writing] += data


def of_persons() -> Counter[tuple[Any, ...]]:
    """Whose every row is, who may what and what was scored; new rows without their number."""
    found: Counter[tuple[Any, ...]] = Counter()
    for model in apps.get_models():
        fields = [
            column.attname
            for column in model._meta.concrete_fields
            if column.related_model is User
            or column.name in ("is_staff", "is_superuser", "role", "score", "fraction", "points")
        ]
        if fields:
            for values in model._default_manager.values_list(*fields):
                found[(model._meta.label, *values)] += 1
    return found


def forms_of(house: House) -> dict[tuple[str, str, tuple[str, ...]], tuple[str, dict[str, str]]]:
    """Every form on any page of any role, once for each role and set of fields."""
    found = {}
    for row in rows():
        for role in ROLES:
            if row.method != "GET" or row.expected[role] != "200" or row.route[:6] == "admin/":
                continue
            path = house.world.filled(row.route)
            page = Forms()
            page.feed(house.ask(role, "GET", path).content.decode())
            for action, held in page.found:
                fields = tuple(sorted(held))
                where = resolve((action or path).partition("?")[0]).view_name
                found[(role, where, fields)] = (action or path, held)
    return found


def test_fields_that_no_form_has_change_nothing(house: House) -> None:
    """Each form is sent as it stands, and once more with fields that would raise somebody."""
    forms = forms_of(house)
    other = house.users["outsider"]
    lies = {"user": other.pk, "is_staff": "on", "role": Role.TUTOR, "score": "100", "id": other.pk}
    changed = []
    for (role, where, fields), (action, held) in forms.items():
        states = []
        for more in ({}, {name: lies[name] for name in EXTRA if name not in fields}):
            client = house.as_role(role)
            with undone():
                response = client.post(action, {**held, **more})
                states.append((response.status_code, of_persons()))
        if states[0] != states[1]:
            changed.append((role, where, states[0][0], states[1][0]))
    figure("P17", f"{len(changed)} of {len(forms)} forms heeded a field they do not have")
    assert not changed
    assert len({where for _role, where, _fields in forms}) > 30
