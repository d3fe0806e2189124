"""A learner in the middle of a long term: months of days, hundreds of cards, a day to be ready by.

What he did goes through the methods that real acts go through, each on its day; chances are seeded.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from quizzes.models import Question
    from studyguide.accounts.models import User
    from studyguide.library.models import Article

DAYS = 112
USED = 0.7  # of the days
NEW = 10  # questions answered on a day that is used
REVIEWS = 12  # cards, on a day that is used
QUIZ_EVERY = 9  # days
KNOWS = 0.8


def study(user: User, article: Article, *, until: datetime, seed: int = 1) -> None:
    """Until the day before."""
    from quizzes.models import Attempt, Question, ReviewCard
    from quizzes.models.attempts import day_of
    from studyguide.library.models import Passage, ReadingMark, mark
    from studyguide.progress.models import StudyPlan

    chance = random.Random(seed)
    asked = Question.objects.current().filter(source=article.slug).select_related("current")
    questions = [q for q in asked.order_by("position", "pk") if not is_self_rated(q)]
    passages = list(Passage.objects.current().filter(article=article).order_by("number"))
    for day in range(DAYS):
        if chance.random() > USED:
            continue
        at = until - timedelta(days=DAYS - day)
        for question in questions[:NEW]:
            answer(user, question, at, chance, Attempt.Purpose.CHECKPOINT)
        del questions[:NEW]
        due = ReviewCard.objects.to_review(user.pk, day_of(user, at)).unsealed_for(user)
        for card in due.select_related("question__current").order_by("due_on", "pk")[:REVIEWS]:
            answer(user, card.question, at, chance, Attempt.Purpose.REVIEW)
        if chunk := passages[:2]:
            token = UUID(int=chance.getrandbits(128))
            mark(chunk, kind=ReadingMark.Kind.READ, user=user, token=token, at=at)
            del passages[:2]
        if day % QUIZ_EVERY == 0:
            take_quiz(user, article, at, chance)
    StudyPlan.objects.create(
        user=user,
        article=article,
        ready_on=(until + timedelta(days=40)).date(),
        minutes_a_day=30,
        made_at=until,
    )


def is_self_rated(question: Question) -> bool:
    return question.current is None or question.current.kind_class.is_self_rated


def answer(
    user: User, question: Question, at: datetime, chance: random.Random, purpose: str
) -> None:
    """The right one, or an answer that is none."""
    from quizzes import checkpoint

    version = question.current
    if version is None or is_self_rated(question):
        return
    value = version.load().key() if chance.random() < KNOWS else wrong(version.shown)
    if value is not None:
        token = UUID(int=chance.getrandbits(128))
        checkpoint.keep(user, version, value, token=token, now=at, purpose=purpose)


def wrong(shown: dict[str, list[dict[str, str]]]) -> str | None:
    options = shown.get("options")
    return options[-1]["key"] if options else None


def take_quiz(user: User, article: Article, at: datetime, chance: random.Random) -> None:
    """Twelve questions, each with how sure he was."""
    from quizzes.models import Draw, Quiz
    from quizzes.models.attempts import Attempt
    from quizzes.rules import Rules

    quiz = Quiz.objects.make(
        owner=user,
        source=article.slug,
        title="Twelve of all",
        draws=[Draw(12)],
        rules=Rules(has_certainty=True),
    )
    attempt = Attempt.start(user=user, quiz=quiz, now=at)
    for row in attempt.questions.select_related("question__current", "version"):
        if is_self_rated(row.question):
            continue
        is_known = chance.random() < KNOWS
        value = row.version.load().key() if is_known else wrong(row.version.shown)
        if value is None:
            continue
        attempt.respond(
            row.question_id,
            value,
            token=UUID(int=chance.getrandbits(128)),
            base_rev=row.rev,
            now=at,
            certainty=3 if is_known else chance.randint(1, 3),
        )
    attempt.submit(now=at)
