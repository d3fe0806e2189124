"""Sessions in the database, with their person in the same query.

Stock Django asks twice, once for the session and once for the user; measured, the
second question is a third of what a page costs before it has done anything.

A session ends when nobody used it for a while, and at the latest so many days after its person
signed in, however busy it is.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth
from django.contrib.auth import middleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from studyguide.accounts.found import find
from studyguide.accounts.models import Session, User

SEEN_EVERY = timedelta(minutes=10)  # the one thing that a GET may write


class SessionStore(db.SessionStore):
    loaded_user: User | None = None
    started_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = super().create_model_instance(data)
        session.user_id = data.get(auth.SESSION_KEY)  # type: ignore[attr-defined]
        now = timezone.now()
        self.started_at = self.started_at or now
        session.started_at, session.seen_at = self.started_at, now  # type: ignore[attr-defined]
        latest = self.started_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        session.expire_date = min(session.expire_date, latest)
        return session  # type: ignore[return-value]

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(opened(session_data))
        return found

    def create(self) -> None:
        """A new key, as after signing in, starts the clock anew."""
        self.started_at = None
        super().create()

    def _get_session_from_db(self) -> Session | None:
        now = timezone.now()
        session = find(self.session_key or "")
        if (
            session is None
            or session.expire_date <= now
            or now - session.seen_at > idle_limit(session.user)
        ):
            self._session_key = None
            return None
        if now - session.seen_at > SEEN_EVERY:
            Session.objects.filter(pk=session.pk).update(seen_at=now)
        self.loaded_user, self.started_at = session.user, session.started_at
        return session


@lru_cache(maxsize=5000)
def opened(session_data: bytes | str) -> str:
    """What a row of a session holds, as JSON. To try its signature anew for each page takes a
    twentieth of what an unchanged page costs, and the same text is always right or always wrong."""
    return json.dumps(db.SessionStore().decode(session_data))


def idle_limit(user: User | None) -> timedelta:
    is_staff = user is not None and user.is_staff
    seconds = settings.SESSION_IDLE_AGE_OF_STAFF if is_staff else settings.SESSION_IDLE_AGE
    return timedelta(seconds=seconds)


@lru_cache(maxsize=5000)
def auth_hash(password: str) -> str:
    """Of the password as it is stored, by which a session ends when that is changed."""
    return User(password=password).get_session_auth_hash()


def get_user(request: HttpRequest) -> User | AnonymousUser:
    """The person of the session, already fetched with it; anything unusual
    (no person, a changed password, a deactivated account) goes Django's way."""
    session = request.session
    user_id = session.get(auth.SESSION_KEY)
    user = getattr(session, "loaded_user", None)
    if (
        user is not None
        and str(user.pk) == user_id
        and user.is_active
        and constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), auth_hash(user.password))
    ):
        user.backend = session[auth.BACKEND_SESSION_KEY]
        return user  # type: ignore[no-any-return]
    return auth.get_user(request)


def begin(request: HttpRequest, user: User) -> None:
    """Sign in whoever made an account just now elsewhere than at the door, so that this session
    too stands among those where one is signed in."""
    auth.login(request, user)
    UserSession.objects.create_from_request(request)


def signed_in(request: HttpRequest) -> User:
    """Who asks, in views that are for people with an account only."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        """The person is fetched when first asked for, and then stands there as he is: a page asks
        him dozens of things, each of which takes ten times as long through the lazy object."""

        def find_him() -> User | AnonymousUser:
            request.user = found = get_user(request)
            return found

        request.user = SimpleLazyObject(find_him)  # type: ignore[assignment]

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Whoever signs out takes his pages with him: the back button shows none of them."""
        if getattr(request, "is_leaving", False):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response
