from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from quizzes.recount import differences, rebuild, scopes


class Command(BaseCommand):
    help = (
        "Count anew what the answers of each class add up to, from the attempts themselves. With "
        "--check, change nothing and say where what is kept differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing")
        parser.add_argument("--scope", help="only this one, such as course:abc")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [options["scope"]] if options["scope"] else scopes()
        if not options["check"]:
            for scope in wanted:
                rebuild(scope)
            self.stdout.write(f"{len(wanted)} counted.")
            return
        wrong = {scope: found for scope in wanted if (found := differences(scope))}
        for scope, found in wrong.items():
            self.stderr.write(f"{scope}: {'; '.join(found)}")
        if wrong:
            raise CommandError("What is kept differs. Run this without --check to mend it.")
        self.stdout.write(f"{len(wanted)} checked, no difference.")
