"""A question asked by itself: beside the text, on a page of its own, or in practice."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from quizzes.asked import Asked, feedback_for, label_of
from quizzes.kinds import Unreadable, Value, mark
from quizzes.models import Ack, Attempt, AttemptQuestion, Question, QuestionVersion


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


def standing_row(attempt: Attempt, question: Question, version: QuestionVersion) -> AttemptQuestion:
    row, _made = AttemptQuestion.objects.get_or_create(
        attempt=attempt,
        question=question,
        defaults={
            "version": version,
            "position": question.pk,
            "seed": seed_of(question.pk),
        },
    )
    return row


def keep(
    user: Any,
    version: QuestionVersion,
    value: Value,
    *,
    token: UUID,
    now: datetime,
    purpose: str = Attempt.Purpose.CHECKPOINT,
) -> Ack:
    """Remember a learner's answer in his standing attempt. Raises TokenReused.

    Each press stands for itself here, so the revision is the one that is found.
    """
    question = version.question
    attempt = Attempt.objects.standing(user=user, purpose=purpose, source=question.source, now=now)
    row = standing_row(attempt, question, version)
    ack = attempt.respond(question.pk, value, token=token, base_rev=row.rev, now=now, is_check=True)
    if ack.outcome == "conflict":  # another tab answered in between: this is one more answer
        row.refresh_from_db(fields=["rev"])
        fresh = UUID(int=token.int ^ 1)
        return attempt.respond(
            question.pk, value, token=fresh, base_rev=row.rev, now=now, is_check=True
        )
    return ack
