"""How often a join code may be tried, a judgement objected to, and how much may be sent and made.
Counted in the cache that all processes share; when it cannot be asked, nobody joins by code."""

from __future__ import annotations

import hashlib

from django.core.cache import cache

HOUR = 3600
TRIES_A_PERSON = 10
TRIES_AN_ADDRESS = 400  # of people without an account: a class behind one address is let in
TRIES_A_SITE = 1000
DAY = 24 * HOUR
LETTERS_AN_ADDRESS = 5  # a day, whoever asks
CHALLENGES_A_PERSON = 10


def may_try_code(user: int, now: float) -> bool:
    """Count a try, and say whether it is one of those allowed. `now`: seconds of the epoch."""
    hour = int(now // HOUR)
    return took(f"join:{user}:{hour}", TRIES_A_PERSON) and took(f"join:site:{hour}", TRIES_A_SITE)


def may_try_code_from(address: str, now: float) -> bool:
    """The same for somebody without an account, by the network address."""
    hour = int(now // HOUR)
    name = f"join:from:{mark_of(address)}:{hour}"
    return took(name, TRIES_AN_ADDRESS) and took(f"join:site:{hour}", TRIES_A_SITE)


def may_write_to(address: str, now: float) -> bool:
    """Count a letter to an e-mail address."""
    return took(f"letter:{mark_of(address)}:{int(now // DAY)}", LETTERS_AN_ADDRESS, DAY)


def mark_of(address: str) -> str:
    """What an address is counted by, so that the store of limits knows none."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def may_challenge(user: int, now: float) -> bool:
    """Count an objection to a judgement, and say whether it is one of those allowed."""
    return took(f"challenge:{user}:{int(now // HOUR)}", CHALLENGES_A_PERSON)


def took(name: str, most: int, period: int = HOUR) -> bool:
    """Take the next free place of so many in a period, whose number is part of the name.

    Not cache.incr(): in a database it reads and writes apart, so that tries made at once count
    as one. Adding a key happens once, whoever comes first; the hint only saves steps.
    """
    hint = cache.get(f"{name}:hint", 0)
    for place in range(hint, most):
        if cache.add(f"{name}:{place}", 1, 2 * period):
            cache.set(f"{name}:hint", place + 1, 2 * period)
            return True
    return False
