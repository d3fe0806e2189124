"""P12: importing, editing or removing content never changes a learner's record."""

from __future__ import annotations

import hashlib
from typing import Any

from django.apps import apps
from django.db.models import CASCADE, SET_DEFAULT, SET_NULL, Model
from django.utils import timezone

from quizzes.models import Attempt, Question, QuestionSpec, QuestionVersion, Quiz
from quizzes.rules import Behaviour, Rules
from studyguide.library.models import Article, Passage, ReadingMark
from tests.promises import harness
from tests.promises.figures import figure

# What an import writes. All else that points to a person is a learner's.
CONTENT = {
    *("quizzes.question", "quizzes.questionversion", "quizzes.topic"),
    *("library.article", "library.chapter", "library.section", "library.passage"),
    *("library.footnote", "library.glossaryterm", "library.timelineevent"),
    *("library.person", "library.work", "library.evidence", "library.searchentry"),
}
RECORD = (
    *("quizzes.attempt", "quizzes.attemptquestion", "quizzes.attemptevent", "quizzes.response"),
    *("quizzes.grade", "quizzes.reviewcard", "quizzes.review", "quizzes.questionversion"),
)
PEOPLE = 12


def points_to(model: type[Model]) -> list[tuple[type[Model], Any]]:
    """Models of ours that point to one, and what becomes of their rows when it goes."""
    return [
        (other, field.remote_field.on_delete)
        for other in apps.get_models(include_auto_created=True)
        if other.__module__.startswith(("studyguide.", "quizzes."))
        for field in other._meta.concrete_fields
        if field.is_relation and field.related_model is model
    ]


def touched_with(labels: set[str]) -> set[str]:
    """What is deleted or emptied with these, by the code's own word, however far away."""
    waiting, seen = list(labels), set(labels)
    while waiting:
        for other, on_delete in points_to(apps.get_model(waiting.pop())):
            label = other._meta.label_lower
            if on_delete in {CASCADE, SET_NULL, SET_DEFAULT} and label not in seen:
                seen.add(label)
                waiting.append(label)
    return seen - labels


def test_no_row_of_a_learner_goes_with_content() -> None:
    reached = touched_with(CONTENT | {"quizzes.quiz"})
    figure("P12", f"{len(reached)} edges from content to learners' rows")
    assert not reached


def test_the_walk_knows_every_table() -> None:
    """A new table is content, or it is walked to: none may be unknown by its name."""
    for label in (*CONTENT, *RECORD):
        apps.get_model(label)
    assert points_to(QuestionVersion)
    assert points_to(Passage)
    assert Article


def checksum() -> dict[str, str]:
    """Of each table of a learner, over every byte of its rows."""
    return {
        label: hashlib.sha256(
            repr(list(apps.get_model(label).objects.order_by("pk").values_list())).encode()
        ).hexdigest()
        for label in (*RECORD, ReadingMark._meta.label_lower)
    }


def edition(how: str) -> list[QuestionSpec]:
    """The eight lamps again: as they were, edited, shortened, reordered, emptied."""
    lamps = [harness.text_question(n) for n in range(1, 9)]
    match how:
        case "edited":
            return [harness.text_question(n, f"oar{n}", prompt="Anew?") for n in range(1, 9)]
        case "shortened":
            return lamps[:3]
        case "reordered":
            return [harness.text_question(n, position=9 - n) for n in range(8, 0, -1)]
        case "retagged":
            return [harness.text_question(n, tags=["section:new"], aim="term") for n in range(1, 9)]
        case "empty":
            return []
        case _:
            return lamps


def test_no_edition_changes_what_learners_did(db: None) -> None:
    quiz = harness.load_lamps(8)
    now = timezone.now()
    rules = Rules(behaviour=Behaviour.IMMEDIATE)
    for number, user in enumerate(harness.make_people(PEOPLE)):
        attempt = Attempt.start(user=user, quiz=quiz, now=now, rules=rules)
        for row in attempt.questions.all()[: number % 9]:
            attempt.respond(
                row.question_id,
                f"lamp{row.position}" if number % 2 else "oar",
                token=harness.uuid4(),
                base_rev=0,
                now=now,
                is_check=number % 3 > 0,
            )
        if number % 2:
            attempt.submit(now=now)
    before = checksum()
    versions = QuestionVersion.objects.count()
    known = set(QuestionVersion.objects.values_list("pk", flat=True))
    for how in ("identical", "edited", "shortened", "reordered", "retagged", "empty", "identical"):
        harness.load_lamps(8, edition(how))
        kept = QuestionVersion.objects.filter(pk__in=known)
        now_is = checksum()
        now_is["quizzes.questionversion"] = hashlib.sha256(
            repr(list(kept.order_by("pk").values_list())).encode()
        ).hexdigest()
        assert now_is == before, how
    assert QuestionVersion.objects.count() == versions + 8  # the edited ones, kept as well
    assert Question.objects.current().count() == 8


def test_a_quiz_that_left_the_pack_keeps_its_attempts(db: None) -> None:
    quiz = harness.load_lamps(2)
    (user,) = harness.make_people(1)
    attempt = Attempt.start(user=user, quiz=quiz, now=timezone.now())
    harness.sync_bank(
        harness.SOURCE, questions=edition("identical"), quizzes=[], topics=[], now=timezone.now()
    )
    assert Quiz.objects.get(pk=quiz.pk).retired_at is not None
    assert attempt.submit(now=timezone.now())
