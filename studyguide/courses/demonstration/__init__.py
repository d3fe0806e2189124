"""A class of made-up people, to see the pages of a class with a class in them.

What they do goes through the methods that real people's acts go through, each with its moment, so
that every number opens to the events behind it. Chances are seeded: the same days, people and
texts give the same class. Only addresses and the order of options differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.crypto import get_random_string

from quizzes.models.bank import ALPHABET
from studyguide.accounts.models import User
from studyguide.courses.demonstration.people import NAMES, TUTOR, username_of
from studyguide.courses.demonstration.removal import remove
from studyguide.courses.demonstration.term import DAY, Term
from studyguide.courses.models import Course
from studyguide.library.models import Article

WEEKS = 6


class DemonstrationRefused(Exception):  # noqa: N818
    """The message says why, and what to do."""


@dataclass(frozen=True)
class Made:
    course: Course
    tutor: User
    password: str


def make(*, until: datetime, learners: int = len(NAMES), weeks: int = WEEKS, now: datetime) -> Made:
    """Make the class. `until`: the midnight its last day ends at; the newest work is a little
    older. All or nothing. Raises DemonstrationRefused."""
    if Course.objects.filter(is_demonstration=True).exists():
        raise DemonstrationRefused("There is a demonstration already. Remove it first: --remove")
    article = Article.objects.current().order_by("pk").first()
    if article is None:
        raise DemonstrationRefused("There is no text to work on yet. First: manage.py load_packs")
    names = [TUTOR, *NAMES[:learners]]
    usernames = [username_of(name) for name in names]
    taken = User.objects.annotate(low=Lower("username")).filter(low__in=usernames).first()
    if taken is not None:
        raise DemonstrationRefused(f"Somebody has the user name {taken.username} already.")
    password = get_random_string(12, ALPHABET)
    with transaction.atomic():
        people = [User(username=username_of(name), display_name=name) for name in names]
        for user in people:
            user.set_unusable_password()
        tutor = people[0]
        tutor.set_password(password)
        for user in people:
            user.date_joined = until - weeks * 7 * DAY
            user.save()
        term = Term(article, tutor, people[1:], until=until, weeks=weeks)
        term.course.record(
            "demonstration.make", by=None, now=now, people=[user.pk for user in people]
        )
        term.live()
    return Made(term.course, tutor, password)


__all__ = ["NAMES", "WEEKS", "DemonstrationRefused", "Made", "make", "remove"]
