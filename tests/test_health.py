from __future__ import annotations

import pytest
from django.test import Client

from tests.queries import queries


@pytest.mark.django_db
def test_it_says_ok_and_no_more(client: Client) -> None:
    with queries(1):
        assert client.get("/healthz/").content == b"ok\n"


def test_it_is_only_read(client: Client) -> None:
    assert client.post("/healthz/").status_code == 405
