from __future__ import annotations

import pytest
from django.utils import timezone

from quizzes.models import Attempt, Quiz
from quizzes.rules import Behaviour, Rules
from studyguide.accounts.models import User
from tests.every_kind import load_samples


@pytest.fixture
def quiz(db: None) -> Quiz:
    return load_samples()


@pytest.fixture
def attempt(quiz: Quiz, reader: User) -> Attempt:
    return Attempt.start(user=reader, quiz=quiz, now=timezone.now())


@pytest.fixture
def deferred(quiz: Quiz, reader: User) -> Attempt:
    rules = Rules(behaviour=Behaviour.DEFERRED)
    return Attempt.start(user=reader, quiz=quiz, now=timezone.now(), rules=rules)


@pytest.fixture
def tries(quiz: Quiz, reader: User) -> Attempt:
    rules = Rules(behaviour=Behaviour.TRIES)
    return Attempt.start(user=reader, quiz=quiz, now=timezone.now(), rules=rules)
