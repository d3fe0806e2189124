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
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from quizzes.grading import is_right, is_wrong
from quizzes.models import Attempt, AttemptQuestion, ReviewCard
from quizzes.models.attempts import day_of
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

STATES = {"right": _l("Right"), "part": _l("Partly right"), "miss": _l("Another answer")}
MAX_BACK = 300  # characters of an address to go back to
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
    checked = AttemptQuestion.objects.filter(
        attempt__user=user,
        attempt__purpose=Attempt.Purpose.CHECKPOINT,
        attempt__source=OuterRef("article__slug"),
        graded_at__isnull=False,
    ).order_by("-graded_at")
    return sections.annotate(
        original_id=Subquery(original.values("pk")[:1]),
        original_at=Subquery(original.values("imported_at")[:1]),
        revision=Subquery(position.values("revision")[:1]),
        checked_at=Subquery(checked.values("graded_at")[:1]),
        due_count=due_count(user),
    )


def counting_due(articles: Any, user: Reader) -> Any:
    """With the cards that wait for a reader, in the same query: the header shows them."""
    return articles.annotate(due_count=due_count(user)) if user.is_authenticated else articles


def due_count(user: Reader) -> Subquery:
    """Cards that wait for review: the header of the page shows it, so a page that was stored by a
    browser is stale when it moves."""
    cards = ReviewCard.objects.to_review(user.pk or 0, day_of(user, timezone.now()))
    groups = cards.filter(stability__isnull=False).order_by().values("user")
    return Subquery(groups.annotate(n=Count("concept", distinct=True)).values("n"))


class SectionPage:
    def __init__(self, section: Section, request: HttpRequest, *, is_print: bool = False) -> None:
        self.section = section
        self.request = request
        self.is_print = is_print
        self.numbers = range(section.first, section.last + 1)

    # What decides whether the page is still the same

    @property
    def version(self) -> tuple[int | None, Any, int, Any, int]:
        """Id and age of the original to show; revision of the reader's marks; his last answer;
        cards that wait for him."""
        section = self.section
        return (
            getattr(section, "original_id", None),
            getattr(section, "original_at", None),
            getattr(section, "revision", None) or 0,
            getattr(section, "checked_at", None),
            getattr(section, "due_count", None) or 0,
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
            request.GET.get("back"),
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
            "tokens": self.tokens_html,
        }
        stored = self.section.segments[get_language() or settings.LANGUAGE_CODE]
        pieces, skipped = [], ""
        for part in stored:
            if skipped:  # up to the end of what this reader does not get
                skipped = "" if part == ["end", skipped] else skipped
            elif isinstance(part, str):
                pieces.append(part)
            elif part[0] == "check" and int(part[1]) in self.answers:
                pieces.append(self.answered_html(int(part[1])))
                skipped = part[1]
            elif part[0] == "checks" and self.is_print:  # paper cannot be answered
                skipped = "checks"
            elif part[0] in fillers:
                pieces.append(fillers[part[0]](*part[1:]))
        body = "".join(pieces)
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

    # Checkpoints

    @cached_property
    def checks(self) -> dict[str, list[int]]:
        """Ids of the questions after each passage, as the stored page has them."""
        found: dict[str, list[int]] = {}
        here = ""
        for part in self.section.segments[get_language() or settings.LANGUAGE_CODE]:
            if isinstance(part, str):
                continue
            if part[0] == "checks":
                here = part[1]
            elif part[0] == "check":
                found.setdefault(here, []).append(int(part[1]))
        return found

    @cached_property
    def answers(self) -> dict[int, tuple[float, str]]:
        """Worth and prompt of the checkpoints that this learner has answered, by question."""
        user = self.request.user
        asked = [question for each in self.checks.values() for question in each]
        if not user.is_authenticated or self.is_print or not asked:
            return {}
        rows = AttemptQuestion.objects.checkpoints(user, asked)
        return {question: (fraction, prompt) for question, fraction, prompt in rows}

    def answered_html(self, question: int) -> str:
        fraction, prompt = self.answers[question]
        state = "right" if is_right(fraction) else "miss" if is_wrong(fraction) else "part"
        back = self.section.get_absolute_url()
        return format_html(
            '<section class="check is-done" id="cp-{0}"><p class="kick">{1}</p>'
            '<h3 class="ask">{2}</h3><p class="row"><span class="tag {3}"><svg class="i" '
            'aria-hidden="true"><use href="#i-{3}"/></svg>{4}</span><a class="more" href="{5}" '
            'hx-get="{5}" hx-target="#cp-{0}" hx-swap="outerHTML">{6}</a></p></section>',
            question,
            _("Checkpoint"),
            prompt,
            state,
            STATES[state],
            f"{reverse('question', args=[question])}?{urlencode({'back': back})}",
            _("See your answer"),
        )

    def tokens_html(self) -> str:
        return (
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{self.csrf_token}">'
            f'<input type="hidden" name="token" value="{uuid4()}">'
        )

    def rail_check(self, ref: str) -> dict[str, Any] | None:
        """What the rail says of the questions after a passage."""
        asked = self.checks.get(ref)
        if not asked:
            return None
        done = [self.answers[question][0] for question in asked if question in self.answers]
        icon = "m0"
        if done:
            icon = "right" if len(done) == len(asked) and all(map(is_right, done)) else "part"
        return {"icon": icon, "done": len(done), "total": len(asked)}

    @cached_property
    def csrf_token(self) -> str:
        return get_token(self.request)

    def context(self) -> dict[str, Any]:
        *_others, self.request.due_count = self.version  # type: ignore[attr-defined]
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
            "way_back": way_back(self.request),
            "rail": [
                (bar, bars.rail_bar(bar, height), self.rail_check(f"p{bar.number}"))
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


def way_back(request: HttpRequest) -> str:
    """The question that a reader came from to see its proof, as an address of this site."""
    back = request.GET.get("back", "")
    is_ours = back.startswith("/") and len(back) < MAX_BACK
    return back if is_ours and url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""


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
