"""Search over notes, footnotes, terms, people, events and originals.

One normaliser in Python (fold, split, stem) feeds the indexes of both databases and
all queries, so that both give the same hits; snippets are cut in Python too. What an
original says is found by its own audience alone: that is part of the query.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer
from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

from studyguide.library.models import Article, Original, SearchEntry
from studyguide.library.reading import Reader

WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’][^\W_]+)*")
QUOTED = re.compile(r"[\"“„]([^\"“”„]+)[\"”]")
STEMMER = snowballstemmer.stemmer("english")
MOST_HITS = 200
MOST_WORDS = 12
SNIPPET_WORDS = 34
KINDS = ("term", "note", "original", "footnote", "person", "event", "page")


def fold(text: str) -> str:
    """Without case, accents and kinds of apostrophe: for comparing and for sorting."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.casefold().strip()


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """`Workers’` and `worker` are one word; `1,118,000` and `1118000` one figure."""
    folded = fold(word)
    if folded[:1].isdigit():
        return re.sub(r"[.,']", "", folded)
    return re.sub(r"[^\w]", "", STEMMER.stemWord(folded))


def stems(text: str) -> list[str]:
    found = (stem(word.group()) for word in WORD.finditer(unicodedata.normalize("NFC", text)))
    return [word for word in found if word]


def normalise(text: str) -> str:
    return " ".join(stems(text))


# Indexing


def index_article(article: Article) -> None:
    """All that the pack says, anew. Call inside the transaction of the load."""
    SearchEntry.objects.filter(article=article, original=None).delete()
    SearchEntry.objects.bulk_create(entries(article))


def entries(article: Article) -> Iterator[SearchEntry]:
    def entry(kind: str, ref: str, position: int, title: str, *texts: str) -> SearchEntry:
        return new_entry(article, None, kind, ref, position, title, texts)

    for passage in article.passages.filter(retired_at=None):
        yield entry("note", passage.ref, passage.number, passage.headline, passage.note_text)
    for note in article.footnotes.filter(retired_at=None):
        yield entry("footnote", note.ref, note.number, "", note.body_text)
    for n, term in enumerate(article.terms.filter(retired_at=None)):
        names = " ".join([*term.aliases, term.expansion, term.native])
        definition = strip_tags(f"{term.definition_html} {term.general_html}")
        found = entry("term", term.ref, n, term.term, term.gloss, definition)
        found.words += f" {normalise(names)}"  # found by, but nothing to read
        yield found
    for n, person in enumerate(article.people.filter(retired_at=None)):
        said = " ".join(strip_tags(said["text_html"]) for said in person.says)
        yield entry("person", person.ref, n, person.name, person.role, said)
    for event in article.events.filter(retired_at=None):
        text = f"{event.figure} {strip_tags(event.text_html)}".strip()
        yield entry("event", event.ref, event.position, event.when, text)
    for n, page in enumerate(article.pages):
        yield entry("page", page["slug"], n, page["title"], strip_tags(page["body_html"]))


def index_original(original: Original) -> None:
    SearchEntry.objects.filter(original=original).delete()
    article = original.article
    found = [
        new_entry(
            article,
            original,
            "original",
            row.passage.ref,
            row.position,
            "",
            [without_marks(" ".join(row.sentences))],
        )
        for row in original.passages.select_related("passage")
    ]
    found += [
        new_entry(
            article,
            original,
            "original",
            f"n{note.number}",
            note.number,
            "",
            [note.text],
        )
        for note in original.footnotes.all()
    ]
    SearchEntry.objects.bulk_create(found)


def new_entry(
    article: Article,
    original: Original | None,
    kind: str,
    ref: str,
    position: int,
    title: str,
    texts: Iterable[str],
) -> SearchEntry:
    text = " ".join(" ".join(texts).split())
    return SearchEntry(
        article=article,
        original=original,
        kind=kind,
        ref=ref,
        position=position,
        title=title,
        text=text,
        words=normalise(f"{title} {text}"),
    )


def without_marks(text: str) -> str:
    return re.sub(r"\[\^\d+\]", "", text)


# Asking


@dataclass(frozen=True)
class Query:
    words: tuple[str, ...]  # stems, all of which must occur
    phrases: tuple[str, ...] = ()  # of stems, with single spaces

    @classmethod
    def of(cls, text: str) -> Query:
        phrases = [normalise(quoted) for quoted in QUOTED.findall(text)]
        words = list(dict.fromkeys(stems(text)))[:MOST_WORDS]
        return cls(tuple(words), tuple(p for p in phrases if " " in p))


@dataclass(frozen=True)
class Hit:
    entry: SearchEntry
    url: str
    title_html: SafeString
    snippet_html: SafeString


@dataclass(frozen=True)
class Found:
    hits: list[Hit]
    is_by_beginnings: bool = False  # nothing had the words whole
    is_cut: bool = False

    def count(self, kind: str) -> int:
        return sum(hit.entry.kind == kind for hit in self.hits)


def find(text: str, *, article: Article, user: Reader) -> Found:
    """At most MOST_HITS hits, best first; words whole, else words that begin so."""
    query = Query.of(text)
    if not query.words:
        return Found([])
    readable = within_reach(article, user)
    is_by_beginnings = False
    rows = matching(readable, query, by_beginnings=False)
    if not rows:
        is_by_beginnings = True
        rows = matching(readable, query, by_beginnings=True)
    rows.sort(key=lambda row: rank(row, query))
    hits = [hit_of(row, article, query, by_beginnings=is_by_beginnings) for row in rows[:MOST_HITS]]
    return Found(hits, is_by_beginnings and bool(hits), len(rows) > MOST_HITS)


def within_reach(article: Article, user: Reader) -> QuerySet[SearchEntry]:
    reach = Q(original=None)
    if user.is_authenticated:
        nearest = Original.objects.readable_by(user).filter(article=article)
        reach |= Q(original__in=nearest.nearest_first(user).values("pk")[:1])
    return SearchEntry.objects.filter(reach, article=article)


def matching(
    entries: QuerySet[SearchEntry], query: Query, *, by_beginnings: bool
) -> list[SearchEntry]:
    if connection.vendor == "postgresql":
        where = "array_to_tsvector(string_to_array(library_searchentry.words, ' ')) @@ %s::tsquery"
        star = ":*" if by_beginnings else ""
        asked = " & ".join(f"'{word}'{star}" for word in query.words)
    else:
        where = (
            "library_searchentry.id IN "
            "(SELECT rowid FROM library_search_fts WHERE library_search_fts MATCH %s)"
        )
        star = "*" if by_beginnings else ""
        asked = " ".join(f'"{word}"{star}' for word in query.words)
    rows = entries.extra(where=[where], params=[asked])  # noqa: S610
    found = list(rows[: MOST_HITS * 5])
    return [row for row in found if has_phrases(row, query.phrases)]


def has_phrases(row: SearchEntry, phrases: Iterable[str]) -> bool:
    return all(f" {phrase} " in f" {row.words} " for phrase in phrases)


def rank(row: SearchEntry, query: Query) -> tuple[bool, int, int]:
    """A title that has all the words first; then by kind; then as they stand."""
    title = set(stems(row.title))
    return (not title.issuperset(query.words), KINDS.index(row.kind), row.position)


def hit_of(row: SearchEntry, article: Article, query: Query, *, by_beginnings: bool) -> Hit:
    return Hit(
        row,
        url_of(row, article.slug),
        marked(row.title, query, by_beginnings=by_beginnings),
        snippet(row.text, query, by_beginnings=by_beginnings),
    )


def url_of(row: SearchEntry, slug: str) -> str:
    if row.kind == "term":
        return reverse("glossary_term", args=[slug, row.ref])
    if row.kind == "person":
        return f"{reverse('people', args=[slug])}#{row.ref}"
    if row.kind == "event":
        return f"{reverse('timeline', args=[slug])}#{row.ref}"
    if row.kind == "page":
        return reverse("page", args=[slug, row.ref])
    return reverse("permalink", args=[slug, row.ref])


# Showing


def is_match(word: str, query: Query, *, by_beginnings: bool) -> bool:
    found = stem(word)
    if by_beginnings:
        return found.startswith(query.words)
    return found in query.words


def marked(text: str, query: Query, *, by_beginnings: bool = False) -> SafeString:
    """Escaped, with <mark> around the words that were asked for."""
    pieces: list[str] = []
    end = 0
    for word in WORD.finditer(text):
        if is_match(word.group(), query, by_beginnings=by_beginnings):
            pieces.append(escape(text[end : word.start()]))
            pieces.append(f"<mark>{escape(word.group())}</mark>")
            end = word.end()
    pieces.append(escape(text[end:]))
    return mark_safe("".join(pieces))  # noqa: S308


def snippet(text: str, query: Query, *, by_beginnings: bool = False) -> SafeString:
    """The stretch of SNIPPET_WORDS words that holds most of what was asked for."""
    words = list(WORD.finditer(text))
    hits = [
        i
        for i, word in enumerate(words)
        if is_match(word.group(), query, by_beginnings=by_beginnings)
    ]
    first = max(0, best_window(words, hits) - 4)
    last = min(len(words), first + SNIPPET_WORDS)
    if not words:
        return mark_safe("")
    start = 0 if first == 0 else words[first].start()
    end = len(text) if last == len(words) else words[last - 1].end()
    body = marked(text[start:end], query, by_beginnings=by_beginnings)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return mark_safe(f"{before}{body}{after}")  # noqa: S308


def best_window(words: Sequence[re.Match[str]], hits: Sequence[int]) -> int:
    """Index of the hit from which the most different words fall within reach."""

    def different(start: int) -> int:
        near = [i for i in hits if start <= i < start + SNIPPET_WORDS - 4]
        return len({stem(words[i].group()) for i in near})

    return max(hits, key=different, default=0)
