from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from studyguide.accounts.models import User
from studyguide.library.models import Article, Original
from studyguide.library.originals.align import facts_of
from studyguide.library.originals.blocks import LARGEST, Unreadable, decode
from studyguide.library.originals.parse import Parsed, parse
from studyguide.library.originals.store import aligned, store


class Command(BaseCommand):
    help = (
        "Add a copy of an article's text (plain text, saved HTML, Markdown) to this "
        "installation. It is shown beside the notes to its audience alone: to --owner, "
        "to everybody signed in with --share, otherwise to staff."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--article", required=True, metavar="SLUG")
        parser.add_argument("--owner", metavar="NAME", help="whose private copy it is")
        parser.add_argument(
            "--share",
            metavar="RIGHT",
            help="show it to everybody signed in, by this right",
        )
        parser.add_argument("--credit", default="", help="whose text it is; shown above it")
        parser.add_argument(
            "--accept",
            action="store_true",
            help="store it although something did not fit",
        )
        parser.add_argument(
            "--facts",
            action="store_true",
            help="store nothing; print facts for article.yaml",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        parsed = self.read(options["file"])
        if options["facts"]:
            self.print_facts(parsed, options["article"])
            return
        article = Article.objects.current().filter(slug=options["article"]).first()
        if article is None:
            known = ", ".join(Article.objects.current().values_list("slug", flat=True))
            raise CommandError(f"No article {options['article']!r}. There is: {known or 'none'}.")
        owner = self.owner(options["owner"])
        alignment = aligned(parsed, article)
        self.stdout.write(
            f"{len(parsed.chapters)} chapters, {len(parsed.paragraphs)} passages, "
            f"{len(parsed.notes)} footnotes"
        )
        doubts = [
            *(f"{ref}: no paragraph of the file fits" for ref in alignment.missing),
            *(
                f"{ref}: the paragraph that fits best is rather different"
                for ref in alignment.unsure
            ),
            *(f"left over: {parsed.paragraphs[i].text[:80]} ..." for i in alignment.left_over),
            *(f"note {number}: marked nowhere in the text" for number in parsed.unmarked),
        ]
        for doubt in doubts:
            self.stdout.write(f"  {doubt}")
        if len(alignment.left_over) == len(alignment.refs):
            raise CommandError("None of it fits this article. Nothing was stored.")
        if doubts and not options["accept"]:
            raise CommandError("Nothing was stored. To store it all the same, add --accept.")
        audience = Original.Audience.SIGNED_IN if options["share"] else Original.Audience.PRIVATE
        now = timezone.now()
        with transaction.atomic():
            stored = store(
                parsed,
                alignment,
                article=article,
                owner=owner,
                audience=audience,
                right=options["share"] or "",
                credit=options["credit"] or f"© {article.author}, {article.source}",
                at=now,
            )
            if stored.audience != Original.Audience.PRIVATE:
                stored.record("share", by=None, now=now)
        self.stdout.write(f"Stored. Who reads it: {self.audience(audience, owner)}.")

    def read(self, path: Path) -> Parsed:
        try:
            with path.open("rb") as file:
                return parse(decode(file.read(LARGEST + 1)))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        except Unreadable as error:
            raise CommandError(str(error)) from None

    def owner(self, name: str | None) -> User | None:
        if not name:
            return None
        owner = User.objects.filter(username__iexact=name).first()
        if owner is None:
            raise CommandError(f"Nobody is called {name!r}.")
        return owner

    def audience(self, audience: Original.Audience, owner: User | None) -> str:
        if audience == Original.Audience.SIGNED_IN:
            return "everybody who is signed in"
        return owner.get_full_name() if owner else "staff"

    def print_facts(self, parsed: Parsed, slug: str) -> None:
        self.stdout.write("passages:")
        for number, paragraph in enumerate(parsed.paragraphs, 1):
            facts = facts_of(paragraph, salt=slug)
            notes = ", ".join(map(str, facts.notes))
            self.stdout.write(
                f"  p{number}: {{words: {facts.words}, sentences: {facts.sentences}, "
                f"notes: [{notes}], quotation: {str(facts.quotation).lower()}, "
                f"marks: [{', '.join(facts.marks)}]}}"
            )
