from __future__ import annotations

from typing import Any

from allauth.account import auth_backends
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from django.http import HttpRequest

from studyguide.accounts.models import User


class AuthenticationBackend(auth_backends.AuthenticationBackend):  # type: ignore[misc]
    """By user name or address, with one password worked on for whoever is or is not there.

    allauth's own works on it twice for an address that is known: thirty thousandths of a second
    that tell which addresses have an account.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        password = credentials.get("password")
        if not password:
            return None
        people = people_called({credentials.get("email"), credentials.get("username")})
        if not people:
            User().set_password(password)
        for person in people:
            if person.check_password(password):
                if self.user_can_authenticate(person):
                    return person
                self._stash_user(person)  # allauth tells a person who was shut out
        return None


def people_called(names: set[str | None]) -> list[User]:
    """Whose name or address that is: one person, unless one's name is another's address."""
    found: dict[int, User] = {}
    for name in filter(None, names):
        by_address = filter_users_by_email(name, prefer_verified=True, for_login=True)
        by_name = get_user_by_username(name)
        found |= {user.pk: user for user in [*by_address, by_name] if user}
    return list(found.values())
