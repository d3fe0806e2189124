"""Questions in a learner's memory: when each comes back, and every look that was taken at it.

The log is the truth. What a card knows follows from its reviews, each by the terms that held when
it was made; the day it is due follows from that and from the exam that is named now, if any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from quizzes import scheduling
from quizzes.kinds import kinds, mark
from quizzes.models.bank import Question, sealed_numbers
from quizzes.prepared import Prepared, insert, update
from quizzes.scheduling import EVERY_DAY, Exam, Memory, Rating, Terms

if TYPE_CHECKING:
    from quizzes.models.attempts import AttemptQuestion, Response

UNDOABLE = 30  # reviews


class ReviewSettings(models.Model):
    """How one learner wants to review. Whoever never chose has no row."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="review_settings"
    )
    daily_limit = models.PositiveSmallIntegerField(
        _("cards a day, at most"), default=60, validators=[MaxValueValidator(1000)]
    )
    new_limit = models.PositiveSmallIntegerField(
        _("of these, new ones at most"), default=10, validators=[MaxValueValidator(1000)]
    )
    retention = models.FloatField(
        _("chance of recall at which a card comes back"), default=scheduling.RETENTION
    )
    seconds = models.PositiveSmallIntegerField(
        _("seconds that a card takes you"),
        default=20,
        validators=[MinValueValidator(3), MaxValueValidator(300)],
    )
    loads = models.JSONField(_("easy days"), default=list, blank=True)  # seven from Monday; 0..1
    exam_on = models.DateField(_("exam on"), null=True, blank=True)
    exam_set_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(retention__gte=0.7, retention__lte=0.97),
                name="retention_can_be_kept",
            ),
            models.CheckConstraint(
                condition=Q(exam_on=None, exam_set_on=None)
                | Q(exam_on__isnull=False, exam_set_on__isnull=False),
                name="exam_has_the_day_it_was_set",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"

    @classmethod
    def of(cls, user: int) -> ReviewSettings:
        """The learner's own, or what holds for everybody."""
        return CHOSEN.first(user=user) or cls(user_id=user)

    @property
    def terms(self) -> Terms:
        return Terms(self.retention, tuple(self.loads) if self.loads else EVERY_DAY)

    @property
    def exam(self) -> Exam | None:
        if self.exam_on is None or self.exam_set_on is None:
            return None
        return Exam(self.exam_on, self.exam_set_on)

    def keep(self, *, today: date) -> int:
        """Store them, and lay the cards anew where an exam is named, moved or called off.
        How many cards got another day."""
        with transaction.atomic():
            before = ReviewSettings.objects.select_for_update().filter(user=self.user_id).first()
            was_on = before.exam_on if before else None
            if self.exam_on != was_on:
                self.exam_set_on = today if self.exam_on else None
            self.pk = before.pk if before else None
            self.save()
            return self.lay_cards() if self.exam_on != was_on else 0

    def lay_cards(self) -> int:
        """Give every card the day that its memory and the exam as it is named now lead to."""
        moved = []
        cards = ReviewCard.objects.filter(user=self.user_id, stability__isnull=False)
        for card in cards.select_for_update():
            known = card.due_on
            card.lay(self.exam)
            if card.due_on != known:
                moved.append(card)
        ReviewCard.objects.bulk_update(moved, ["due_on"], batch_size=500)
        return len(moved)


class ReviewCardQuerySet(models.QuerySet["ReviewCard"]):
    def active(self) -> Self:
        """Those that may be asked."""
        return self.filter(is_suspended=False).of_current_questions()

    def of_current_questions(self) -> Self:
        """The few questions that are not asked any more are left out by their numbers: to look at
        each card's question would be to look at all questions."""
        retired = Question.objects.filter(retired_at__isnull=False).order_by()
        return self.exclude(question__in=retired.values("pk"))

    def due(self, on: date) -> Self:
        """What should come back by this study day, the oldest first."""
        return self.filter(due_on__lte=on, is_suspended=False)

    def unseen_siblings(self, user: int, on: date) -> Self:
        """Without the siblings of what was reviewed on this day: they wait for another."""
        seen = ReviewCard.objects.filter(user=user, reviewed_on=on)
        return self.exclude(concept__in=seen.values("concept"))

    def to_review(self, user: int, on: date) -> Self:
        """A learner's cards that are due and whose siblings have not been seen today."""
        due = self.filter(user=user, due_on__lte=on)
        return due.active().unseen_siblings(user, on)

    def unsealed_for(self, user: Any) -> Self:
        """Without those whose answer the learner must not see yet."""
        return self.exclude(question__in=sealed_numbers(user))

    def count_due(self, user: int, on: date) -> int:
        """How many wait on this day, one for each group of siblings. New ones are not due."""
        rows = DUE.rows(user=user, on=on)
        return rows[0][0] if rows else 0

    def with_last(self) -> Self:
        """With what the last review that counts was rated."""
        last = Review.objects.counted().filter(card=OuterRef("pk")).order_by("-day_on")
        return self.annotate(last_rating=Subquery(last.values("rating")[:1]))

    def states(self, user: int, questions: Iterable[int]) -> dict[int, str]:
        """Of these questions, which a learner remembers: `kept`, `stopped`, or `none`."""
        asked = list(questions)
        rows = self.filter(user=user, question__in=asked).values_list("question", "is_suspended")
        known = {question: "stopped" if is_off else "kept" for question, is_off in rows}
        return {question: known.get(question, "none") for question in asked}

    def keep(self, user: Any, questions: Sequence[Question], *, now: datetime) -> int:
        """What a learner wants to remember: made where there is no card, taken up again where it
        was suspended. How many that were."""
        from quizzes.models.attempts import day_of

        with transaction.atomic():
            known = self.filter(user=user, question__in=questions)
            woken = known.filter(is_suspended=True).update(is_suspended=False)
            has = set(known.values_list("question_id", flat=True))
            made = [
                ReviewCard.of(user.pk, question, day=day_of(user, now), now=now)
                for question in questions
                if question.pk not in has
            ]
            self.bulk_create(made, ignore_conflicts=True)
            return woken + len(made)

    def stop(self, user: Any, questions: Iterable[int]) -> int:
        """Suspended, not deleted: what was learnt is kept."""
        return self.filter(user=user, question__in=questions).update(is_suspended=True)


class ReviewCard(models.Model):
    """One question in one learner's memory. FSRS's terms; days, not instants."""

    # Without an index of its own: it would be taken for those below, that know the day as well.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="review_cards", db_index=False
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="cards")
    source = models.CharField(max_length=100)
    # What it is about. Cards that share it are siblings: one of them is asked on a day.
    concept = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    stability = models.FloatField(null=True)  # days until recall falls to 90 %
    difficulty = models.FloatField(null=True)  # 1 to 10
    reviewed_on = models.DateField(null=True)
    due_on = models.DateField()
    own_due_on = models.DateField(null=True)  # by its memory alone; an exam may move due_on
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
        indexes = [
            # To the last column that cards are put in order by: else a day's cards are all fetched
            # for the first of them.
            models.Index(fields=["user", "due_on", "id"], name="card_user_due"),
            models.Index(
                fields=["user", "due_on", "id"],
                condition=Q(stability=None),
                name="card_user_new",
            ),
            models.Index(fields=["user", "reviewed_on"], name="card_user_reviewed"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.question_id} due {self.due_on}"

    @classmethod
    def of(cls, user: int, question: Question, *, day: date, now: datetime) -> ReviewCard:
        """A card that was never reviewed, due at once. Not stored."""
        return cls(
            user_id=user,
            question=question,
            source=question.source,
            concept=question.topic,
            made_at=now,
            due_on=day,
        )

    @property
    def memory(self) -> Memory | None:
        """What is known of it, with the day that no exam has moved."""
        if self.stability is None or self.difficulty is None or self.reviewed_on is None:
            return None
        return Memory(
            stability=self.stability,
            difficulty=self.difficulty,
            reviewed_on=self.reviewed_on,
            due_on=self.own_due_on or self.due_on,
            reps=self.reps,
            lapses=self.lapses,
        )

    @property
    def is_leech(self) -> bool:
        memory = self.memory
        return memory is not None and scheduling.is_leech(memory)

    def put(self, memory: Memory | None, exam: Exam | None = None) -> None:
        """Take over a memory; None is a card that was never reviewed."""
        self.stability = memory.stability if memory else None
        self.difficulty = memory.difficulty if memory else None
        self.reviewed_on = memory.reviewed_on if memory else None
        self.own_due_on = memory.due_on if memory else None
        self.reps = memory.reps if memory else 0
        self.lapses = memory.lapses if memory else 0
        self.firm_until_on = scheduling.firm_until_on(memory) if memory else None
        self.lay(exam)

    def lay(self, exam: Exam | None) -> None:
        """The day it is due: its own, or one before the exam."""
        memory = self.memory
        if memory is not None:
            self.due_on = scheduling.with_exam(memory, exam, seed=self.pk).due_on

    def replay(self, exam: Exam | None = None) -> None:
        """The state that the log gives, whatever the row says."""
        counted = self.reviews.counted().order_by("day_on", "pk")
        log = [(review.day_on, Rating(review.rating), review.terms) for review in counted]
        self.put(scheduling.replay_scheduled(log, seed=self.pk), exam)

    def intervals(self, chosen: ReviewSettings, on: date) -> dict[Rating, int]:
        """In how many days it would come back, by the rating it got on this day."""
        return {
            rating: (
                scheduling.with_exam(
                    scheduling.scheduled(self.memory, rating, on, terms=chosen.terms, seed=self.pk),
                    chosen.exam,
                    seed=self.pk,
                ).due_on
                - on
            ).days
            for rating in Rating
        }

    # What a review changes, as it is kept to be put back.
    STATE = (
        *("stability", "difficulty", "reviewed_on", "due_on", "own_due_on", "firm_until_on"),
        *("reps", "lapses"),
    )
    DAYS = frozenset({"reviewed_on", "due_on", "own_due_on", "firm_until_on"})

    def state(self) -> dict[str, Any]:
        """Its columns as JSON, exact to the last bit."""
        values = {name: getattr(self, name) for name in self.STATE}
        return {n: str(v) if n in self.DAYS and v is not None else v for n, v in values.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        for name in self.STATE:
            value = state[name]
            is_day = name in self.DAYS and value is not None
            setattr(self, name, date.fromisoformat(value) if is_day else value)


CHOSEN = Prepared(lambda user: ReviewSettings.objects.filter(user=user))
DUE = Prepared(
    lambda user, on: (
        ReviewCard.objects.to_review(user, on)
        .filter(stability__isnull=False)
        .order_by()
        .values("user")
        .annotate(n=Count("concept", distinct=True))
        .values_list("n")
    )
)


class ReviewQuerySet(models.QuerySet["Review"]):
    def counted(self) -> Self:
        return self.filter(is_practice=False, undone_at=None)

    def last_of(self, user: int) -> Review | None:
        """What a learner could undo: the newest review, while it is among the last 30."""
        log = list(
            self.filter(user=user)
            .exclude(before=None)
            .order_by("-pk")
            .values_list("pk", "undone_at")[:UNDOABLE]
        )
        live = next((pk for pk, undone_at in log if undone_at is None), None)
        return None if live is None else self.select_related("card__question").get(pk=live)


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
    was_new = models.BooleanField(default=False)  # the first that counted
    # What its schedule needed, to be computed again: the terms that held, and what came of them.
    retention = models.FloatField(default=scheduling.RETENTION)
    loads = models.JSONField(default=list)
    due_on = models.DateField(null=True)
    before = models.JSONField(null=True)  # the card's state, to be put back
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

    @property
    def terms(self) -> Terms:
        return Terms(self.retention, tuple(self.loads) if self.loads else EVERY_DAY)

    @property
    def rated(self) -> Rating:
        return Rating(self.rating)

    def undo(self, *, now: datetime) -> bool:
        """Put the card back as it was. False when it was undone already, or when a later review
        of the card stands on it."""
        with transaction.atomic():
            card = ReviewCard.objects.select_for_update().get(pk=self.card_id)
            later = card.reviews.filter(pk__gt=self.pk, undone_at=None)
            if self.before is None or later.exists():
                return False
            moved = Review.objects.filter(pk=self.pk, undone_at=None).update(undone_at=now)
            if moved != 1:
                return False
            self.undone_at = now
            if not self.is_practice:
                card.restore(self.before)
                card.lay(ReviewSettings.of(card.user_id).exam)
                card.save()
            self.card = card
            return True

    def correct(self, rating: Rating, *, now: datetime) -> Review | None:
        """Another rating in place of this one, which stays in the log as undone. None when it is
        too late for that."""
        with transaction.atomic():
            if not self.undo(now=now):
                return None
            return look(
                self.card,
                rating,
                day=self.day_on,
                now=now,
                how=Review.How.RATED,
                response=self.response,
            )


class Pace:
    """How long a learner takes to answer from memory. `times` are those answers' seconds, if they
    are at hand; else they are asked for, once, and only where they matter."""

    def __init__(self, user: int, times: Sequence[float] | None = None) -> None:
        self.user = user
        if times is not None:
            self.times = times

    @cached_property
    def times(self) -> Sequence[float]:
        return [seconds for (seconds,) in TIMES.rows(user=self.user)]

    @property
    def usual(self) -> float | None:
        """Seconds: the median of the last answers from memory, once there are some."""
        return median(self.times) if len(self.times) >= TIMED_AT_LEAST else None


def times_of(*, user: int) -> QuerySet[Any, Any]:
    every = kinds().items()
    recalled = [name for name, kind in every if kind.is_free_recall and not kind.is_self_rated]
    return (
        Review.objects.filter(
            user=user,
            how=Review.How.ANSWERED,
            is_practice=False,
            response__seconds__isnull=False,
            response__version__kind__in=recalled,
        )
        .order_by("-day_on", "-pk")
        .annotate(one=F("response__seconds"))
        .values_list("one")[:TIMED]
    )


TIMED, TIMED_AT_LEAST = 30, 5  # answers
TIMES = Prepared(times_of)


class Listed(Subquery):
    """The one column of a subquery, by the name of `one`, as a list within the row."""

    output_field = models.JSONField()
    template = "(SELECT json_group_array(one) FROM (%(subquery)s) AS listed)"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        gathered = "COALESCE(jsonb_agg(one), '[]')"
        template = self.template.replace("json_group_array(one)", gathered)
        return self.as_sql(compiler, connection, template=template)  # type: ignore[call-arg]


@dataclass(frozen=True)
class Kept:
    """What an answer moves, read with what was answered."""

    cards: Mapping[int, ReviewCard]  # by question, as far as there are any
    chosen: ReviewSettings
    pace: Pace

    @classmethod
    def of(cls, user: int, questions: Sequence[int]) -> Kept:
        cards = ReviewCard.objects.filter(user=user, question__in=questions)
        found = {card.question_id: card for card in cards}
        return cls(found, ReviewSettings.of(user), Pace(user))


def remember(
    rows: Iterable[AttemptQuestion], *, now: datetime, kept: Kept | None = None
) -> list[Review]:
    """Move the cards by answers whose worth has just become visible.

    A card is made by the first such answer to a question of fact, term or attribution. `rows`
    belong to one learner, are graded, and have question, version and response at hand.
    """
    answered = [(row, row.response) for row in rows if row.response and row.is_answered]
    if not answered:
        return []
    user = answered[0][0].attempt.user_id
    kept = kept or Kept.of(user, [row.question_id for row, _response in answered])
    looks = []
    for row, response in answered:
        card = kept.cards.get(row.question_id)
        if card is None and not row.question.is_for_memory:
            continue
        if card is None:
            card = ReviewCard.of(user, row.question, day=response.day_on, now=now)
            insert(card)
        seen = look(
            card,
            rating_of(row, response, kept.pace),
            day=response.day_on,
            now=now,
            how=Review.How.ANSWERED,
            response=response,
            chosen=kept.chosen,
        )
        looks.append(seen)
    return looks


def rating_of(row: AttemptQuestion, response: Response, pace: Pace) -> Rating:
    """What an answer says of the memory, by the rule that is shown to learners."""
    kind = row.version.kind_class
    said = kind.rating(response.value)
    if said is not None:
        return Rating(said)
    is_timed = kind.is_free_recall and response.seconds is not None
    return scheduling.rating_for(
        mark(row.version.load(), response.value).fraction,  # what tries cost is counted beside it
        tries_used=row.tries_used,
        is_free_recall=kind.is_free_recall,
        certainty=response.certainty,
        seconds=response.seconds,
        median_seconds=pace.usual if is_timed else None,
    )


def look(
    card: ReviewCard,
    rating: Rating,
    *,
    day: date,
    now: datetime,
    how: str,
    response: Any = None,
    chosen: ReviewSettings | None = None,
) -> Review:
    """Log a look at a card and move the card by it, unless that day has had its look.

    `chosen` are the learner's settings, if they are at hand.
    """
    # The card says whether this day is new; only an answer released late has to ask the log.
    is_new_day = card.reviewed_on is None or day > card.reviewed_on
    is_practice = not is_new_day and (
        day == card.reviewed_on or card.reviews.counted().filter(day_on=day).exists()
    )
    review = Review(
        card=card,
        user_id=card.user_id,
        rating=int(rating),
        how=how,
        at=now,
        day_on=day,
        is_practice=is_practice,
        response=response,
        before=card.state(),
    )
    if is_practice:
        insert(review)
        return review
    chosen = chosen or ReviewSettings.of(card.user_id)
    review.retention = chosen.retention
    review.loads = list(chosen.loads)
    review.was_new = card.reviewed_on is None
    if is_new_day:
        memory = scheduling.scheduled(card.memory, rating, day, terms=chosen.terms, seed=card.pk)
        card.put(memory, chosen.exam)
        review.due_on = card.due_on
        insert(review)
    else:
        insert(review)
        card.replay(chosen.exam)
    update(card, *ReviewCard.STATE)
    return review
