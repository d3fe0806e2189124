from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studyguide.library.packs.read import PackErrors, read_pack
from studyguide.library.packs.report import report


class Command(BaseCommand):
    help = "Say what a study edition covers and what it still lacks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.CONTENT_DIR / options["slug"]
        if not (folder / "article.yaml").is_file():
            raise CommandError(f"No pack {options['slug']!r} in {settings.CONTENT_DIR}.")
        try:
            found = {**report(read_pack(folder)), "errors": []}
        except PackErrors as errors:
            found = {
                "article": options["slug"],
                "errors": [str(e) for e in errors.errors],
            }
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2, ensure_ascii=False))
        else:
            self.tell(found)
        if found["errors"]:
            raise CommandError("The pack cannot be loaded as it is.")

    def tell(self, found: dict[str, Any]) -> None:
        for name, value in found.items():
            label = name.replace("_", " ")
            if name == "by_section":
                for row in value:
                    self.stdout.write(
                        f"  {row['section']}: {row['passages']} passages, "
                        f"{row['words']} words, {row['footnotes']} footnotes"
                    )
            elif isinstance(value, list):
                self.stdout.write(f"{label}: {', '.join(value) or 'none'}")
            elif isinstance(value, dict):
                pairs = ", ".join(f"{key} {count}" for key, count in value.items())
                self.stdout.write(f"{label}: {pairs or 'none'}")
            else:
                self.stdout.write(f"{label}: {value}")
