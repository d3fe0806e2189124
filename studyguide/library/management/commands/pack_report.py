from __future__ import annotations

import json
import textwrap
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studyguide.accounts.models import WORDS_A_MINUTE
from studyguide.library.originals.blocks import LARGEST, Unreadable, decode
from studyguide.library.originals.parse import Parsed, parse
from studyguide.library.packs.read import PackErrors, read_pack
from studyguide.library.packs.report import report
from studyguide.library.packs.review import EVIDENCE_RULE, original_of, review
from studyguide.library.packs.schema import Pack


class Command(BaseCommand):
    help = "Say what a study edition covers and what it still lacks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--review",
            action="store_true",
            help="list what an author should look at again; fails while a finding is undefended",
        )
        parser.add_argument(
            "--original",
            type=Path,
            metavar="FILE",
            help="with --review: a copy of the article, to hold the keys against",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.CONTENT_DIR / options["slug"]
        if not (folder / "article.yaml").is_file():
            raise CommandError(f"No pack {options['slug']!r} in {settings.CONTENT_DIR}.")
        if options["original"] and not options["review"]:
            raise CommandError("--original goes with --review.")
        parsed = self.read(options["original"]) if options["original"] else None
        try:
            pack = read_pack(folder)
            found = self.reviewed(pack, parsed) if options["review"] else report(pack)
            found["errors"] = []
        except PackErrors as errors:
            found = {"article": options["slug"], "errors": [str(e) for e in errors.errors]}
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2, ensure_ascii=False))
        elif "findings" in found:
            self.tell_findings(found)
        else:
            self.tell(found)
        if found["errors"]:
            raise CommandError("The pack cannot be loaded as it is.")
        if found.get("findings"):
            raise CommandError(
                "Mend what was found, or defend it (docs/pack-format.md, Reviewing)."
            )

    def read(self, path: Path) -> Parsed:
        try:
            with path.open("rb") as file:
                return parse(decode(file.read(LARGEST + 1)))
        except (OSError, Unreadable) as error:
            raise CommandError(str(error)) from None

    def reviewed(self, pack: Pack, parsed: Parsed | None) -> dict[str, Any]:
        original = original_of(pack, parsed) if parsed else None
        found = review(pack, pace=WORDS_A_MINUTE, original=original)
        return {
            "article": pack.article.slug,
            "findings": [asdict(finding) for finding in found if not finding.defence],
            "defended": [asdict(finding) for finding in found if finding.defence],
            "not_checked": [] if parsed else [EVIDENCE_RULE],
        }

    def tell_findings(self, found: dict[str, Any]) -> None:
        for row in [*found["findings"], *found["defended"]]:
            told = "{file}:{line}: {id}: {rule}: {message}".format(**row)
            self.stdout.write(f"{told} [defended: {row['defence']}]" if row["defence"] else told)
        for name in ("findings", "defended"):
            counts = Counter(row["rule"] for row in found[name])
            by_rule = ", ".join(f"{rule} {count}" for rule, count in counts.most_common())
            self.stdout.write(f"{name}: {len(found[name])}" + (f" ({by_rule})" if by_rule else ""))
        for rule in found["not_checked"]:
            self.stdout.write(f"not checked: {rule} (give --original FILE)")

    def tell(self, found: dict[str, Any]) -> None:
        for name, value in found.items():
            label = name.replace("_", " ")
            if name == "by_section":
                for row in value:
                    self.stdout.write(
                        f"  {row['section']}: {row['passages']} passages, "
                        f"{row['words']} words, {row['footnotes']} footnotes, "
                        f"{row['questions']} questions"
                    )
            elif isinstance(value, list):
                self.stdout.write(f"{label}: {', '.join(value) or 'none'}")
            elif isinstance(value, dict):
                if name == "by_passage":
                    label = "questions by passage"
                # A line ends between pairs, never inside one.
                pairs = ", ".join(f"{key}\u00a0{count}" for key, count in value.items())
                told = textwrap.fill(f"{label}: {pairs or 'none'}", 100, subsequent_indent="  ")
                self.stdout.write(told.replace("\u00a0", " "))
            else:
                self.stdout.write(f"{label}: {value}")
