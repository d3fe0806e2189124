from __future__ import annotations

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from studyguide.accounts.models import User
from studyguide.courses.models import (
    Arrangement,
    Assignment,
    Course,
    Group,
    JoinCode,
    Membership,
    Role,
)

TERM = datetime(2026, 9, 1, 8, tzinfo=UTC)  # when courses of tests begin


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: object, **kwargs: object) -> User:
        return model_class.objects.create_user(*args, **({"password": "a long password"} | kwargs))  # type: ignore[arg-type]


class CourseFactory(DjangoModelFactory[Course]):
    """With its owner (`by`) and articles, as Course.start() makes it."""

    class Meta:
        model = Course
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Course {n}")
    time_zone = "Europe/Berlin"
    articles = ()
    now = TERM

    @classmethod
    def _create(cls, model_class: type[Course], *args: object, **kwargs: object) -> Course:
        by = kwargs.pop("by", None) or UserFactory()
        return model_class.start(by=by, **kwargs)  # type: ignore[arg-type]


class MembershipFactory(DjangoModelFactory[Membership]):
    """An active learner."""

    class Meta:
        model = Membership

    course = factory.SubFactory(CourseFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.LEARNER
    state = Membership.State.ACTIVE
    way = Membership.Way.CODE
    asked_at = joined_at = counts_from_at = TERM


class GroupFactory(DjangoModelFactory[Group]):
    class Meta:
        model = Group

    course = factory.SubFactory(CourseFactory)
    name = factory.Sequence(lambda n: f"Group {n}")


class JoinCodeFactory(DjangoModelFactory[JoinCode]):
    class Meta:
        model = JoinCode

    course = factory.SubFactory(CourseFactory)
    by = factory.LazyAttribute(lambda row: row.course.owner)
    made_at = TERM


class AssignmentFactory(DjangoModelFactory[Assignment]):
    """Published, to read the given `sections`."""

    class Meta:
        model = Assignment
        skip_postgeneration_save = True

    course = factory.SubFactory(CourseFactory)
    position = factory.Sequence(lambda n: n)
    title = factory.Sequence(lambda n: f"Assignment {n}")
    kind = Assignment.Kind.READ
    published_at = TERM

    @classmethod
    def _create(cls, model_class: type[Assignment], *args: object, **kwargs: object) -> Assignment:
        sections = kwargs.pop("sections", ())
        assignment = model_class.objects.create(**kwargs)
        assignment.set_sections(sections)  # type: ignore[arg-type]
        return assignment


class ArrangementFactory(DjangoModelFactory[Arrangement]):
    class Meta:
        model = Arrangement

    assignment = factory.SubFactory(AssignmentFactory)
    membership = factory.SubFactory(MembershipFactory)
