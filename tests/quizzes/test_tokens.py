from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID, uuid4

import pytest
import time_machine

from quizzes.tokens import AWAY, new_token, seconds_since

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def made_at(moment: datetime) -> UUID:
    with time_machine.travel(moment, tick=False):
        return new_token()


def test_a_token_is_a_uuid_of_version_seven() -> None:
    token = new_token()
    assert (token.version, token.variant) == (7, RFC_4122)


def test_no_two_tokens_of_a_moment_are_the_same() -> None:
    with time_machine.travel(NOON, tick=False):
        assert len({new_token() for _n in range(1000)}) == 1000


@pytest.mark.parametrize("seconds", [0, 0.3, 7.5, AWAY])
def test_a_token_tells_since_when_its_page_stood(seconds: float) -> None:
    assert seconds_since(made_at(NOON), NOON + timedelta(seconds=seconds)) == seconds


@pytest.mark.parametrize("seconds", [-1, AWAY + 1, 10**8])
def test_what_cannot_be_is_not_told(seconds: float) -> None:
    assert seconds_since(made_at(NOON), NOON + timedelta(seconds=seconds)) is None


def test_a_token_from_elsewhere_tells_nothing() -> None:
    assert seconds_since(uuid4(), NOON) is None
    assert seconds_since(UUID(int=2**128 - 1), NOON) is None
