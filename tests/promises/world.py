"""A site with something of everything in it, and the addresses of all its routes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from quizzes.models import Attempt, Quiz, ReviewCard, Ruling
from quizzes.models.attempts import day_of
from quizzes.rules import Rules
from studyguide.accounts.models import AuditEntry, User
from studyguide.courses.models import (
    Assignment,
    Challenge,
    Course,
    Group,
    Invitation,
    JoinCode,
    Membership,
    PackReport,
)
from studyguide.library.models import Article, Original
from studyguide.progress.models import CalendarFeed
from tests.every_kind import load_samples, question_of
from tests.factories import AssignmentFactory, CourseFactory, MembershipFactory

# What a parameter of a route stands for where nothing here fits it.
ANY = {
    "int": "1",
    "slug": "x",
    "str": "1",
    "path": "1",
    "uuid": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
}


@dataclass
class World:
    article: Article
    quiz: Quiz
    reader: User
    attempt: Attempt
    feed: CalendarFeed
    names: Mapping[str, Any]

    def client(self, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(self.reader)
        return client

    def addresses(self) -> dict[str, str]:
        """Every route of the site, and one address that it answers."""
        return {route: self.filled(route) for route in sorted(routes())}

    def filled(self, route: str) -> str:
        route = route.replace("auditentry/<path:object_id>", "auditentry/<path:entry>")
        path = re.sub(
            r"\(\?P<(\w+)>(?:\[[^\]]*\]|[^()\[\]])*\)", self.named, route.replace("^", "")
        )
        path = re.sub(r"<(?:(\w+):)?(\w+)>", self.converted, path)
        return "/" + path.replace("$", "").replace("\\Z", "")

    def named(self, match: re.Match[str]) -> str:
        return str(self.names.get(match[1], "1"))

    def converted(self, match: re.Match[str]) -> str:
        return str(self.names.get(match[2], ANY.get(match[1] or "str", "x")))


def routes() -> set[str]:
    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            here = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            else:
                yield here

    return set(walk(get_resolver().url_patterns, ""))


def make_world(article: Article, reader: User, tutor: User | None = None) -> World:
    """All of it is the reader's; with a tutor, the course is that person's, and the reader
    learns in it."""
    now = timezone.now()
    quiz = load_samples()
    attempt = Attempt.start(user=reader, quiz=quiz, now=now)
    feed = CalendarFeed.renew(reader, now=now)
    card = ReviewCard.of(reader.pk, question_of("text"), day=day_of(reader, now), now=now)
    card.save()
    passage = article.passages.first()
    original = Original.objects.create(article=article, owner=reader, credit="x", imported_at=now)
    section = article.sections.select_related("chapter").first()
    owner = tutor or reader
    course = CourseFactory(by=owner, articles=[article])
    code = JoinCode.make(course, by=owner, now=now)
    invitation = Invitation.send(course, by=owner, email="a@example.org", now=now)
    assignment = AssignmentFactory(course=course, sections=[section])
    learner = {"user": reader} if tutor else {}
    member = MembershipFactory(course=course, **learner)
    elsewhere = CourseFactory(articles=[article])
    taken = taken_by(MembershipFactory(course=elsewhere, user=reader), quiz, now)
    challenge, report = objected(course, member, quiz, owner, now)
    names = {
        "group": Group.objects.create(course=course, name="x").pk,
        "number": code.pk,
        "code": code.code,
        "invitation": invitation.token,
        "article": article.slug,
        "course": course.public_id,
        "assignment": assignment.public_id,
        "member": member.pk,
        "chapter": section.chapter.slug,
        "section": section.slug,
        "part": section.chapter.slug,
        "term": article.terms.first().ref,
        "page": "before",
        "ref": passage.ref,
        "original": original.pk,
        "question": question_of("text").pk,
        "quiz": quiz.public_id,
        "attempt": attempt.public_id,
        "card": card.pk,
        "version": question_of("choice").current_id,
        "taken": taken.public_id,
        "challenge": challenge.pk,
        "ruling": challenge.ruling_id or 1,
        "report": report.pk,
        "token": feed.token,
        # Of something that has no page of its own.
        "content_type_id": ContentType.objects.get_for_model(User).pk,
        "object_id": reader.pk,
        "id": reader.pk,
        "entry": AuditEntry.objects.latest("pk").pk,
        "app_label": "accounts",
        "url": "nothing",
    }
    return World(article, quiz, reader, attempt, feed, names)


def taken_by(member: Membership, quiz: Quiz, now: datetime) -> Attempt:
    """Set for his course, handed in and released."""
    asked = AssignmentFactory(
        course=member.course, kind=Assignment.Kind.QUIZ, quiz=quiz, rules=Rules().snapshot()
    )
    attempt: Attempt = asked.start(member, now=now)
    attempt.submit(now=now)
    return attempt


def objected(
    course: Course, member: Membership, quiz: Quiz, by: User, now: datetime
) -> tuple[Challenge, PackReport]:
    """A learner of the course has objected, his tutor has ruled and reported the question."""
    attempt = taken_by(member, quiz, now)
    row = attempt.questions.select_related("version__question", "response").first()
    row.attempt = attempt
    row.refresh_from_db(fields=["is_released"])
    challenge = Challenge.make(row, member, text="x", now=now)
    challenge.rule(Ruling.Kind.FULL_MARKS, reply="x", by=by, now=now)
    report = PackReport.make(row.version, course=course, text="x", by=by, now=now)
    return challenge, report


# A session says when it was last used; that alone may change by looking.
OF_SESSIONS = {"accounts_session", "usersessions_usersession"}


def checksum() -> dict[str, str]:
    """Of every table's rows."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in OF_SESSIONS:
                cursor.execute(f'SELECT * FROM "{table}"')
                rows = sorted(map(repr, cursor.fetchall()))
                found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
