"""What learners of a test's course do."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db.models import F
from django.test import Client

from quizzes.models import Attempt, AttemptQuestion, Grade, Question, Quiz, Review, ReviewCard
from quizzes.rules import Rules
from studyguide.accounts.models import User
from studyguide.courses.models import Assignment, Membership
from studyguide.library.models import Article, Evidence, ReadingMark, mark
from tests.every_kind import load_samples


def signed_in(user: User) -> Client:
    """A browser of this person's own."""
    client = Client()
    client.force_login(user)
    return client


def read(user: User, article: Article, *numbers: int, at: datetime) -> None:
    passages = list(article.passages.filter(number__in=numbers).order_by("number"))
    mark(passages, kind=ReadingMark.Kind.READ, user=user, token=uuid4(), at=at)


def bank(article: Article) -> Quiz:
    """A question of each kind, proved in turn by the passages of the article; a quiz of all."""
    quiz = load_samples(Rules(counts="best"))
    passages = list(article.passages.order_by("number"))
    Evidence.objects.bulk_create(
        Evidence(
            article=article, question=question, passage=passages[n % len(passages)], position=0
        )
        for n, question in enumerate(Question.objects.order_by("pk"))
    )
    return quiz


def answer(user: User, question: Question, *, at: datetime, fraction: float = 1.0) -> None:
    """A checkpoint, graded; again for practice when it was answered before."""
    attempt = Attempt.objects.standing(
        user=user, purpose=Attempt.Purpose.CHECKPOINT, source=question.source, now=at
    )
    assert question.current is not None
    row, _made = AttemptQuestion.objects.get_or_create(
        attempt=attempt,
        question=question,
        defaults={"version": question.current, "position": question.pk, "seed": 0},
    )
    AttemptQuestion.objects.filter(pk=row.pk).update(
        fraction=fraction,
        points=fraction,
        graded_at=at,
        is_final=True,
        tries=F("tries") + 1,
    )
    Grade.objects.create(
        attempt_question=row, version=question.current, fraction=fraction, points=fraction, at=at
    )


def hand_in(
    assignment: Assignment, membership: Membership, score: float, *, at: datetime
) -> Attempt:
    """An attempt that was worth this share."""
    attempt = assignment.start(membership, now=at)
    attempt.submit(now=at)
    Attempt.objects.filter(pk=attempt.pk).update(score=score * 20, max_score=20)
    return attempt


def review(user: User, question: Question, source: str, *, at: datetime) -> None:
    card, _made = ReviewCard.objects.get_or_create(
        user=user,
        question=question,
        defaults={"source": source, "made_at": at, "due_on": at.date()},
    )
    Review.objects.create(
        card=card, user=user, rating=3, how=Review.How.RATED, at=at, day_on=at.date()
    )
