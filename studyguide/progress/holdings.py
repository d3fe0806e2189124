"""What the quiz engine and this room hold about a person. The engine knows no persons' data by
itself: this room, the lowest above it, speaks for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quizzes.models import Attempt, AttemptEvent, Quiz, Regrade, Response, ReviewSettings, Ruling
from studyguide.accounts.models import User
from studyguide.accounts.privacy import Excused, Holding, Room, register
from studyguide.progress.models import CalendarFeed, StudyPlan

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NUMBER = _("number of this row")
ACCOUNT = _("number of your account")
VERSION: dict[str, StrOrPromise] = {
    "version": _("number of the question as it stood then"),
    "version__prompt": _("the question"),
    "version__kind": _("kind of question"),
}

OF_QUIZZES = [
    Holding(
        "quizzes",
        "quizzes.Quiz",
        "owner",
        _("Quizzes that you put together."),
        {
            "id": NUMBER,
            "owner": ACCOUNT,
            "public_id": _("the quiz in addresses"),
            "source": _("article"),
            "external_id": _("always empty for a quiz of yours"),
            "title": _("title"),
            "about": _("what it is about"),
            "group": _("where it is listed"),
            "section": _("section it belongs to"),
            "draws": _("how many questions of which kinds it draws"),
            "rules": _("its rules"),
            "minutes": _("about how long it takes"),
            "position": _("its place in the list"),
            "made_at": _("when you made it"),
            "retired_at": _("when it was taken out of the list"),
        },
    ),
    Holding(
        "attempts",
        "quizzes.Attempt",
        "user",
        _(
            "Each go at a quiz; and, one for each article, what holds your answers to "
            "checkpoints, your reviews and your practice."
        ),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "public_id": _("the attempt in addresses"),
            "quiz": _("number of the quiz"),
            "quiz__title": _("title of the quiz"),
            "source": _("article"),
            "purpose": _("quiz, checkpoint, review or practice"),
            "context": _("the assignment it was made for; empty: own study"),
            "scope": _("whose rulings hold for it"),
            "number": _("which go it was"),
            "rules": _("the rules it was started with"),
            "state": _("open or submitted"),
            "started_at": _("when it began"),
            "deadline_at": _("when time is up"),
            "submitted_at": _("when it was handed in"),
            "closed_by": _("whether you or the clock closed it"),
            "release_on": _("when its results may be seen"),
            "released_at": _("since when its results may be seen"),
            "score": _("points, once results may be seen"),
            "max_score": _("points to be had, once results may be seen"),
        },
        sealed={"released_at": ["score", "max_score"]},
    ),
    Holding(
        "attempt_events",
        "quizzes.AttemptEvent",
        "attempt__user",
        _("What happened to each attempt as a whole."),
        {
            "id": NUMBER,
            "attempt": _("number of the attempt"),
            "kind": _("started, closed, released, extended or reopened"),
            "at": _("when"),
            "details": _("more about it"),
        },
    ),
    Holding(
        "questions_asked",
        "quizzes.AttemptQuestion",
        "attempt__user",
        _("Each question in each attempt, as it stands now."),
        {
            "id": NUMBER,
            "attempt": _("number of the attempt"),
            "question": _("number of the question"),
            **VERSION,
            "position": _("its place in the attempt"),
            "seed": _("number that fixes the order of its options"),
            "rev": _("how often your answer was saved"),
            "response": _("number of your answer that counts"),
            "checked": _("number of your answer that was checked"),
            "tries": _("how often it was checked"),
            "fraction": _("what it was worth, from 0 to 1, once you may see it"),
            "points": _("points, once you may see them"),
            "first_fraction": _("what your first answer was worth, once you may see it"),
            "is_final": _("whether it is settled"),
            "is_released": _("whether you may see what it was worth"),
            "is_excluded": _("whether a tutor left the question out"),
            "graded_at": _("when it was graded"),
        },
        sealed={"is_released": ["fraction", "points", "first_fraction", "is_excluded"]},
    ),
    Holding(
        "answers",
        "quizzes.Response",
        "attempt__user",
        _("Every answer as it arrived."),
        {
            "id": NUMBER,
            "attempt": _("number of the attempt"),
            "attempt_question": _("number of the question in the attempt"),
            **VERSION,
            "value": _("your answer: what you typed, or the keys of what you chose"),
            "certainty": _("how sure you said you were, from 1 to 3"),
            "is_check": _("whether it was sent to be checked"),
            "outcome": _("saved, conflict, late or final: what became of it"),
            "rev": _("which saving of the question it was"),
            "arrived_at": _("when it arrived"),
            "day_on": _("your study day"),
            "seconds": _("how long the question had been in sight, where that is known"),
            "token": _("which sending of the form it was"),
            "digest": _("SHA-256 of the answer"),
        },
    ),
    Holding(
        "grades",
        "quizzes.Grade",
        "attempt_question__attempt__user",
        _("Each grading of an answer of yours whose result you may see."),
        {
            "id": NUMBER,
            "attempt_question": _("number of the question in the attempt"),
            "response": _("number of the answer"),
            "version": _("number of the question as it stood then"),
            "fraction": _("what it was worth, from 0 to 1"),
            "points": _("points"),
            "is_excluded": _("whether a tutor left the question out"),
            "regrade": _("number of the regrade that it comes from"),
            "at": _("when"),
        },
        only=Q(attempt_question__is_released=True),
    ),
    Holding(
        "review_cards",
        "quizzes.ReviewCard",
        "user",
        _("Questions in your memory, and when each comes back."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "question": _("number of the question"),
            "question__current__prompt": _("the question"),
            "source": _("article"),
            "made_at": _("since when"),
            "stability": _("days until you would recall it with 90 %"),
            "difficulty": _("from 1 to 10"),
            "reviewed_on": _("study day of the last review"),
            "due_on": _("study day on which it comes back"),
            "firm_until_on": _("until when it counts as firm"),
            "reps": _("reviews so far"),
            "lapses": _("how often you had forgotten it"),
            "is_suspended": _("whether you set it aside"),
            "concept": _("the term whose cards take turns with it"),
            "own_due_on": _("when it would be due if no exam were named"),
        },
    ),
    Holding(
        "reviews",
        "quizzes.Review",
        "user",
        _("Each look at a card."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "card": _("number of the card"),
            "rating": _("1 again, 2 hard, 3 good, 4 easy"),
            "how": _("from an answer, or rated by yourself"),
            "at": _("when"),
            "day_on": _("study day"),
            "is_practice": _("whether it was not the first of its day, and so did not count"),
            "response": _("number of the answer it comes from"),
            "undone_at": _("when you took it back"),
            "retention": _("chance of recall that you had chosen then"),
            "loads": _("easy days that you had chosen then"),
            "due_on": _("when the card came due by it"),
            "was_new": _("whether the card had not been seen before"),
            "before": _("the card as it was before it"),
        },
    ),
    Holding(
        "review_settings",
        "quizzes.ReviewSettings",
        "user",
        _("How you want to review."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "daily_limit": _("cards a day, at most"),
            "new_limit": _("of these, new ones at most"),
            "retention": _("chance of recall at which a card comes back"),
            "seconds": _("seconds that a card takes you"),
            "loads": _("how full each day of the week may be, from Monday"),
            "exam_on": _("day of your exam"),
            "exam_set_on": _("when you named it"),
        },
    ),
    Holding(
        "time_given",
        "quizzes.AttemptEvent",
        "by",
        _("Time that you gave to others' attempts, and attempts that you opened again."),
        {"id": NUMBER, "by": ACCOUNT, "kind": _("extended or reopened"), "at": _("when")},
        only=Q(kind__in=[AttemptEvent.Kind.EXTENDED, AttemptEvent.Kind.REOPENED]),
    ),
    Holding(
        "rulings",
        "quizzes.Ruling",
        "by",
        _("Your rulings as a tutor."),
        {
            "id": NUMBER,
            "by": ACCOUNT,
            "version": _("number of the question as it stood then"),
            "version__prompt": _("the question"),
            "scope": _("course it holds for"),
            "kind": _("accept, leave_out or full_marks"),
            "value": _("the answer that you accepted"),
            "reason": _("why"),
            "at": _("when"),
            "withdrawn_at": _("when you took it back"),
        },
    ),
    Holding(
        "regrades",
        "quizzes.Regrade",
        "by",
        _("Times that you had grades computed anew."),
        {
            "id": NUMBER,
            "by": ACCOUNT,
            "scope": _("course it was for"),
            "reason": _("why"),
            "at": _("when"),
            "undone_at": _("when you took it back"),
        },
    ),
]

OWN = [
    Holding(
        "plans",
        "progress.StudyPlan",
        "user",
        _("The days by which you want to be ready."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "article": _("number of the article"),
            "article__title": _("title of the article"),
            "ready_on": _("ready by"),
            "minutes_a_day": _("minutes a day, at most"),
            "made_at": _("when you set it"),
        },
    ),
    Holding(
        "calendar",
        "progress.CalendarFeed",
        "user",
        _("Your calendar's private address."),
        {"id": NUMBER, "user": ACCOUNT, "made_at": _("when it was made")},
    ),
]

EXCUSED = [
    Excused(
        "quizzes.Regrade", ["before"], "Grades of others, kept so that a regrade can be undone"
    ),
    Excused("progress.CalendarFeed", ["token"], "A secret that would show your calendar to others"),
]


def erase(user: User, now: datetime) -> None:
    """Answers, grades and reviews stay, of nobody, so that what others are measured by does not
    move; what was written in words of one's own goes."""
    mine = Attempt.objects.open().at_quizzes().filter(user=user)
    for attempt in mine.order_by("scope", "pk"):  # whoever closes several waits in one order
        attempt.submit(now=now)  # graded while the answers are still there
    Response.objects.filter(attempt__user=user).forget_typed()
    AttemptEvent.objects.filter(Q(attempt__user=user) | Q(by=user)).update(details={})
    own = Quiz.objects.filter(owner=user)
    own.filter(retired_at=None).update(retired_at=now)
    own.update(title="", about="")
    Ruling.objects.filter(by=user).update(reason="")
    Regrade.objects.filter(by=user).update(reason="")
    CalendarFeed.objects.filter(user=user).delete()
    StudyPlan.objects.filter(user=user).delete()
    ReviewSettings.objects.filter(user=user).delete()


register(Room("progress", [*OF_QUIZZES, *OWN], erase, EXCUSED))
