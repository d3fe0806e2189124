"""The mail that goes out while somebody does all that the pages let him do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.urls import resolve

from tests.promises.test_p17_permissions import Forms, House

TYPED = "ann@example.org"  # where a form wants a word: an address, which most fields take
# What a page shows only after another was sent, and what is sent with a button of its own.
MORE: Iterable[tuple[str, Mapping[str, Any]]] = (
    ("courses/<slug:course>/invitations/", {"who": TYPED, "role": "learner"}),
    ("courses/<slug:course>/roster/confirm/", {"text": f"Ann,,{TYPED}", "token": uuid4()}),
    ("accounts/email/", {"action_add": "", "email": TYPED}),
    ("accounts/email/", {"action_send": "", "email": "{email}"}),
    ("accounts/password/reset/", {"email": "{email}"}),
    ("accounts/signup/", {"username": "newly", "email": TYPED, "password1": "uN-guess-able-9"}),
)


class Pressed(Forms):
    """As somebody fills it in and presses each button once: the form with that button's value."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[tuple[str, dict[str, str], tuple[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        has = {name: value or "" for name, value in attrs}
        if tag == "button" and self.open is not None and self.found:
            action, held = self.found[-1]
            self.buttons.append((action, held, (has.get("name", ""), has.get("value", ""))))

    def sends(self) -> Iterator[tuple[str, dict[str, str], str]]:
        for action, held, (name, value) in self.buttons:
            filled = {each: text or TYPED for each, text in held.items()}
            yield action, filled | ({name: value} if name else {}), value


def sent_by(house: House, role: str) -> list[EmailMessage]:
    """All that goes out while one of these people sends every form that any page shows him,
    with each of its buttons."""
    before, done = len(mail.outbox), set()
    own = {"email": house.users[role].email}
    for path in house.world.addresses().values():
        page = Pressed()
        page.feed(house.ask(role, "GET", path).content.decode(errors="replace"))
        for action, form, pressed in page.sends():
            key = (resolve((action or path).partition("?")[0]).view_name, *sorted(form), pressed)
            if key not in done:
                house.ask(role, "POST", action or path, form)
                done.add(key)
    for route, form in MORE:
        filled = {name: str(value).format(**own) for name, value in form.items()}
        house.ask(role, "POST", house.world.filled(route), filled)
    for job in ("close_attempts", "erase_due"):
        call_command(job, verbosity=0)
    return list(mail.outbox[before:])


def said_in(letter: EmailMessage) -> str:
    """Heads, text and whatever hangs on it, decoded."""
    message = letter.message()
    parts = [part.get_payload(decode=True) or b"" for part in message.walk()]
    heads = [f"{name}: {value}" for name, value in message.items()]
    return "\n".join([letter.subject, *heads, *(part.decode(errors="replace") for part in parts)])
