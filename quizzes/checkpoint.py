"""A question asked by itself: beside the text, on a page of its own, or in practice."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import FilteredRelation, Model, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from quizzes.asked import Asked, feedback_for, label_of
from quizzes.kinds import Unreadable, Value, mark
from quizzes.models import (
    Ack,
    Attempt,
    AttemptQuestion,
    Question,
    QuestionVersion,
    Response,
    ReviewCard,
    ReviewSettings,
)
from quizzes.models.bank import digest_of
from quizzes.models.memory import Kept, Listed, Pace, times_of
from quizzes.prepared import Prepared, insert


def name_of(question: int) -> str:
    return f"cp-{question}"


def seed_of(question: int) -> int:
    """The same order for everybody: it is stored with the page."""
    return question * 2654435761 % 2**31


def open_question(version: QuestionVersion, *, number: int = 0) -> Asked:
    """The question as nobody has answered it yet. Needs no key."""
    return Asked(
        name=name_of(version.question_id),
        number=number,
        question=version.question_id,
        kind=version.kind,
        label=label_of(version),
        prompt=version.prompt,
        shown=version.arranged(seed_of(version.question_id)),
    )


def graded_question(version: QuestionVersion, value: Value, *, back: str) -> Asked:
    """The question with what an answer to it is worth."""
    one = open_question(version)
    marked = mark(version.load(), value)
    one.value, one.marked, one.is_open = value, marked, False
    one.feedback = feedback_for(version, value, marked, fraction=marked.fraction, back=back)
    return one


def trouble_with(version: QuestionVersion, value: Value) -> str:
    """What to do before this answer can be taken; '' if it can."""
    if value is None:
        return _("Give an answer first.")
    try:
        version.kind_class.check(version.shown, value)
    except Unreadable as why:
        return str(why)
    return ""


class Place:
    """A question asked by itself, held for one learner's answer to it: within the transaction
    that stores the answer, where everything that it moves has been read.

    Each press stands for itself here, so the revision is the one that is found.
    """

    def __init__(
        self, user: Any, *, token: UUID, purpose: str = Attempt.Purpose.CHECKPOINT, **what: int
    ) -> None:
        """`what` is `question=`, or `card=` of his own. Raises Question.DoesNotExist for one that
        is not asked."""
        self.user = user
        self.purpose = str(purpose)
        self.token = token
        self.read(**what)

    def read(self, **what: int) -> None:
        standing = STANDING_TIMED if self.purpose == Attempt.Purpose.REVIEW else STANDING
        self.attempt: Attempt | None = standing.first(
            user=self.user.pk, purpose=self.purpose, **what
        )
        pk, chosen = 0, None
        if self.attempt is not None:
            pk, chosen = self.attempt.pk, getattr(self.attempt.user, "review_settings", None)
            self.attempt.user = self.user
        self.chosen: ReviewSettings = chosen or ReviewSettings(user_id=self.user.pk)
        found = ASKED.first(user=self.user.pk, attempt=pk, token=self.token, **what)
        if found is None:
            raise Question.DoesNotExist
        self.question: Question = found
        self.version: QuestionVersion = found.current
        self.card: ReviewCard | None = getattr(found, "card", None)
        if self.card is not None:
            self.card.question = found
        self.row: AttemptQuestion | None = getattr(found, "row", None)
        self.is_sealed: bool = found.is_sealed
        self.known: int | None = found.known  # the answer that this token came with before

    def keep(self, value: Value, *, now: datetime) -> Ack:
        """Remember the answer in the learner's standing attempt."""
        digest = digest_of([value, None, True])
        if self.known is not None:
            known = Response.objects.select_related("attempt_question").get(pk=self.known)
            row = known.attempt_question
            if known.digest == digest and row.question_id == self.question.pk:
                review = known.reviews.select_related("card").order_by("-pk").first()
                return Ack(known.outcome, row, known, is_repeat=True, review=review)
            # Another answer on a page that was sent before is one more, and sent again still one.
            self.token = uuid5(self.token, digest)
            self.read(question=self.question.pk)
            return self.keep(value, now=now)
        if self.attempt is None:
            Attempt.objects.standing(
                user=self.user, purpose=self.purpose, source=self.question.source, now=now
            )
            self.read(question=self.question.pk)
        if self.attempt is None:
            raise RuntimeError("an attempt went that nothing takes away")
        row = self.row or standing_row(self.attempt, self.question, self.version)
        row.attempt, row.question, row.version = self.attempt, self.question, self.version
        response = Response(token=self.token, digest=digest, value=value, is_check=True)
        cards = {} if self.card is None else {self.question.pk: self.card}
        kept = Kept(cards, self.chosen, Pace(self.user.pk, getattr(self.attempt, "times", None)))
        ack = self.attempt.take(row, response, base_rev=row.rev, now=now, kept=kept)
        if ack.review is not None:
            self.card = ack.review.card
        return ack

    @property
    def memory(self) -> str:
        """Whether the learner remembers it: kept, stopped, or none."""
        if self.card is None:
            return "none"
        return "stopped" if self.card.is_suspended else "kept"


def standing_row(attempt: Attempt, question: Question, version: QuestionVersion) -> AttemptQuestion:
    row = AttemptQuestion(
        attempt=attempt,
        question=question,
        version=version,
        position=question.pk,
        seed=seed_of(question.pk),
    )
    insert(row)
    return row


def standing_of(*, user: int, purpose: str, question: int = 0, card: int = 0) -> QuerySet[Attempt]:
    """The attempt that holds a learner's answers to the source of a question, locked."""
    questions = Question.objects.order_by()
    asked = questions.filter(cards=card) if card else questions.filter(pk=question)
    needed = [
        *columns_of(Attempt),
        "user__id",
        *(f"user__review_settings__{name}" for name in columns_of(ReviewSettings)),
    ]
    return (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("user__review_settings")
        .only(*needed)
        .filter(user=user, purpose=purpose, source=Subquery(asked.values("source")), context="")
    )


def standing_timed(*, user: int, **what: Any) -> QuerySet[Attempt]:
    """With how long the learner took for his last answers from memory."""
    return standing_of(user=user, **what).annotate(times=Listed(times_of(user=user)))


def columns_of(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]  # noqa: SLF001


def asked_of(
    *, user: int, attempt: int, token: UUID, question: int = 0, card: int = 0
) -> QuerySet[Question]:
    """A question as it stands for a learner: its version, his row and card, whether it is sealed,
    and whether this token has come before."""
    sent = Response.objects.filter(attempt=attempt, token=token).order_by()
    found: QuerySet[Question] = (
        Question.objects.current()
        .with_seal(user)
        .annotate(
            card=FilteredRelation("cards", condition=Q(cards__user=user)),
            row=FilteredRelation("asked", condition=Q(asked__attempt=attempt)),
            known=Subquery(sent.values("pk")),
        )
        .select_related("current", "card", "row")  # type: ignore[misc]
        .order_by()
    )
    return found.filter(**({"card__pk": card} if card else {"pk": question}))


STANDING, STANDING_TIMED = Prepared(standing_of), Prepared(standing_timed)
ASKED = Prepared(asked_of)


def keep(
    user: Any,
    version: QuestionVersion,
    value: Value,
    *,
    token: UUID,
    now: datetime,
    purpose: str = Attempt.Purpose.CHECKPOINT,
) -> Ack:
    """Remember an answer that came from no page."""
    with transaction.atomic():
        place = Place(user, token=token, purpose=purpose, question=version.question_id)
        return place.keep(value, now=now)
