"""A section's page: stored segments, with one reader's states filled into the slots.

Measured against a template with a loop over passages, joining strings costs a
tenth; so this one page, the most read of all, is put together here by hand. It
asks four questions of the database however long the section is, and two when the
browser still has the page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from studyguide.accounts.preferences import preferences_of
from studyguide.library import bars
from studyguide.library.models import (
    Original,
    OriginalPassage,
    ReadingPosition,
    ReadingState,
    Section,
)
from studyguide.library.reading import Progress, Reader, bar_of

REF = re.compile(r"p[1-9][0-9]{0,3}")


def for_reader(sections: QuerySet[Section], user: Reader) -> QuerySet[Section]:
    """With what a reader's page depends on, in the same query: which original he
    would see, how old it is, and the revision of his marks."""
    if not user.is_authenticated:
        return sections
    original = (
        Original.objects.readable_by(user).filter(article=OuterRef("article")).nearest_first(user)
    )
    position = ReadingPosition.objects.filter(user=user, article=OuterRef("article"))
    return sections.annotate(
        original_id=Subquery(original.values("pk")[:1]),
        original_at=Subquery(original.values("imported_at")[:1]),
        revision=Subquery(position.values("revision")[:1]),
    )


class SectionPage:
    def __init__(self, section: Section, request: HttpRequest, *, is_print: bool = False) -> None:
        self.section = section
        self.request = request
        self.is_print = is_print
        self.numbers = range(section.first, section.last + 1)

    # What decides whether the page is still the same

    @property
    def version(self) -> tuple[int | None, Any, int]:
        """Id and age of the original to show; revision of the reader's marks."""
        section = self.section
        return (
            getattr(section, "original_id", None),
            getattr(section, "original_at", None),
            getattr(section, "revision", None) or 0,
        )

    @cached_property
    def etag(self) -> str:
        request = self.request
        parts = (
            self.section.article.digest,
            request.user.pk,
            self.version,
            sorted(preferences_of(request).items()),
            request.COOKIES.get(settings.CSRF_COOKIE_NAME),
            request.GET.get("from"),
            get_language(),
        )
        return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'

    def is_unchanged(self) -> bool:
        """Whether the browser's copy still holds. A waiting message makes it stale."""
        if "messages" in self.request.COOKIES:
            return False
        return self.request.headers.get("If-None-Match") == self.etag

    def stamp(self, response: HttpResponse) -> HttpResponse:
        if settings.CSRF_COOKIE_NAME in self.request.COOKIES:
            response.headers["ETag"] = self.etag
        response.headers["Cache-Control"] = "private, no-cache"
        return response

    # What a reader's own page adds

    @cached_property
    def progress(self) -> Progress:
        user = self.request.user
        if not user.is_authenticated:
            return Progress()
        rows = ReadingState.objects.filter(user=user, passage__section=self.section).values_list(
            "passage__number", "is_read", "is_unclear"
        )
        return Progress.from_rows(list(rows), None)

    @cached_property
    def original(self) -> dict[str, str]:
        """HTML of the reader's original by passage; empty where there is none."""
        original_id, *_rest = self.version
        if original_id is None:
            return {}
        rows = OriginalPassage.objects.filter(
            original=original_id, passage__section=self.section
        ).values_list("passage__ref", "body_html", "original__credit")
        found: dict[str, str] = {}
        for ref, body_html, credit in rows:
            self.credit = credit
            found[ref] = found.get(ref, "") + body_html
        return found

    credit = ""

    def body_html(self) -> SafeString:
        fillers: dict[str, Callable[..., str]] = {
            "original": self.original_html,
            "mark": self.mark_html,
        }
        stored = self.section.segments[get_language() or settings.LANGUAGE_CODE]
        body = "".join(
            part if isinstance(part, str) else fillers[part[0]](*part[1:]) for part in stored
        )
        if self.is_print:  # nothing folds on paper
            body = body.replace('<details class="fold">', '<details class="fold" open>')
        return mark_safe(body)  # noqa: S308

    def original_html(self, ref: str, place: str) -> str:
        body = self.original.get(ref)
        if body is None:
            return format_html('<p class="tag where">{}</p>', place)
        return (
            f'<figure class="orig"><blockquote>{body}</blockquote>'
            f'<figcaption class="kick">{_("Original ¶%s") % ref[1:]}</figcaption></figure>'
        )

    def mark_html(self, ref: str) -> str:
        if self.is_print or not self.request.user.is_authenticated:
            return ""
        return mark_form(
            self.section.article.slug,
            int(ref[1:]),
            self.progress,
            csrf_token=self.csrf_token,
            first=self.section.first,
        )

    @cached_property
    def csrf_token(self) -> str:
        return get_token(self.request)

    def context(self) -> dict[str, Any]:
        drawn = [
            bar_of(self.section.article.facts, number, self.progress, None)
            for number in self.numbers
        ]
        relative = bars.heights(drawn)
        return {
            "section": self.section,
            "article": self.section.article,
            "body_html": self.body_html(),
            "has_original": bool(self.original),
            "credit": self.credit,
            "came_from": came_from(self.request),
            "rail": [
                (bar, bars.rail_bar(bar, height))
                for bar, height in zip(drawn, relative, strict=True)
            ],
            "sky": bars.sky(drawn, relative, slots=len(drawn)),
            "before": self.section.before,
            "after": self.section.after,
            "tally": tally(self.section, self.progress),
            "nav": "read",
        }


def came_from(request: HttpRequest) -> str:
    """The passage a reader jumped from, as a ref, or nothing."""
    ref = request.GET.get("from", "")
    return ref if REF.fullmatch(ref) else ""


def tally(section: Section, progress: Progress) -> dict[str, int]:
    """How many of the section's passages are read, and the minutes that are left."""
    total = section.last - section.first + 1
    read = len(progress.read.intersection(range(section.first, section.last + 1)))
    return {
        "read": read,
        "total": total,
        "minutes": max(1, round(section.minutes * (total - read) / total)),
    }


def mark_form(
    article: str, number: int, progress: Progress, *, csrf_token: str, first: int
) -> SafeString:
    """The marks of one passage, as `templates/library/_mark.html` has them."""
    return render_to_string(
        "library/_mark.html",
        {
            "article": article,
            "number": number,
            "ref": f"p{number}",
            "csrf": csrf_token,
            "token": uuid4(),
            "is_read": number in progress.read,
            "is_unclear": number in progress.unclear,
            "is_first": number == first,
        },
    )
