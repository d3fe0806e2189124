"""The shelf of articles, and an article with its sections as every reader has it.

An exception to the plain way, for the article's page is where everybody starts: one query that is
compiled once says what is on the shelf, and what does not depend on the reader stays in the process
until its pack is loaded anew. Measured with `studyguide.kept`, the page costs a fourth of what it
did.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from quizzes.models.attempts import day_of
from quizzes.prepared import Prepared
from quizzes.standing import Groups
from studyguide.library.models import Article, ReadingState, Section
from studyguide.library.page import due_count
from studyguide.library.reading import Contents, ContentsRow, Progress, Reader, place_of

ROWS_AT_MOST = 5000


@dataclass(frozen=True, eq=False)  # each loading is another, so parts of pages are kept by it
class KeptArticle:
    """Nobody changes what stands here."""

    article: Article
    sections: list[Section]  # in order, with their chapters
    addresses: dict[int, str]  # of sections, by id

    @cached_property
    def rows(self) -> dict[Hashable, SafeString]:
        """Rows of the contents, as readers were shown them."""
        return {}

    @cached_property
    def asked_of_terms(self) -> Groups:
        """Questions of each term, in the order of the article's `terms_asked`."""
        return Groups([term.ids for term in self.article.terms_asked.values()])


class OnShelf(NamedTuple):
    pk: int
    digest: str
    loaded_at: datetime
    due_count: int | None = None  # cards that wait for this reader, of all articles
    place: int | None = None  # number of the passage where he last was

    @property
    def kept(self) -> KeptArticle:
        return kept_article(self.pk, self.digest, self.loaded_at)


def shelf(
    *, user: int | None = None, today: date | None = None, slug: str | None = None
) -> QuerySet[Article, Any]:
    articles: QuerySet[Article] = Article.objects.current().order_by("title")
    if slug is not None:
        articles = articles.filter(slug=slug)
    if user is None or today is None:
        return articles.values_list("pk", "digest", "loaded_at")[:200]
    mine = {"due": due_count(user, today), "place": Subquery(place_of(user))}
    return articles.annotate(**mine).values_list("pk", "digest", "loaded_at", F("due"), F("place"))[
        :200
    ]


SHELF = Prepared(shelf)
READ = Prepared(
    lambda user, article: (
        ReadingState.objects.read()
        .filter(user=user, article=article)
        .values_list("passage__number")
    )
)


def on_shelf(user: Reader, **slug: str) -> list[OnShelf]:
    """What there is to read, by title, or the one article of this slug."""
    if user.is_authenticated:
        rows = SHELF.rows(user=user.pk, today=day_of(user, timezone.now()), **slug)
    else:
        rows = SHELF.rows(**slug)
    return [OnShelf(*row) for row in rows]


@lru_cache(maxsize=50)
def kept_article(pk: int, digest: str, loaded_at: datetime) -> KeptArticle:
    """The same for everybody until its pack is loaded anew."""
    article = Article.objects.get(pk=pk)
    sections = list(article.sections.current().select_related("chapter").defer("segments"))
    return KeptArticle(article, sections, {s.pk: s.get_absolute_url() for s in sections})


def progress_in(user: Reader, article: int, place: int | None) -> Progress:
    """What is read of an article, and where he is in it."""
    if not user.is_authenticated:
        return Progress()
    rows = READ.rows(user=user.pk, article=article)
    return Progress(frozenset([number for (number,) in rows]), position=place)


class Go(NamedTuple):
    """Where the page leads on to."""

    here: int | None  # number of a passage; None at the beginning
    url: str
    number: int
    title: str
    first: int
    minutes: int
    remaining: int

    @classmethod
    def of(cls, whole: Contents, kept: KeptArticle) -> Go | None:
        section = whole.section or next(iter(kept.sections), None)
        if section is None:
            return None
        return cls(
            whole.here if whole.section else None,
            kept.addresses[section.pk],
            section.number,
            section.title,
            section.first,
            whole.minutes_left if whole.section else section.minutes,
            whole.remaining,
        )


def rows_html(rows: list[ContentsRow], held: KeptArticle, *, is_reader: bool) -> SafeString:
    """The sections of a chapter in the contents."""
    language = get_language()
    return SafeString("".join([row_html(row, held, language, is_reader=is_reader) for row in rows]))


def row_html(
    row: ContentsRow, held: KeptArticle, language: str | None, *, is_reader: bool
) -> SafeString:
    """What is told of the passages decides all that is shown, so nothing is drawn or counted for
    a row that is known."""
    key = (row.section.pk, row.bars, row.standing, is_reader, language)
    found = held.rows.get(key)
    if found is None:
        if len(held.rows) >= ROWS_AT_MOST:
            held.rows.clear()
        section = row.section
        values = {
            "url": held.addresses[section.pk],
            "number": section.number,
            "title": section.title,
            "first": section.first,
            "last": section.last,
            "minutes": section.minutes,
            "sky_html": row.sky,
            "is_here": row.is_here,
            "read": row.read,
            "total": len(row.bars),
            "checked": row.checked,
            "firm": row.firm,
            "told": row.standing.told if row.standing.is_begun else "",
            "is_reader": is_reader,
        }
        found = held.rows[key] = render_to_string("library/_toc_row.html", values)
    return found
