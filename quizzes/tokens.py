"""The token of an answer: it makes sending twice harmless, and it says since when its page stood.

A UUID of version 7 (RFC 9562) begins with the milliseconds of its making, so no field of the form
and no signature is needed for the time: whoever forges his own only misleads his own memory, which
he may rate as he likes anyway. Pure, but for chance.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.utils import timezone

VERSION = 7
CHANCE = 74  # bits
AWAY = 30 * 60.0  # seconds; who needs longer was not at it all the time


def new_token() -> UUID:
    """A token for a page that is made now."""
    return token_at(timezone.now(), secrets.randbits(CHANCE))


def token_at(moment: datetime, chance: int) -> UUID:
    """The token of a page that was made then; `chance` sets it apart from others of its moment."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(
        int=milliseconds << 80
        | VERSION << 76
        | (chance >> 62) << 64
        | 0b10 << 62
        | chance & (1 << 62) - 1
    )


def seconds_since(token: UUID, now: datetime) -> float | None:
    """For how long the page with this token had been in sight, to a tenth of a second. None where
    it does not say, or says what cannot be: before it was made, or longer than anybody looks."""
    if token.version != VERSION:
        return None
    seconds = now.timestamp() - (token.int >> 80) / 1000
    return round(seconds, 1) if 0 <= seconds <= AWAY else None
