"""Questions in a learner's memory: when each comes back, and every look that was taken at it.

The log is the truth: replaying it gives the cards again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quizzes import scheduling
from quizzes.kinds import mark
from quizzes.models.bank import Question
from quizzes.scheduling import Memory, Rating

if TYPE_CHECKING:
    from quizzes.models.attempts import AttemptQuestion, Response


class ReviewCardQuerySet(models.QuerySet["ReviewCard"]):
    def active(self) -> Self:
        return self.filter(is_suspended=False, question__retired_at=None)

    def due(self, on: date) -> Self:
        """What should come back by this study day, the oldest first."""
        return self.filter(due_on__lte=on, is_suspended=False)


class ReviewCard(models.Model):
    """One question in one learner's memory. FSRS's terms; days, not instants."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="review_cards")
    question = models.ForeignKey(Question, models.PROTECT, related_name="cards")
    source = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    stability = models.FloatField(null=True)  # days until recall falls to 90 %
    difficulty = models.FloatField(null=True)  # 1 to 10
    reviewed_on = models.DateField(null=True)
    due_on = models.DateField()
    firm_until_on = models.DateField(null=True)
    reps = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)
    is_suspended = models.BooleanField(default=False)

    objects = ReviewCardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "question"], name="card_once_a_learner"),
            models.CheckConstraint(
                condition=Q(stability=None, difficulty=None, reviewed_on=None)
                | Q(stability__gt=0, difficulty__gte=1, difficulty__lte=10)
                & Q(reviewed_on__isnull=False),
                name="card_memory_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["user", "due_on"], name="card_user_due")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.question_id} due {self.due_on}"

    @property
    def memory(self) -> Memory | None:
        if self.stability is None or self.difficulty is None or self.reviewed_on is None:
            return None
        return Memory(
            stability=self.stability,
            difficulty=self.difficulty,
            reviewed_on=self.reviewed_on,
            due_on=self.due_on,
            reps=self.reps,
            lapses=self.lapses,
        )

    def put(self, memory: Memory | None) -> None:
        """Take over a memory; None is a card that was never reviewed."""
        self.stability = memory.stability if memory else None
        self.difficulty = memory.difficulty if memory else None
        self.reviewed_on = memory.reviewed_on if memory else None
        self.reps = memory.reps if memory else 0
        self.lapses = memory.lapses if memory else 0
        self.firm_until_on = scheduling.firm_until_on(memory) if memory else None
        if memory:
            self.due_on = memory.due_on

    def replay(self) -> None:
        """The state that the log gives, whatever the row says."""
        log = [
            (review.day_on, Rating(review.rating))
            for review in self.reviews.counted().order_by("day_on", "pk")
        ]
        self.put(scheduling.replay(log) if log else None)


class ReviewQuerySet(models.QuerySet["Review"]):
    def counted(self) -> Self:
        return self.filter(is_practice=False, undone_at=None)


class Review(models.Model):
    """One look at a card, with what it changed. Append-only but for being undone."""

    class How(models.TextChoices):
        ANSWERED = "answered", _("from an answer")
        RATED = "rated", _("rated by yourself")

    card = models.ForeignKey(ReviewCard, models.PROTECT, related_name="reviews")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    rating = models.PositiveSmallIntegerField()
    how = models.CharField(max_length=10, choices=How)
    at = models.DateTimeField()
    day_on = models.DateField()
    is_practice = models.BooleanField(default=False)  # not the first of its day: counts for nothing
    response = models.ForeignKey(
        "quizzes.Response", models.PROTECT, null=True, related_name="reviews"
    )
    undone_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=4), name="rating_is_one_to_four"
            ),
            models.UniqueConstraint(
                fields=["card", "day_on"],
                condition=Q(is_practice=False, undone_at=None),
                name="review_counts_once_a_day",
            ),
        ]
        indexes = [models.Index(fields=["user", "day_on"], name="review_user_day")]

    def __str__(self) -> str:
        return f"{self.card_id} {self.day_on} {self.rating}"


def remember(rows: Iterable[AttemptQuestion], *, now: datetime) -> None:
    """Move the cards by answers whose worth has just become visible.

    A card is made by the first such answer to a question of fact, term or attribution. `rows`
    belong to one learner, are graded, and have question, version and response at hand.
    """
    answered = [(row, row.response) for row in rows if row.response and row.is_answered]
    if not answered:
        return
    user = answered[0][0].attempt.user_id
    cards = {
        card.question_id: card
        for card in ReviewCard.objects.filter(
            user=user, question__in=[row.question_id for row, _response in answered]
        )
    }
    for row, response in answered:
        card = cards.get(row.question_id)
        if card is None and not row.question.is_for_memory:
            continue
        if card is None:
            card = ReviewCard.objects.create(
                user_id=user,
                question=row.question,
                source=row.question.source,
                made_at=now,
                due_on=response.day_on,
            )
        look(
            card,
            rating_of(row, response),
            day=response.day_on,
            now=now,
            how=Review.How.ANSWERED,
            response=response,
        )


def rating_of(row: AttemptQuestion, response: Response) -> Rating:
    """What an answer says of the memory, by the rule that is shown to learners."""
    return scheduling.rating_for(
        mark(row.version.load(), response.value).fraction,  # what tries cost is counted beside it
        tries_used=row.tries_used,
        is_free_recall=row.version.kind_class.is_free_recall,
        certainty=response.certainty,
    )


def look(
    card: ReviewCard,
    rating: Rating,
    *,
    day: date,
    now: datetime,
    how: str,
    response: Any = None,
) -> Review:
    """Log a look at a card and move the card by it, unless that day has had its look."""
    # The card says whether this day is new; only an answer released late has to ask the log.
    is_new_day = card.reviewed_on is None or day > card.reviewed_on
    is_practice = not is_new_day and (
        day == card.reviewed_on or card.reviews.counted().filter(day_on=day).exists()
    )
    review = Review.objects.create(
        card=card,
        user_id=card.user_id,
        rating=int(rating),
        how=how,
        at=now,
        day_on=day,
        is_practice=is_practice,
        response=response,
    )
    if is_practice:
        return review
    if is_new_day:
        card.put(scheduling.review(card.memory, rating, day))
    else:
        card.replay()
    card.save()
    return review
