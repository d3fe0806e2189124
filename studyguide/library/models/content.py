"""The image of the packs. Files are the truth: nobody edits these rows by hand.

Rows are found again by their stable ids and never deleted: what left a pack is
retired, because learners' rows point at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from quizzes.standing import Groups, Ids


class ContentQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        return self.filter(retired_at=None)


class Content(models.Model):
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        abstract = True


@dataclass(frozen=True)
class AskedTerm:
    ref: str
    term: str
    at: str  # ref of the first passage that it occurs in; '' if in none
    ids: Ids


class Article(Content):
    """A work to study, loaded from one pack."""

    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=200)
    short_title = models.CharField(max_length=200)
    cover = models.CharField(max_length=100)
    author = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    source_note = models.CharField(max_length=100, blank=True)
    published_on = models.DateField()
    publisher_url = models.URLField(blank=True)
    lede = models.TextField()
    language = models.CharField(max_length=10)
    licence = models.CharField(max_length=100)
    licence_url = models.URLField(blank=True)
    # What the pages around the text need and nobody asks for alone.
    facts = models.JSONField(default=dict)  # {ref: {words, sentences, notes, ...}}
    # Whose questions are whose: {passages: {p44: [[ids of those that become cards], [of the
    # others]]}, terms: {ref: {term, at, ids: [[...], [...]]}}}.
    asks = models.JSONField(default=dict)
    argument = models.JSONField(default=list)  # [{id, kind, text_html, at, parts}]
    pages = models.JSONField(default=list)  # [{slug, title, body_html}]
    digest = models.CharField(max_length=64)  # sha256 of the files and the renderer
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.slug])

    def questions_at(self, *numbers: int) -> Ids:
        """Questions that these passages prove."""
        if numbers not in self.found_at:
            passages = self.asks.get("passages", {})
            asked = [Ids.of(passages.get(f"p{number}")) for number in numbers]
            self.found_at[numbers] = Ids.together(asked)
        return self.found_at[numbers]

    @cached_property
    def found_at(self) -> dict[tuple[int, ...], Ids]:
        """A page asks for the same passages over and over."""
        return {}

    def groups_at(self, spans: tuple[range, ...]) -> Groups:
        """The same for many spans of passages that are asked about together."""
        if spans not in self.found_groups:
            self.found_groups[spans] = Groups([self.questions_at(*span) for span in spans])
        return self.found_groups[spans]

    @cached_property
    def found_groups(self) -> dict[tuple[range, ...], Groups]:
        return {}

    def quiz_named(self, name: str) -> dict[str, Any] | None:
        """Where a quiz of the pack is: its url, title, size and minutes."""
        found: dict[str, Any] | None = self.asks.get("quizzes", {}).get(name)
        return found

    @cached_property
    def terms_asked(self) -> dict[str, AskedTerm]:
        """Every term by its ref, with the first passage that it occurs in."""
        return {
            ref: AskedTerm(ref, term["term"], term["at"], Ids.of(term["ids"]))
            for ref, term in self.asks.get("terms", {}).items()
        }


class Chapter(Content):
    article = models.ForeignKey(Article, models.PROTECT, related_name="chapters")
    slug = models.SlugField(max_length=100)
    number = models.CharField(max_length=20, blank=True)
    label = models.CharField(max_length=50)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["article", "slug"], name="chapter_slug_once_an_article")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


class Section(Content):
    """The reading unit: some passages under one question."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="sections")
    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="sections")
    slug = models.SlugField(max_length=100)
    was = models.JSONField(default=list)  # earlier slugs, whose addresses still lead here
    number = models.PositiveSmallIntegerField()  # through the article, as shown
    title = models.CharField(max_length=200)
    lede_html = models.TextField()
    minutes = models.PositiveSmallIntegerField()
    first = models.PositiveSmallIntegerField()  # numbers of its first and last passage
    last = models.PositiveSmallIntegerField()
    # {language: [...]}: the page as stored strings with slots between them; see
    # packs/render.py. The neighbours are stored too, as {number, title, url}.
    segments = models.JSONField(default=dict)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "slug"], name="section_slug_once_an_article")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("section", args=[self.article.slug, self.chapter.slug, self.slug])

    @property
    def span(self) -> range:
        """Numbers of its passages."""
        return range(self.first, self.last + 1)


class Passage(Content):
    """The smallest addressable block: a paragraph of the article and our note on it."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="passages")
    section = models.ForeignKey(Section, models.PROTECT, related_name="passages")
    ref = models.CharField(max_length=10)  # p44
    number = models.PositiveSmallIntegerField()
    headline = models.CharField(max_length=300)
    is_essential = models.BooleanField(default=False)
    note_html = models.TextField()
    note_text = models.TextField()  # the same without markup: sentences are counted here
    place = models.CharField(max_length=100)  # "1.1, paragraph 3 of 17"
    words = models.PositiveIntegerField()  # of the article's paragraph; 0 unknown

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "ref"], name="passage_ref_once_an_article")
        ]

    def __str__(self) -> str:
        return f"¶{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("permalink", args=[self.article.slug, self.ref])


class Work(Content):
    """A volume that footnotes cite."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="works")
    ref = models.SlugField(max_length=100)
    author = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    details = models.JSONField(default=dict)  # {editor, volume, place, year, note}
    uses = models.JSONField(default=list)  # [{footnote, at, pages, quoted_in, said_by}]

    class Meta:
        ordering = ["author", "title", "ref"]
        constraints = [
            models.UniqueConstraint(fields=["article", "ref"], name="work_ref_once_an_article")
        ]

    def __str__(self) -> str:
        return f"{self.author}, {self.title}"


class Footnote(Content):
    """The article's note, n27."""

    class Kind(models.TextChoices):
        CITATION = "citation", _("source")
        ARGUMENT = "argument", _("argues")

    article = models.ForeignKey(Article, models.PROTECT, related_name="footnotes")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="footnotes")
    ref = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    body_html = models.TextField()
    body_text = models.TextField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "ref"], name="footnote_ref_once_an_article")
        ]

    def __str__(self) -> str:
        return f"note {self.number}"


class GlossaryTerm(Content):
    class Kind(models.TextChoices):
        IDEA = "idea", _("Idea")
        BODY = "body", _("Body")
        PARTY = "party", _("Party")
        PERSON = "person", _("Person")
        PLACE = "place", _("Place")
        EVENT = "event", _("Event")
        TEXT = "text", _("Text")

    article = models.ForeignKey(Article, models.PROTECT, related_name="terms")
    ref = models.SlugField(max_length=100)
    term = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=100)
    letter = models.CharField(max_length=1)
    kind = models.CharField(max_length=10, choices=Kind)
    expansion = models.CharField(max_length=200, blank=True)
    native = models.CharField(max_length=200, blank=True)
    native_lang = models.CharField(max_length=20, blank=True)
    gloss = models.TextField()
    definition_html = models.TextField()
    general_html = models.TextField(blank=True)
    dates = models.CharField(max_length=100, blank=True)
    is_authors_usage = models.BooleanField(default=False)
    is_essential = models.BooleanField(default=False)
    aliases = models.JSONField(default=list)  # every spelling to link, headword first
    is_case_exact = models.BooleanField(default=False)
    is_linked = models.BooleanField(default=True)
    see = models.JSONField(default=list)  # [{ref, term}]
    places = models.JSONField(default=list)  # refs of passages and footnotes, in order

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["article", "ref"], name="term_ref_once_an_article")
        ]

    def __str__(self) -> str:
        return self.term

    def get_absolute_url(self) -> str:
        return reverse("glossary_term", args=[self.article.slug, self.ref])


class TimelineEvent(Content):
    """A dated event with the precision that the text supports."""

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")
        YEAR = "year", _("year")
        RANGE = "range", _("range")
        UNDATED = "undated", _("undated")

    article = models.ForeignKey(Article, models.PROTECT, related_name="events")
    ref = models.SlugField(max_length=100)
    start_on = models.DateField(null=True)
    end_on = models.DateField(null=True)
    precision = models.CharField(max_length=10, choices=Precision)
    when = models.CharField(max_length=100)  # as shown
    year = models.CharField(max_length=20)  # the heading it stands under
    is_period = models.BooleanField(default=False)
    is_essential = models.BooleanField(default=False)
    text_html = models.TextField()
    figure = models.CharField(max_length=50, blank=True)
    at = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["article", "ref"], name="event_ref_once_an_article")
        ]

    def __str__(self) -> str:
        return self.ref


class Person(Content):
    article = models.ForeignKey(Article, models.PROTECT, related_name="people")
    ref = models.SlugField(max_length=100)
    name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=100)
    role = models.TextField()
    dates = models.CharField(max_length=100, blank=True)
    term = models.CharField(max_length=100, blank=True)  # ref of the glossary's entry
    is_essential = models.BooleanField(default=False)
    at = models.JSONField(default=list)
    says = models.JSONField(default=list)  # [{at, how, text_html, note}]

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["article", "ref"], name="person_ref_once_an_article")
        ]

    def __str__(self) -> str:
        return self.name


class Evidence(models.Model):
    """The link from text to question: where an answer is proved. Rebuilt with every load."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="evidence")
    question = models.ForeignKey(
        "quizzes.Question", models.PROTECT, related_name="library_evidence"
    )
    passage = models.ForeignKey(Passage, models.CASCADE, related_name="evidence")
    footnote = models.ForeignKey(Footnote, models.CASCADE, null=True, related_name="evidence")
    note = models.PositiveSmallIntegerField(null=True)  # sentence of our note, from 1
    original = models.PositiveSmallIntegerField(null=True)  # sentence of the article, from 1
    position = models.PositiveSmallIntegerField()  # 0 is the decisive one

    class Meta:
        ordering = ["question", "position"]
        constraints = [
            models.UniqueConstraint(fields=["question", "position"], name="evidence_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.question_id} at {self.passage_id}"
