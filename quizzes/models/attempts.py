"""What learners did. Answers are appended, never changed; beside the log stands one current row
for each question. Every act is one transaction, and a change of state happens once."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, models, transaction
from django.db.models import Case, F, Max, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from quizzes import certainty as certainty_marking
from quizzes import kinds
from quizzes.grading import Outcome, after_tries, is_right, is_wrong, worth
from quizzes.kinds import Unreadable, Value
from quizzes.models import tallies
from quizzes.models.bank import Question, QuestionVersion, Quiz, digest_of, new_public_id
from quizzes.models.memory import Kept, Review, remember
from quizzes.prepared import Prepared, insert, update
from quizzes.rules import Behaviour, Rules
from quizzes.scheduling import study_day
from quizzes.tokens import seconds_since

if TYPE_CHECKING:
    from quizzes.models.rulings import Ruling


UNTOLD = _("What it asks waits in another quiz of yours, which is open or not released yet.")
VERDICTS = {"right": _("Right"), "part": _("Partly right"), "miss": _("Another answer")}


def state_of(fraction: float) -> str:
    """right, part or miss."""
    return "right" if is_right(fraction) else "miss" if is_wrong(fraction) else "part"


class AttemptRefused(Exception):  # noqa: N818
    """A start that the rules do not allow; the message says why."""


class TokenReused(Exception):  # noqa: N818
    """A token came back with another answer: nothing was stored."""


def day_of(user: Any, now: datetime) -> Any:
    """The learner's study day, in his own zone."""
    return study_day(now, ZoneInfo(getattr(user, "time_zone", "UTC")))


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def open(self) -> Self:
        return self.filter(state=Attempt.State.OPEN)

    def submitted(self) -> Self:
        return self.filter(state=Attempt.State.SUBMITTED)

    def at_quizzes(self) -> Self:
        return self.filter(purpose=Attempt.Purpose.QUIZ)

    def overdue(self, now: datetime) -> Self:
        """Open past deadline and grace; graces differ, so this asks for the longest in use."""
        return self.open().filter(deadline_at__lt=now)

    def awaiting_release(self, now: datetime) -> Self:
        return self.submitted().filter(released_at=None, release_on__lte=now)

    def standing(self, *, user: Any, purpose: str, source: str, now: datetime) -> Attempt:
        """The one attempt that holds all a learner's checkpoint answers (or reviews, or practice)
        in a source; made when first needed."""
        attempt, _made = self.get_or_create(
            user=user,
            purpose=purpose,
            source=source,
            context="",
            defaults={"started_at": now, "rules": Rules().snapshot(), "number": 1},
        )
        return attempt


class Attempt(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("open")
        SUBMITTED = "submitted", _("handed in")

    class Purpose(models.TextChoices):
        QUIZ = "quiz", _("quiz")
        CHECKPOINT = "checkpoint", _("checkpoint")
        REVIEW = "review", _("review")
        PRACTICE = "practice", _("practice")

    class ClosedBy(models.TextChoices):
        LEARNER = "learner", _("you")
        CLOCK = "clock", _("the clock")

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="attempts")
    quiz = models.ForeignKey(Quiz, models.PROTECT, null=True, related_name="attempts")
    source = models.CharField(max_length=100)
    purpose = models.CharField(max_length=10, choices=Purpose)
    context = models.CharField(max_length=100, blank=True)  # '' own study; else opaque
    scope = models.CharField(max_length=100, blank=True)  # whose rulings hold; '' nobody's
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=10, choices=ClosedBy, blank=True)
    release_on = models.DateTimeField(null=True)  # when what is submitted may be seen
    released_at = models.DateTimeField(null=True)
    score = models.FloatField(null=True)
    max_score = models.FloatField(null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "quiz", "context", "number"], name="attempt_number_once"
            ),
            models.UniqueConstraint(
                fields=["user", "quiz", "context"],
                condition=Q(state="open"),
                name="attempt_open_once",
            ),
            models.UniqueConstraint(
                fields=["user", "purpose", "source", "context"],
                condition=~Q(purpose="quiz"),
                name="attempt_standing_once",
            ),
            models.CheckConstraint(
                condition=Q(state="open", submitted_at=None)
                | Q(state="submitted", submitted_at__isnull=False),
                name="attempt_state_agrees_with_time",
            ),
            models.CheckConstraint(
                condition=Q(purpose="quiz", quiz__isnull=False) | ~Q(purpose="quiz"),
                name="attempt_at_a_quiz_has_one",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "started_at"], name="attempt_user_started"),
            models.Index(fields=["context", "user"], name="attempt_context_user"),
            models.Index(
                fields=["deadline_at"], condition=Q(state="open"), name="attempt_open_deadline"
            ),
            models.Index(fields=["scope", "user"], name="attempt_scope_user"),
            models.Index(
                fields=["context"],
                condition=Q(released_at=None, submitted_at__isnull=False),
                name="attempt_waits_for_release",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("attempt", args=[self.public_id])

    @cached_property
    def own_rules(self) -> Rules:
        """As they were when it began: nothing changes them."""
        return Rules.model_validate(self.rules)

    def is_over(self, now: datetime) -> bool:
        """Closed, or past its deadline and only not yet written as closed."""
        return self.state != self.State.OPEN or self.is_past(now)

    def is_past(self, now: datetime) -> bool:
        grace = timedelta(seconds=self.own_rules.grace)
        return self.deadline_at is not None and now > self.deadline_at + grace

    @cached_property
    def is_held(self) -> bool:
        """Whether it asks what its learner is asked in another attempt that counts in some scope,
        and is not told there yet: until then nothing is told here either."""
        untold = AttemptQuestion.objects.untold_in_scopes().filter(attempt__user=self.user_id)
        elsewhere = untold.exclude(attempt=self.pk).values("question")
        return self.questions.filter(question__in=elsewhere).exists()

    def is_released(self, now: datetime) -> bool:
        if self.state != self.State.SUBMITTED:
            return False
        due = self.release_on is not None and self.release_on <= now
        return self.released_at is not None or due

    # Starting

    @classmethod
    def start(
        cls,
        *,
        user: Any,
        quiz: Quiz,
        now: datetime,
        rules: Rules | None = None,
        context: str = "",
        scope: str = "",
    ) -> Attempt:
        """Open an attempt, or give back the one that is open. Raises AttemptRefused."""
        rules = rules or quiz.own_rules
        with transaction.atomic():
            # Orders this learner's starts on both databases; the constraint stands behind it.
            get_user_model().objects.select_for_update().only("pk").get(pk=user.pk)
            mine = cls.objects.filter(user=user, quiz=quiz, context=context)
            known = mine.open().first()
            if known is not None and not known.is_past(now):
                return known
            if known is not None:
                known.expire(now=now)
            refusal = cls.refusal(rules, mine.count(), now)
            if refusal:
                raise AttemptRefused(refusal)
            last = mine.aggregate(last=Max("number"))["last"] or 0
            try:
                with transaction.atomic():
                    attempt = cls.objects.create(
                        user=user,
                        quiz=quiz,
                        source=quiz.source,
                        purpose=cls.Purpose.QUIZ,
                        context=context,
                        scope=scope,
                        number=last + 1,
                        rules=rules.snapshot(),
                        started_at=now,
                        deadline_at=rules.deadline(now),
                    )
            except IntegrityError:
                return mine.open().get()
            attempt.lay_out()
            attempt.log(AttemptEvent.Kind.STARTED, at=now, by=user)
            return attempt

    @staticmethod
    def refusal(rules: Rules, made: int, now: datetime) -> str:
        """Why no further attempt may start; '' if one may."""
        if rules.opens_at is not None and now < rules.opens_at:
            return _g("This quiz is not open yet.")
        if rules.closes_at is not None and now >= rules.closes_at:
            return _g("This quiz has closed.")
        if rules.attempts is not None and made >= rules.attempts:
            return _g("You have used all your attempts at this quiz.")
        return ""

    def lay_out(self) -> None:
        """Draw the questions and fix their order and the order of their options. What is not told
        yet in some scope is not asked for oneself: AttemptRefused, where nothing else is left."""
        chance = random.SystemRandom()
        untold = AttemptQuestion.objects.untold_in_scopes().filter(attempt__user=self.user_id)
        held = () if self.scope else set(untold.values_list("question", flat=True))
        drawn = self.quiz.draw(chance.getrandbits(63), without=held) if self.quiz else []
        if held and not drawn:
            raise AttemptRefused(UNTOLD)
        AttemptQuestion.objects.bulk_create(
            AttemptQuestion(
                attempt=self,
                question_id=question,
                version_id=version,
                position=position,
                seed=chance.getrandbits(31),
            )
            for position, (question, version) in enumerate(drawn, 1)
        )

    # Answering

    def respond(
        self,
        question: int,
        value: Value,
        *,
        token: UUID,
        base_rev: int,
        now: datetime,
        is_check: bool = False,
        certainty: int | None = None,
    ) -> Ack:
        """Store an answer, and grade it when it is to be checked and the rules say at once.

        `question`: id of the Question. `base_rev`: revision that the learner had before him.
        Raises TokenReused; AttemptQuestion.DoesNotExist.
        """
        digest = digest_of([value, certainty, is_check])
        with transaction.atomic():
            attempt: Attempt = HELD.first(attempt=self.pk)
            known = SENT.first(attempt=self.pk, token=token)
            if known is not None:
                if known.digest != digest or known.attempt_question.question_id != question:
                    raise TokenReused
                return Ack(known.outcome, known.attempt_question, known, is_repeat=True)
            row = ROW.first(attempt=self.pk, question=question)
            if row is None:
                raise AttemptQuestion.DoesNotExist
            row.attempt = attempt
            response = Response(
                token=token, digest=digest, value=value, certainty=certainty, is_check=is_check
            )
            return attempt.take(row, response, base_rev=base_rev, now=now)

    def take(
        self,
        row: AttemptQuestion,
        response: Response,
        *,
        base_rev: int,
        now: datetime,
        kept: Kept | None = None,
    ) -> Ack:
        """Log an answer, and move the row and the card by it: the end of a transaction that holds
        this attempt. `kept`: what is known of the card, if it is at hand."""
        outcome = self.reception(row, base_rev, now)
        response.attempt, response.attempt_question, response.version = self, row, row.version
        response.outcome = outcome
        response.rev = row.rev + (outcome == Response.Outcome.SAVED)
        response.arrived_at, response.day_on = now, day_of(self.user, now)
        response.seconds = self.seconds_on(row, response.token, now)
        insert(response)
        if outcome != Response.Outcome.SAVED:
            return Ack(outcome, row, response)
        row.rev, row.response = response.rev, response
        is_checked = response.is_check and response.value is not None
        is_graded = is_checked and row.check_answer(response, now=now)
        row.store(over=base_rev)
        looks = remember([row], now=now, kept=kept) if is_graded else []
        return Ack(outcome, row, response, review=looks[0] if looks else None)

    def seconds_on(self, row: AttemptQuestion, token: UUID, now: datetime) -> float | None:
        """How long the question had been looked at, over all pages that showed it. None where
        that is not known, or says nothing: beside the text, reading cannot be told from thinking.
        """
        if self.purpose in {self.Purpose.CHECKPOINT, self.Purpose.PRACTICE}:
            return None
        seconds = seconds_since(token, now)
        if self.purpose != self.Purpose.QUIZ or row.response_id is None or seconds is None:
            return seconds
        before: float | None = getattr(row, "seconds_before", None)
        return None if before is None else round(before + seconds, 1)

    def reception(self, row: AttemptQuestion, base_rev: int, now: datetime) -> str:
        """What becomes of an answer that arrives now."""
        if self.is_over(now):
            return Response.Outcome.LATE
        if row.is_final and self.purpose == self.Purpose.QUIZ:
            return Response.Outcome.FINAL
        if base_rev != row.rev:
            return Response.Outcome.CONFLICT
        return Response.Outcome.SAVED

    # Closing

    def submit(self, *, now: datetime) -> bool:
        """Hand in. False when it was closed already, by whomever."""
        if self.is_past(now):
            self.expire(now=now)
            return False
        return self.close(by=self.ClosedBy.LEARNER, now=now)

    def expire(self, *, now: datetime) -> bool:
        """Close what is past its deadline with what was saved. False when there is nothing to do:
        it may run twice, or in several processes at once."""
        if self.deadline_at is None or not self.is_past(now):
            return False
        return self.close(by=self.ClosedBy.CLOCK, now=now)

    def close(self, *, by: str, now: datetime) -> bool:
        """Handed in now, but never after the deadline: what comes within its grace is in time."""
        with transaction.atomic():
            # The lock first: an answer that is being stored is stored before the attempt closes.
            attempt = Attempt.objects.select_for_update().get(pk=self.pk)
            if by == self.ClosedBy.CLOCK and not attempt.is_past(now):
                return False  # extended meanwhile
            at = min(now, attempt.deadline_at or now)
            moved = Attempt.objects.filter(pk=self.pk, state=self.State.OPEN).update(
                state=self.State.SUBMITTED, submitted_at=at, closed_by=by
            )
            if moved != 1:
                return False
            self.refresh_from_db()
            self.grade(now=now)
            self.log(AttemptEvent.Kind.CLOSED, at=now, details={"by": by})
            self.settle_release(now)
            return True

    def grade(self, *, now: datetime) -> None:
        """Grade every question that has not been, from what was last saved."""
        rows = self.questions.select_related("version", "response", "question")
        rulings = self.rulings()
        for row in rows:
            row.attempt = self
            if not row.is_final:
                row.finish(now=now, rulings=rulings)
        self.sum_up()

    def rulings(self) -> Sequence[Ruling]:
        from quizzes.models.rulings import Ruling

        return list(Ruling.objects.in_force(self.scope)) if self.scope else []

    def sum_up(self) -> None:
        rows = list(self.questions.filter(is_excluded=False).values_list("points", flat=True))
        each = certainty_marking.MOST if self.own_rules.has_certainty else 1.0
        self.score = sum(points or 0 for points in rows)
        self.max_score = len(rows) * each
        Attempt.objects.filter(pk=self.pk).update(score=self.score, max_score=self.max_score)

    def settle_release(self, now: datetime) -> None:
        """Release at once, or note when it falls due."""
        rules = self.own_rules
        if rules.release == "at_once" or (rules.release == "after_close" and not rules.closes_at):
            self.release(now=now)
        elif rules.release == "after_close":
            Attempt.objects.filter(pk=self.pk).update(release_on=rules.closes_at)
            self.release_on = rules.closes_at
            if rules.closes_at is not None and rules.closes_at <= now:
                self.release(now=now)

    def release(self, *, now: datetime) -> bool:
        """Let the learner see what it was worth. Once."""
        return release_all([self], now=now) == 1

    def show(self, now: datetime) -> bool:
        """Release it, but for what it adds to the figures of its scope."""
        moved = Attempt.objects.filter(
            pk=self.pk, state=self.State.SUBMITTED, released_at=None
        ).update(released_at=now)
        if moved != 1:
            return False
        self.released_at = now
        waiting = self.questions.filter(is_released=False)
        rows = list(waiting.select_related("question", "version", "response"))
        waiting.update(is_released=True)
        for row in rows:
            row.attempt = self
            row.is_released = True
        remember(rows, now=now)
        self.log(AttemptEvent.Kind.RELEASED, at=now)
        return True

    # What others may do

    def extend(self, *, until: datetime, by: Any, reason: str, now: datetime) -> bool:
        """Another deadline for an attempt that is open. False when it is not."""
        with transaction.atomic():
            moved = Attempt.objects.filter(pk=self.pk, state=self.State.OPEN).update(
                deadline_at=until
            )
            if moved != 1:
                return False
            before = self.deadline_at
            self.deadline_at = until
            self.log(
                AttemptEvent.Kind.EXTENDED,
                at=now,
                by=by,
                details={"from": str(before or ""), "to": str(until), "reason": reason},
            )
            return True

    def follow(self, rules: Rules, *, by: Any, reason: str, now: datetime) -> None:
        """Take over another closing than it began by. While it is open it ends then, or later,
        where it has more time; but not before now. What waits for the closing waits for the new
        one. Call it in a transaction that holds it."""
        closes_at, ends_at = rules.closes_at, self.deadline_at
        if closes_at is not None and closes_at != self.own_rules.closes_at:
            self.rules = self.rules | {"closes_at": rules.snapshot()["closes_at"]}
            mine = Attempt.objects.filter(pk=self.pk)
            mine.update(rules=self.rules)
            waiting = mine.filter(released_at=None, release_on__gt=now)
            waiting.update(release_on=max(closes_at, now))
        until = rules.deadline(self.started_at)
        if until is None or ends_at is None or until < ends_at:  # no limit of time comes sooner
            until = min((at for at in (ends_at, closes_at) if at is not None), default=None)
        if until is not None and until != ends_at and not self.is_over(now):
            self.extend(until=max(until, now), by=by, reason=reason, now=now)

    def reopen(self, *, until: datetime | None, by: Any, reason: str, now: datetime) -> bool:
        """Open again what was handed in. What was released stays final. False when another
        attempt at the same quiz is open, or this one is."""
        with transaction.atomic():
            before = Attempt.objects.select_for_update().get(pk=self.pk)
            try:
                with transaction.atomic():
                    moved = Attempt.objects.filter(pk=self.pk, state=self.State.SUBMITTED).update(
                        state=self.State.OPEN,
                        submitted_at=None,
                        closed_by="",
                        deadline_at=until,
                        release_on=None,
                        released_at=None,
                        score=None,
                        max_score=None,
                    )
            except IntegrityError:
                return False
            if moved != 1:
                return False
            self.refresh_from_db()
            self.questions.filter(is_released=False).update(is_final=False)
            if before.released_at is not None:
                tallies.uncount([self])
            self.log(AttemptEvent.Kind.REOPENED, at=now, by=by, details={"reason": reason})
            return True

    def log(
        self, kind: str, *, at: datetime, by: Any = None, details: dict[str, Any] | None = None
    ) -> None:
        AttemptEvent.objects.create(attempt=self, kind=kind, at=at, by=by, details=details or {})


def release_all(attempts: Iterable[Attempt], *, now: datetime) -> int:
    """Release what was not. How many these were. They are added up last and together, because
    whoever does that waits for all others of the scope."""
    with transaction.atomic():
        released = [attempt for attempt in attempts if attempt.show(now)]
        tallies.count(released)
        return len(released)


def close_overdue(now: datetime) -> int:
    """Close and release what is due. Safe to run twice or side by side.

    The ids first: rows still being read would hold SQLite at the moment they were asked for, and
    what another process wrote since could not be written over."""
    closed = 0
    for pk in list(Attempt.objects.overdue(now).values_list("pk", flat=True)):
        closed += Attempt.objects.get(pk=pk).expire(now=now)
    for pk in list(Attempt.objects.awaiting_release(now).values_list("pk", flat=True)):
        Attempt.objects.get(pk=pk).release(now=now)
    return closed


class AttemptEvent(models.Model):
    """What happened to an attempt as a whole, in order. Append-only."""

    class Kind(models.TextChoices):
        STARTED = "started", _("started")
        CLOSED = "closed", _("closed")
        RELEASED = "released", _("released")
        EXTENDED = "extended", _("given more time")
        REOPENED = "reopened", _("opened again")

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="attempt_events"
    )
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.kind}"


class AttemptQuestionQuerySet(models.QuerySet["AttemptQuestion"]):
    def with_first_answers(self) -> Self:
        """Each with what `first_fraction` is the worth of: of several tries the first."""
        checked = Response.objects.filter(
            attempt_question=OuterRef("pk"),
            is_check=True,
            outcome=Response.Outcome.SAVED,
            value__isnull=False,
        )
        first = Coalesce(Subquery(checked.order_by("rev").values("value")[:1]), "response__value")
        return self.annotate(
            first_value=Case(
                When(tries__gt=1, then=first),
                default=F("response__value"),
                output_field=models.JSONField(),
            )
        )

    def without_key(self) -> Self:
        """With versions, but not what tells right from wrong."""
        secret = [f"version__{name}" for name in ("body", "explanation", "hints", "evidence")]
        return self.select_related("version", "question", "response").defer(*secret)

    def told_to(self, user: Any) -> Self:
        """What a learner has answered and may see the worth of, the last first."""
        answered = self.filter(
            attempt__user=user,
            is_released=True,
            graded_at__isnull=False,
            is_excluded=False,
            response__value__isnull=False,
        )
        return answered.order_by("-graded_at", "-pk")

    def about(self, questions: Collection[int]) -> Self:
        """Rows of these questions with what lists of answers show, and no key."""
        return self.filter(question__in=questions).without_key().select_related("attempt")

    def unreleased(self) -> Self:
        """At a quiz, and its worth not yet the learner's to see."""
        return self.filter(attempt__purpose=Attempt.Purpose.QUIZ, is_released=False)

    def untold_in_scopes(self) -> Self:
        """The same, of attempts that count in some scope."""
        return self.unreleased().exclude(attempt__scope="").order_by()


class AttemptQuestion(models.Model):
    """One question in one attempt, as it stands."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="questions")
    question = models.ForeignKey(Question, models.PROTECT, related_name="asked")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    seed = models.PositiveBigIntegerField()
    rev = models.PositiveIntegerField(default=0)
    response = models.ForeignKey("quizzes.Response", models.PROTECT, null=True, related_name="+")
    checked = models.ForeignKey("quizzes.Response", models.PROTECT, null=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    fraction = models.FloatField(null=True)  # in [0, 1]; null: not graded
    points = models.FloatField(null=True)
    first_fraction = models.FloatField(null=True)  # of the first graded answer, without penalty
    is_final = models.BooleanField(default=False)
    is_released = models.BooleanField(default=False)
    is_excluded = models.BooleanField(default=False)  # left out by a ruling
    graded_at = models.DateTimeField(null=True)

    objects = AttemptQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "question"], name="question_once_an_attempt"
            ),
            models.CheckConstraint(
                condition=Q(fraction=None) | Q(fraction__gte=0, fraction__lte=1),
                name="fraction_is_a_fraction",
            ),
        ]
        indexes = [
            # The last answer, by which a page beside the text is known to be stale.
            models.Index(fields=["attempt", "graded_at"], name="asked_graded"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.position}"

    @property
    def state(self) -> str:
        """right, part or miss, by its worth as it was released."""
        return state_of(self.fraction or 0.0)

    @property
    def verdict(self) -> Any:
        return VERDICTS[self.state]

    @property
    def is_answered(self) -> bool:
        return self.response is not None and self.response.value is not None

    @property
    def tries_used(self) -> int:
        """Tries that the last answer took. A standing attempt never ends: there each answer
        stands for itself, or whatever was once missed could never be rated Good again."""
        return max(self.tries, 1) if self.attempt.purpose == Attempt.Purpose.QUIZ else 1

    @property
    def allowed_tries(self) -> int:
        if self.attempt.own_rules.behaviour != Behaviour.TRIES:
            return 1
        return len(self.version.hints) + 1

    STATE = (
        *("rev", "response", "version", "checked", "tries", "fraction", "points"),
        *("first_fraction", "is_final", "is_released", "is_excluded", "graded_at"),
    )

    def store(self, *, over: int) -> None:
        """Write the row, but only over the revision that it was read at."""
        if update(self, *self.STATE, rev=over) != 1:
            raise RuntimeError("the row moved under its lock")

    def check_answer(self, response: Response, *, now: datetime) -> bool:
        """Grade at once where the behaviour says so; an answer that cannot be read waits.
        Whether the grade is final, and so to be seen."""
        if self.attempt.own_rules.behaviour == Behaviour.DEFERRED:
            return False
        try:
            self.version.kind_class.check(self.version.shown, response.value)
        except Unreadable:
            return False
        outcome = self.outcome(response, self.attempt.rulings())
        self.tries += 1
        self.checked = response
        if self.first_fraction is None:
            self.first_fraction = outcome.fraction
        is_done = (
            self.attempt.purpose != Attempt.Purpose.QUIZ
            or is_right(outcome.fraction)
            or self.tries >= self.allowed_tries
        )
        if is_done:
            self.settle(outcome, response, now=now)
            self.is_released = True
        return is_done

    def finish(self, *, now: datetime, rulings: Sequence[Ruling]) -> None:
        """Grade what was last saved, when the attempt closes."""
        response = self.response
        outcome = self.outcome(response, rulings)
        if response is not None and response.value is not None and self.checked_id != response.pk:
            self.tries += 1
        if self.first_fraction is None and self.is_answered:
            self.first_fraction = outcome.fraction
        self.settle(outcome, response, now=now)
        self.store(over=self.rev)

    def outcome(self, response: Response | None, rulings: Sequence[Ruling]) -> Outcome:
        """Worth of an answer before the penalty; what cannot be read is worth nothing."""
        mine = [ruling for ruling in rulings if ruling.version_id == self.version_id]
        value = response.value if response is not None else None
        return worth(self.version.load(), value, [ruling.decision for ruling in mine])

    def settle(self, outcome: Outcome, response: Response | None, *, now: datetime) -> None:
        """Put the grade into the log and into this row, which store() writes."""
        self.fraction = self.fraction_for(outcome)
        self.points = self.points_for(outcome, response)
        self.is_excluded = outcome.is_excluded
        self.is_final = True
        self.graded_at = now
        grade = Grade(
            attempt_question_id=self.pk,
            response_id=response.pk if response else None,
            version_id=self.version_id,
            fraction=self.fraction,
            points=self.points,
            is_excluded=outcome.is_excluded,
            at=now,
        )
        insert(grade)

    def fraction_for(self, outcome: Outcome) -> float:
        """What is left once tries have cost their penalty; marks that were given cost none."""
        rules = self.attempt.own_rules
        is_quiz = self.attempt.purpose == Attempt.Purpose.QUIZ
        if outcome.is_given or not is_quiz or rules.behaviour != Behaviour.TRIES:
            return outcome.fraction
        return after_tries(outcome.fraction, tries=max(self.tries, 1), penalty=rules.penalty)

    def points_for(self, outcome: Outcome, response: Response | None) -> float:
        if not self.attempt.own_rules.has_certainty:
            return self.fraction_for(outcome)
        if outcome.is_given:
            return certainty_marking.MOST
        if response is None or response.value is None:
            return 0.0
        return certainty_marking.mark(response.certainty, self.fraction_for(outcome))


class ResponseQuerySet(models.QuerySet["Response"]):
    def forget_typed(self) -> int:
        """Empty what learners wrote in words of their own; what they chose stays, and so does what
        was left blank. An answer without a digest was emptied so, and is not graded again."""
        typed = [name for name, kind in kinds.kinds().items() if kind.is_typed]
        written = self.filter(version__kind__in=typed, value__isnull=False)
        return written.update(value=None, digest="")


class Response(models.Model):
    """One answer as it was given, in the order of arrival. Append-only, but for a learner who is
    forgotten."""

    class Outcome(models.TextChoices):
        SAVED = "saved", _("saved")
        CONFLICT = "conflict", _("kept beside a newer one")
        LATE = "late", _("kept, but too late to count")
        FINAL = "final", _("kept; the question was graded already")

    # Found by `response_once_a_token`, so that it needs no index of its own.
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="responses", db_index=False)
    attempt_question = models.ForeignKey(AttemptQuestion, models.PROTECT, related_name="responses")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="responses")
    token = models.UUIDField()
    digest = models.CharField(max_length=64)
    value = models.JSONField(null=True)
    certainty = models.PositiveSmallIntegerField(null=True)
    is_check = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, choices=Outcome)
    rev = models.PositiveIntegerField()  # of the row when this was stored
    arrived_at = models.DateTimeField()
    day_on = models.DateField()  # the learner's study day
    seconds = models.FloatField(null=True)  # that the question was in sight; null: not known

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "token"], name="response_once_a_token"),
            models.UniqueConstraint(
                fields=["attempt_question", "rev"],
                condition=Q(outcome="saved"),
                name="response_once_a_revision",
            ),
            models.CheckConstraint(
                condition=Q(certainty=None) | Q(certainty__gte=1, certainty__lte=3),
                name="certainty_is_one_to_three",
            ),
            models.CheckConstraint(
                condition=Q(seconds=None) | Q(seconds__gte=0), name="response_seconds_go_forward"
            ),
        ]
        indexes = [
            models.Index(fields=["version", "arrived_at"], name="response_version_at"),
            # What was answered on which day, without the answers themselves.
            models.Index(
                fields=["attempt", "day_on", "attempt_question"],
                condition=Q(value__isnull=False),
                name="response_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_question_id} r{self.rev} {self.outcome}"


@dataclass(frozen=True)
class Ack:
    """What became of an answer that was sent."""

    outcome: str
    row: AttemptQuestion
    response: Response
    is_repeat: bool = False
    review: Review | None = None  # the look at its card that this was


class Grade(models.Model):
    """What an answer was found worth, and by which version and regrade. Append-only."""

    attempt_question = models.ForeignKey(AttemptQuestion, models.PROTECT, related_name="grades")
    response = models.ForeignKey(Response, models.PROTECT, null=True, related_name="grades")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    fraction = models.FloatField()
    points = models.FloatField()
    is_excluded = models.BooleanField(default=False)
    regrade = models.ForeignKey("quizzes.Regrade", models.PROTECT, null=True, related_name="grades")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fraction__gte=0, fraction__lte=1), name="grade_is_a_fraction"
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_question_id}: {self.fraction:.3f}"


HELD = Prepared(
    lambda attempt: (
        Attempt.objects.select_for_update(of=("self",)).select_related("user").filter(pk=attempt)
    )
)
SENT = Prepared(
    lambda attempt, token: (
        Response.objects.filter(attempt=attempt, token=token)
        .select_related("attempt_question__version")
        .order_by()
    )
)
ROW = Prepared(
    lambda attempt, question: (
        AttemptQuestion.objects.select_for_update(of=("self",))
        .select_related("version", "question")
        .annotate(seconds_before=F("response__seconds"))
        .filter(attempt=attempt, question=question)
        .order_by()
    )
)
