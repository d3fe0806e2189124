"""How often a join code may be tried, and a judgement objected to. Counted in the cache that all
processes share; when it cannot be asked, nobody joins by code."""

from __future__ import annotations

from django.core.cache import cache

HOUR = 3600
TRIES_A_PERSON = 10
TRIES_A_SITE = 1000
CHALLENGES_A_PERSON = 10


def may_try_code(user: int, now: float) -> bool:
    """Count a try, and say whether it is one of those allowed. `now`: seconds of the epoch."""
    hour = int(now // HOUR)
    return took(f"join:{user}:{hour}", TRIES_A_PERSON) and took(f"join:site:{hour}", TRIES_A_SITE)


def may_challenge(user: int, now: float) -> bool:
    """Count an objection to a judgement, and say whether it is one of those allowed."""
    return took(f"challenge:{user}:{int(now // HOUR)}", CHALLENGES_A_PERSON)


def took(name: str, most: int) -> bool:
    """Take the next free place of so many.

    Not cache.incr(): in a database it reads and writes apart, so that tries made at once count
    as one. Adding a key happens once, whoever comes first; the hint only saves steps.
    """
    hint = cache.get(f"{name}:hint", 0)
    for place in range(hint, most):
        if cache.add(f"{name}:{place}", 1, 2 * HOUR):
            cache.set(f"{name}:hint", place + 1, 2 * HOUR)
            return True
    return False
