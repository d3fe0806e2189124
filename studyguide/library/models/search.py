from __future__ import annotations

from django.db import models

from studyguide.library.models.content import Article
from studyguide.library.models.originals import Original


class SearchEntry(models.Model):
    """One thing that can be found. Rebuilt whenever what it shows is loaded.

    An entry of an original belongs to that original, and goes with it: the
    audience of a hit is the audience of its row.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="search_entries")
    original = models.ForeignKey(Original, models.CASCADE, null=True, related_name="search_entries")
    kind = models.CharField(max_length=10)  # note, original, footnote, term, person, event
    ref = models.CharField(max_length=100)
    title = models.CharField(max_length=300)
    text = models.TextField()  # what a snippet is cut from
    words = models.TextField()  # folded and stemmed by search.normalise
    position = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["article", "original"], name="search_article_original")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
