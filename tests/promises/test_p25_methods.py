"""P25: what changes something needs a token; looking changes nothing; other methods are refused."""

from __future__ import annotations

import pytest
from django.test import Client

from studyguide.accounts.models import User
from tests.promises.world import World, checksum

OTHERS = ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "BREW"]


def clients(world: World, staff: User) -> dict[str, Client]:
    boss = Client()
    boss.force_login(staff)
    return {"visitor": Client(), "learner": world.client(), "staff": boss}


def test_every_route_is_known(world: World) -> None:
    addresses = world.addresses()
    assert len(addresses) > 80
    assert not [path for path in addresses.values() if set(path) & set("<>()?^\\")]


def test_most_addresses_are_answered(world: World) -> None:
    """A walk over nothing but 404s would prove nothing."""
    client = world.client()
    own = [
        path
        for route, path in world.addresses().items()
        if not route.startswith(
            ("admin/", "accounts/", "pack-reports/")
        )  # of staff, and of allauth
    ]
    missing = [path for path in own if client.get(path).status_code == 404]
    assert not missing


@pytest.mark.parametrize("role", ["visitor", "learner", "staff"])
def test_looking_changes_nothing(world: World, staff: User, role: str) -> None:
    client = clients(world, staff)[role]
    before = checksum()
    for path in world.addresses().values():
        for method in ("GET", "HEAD", "OPTIONS"):
            response = client.generic(method, path)
            assert response.status_code < 500, (method, path)
    assert checksum() == before


@pytest.mark.parametrize("role", ["visitor", "learner", "staff"])
def test_unknown_methods_are_refused(world: World, staff: User, role: str) -> None:
    client = clients(world, staff)[role]
    before = checksum()
    accepted = [
        (method, path)
        for path in world.addresses().values()
        for method in OTHERS
        if client.generic(method, path).status_code != 405
    ]
    assert accepted == []
    assert checksum() == before


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["form", "htmx"])
def test_without_a_token_nothing_is_accepted(
    world: World, staff: User, headers: dict[str, str]
) -> None:
    learner, boss = (Client(enforce_csrf_checks=True, headers=headers) for _n in range(2))
    learner.force_login(world.reader)
    boss.force_login(staff)
    before = checksum()
    for path in world.addresses().values():
        for client in (learner, boss):
            response = client.post(path, {"theme": "dark", "text": "x"})
            assert response.status_code in (302, 401, 403, 404, 405), path
            assert response.status_code != 302 or path.startswith("/admin/"), path
    assert checksum() == before


def test_a_token_of_another_site_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.reader)
    client.get("/account/")
    token = client.cookies["csrftoken"].value
    form = {"display_name": "Evil", "time_zone": "UTC", "csrfmiddlewaretoken": token}
    origin = {"origin": "https://evil.example"}
    assert client.post("/account/", form, headers=origin).status_code == 403
    assert client.post("/account/", form, headers={"origin": "null"}).status_code == 403
    assert client.post("/account/", form).status_code == 302
