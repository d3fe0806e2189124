"""Where references lead: `<article-slug>:p44`, with the sentence that proves it; or to an entry
of the glossary, `<article-slug>:nep`."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from quizzes.references import Reference

PLACE = re.compile(r"[pn][1-9][0-9]{0,3}")


def locate(ref: str, *, note: int | None, original: int | None, back: str) -> Reference:
    """The permalink of a passage or footnote. It opens the original's sentence for those who
    have one and the note's for the others; `back` is the way to the question."""
    article, _colon, place = ref.rpartition(":")
    if not PLACE.fullmatch(place):
        url = reverse("glossary_term", kwargs={"article": article, "term": place})
        return Reference(url, _("the glossary"))
    query = {
        name: value
        for name, value in (("note", note), ("original", original), ("back", back))
        if value
    }
    url = reverse("permalink", kwargs={"article": article, "ref": place})
    label = f"¶{place[1:]}" if place.startswith("p") else _("note %s") % place[1:]
    return Reference(f"{url}?{urlencode(query)}" if query else url, label)
