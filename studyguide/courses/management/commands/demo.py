from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from studyguide.courses import demonstration
from studyguide.courses.models import Course
from studyguide.library.management.commands.serve import prepare


class Command(BaseCommand):
    help = (
        "Make a class of made-up learners with some weeks of work, to see how a class looks; or "
        "take it away again. Not for a site with real classes, unless --yes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="leave no row of it")
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            default=None,
            help="the day on which it stands as shown, as 2026-11-28; today, if not said",
        )
        most = len(demonstration.NAMES)
        parser.add_argument("--learners", type=int, default=most, choices=range(1, most + 1))
        weeks = demonstration.WEEKS
        parser.add_argument("--weeks", type=int, default=weeks, choices=range(1, weeks + 1))
        parser.add_argument("--yes", action="store_true", help="although there are real classes")
        parser.add_argument(
            "--prepare", action="store_true", help="set up the database and load the packs first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["prepare"]:
            prepare(self)
        if options["remove"]:
            self.stdout.write(f"removed: {demonstration.remove()} rows")
            return
        now = timezone.now()
        until = datetime.combine(options["until"] or now.date(), time(), UTC)
        if until > now:
            raise CommandError("--until is a day to come: what is made up is past work")
        if Course.objects.filter(is_demonstration=False).exists() and not options["yes"]:
            raise CommandError(
                "There are real classes on this site. The demonstration adds accounts of people "
                "who do not exist; if you want it all the same, add --yes"
            )
        try:
            made = demonstration.make(
                until=until, learners=options["learners"], weeks=options["weeks"], now=now
            )
        except demonstration.DemonstrationRefused as why:
            raise CommandError(str(why)) from None
        self.stdout.write(
            f"The demonstration class is at {settings.SITE_URL}{made.course.get_absolute_url()}\n"
            f"Sign in as its tutor: {made.tutor.username}\n"
            f"Password, shown this once: {made.password}\n"
            "Everybody in it is made up. Take it away with: manage.py demo --remove"
        )
