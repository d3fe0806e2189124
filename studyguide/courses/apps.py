from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "studyguide.courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        from studyguide.courses import calendar, triggers

        calendar.register()
        pre_migrate.connect(triggers.before_migrations, sender=self)
        post_migrate.connect(triggers.after_migrations, sender=self)
