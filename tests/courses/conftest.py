from __future__ import annotations

import pytest
from django.test import Client

from studyguide.accounts.models import User
from studyguide.courses.models import Course, Membership
from studyguide.library.models import Article
from tests.courses.doing import signed_in
from tests.factories import CourseFactory, MembershipFactory, UserFactory


@pytest.fixture
def tutor(db: None) -> User:
    return UserFactory(username="tutor")


@pytest.fixture
def course(tutor: User, article: Article) -> Course:
    return CourseFactory(by=tutor, articles=[article])


@pytest.fixture
def learner(course: Course) -> Membership:
    return MembershipFactory(course=course, user__username="learner")


@pytest.fixture
def teaching(tutor: User) -> Client:
    return signed_in(tutor)


@pytest.fixture
def learning(learner: Membership) -> Client:
    return signed_in(learner.user)
