from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from studyguide.accounts.models import User


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: object, **kwargs: object) -> User:
        return model_class.objects.create_user(*args, **({"password": "a long password"} | kwargs))  # type: ignore[arg-type]
