"""How often the database is asked for the three acts that happen most."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quizzes.models import Attempt, Question
from quizzes.rules import Behaviour, Rules
from studyguide.accounts.models import User
from tests.every_kind import SAMPLES, load_samples
from tests.promises import harness
from tests.queries import FRAME, no_writes, queries


@pytest.mark.parametrize("kind", SAMPLES)
def test_showing_a_question_asks_five_at_most(reading: Client, kind: str) -> None:
    load_samples()
    path = f"/questions/{Question.objects.get(kind=kind).pk}/"
    reading.get(path)
    with queries(at_most=5), no_writes():
        assert reading.get(path).status_code == 200


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("behaviour", Behaviour)
def test_answering_asks_twelve_at_most_in_one_transaction(
    reader: User, kind: str, behaviour: Behaviour
) -> None:
    """Grading, review card and roll-ups included."""
    now = timezone.now()
    rules = Rules(behaviour=behaviour)
    attempt = Attempt.start(user=reader, quiz=load_samples(), now=now, rules=rules)
    row = attempt.questions.select_related("version").get(version__kind=kind)
    version = row.version
    value = version.kind_class.read(version.arranged(row.seed), dict(SAMPLES[kind].right))
    ask = {"token": harness.uuid4(), "base_rev": 0, "now": now}
    with CaptureQueriesContext(connection) as captured:
        attempt.respond(row.question_id, value, is_check=True, **ask)  # type: ignore[arg-type]
    said = [query["sql"] for query in captured.captured_queries]
    asked = [sql for sql in said if not sql.startswith(FRAME)]
    assert len(asked) <= 12, "\n".join(asked)
    assert said[0].startswith("SAVEPOINT")  # the one transaction, inside that of the test
    assert said[-1].startswith("RELEASE SAVEPOINT")


def test_opening_forty_questions_asks_seven_at_most(reading: Client, reader: User) -> None:
    quiz = harness.load_lamps(40)
    attempt = Attempt.start(user=reader, quiz=quiz, now=timezone.now())
    assert attempt.questions.count() == 40
    with queries(at_most=7), no_writes():
        assert reading.get(attempt.get_absolute_url()).status_code == 200
