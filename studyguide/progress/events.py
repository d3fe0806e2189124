"""What made a level: the cards behind a number, with every answer and review of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from quizzes.mastery import Level, Standing
from quizzes.models import Attempt, AttemptQuestion, Question, Review, ReviewCard
from quizzes.models.attempts import day_of
from quizzes.scheduling import Rating
from quizzes.standing import Ids, Learned
from studyguide.accounts.models import User
from studyguide.library.models import Article

SHOWN = 12  # events of one question


@dataclass(frozen=True)
class Event:
    on: date
    what: str
    state: str = ""  # right, part or miss, of an answer


@dataclass
class Line:
    question: Question
    level: Level
    card: ReviewCard | None
    events: list[Event] = field(default_factory=list)

    @property
    def last(self) -> Sequence[Event]:
        return sorted(self.events, key=lambda event: event.on, reverse=True)[:SHOWN]


@dataclass(frozen=True)
class Story:
    """`lines` are the cards that `standing` counts, the loosest first."""

    standing: Standing
    lines: Sequence[Line]

    @property
    def begun(self) -> list[Line]:
        return [line for line in self.lines if line.level > Level.NEW]

    @property
    def new(self) -> list[Line]:
        return [line for line in self.lines if line.level == Level.NEW]


def story_of(user: User, article: Article, ids: Ids, now: datetime) -> Story:
    asked = ids.all
    learned = Learned.of(user, source=article.slug, on=day_of(user, now), questions=asked)
    counted = [*ids.cards, *(q for q in ids.others if q in learned.levels)]
    cards = {
        card.question_id: card
        for card in ReviewCard.objects.filter(user=user, question__in=counted)
    }
    questions = Question.objects.filter(pk__in=counted).select_related("current")
    hidden = [f"current__{name}" for name in ("body", "shown", "explanation", "hints", "evidence")]
    lines = {
        question.pk: Line(question, learned.level(question.pk), cards.get(question.pk))
        for question in questions.defer(*hidden)
    }
    for question, event in events_of(user, counted):
        lines[question].events.append(event)
    return Story(
        learned.standing(ids),
        sorted(lines.values(), key=lambda line: (line.level, line.question.position)),
    )


def events_of(user: User, questions: Sequence[int]) -> list[tuple[int, Event]]:
    reviews = Review.objects.filter(user=user, undone_at=None, card__question__in=questions)
    answers = AttemptQuestion.objects.told_to(user).filter(question__in=questions)
    found = []
    for question, day, rating, is_practice in reviews.values_list(
        "card__question_id", "day_on", "rating", "is_practice"
    ):
        label = Rating(rating).label
        said = _("Practice, counts for nothing: %s") if is_practice else _("Review: %s")
        found.append((question, Event(day, said % label)))
    for row in answers.select_related("attempt", "response"):
        purpose = Attempt.Purpose(row.attempt.purpose).label
        what = _("Answer (%(where)s): %(verdict)s") % {"where": purpose, "verdict": row.verdict}
        if row.response is not None:  # told_to() has answered rows only
            found.append((row.question_id, Event(row.response.day_on, what, row.state)))
    return found
