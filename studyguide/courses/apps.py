from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "studyguide.courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        from studyguide.courses import calendar

        calendar.register()
