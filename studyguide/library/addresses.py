"""Where references lead: `<article-slug>:p44`, with the sentence that proves it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from quizzes.references import Reference


def locate(ref: str, *, note: int | None, original: int | None, back: str) -> Reference:
    """The permalink of a passage or footnote. It opens the original's sentence for those who
    have one and the note's for the others; `back` is the way to the question."""
    article, _colon, place = ref.rpartition(":")
    query = {
        name: value
        for name, value in (("note", note), ("original", original), ("back", back))
        if value
    }
    url = reverse("permalink", kwargs={"article": article, "ref": place})
    label = f"¶{place[1:]}" if place.startswith("p") else _("note %s") % place[1:]
    return Reference(f"{url}?{urlencode(query)}" if query else url, label)
