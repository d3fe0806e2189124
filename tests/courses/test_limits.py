"""P23: join codes cannot be tried often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connections

from studyguide.courses import limits
from studyguide.courses.models.joining import CODE_LENGTH, new_code

NOON = 1_788_000_000.0


def test_a_person_tries_ten_times_an_hour(db: None) -> None:
    tries = [limits.may_try_code(1, NOON) for _n in range(12)]
    assert tries == [True] * 10 + [False] * 2
    assert limits.may_try_code(2, NOON)
    assert limits.may_try_code(1, NOON + 3600)


def test_the_site_has_a_ceiling(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TRIES_A_SITE", 25)
    assert sum(limits.may_try_code(person, NOON) for person in range(40)) == 25


def test_a_class_of_three_hundred_joins_at_once(db: None) -> None:
    assert all(limits.may_try_code(person, NOON) for person in range(300))


def test_counters_are_kept_however_many_there_are(db: None) -> None:
    for n in range(400):
        cache.set(f"other:{n}", 1, 3600)
    assert not limits.took("full", 0)
    assert limits.took("full", 1)
    for n in range(400):
        cache.set(f"more:{n}", 1, 3600)
    assert not limits.took("full", 1)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_tries_at_once_are_counted_each() -> None:
    def tries(_n: int) -> bool:
        try:
            return limits.took("together", 10)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tries, range(40))) == 10


def test_a_code_has_ten_signs_that_nobody_mixes_up() -> None:
    code = new_code()
    assert len(code) == CODE_LENGTH == 10
    assert not set(code) & set("01ilo")
