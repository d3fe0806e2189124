"""What made a level: the cards behind a number, with every answer and review of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from quizzes.mastery import Level, Standing
from quizzes.models import Attempt, Grade, Question, Review, ReviewCard
from quizzes.models.attempts import VERDICTS, day_of, state_of
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
    """Every graded answer that may be seen, with what it said of the memory, and every rating."""
    found: list[tuple[int, Event]] = []
    rated: dict[int, str] = {}
    reviews = Review.objects.filter(user=user, undone_at=None, card__question__in=questions)
    for question, day, rating, is_practice, response in reviews.values_list(
        "card__question_id", "day_on", "rating", "is_practice", "response_id"
    ):
        label = Rating(rating).label
        said = _("practice that day, rated %s") if is_practice else _("rated %s")
        if response:
            rated[response] = said % label
        else:
            found.append((question, Event(day, _("Review: %s") % (said % label))))
    grades = Grade.objects.filter(
        attempt_question__attempt__user=user,
        attempt_question__question__in=questions,
        attempt_question__is_released=True,
        response__value__isnull=False,
    ).order_by("pk")
    for question, purpose, day, response, fraction, regrade in grades.values_list(
        "attempt_question__question_id",
        "attempt_question__attempt__purpose",
        "response__day_on",
        "response_id",
        "fraction",
        "regrade_id",
    ):
        state = state_of(fraction)
        words = [f"{Attempt.Purpose(purpose).label.capitalize()}: {VERDICTS[state]}"]
        words += [_("graded anew")] if regrade else filter(None, [rated.pop(response, "")])
        found.append((question, Event(day, ", ".join(words), state)))
    return found
