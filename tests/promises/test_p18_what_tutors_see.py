"""P18: what the page "What your tutor sees" says is so, on every page of a tutor."""

from __future__ import annotations

from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.utils import timezone

from quizzes.models import Attempt, Question, QuestionVersion, Quiz, ReviewCard
from quizzes.models.attempts import day_of
from studyguide.accounts.models import User
from studyguide.courses.access import RIGHTS
from studyguide.courses.models import Assignment, Challenge, Comment, Course, Membership, Role
from studyguide.courses.visible import LINES, TO_EACH_OTHER
from studyguide.library.models import Article, Evidence, Original
from tests.courses.doing import answer, read, signed_in
from tests.every_kind import question_of
from tests.factories import UserFactory
from tests.promises.test_p17_permissions import rows
from tests.promises.world import World, make_world

NAME = "Robin Canary"
# What each line is known by on the pages that it names.
SHOWN = {
    "name": NAME,
    "names": NAME,
    "work": "1 of ",
    "stuck": "Where answers go amiss",
    "answers": NAME,
    "score": "37.3",
    "said": "canary-comment",
    "objections": NAME,
    "adjustments": "canary-adjustment",
    "unclear": "Marked unclear",
    "look_ups": "Term looked up",
}
# And what is nobody's business, by marks that stand nowhere else.
HIDDEN = {
    "signs": ("canary-browser", "203.0.113.77", "1987"),
    "email": ("canary-mail",),
    "study": ("canary-quiz",),
    "cards": ("canary-card",),
    "originals": ("canary-original",),
    "classes": ("canary-class",),
}


@pytest.fixture
def tutor(db: None) -> User:
    return UserFactory(username="tutor")


@pytest.fixture
def world(article: Article, reader: User, tutor: User) -> World:
    """A learner of whom there is something of everything."""
    made, now = make_world(article, reader, tutor), timezone.now()
    EmailAddress.objects.create(user=reader, email="canary-mail@example.org", verified=True)
    UserSession.objects.create(
        user=reader,
        ip="203.0.113.77",
        user_agent="canary-browser",
        session_key=signed_in(reader).session.session_key,
    )
    User.objects.filter(pk=reader.pk).update(
        display_name=NAME, email="canary-mail@example.org", last_login=now.replace(year=1987)
    )
    member = Membership.objects.get(pk=made.names["member"])
    Membership.objects.filter(pk=member.pk).update(note="canary-adjustment")
    Course.objects.filter(pk=member.course_id).update(shows_names=True)
    Course.objects.exclude(pk=member.course_id).update(title="canary-class")
    Original.objects.filter(owner=reader).update(credit="canary-original")
    asked = Assignment.objects.get(public_id=made.names["assignment"])
    Comment.objects.create(
        assignment=asked, membership=member, text="canary-comment", by=tutor, at=now
    )
    taken = Challenge.objects.get(pk=made.names["challenge"]).attempt_question.attempt
    Attempt.objects.filter(pk=taken.pk).update(score=7.46, max_score=20)
    set_for_it = Assignment.objects.get(course=member.course, kind=Assignment.Kind.QUIZ)
    made.names = {**made.names, "quiz_set": set_for_it.public_id, "reading_set": asked.public_id}
    first = article.passages.filter(section__in=asked.sections.values("section")).order_by(
        "number"
    )[0]
    read(reader, article, first.number, at=now)
    for question in Question.objects.filter(source="samples")[:4]:
        Evidence.objects.create(article=article, question=question, passage=first, position=0)
        answer(reader, question, at=now, fraction=0.0)
    study(reader, now)
    return made


def study(reader: User, now: datetime) -> None:
    """A quiz of his own, and a card of a question that no class asks."""
    Quiz.objects.create(source="samples", group="own", owner=reader, title="canary-quiz", draws=[])
    question = Question.objects.create(
        source="own", external_id="x", kind="text", aim="fact", difficulty=1
    )
    like = question_of("text").current
    assert like is not None
    values = {
        each.attname: getattr(like, each.attname)
        for each in QuestionVersion._meta.concrete_fields
        if not each.primary_key
    }
    values |= {"question_id": question.pk, "prompt": "canary-card"}
    question.current = QuestionVersion.objects.create(**values)
    question.save()
    ReviewCard.of(reader.pk, question, day=day_of(reader, now), now=now).save()


COURSE = "courses/<slug:course>/"
ROUTES = {
    "course": COURSE,
    "members": f"{COURSE}members/",
    "member": f"{COURSE}members/<key:member>/",
    "result_learner": f"{COURSE}results/<key:member>/",
    "result": f"{COURSE}results/<key:member>/<slug:assignment>/",
    "item": f"{COURSE}items/<key:version>/",
    "gradebook": f"{COURSE}gradebook/",
    "challenges": f"{COURSE}challenges/",
    "challenge": f"{COURSE}challenges/<key:challenge>/",
    "heat_map": f"{COURSE}text/",
}
SEEN = [line for line in [*LINES, TO_EACH_OTHER] if line.right]


def test_the_matrix_says_the_same_of_who_reads_it() -> None:
    """Whoever has the right a line names may open its pages, and nobody else of the class."""
    known = {row.route: row.expected for row in rows() if row.method == "GET"}
    parts = {"classmate": Role.LEARNER, "tutor": Role.TUTOR, "co_tutor": Role.CO_TUTOR}
    for line in SEEN:
        assert line.pages
        for name in line.pages:
            for part, role in parts.items():
                answers = known[ROUTES[name]][part]
                assert answers == ("200" if line.right in RIGHTS[role] else "403"), (name, part)
            assert known[ROUTES[name]]["outsider"] == known[ROUTES[name]]["other_tutor"] == "404"


def test_tutors_see_what_it_says_they_see(world: World, tutor: User) -> None:
    browser = signed_in(tutor)
    for line in SEEN:
        for name in line.pages:
            which = "quiz_set" if line.key == "score" else "reading_set"
            world.names = {**world.names, "assignment": world.names[which]}
            text = browser.get(world.filled(ROUTES[name])).content.decode()
            assert SHOWN[line.key] in text, (line.key, name)


def test_no_page_of_a_tutor_has_what_it_says_nobody_sees(world: World, tutor: User) -> None:
    assert set(HIDDEN) == {line.key for line in LINES if line.right is None}
    browser, looked = signed_in(tutor), 0
    exports = {row.route for row in rows() if row.method == "POST" and "/export/" in row.route}
    pages = {row.route for row in rows() if row.method == "GET" and row.expected["tutor"] == "200"}
    for route in sorted(pages | exports):
        if route.startswith("admin/"):
            continue
        send = browser.post if route in exports else browser.get
        response = send(world.filled(route))
        text = b"".join(response) if response.streaming else response.content
        looked += NAME.encode() in text
        for key, marks in HIDDEN.items():
            found = [mark for mark in marks if mark.encode() in text]
            assert not found, f"{route} tells a tutor of {key}: {found}"
    assert looked > 8


def test_the_marks_are_there_to_be_found(world: World, reader: User) -> None:
    """The learner reads on pages of his own what no tutor does."""
    browser = signed_in(reader)
    own = {
        "/accounts/sessions/": ("canary-browser", "203.0.113.77"),
        "/accounts/email/": ("canary-mail",),
        "/review/cards/": ("canary-card",),
        "/courses/": ("canary-class",),
    }
    for path, marks in own.items():
        text = browser.get(path).content.decode()
        assert not [mark for mark in marks if mark not in text], path
