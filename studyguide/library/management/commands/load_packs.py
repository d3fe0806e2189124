from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from studyguide.library.packs import sync
from studyguide.library.packs.read import PackErrors, read_pack
from studyguide.library.packs.schema import Pack


class Command(BaseCommand):
    help = "Load the study editions under studyguide/content into the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say what is wrong; write nothing"
        )
        parser.add_argument(
            "--content",
            type=Path,
            default=None,
            help="a folder of packs other than ours",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["content"] or settings.CONTENT_DIR
        packs = self.read(folder)
        if options["check"]:
            self.stdout.write(f"{len(packs)} packs, nothing wrong.")
            return
        for pack in packs:
            loaded = sync.load(pack)
            self.stdout.write(
                f"{pack.article.slug}: unchanged"
                if loaded.is_unchanged
                else f"{pack.article.slug}: {loaded.created} new, {loaded.changed} changed, "
                f"{loaded.retired} retired"
            )
        sync.retire_missing([pack.article.slug for pack in packs], at=timezone.now())

    def read(self, folder: Path) -> list[Pack]:
        """All packs, or every error of every one of them."""
        packs, errors = [], []
        for meta in sorted(folder.glob("*/article.yaml")):
            try:
                packs.append(read_pack(meta.parent))
            except PackErrors as found:
                errors += [f"{meta.parent.name}/{error}" for error in found.errors]
        if errors:
            raise CommandError("\n".join([*errors, f"{len(errors)} to mend; nothing loaded."]))
        return packs
