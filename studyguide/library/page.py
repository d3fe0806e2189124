"""A section's page: stored segments, with one reader's states filled into the slots.

Measured against a template with a loop over passages, joining strings costs a
tenth; so this one page, the most read of all, is put together here by hand. It
asks five questions of the database however long the section is, and two when the
browser still has the page. They are compiled once (`quizzes.prepared`), and what is
the same for every reader is kept in the process: measured, both together are two
thirds of what the page cost.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quizzes.grading import is_right
from quizzes.mastery import Standing
from quizzes.models import Attempt, AttemptQuestion, ReviewCard
from quizzes.models.attempts import VERDICTS, day_of, state_of
from quizzes.prepared import Prepared
from quizzes.standing import Learned, revision_of
from studyguide.accounts.models import User
from studyguide.accounts.preferences import preferences_of
from studyguide.kept import kept
from studyguide.library import bars
from studyguide.library.bars import Bar
from studyguide.library.models import (
    AskedTerm,
    Original,
    OriginalPassage,
    ReadingPosition,
    ReadingState,
    Section,
)
from studyguide.library.reading import Progress, Reader, bar_of

MAX_BACK = 300  # characters of an address to go back to
REF = re.compile(r"p[1-9][0-9]{0,3}")


class State(NamedTuple):
    """What a reader's page of a section depends on, beside the section itself: the original he
    would see and its age, the revision of his marks, his last answer, his last review and card."""

    original_id: int | None = None
    original_at: Any = None
    revision: int | None = None
    checked_at: Any = None
    reviewed: int | None = None
    carded: int | None = None
    due_count: int | None = None  # cards that wait for him

    @classmethod
    def of(cls, section: Section) -> State:
        """Of a section that came `for_reader`."""
        return cls(*(getattr(section, name, None) for name in cls._fields))


def for_reader(sections: QuerySet[Section], user: Reader, today: date) -> QuerySet[Section]:
    """With the reader's state on a study day of his, in the same query."""
    if not user.is_authenticated:
        return sections
    original = (
        Original.objects.readable_by(user).filter(article=OuterRef("article")).nearest_first(user)
    )
    position = ReadingPosition.objects.filter(user=user.pk, article=OuterRef("article"))
    checked = AttemptQuestion.objects.filter(
        attempt__user=user.pk,
        attempt__purpose=Attempt.Purpose.CHECKPOINT,
        attempt__source=OuterRef("article__slug"),
        graded_at__isnull=False,
    ).order_by("-graded_at")
    return sections.annotate(
        original_id=Subquery(original.values("pk")[:1]),
        original_at=Subquery(original.values("imported_at")[:1]),
        revision=Subquery(position.values("revision")[:1]),
        checked_at=Subquery(checked.values("graded_at")[:1]),
        due_count=due_count(user.pk, today),
        **{name: Subquery(rows) for name, rows in revision_of(user.pk).items()},
    )


IDENTITY = ("pk", "article__digest", "article__loaded_at")


def found_for_visitors(*, article: str, section: str) -> QuerySet[Section, Any]:
    return (
        Section.objects.current()
        .filter(article__slug=article, article__retired_at=None, slug=section)
        .values_list(*IDENTITY)
    )


def found_for(*, is_staff: bool) -> Callable[..., QuerySet[Section, Any]]:
    def found(*, user: int, article: str, section: str, today: date) -> QuerySet[Section, Any]:
        person = User(pk=user, is_staff=is_staff)
        rows = for_reader(Section.objects.filter(retired_at=None, slug=section), person, today)
        return rows.filter(article__slug=article, article__retired_at=None).values_list(
            *IDENTITY, *State._fields
        )

    return found


FOR_VISITORS = Prepared(found_for_visitors)
FOR_READERS = {is_staff: Prepared(found_for(is_staff=is_staff)) for is_staff in (False, True)}


def section_for(user: Reader, *, article: str, section: str) -> tuple[Section, State] | None:
    """A section as it is kept, and what this reader's page of it depends on."""
    if user.is_authenticated:
        today = day_of(user, timezone.now())
        values = {"user": user.pk, "article": article, "section": section, "today": today}
        rows = FOR_READERS[user.is_staff].rows(**values)
    else:
        rows = FOR_VISITORS.rows(article=article, section=section)
    if not rows:
        return None
    pk, digest, loaded_at, *state = rows[0]
    return kept_section(pk, digest, loaded_at), State(*state)


@lru_cache(maxsize=200)
def kept_section(pk: int, digest: str, loaded_at: Any) -> Section:
    """The same for everybody until its pack is loaded anew. Nobody changes what this gives."""
    section: Section = Section.objects.select_related("article", "chapter").get(pk=pk)
    return section


MARKS = Prepared(
    lambda user, section: ReadingState.objects.filter(
        user=user, passage__section=section
    ).values_list("passage__number", "is_read", "is_unclear")
)
ORIGINALS = Prepared(
    lambda original, section: OriginalPassage.objects.filter(
        original=original, passage__section=section
    ).values_list("passage__ref", "body_html", "original__credit")
)


def counting_due(articles: Any, user: Reader) -> Any:
    """With the cards that wait for a reader, in the same query: the header shows them."""
    if not user.is_authenticated:
        return articles
    return articles.annotate(due_count=due_count(user.pk, day_of(user, timezone.now())))


def due_count(user: int, today: date) -> Subquery:
    """Cards that wait for review: the header of the page shows it, so a page that was stored by a
    browser is stale when it moves."""
    cards = ReviewCard.objects.to_review(user, today)
    groups = cards.filter(stability__isnull=False).order_by().values("user")
    return Subquery(groups.annotate(n=Count("concept", distinct=True)).values("n"))


class SectionPage:
    def __init__(
        self, section: Section, state: State, request: HttpRequest, *, is_print: bool = False
    ) -> None:
        self.section = section
        self.state = state
        self.request = request
        self.is_print = is_print
        self.numbers = range(section.first, section.last + 1)

    # What decides whether the page is still the same

    @cached_property
    def etag(self) -> str:
        request = self.request
        parts = (
            self.section.article.digest,
            request.user.pk,
            self.state,
            self.today,  # cards slip by days
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

    @cached_property
    def today(self) -> date | None:
        user = self.request.user
        return day_of(user, timezone.now()) if user.is_authenticated else None

    # What a reader's own page adds

    @cached_property
    def progress(self) -> Progress:
        user = self.request.user
        if not user.is_authenticated:
            return Progress()
        return Progress.from_rows(MARKS.rows(user=user.pk, section=self.section.pk), None)

    @cached_property
    def original(self) -> dict[str, str]:
        """HTML of the reader's original by passage; empty where there is none."""
        if self.state.original_id is None:
            return {}
        rows = ORIGINALS.rows(original=self.state.original_id, section=self.section.pk)
        found: dict[str, str] = {}
        for ref, body_html, credit in rows:
            self.credit = credit
            found[ref] = found.get(ref, "") + body_html
        return found

    credit = ""

    @cached_property
    def language(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @cached_property
    def stored(self) -> Stored:
        return Stored.of(self.section, self.language)

    def body_html(self) -> SafeString:
        fillers: dict[str, Callable[..., str]] = {
            "original": self.original_html,
            "mark": self.mark_html,
            "tokens": self.tokens_html,
            "known": self.known_html,
        }
        pieces, skipped = [], ""
        for part in self.stored.parts:
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
            return where_html(place)
        return (
            f'<figure class="orig"><blockquote>{body}</blockquote>'
            f'<figcaption class="kick">{_("Original ¶%s") % ref[1:]}</figcaption></figure>'
        )

    def mark_html(self, ref: str) -> str:
        if self.is_print or not self.request.user.is_authenticated:
            return ""
        form = mark_form(
            self.section.article.slug,
            int(ref[1:]),
            self.progress,
            csrf_token=self.csrf_token,
            first=self.section.first,
        )
        return form + self.standing_html(int(ref[1:]))

    # What a learner knows

    @cached_property
    def learned(self) -> Learned:
        """Of the questions under these passages and on the terms that they link."""
        if self.is_print:
            return Learned()
        if self.today is None:
            return Learned()
        return Learned.of(
            self.request.user,
            source=self.section.article.slug,
            on=self.today,
            questions=self.stored.questions,
            checked=self.stored.asked,
        )

    @cached_property
    def terms(self) -> dict[str, AskedTerm]:
        return self.section.article.terms_asked

    @cached_property
    def known(self) -> frozenset[str]:
        """Terms that are firm."""
        if not self.learned.levels:
            return frozenset()
        return frozenset(
            ref
            for ref in self.stored.linked
            if ref in self.terms and self.learned.standing(self.terms[ref].ids).is_firm
        )

    def known_html(self, ref: str) -> str:
        """A class for the link of a term that is firm: its underline fades."""
        return " known" if ref in self.known else ""

    @property
    def has_known(self) -> bool:
        return bool(self.known)

    def standing_of(self, *numbers: int) -> Standing:
        return self.learned.standing(self.section.article.questions_at(*numbers))

    def standing_html(self, number: int, *, is_oob: bool = False) -> str:
        """Checked and firm, in words, under the marks of a passage; empty until there is a word,
        as an answer puts it there."""
        asked = self.section.article.questions_at(number)
        return stands_html(
            *(self.section.article.slug, self.section.slug, number),
            *(self.learned.is_checked(asked), self.learned.standing(asked), is_oob, self.language),
        )

    @property
    def ahead(self) -> list[AskedTerm]:
        """Terms that come up here first and that the reader has not met: nothing read that has
        them, nothing answered on them."""
        here = {f"p{n}" for n in self.numbers if n not in self.progress.read}
        return [
            term
            for ref, term in self.terms.items()
            if term.at in here
            and ref in self.stored.linked
            and not self.learned.standing(term.ids).is_begun
        ]

    # Checkpoints

    @cached_property
    def answers(self) -> dict[int, tuple[float, str]]:
        """Worth and prompt of the checkpoints that this learner has answered, by question."""
        shown = self.stored.shown
        return {q: given for q, given in self.learned.answers.items() if q in shown}

    def answered_html(self, question: int) -> str:
        fraction, prompt = self.answers[question]
        return answered_html(
            question, prompt, state_of(fraction), self.stored.address, self.language
        )

    def tokens_html(self) -> str:
        return (
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{self.csrf_token}">'
            f'<input type="hidden" name="token" value="{uuid4()}">'
        )

    def rail_html(self, bar: Bar, height: float, *, is_oob: bool = False) -> SafeString:
        """A passage in the rail, and below it what became of its questions."""
        asked = self.stored.checks.get(f"p{bar.number}", ())
        done = [self.answers[question][0] for question in asked if question in self.answers]
        icon = "m0"
        if done:
            icon = "right" if len(done) == len(asked) and all(map(is_right, done)) else "part"
        return kept(
            "library/_rail_item.html",
            number=bar.number,
            bar_html=bars.rail_bar(bar, height),
            is_reader=self.request.user.is_authenticated,
            is_read=bar.is_read,
            is_checked=bar.is_checked,
            is_firm=bar.is_firm,
            check_icon=icon,
            check_done=len(done),
            check_total=len(asked),
            is_oob=is_oob,
        )

    @cached_property
    def csrf_token(self) -> str:
        return get_token(self.request)

    @cached_property
    def drawn(self) -> list[Bar]:
        article = self.section.article
        return [
            bar_of(article, n, self.progress, self.learned, None, self.standing_of(n))
            for n in self.numbers
        ]

    def standing_context(self, number: int) -> dict[str, Any]:
        """What an answer to a question under a passage may have moved."""
        relative = bars.heights(self.drawn)
        at = self.numbers.index(number)
        return {
            "article": self.section.article.slug,
            "section": self.section.slug,
            "standing_html": self.standing_html(number, is_oob=True),
            "rail_html": self.rail_html(self.drawn[at], relative[at], is_oob=True),
            "standing": self.standing_of(*self.numbers),
            "sky": bars.sky(self.drawn, relative, slots=len(self.drawn)),
        }

    def context(self) -> dict[str, Any]:
        self.request.due_count = self.state.due_count or 0  # type: ignore[attr-defined]
        drawn, relative = self.drawn, bars.heights(self.drawn)
        return {
            "page": self.stored,
            "csrf_token": self.csrf_token,  # the one that the body has: making it costs
            "article": self.section.article,
            "body_html": self.body_html(),
            "has_original": bool(self.original),
            "credit": self.credit,
            "came_from": came_from(self.request),
            "way_back": way_back(self.request),
            "rail_html": SafeString(
                "".join([self.rail_html(*each) for each in zip(drawn, relative, strict=True)])
            ),
            "sky": bars.sky(drawn, relative, slots=len(drawn)),
            "tally": tally(self.section, self.progress),
            "standing": self.standing_of(*self.numbers),
            "ahead": tuple((term.ref, term.term, term.at) for term in self.ahead),
            "has_known": self.has_known,
            "nav": "read",
        }


# What a page has a dozen or more of, by all that it depends on. `kept` would ask for the language
# each time, and put words and verdicts in it that follow from numbers: it took three times as long.


@lru_cache(maxsize=20_000)
def answered_html(question: int, prompt: str, state: str, back: str, _language: str) -> SafeString:
    values = {"question": question, "prompt": prompt, "state": state, "back": back}
    return render_to_string("library/_answered.html", {**values, "verdict": VERDICTS[state]})


@lru_cache(maxsize=20_000, typed=True)
def stands_html(
    article: str,
    section: str,
    number: int,
    is_checked: bool,  # noqa: FBT001
    standing: Standing,
    is_oob: bool,  # noqa: FBT001
    _language: str,
) -> SafeString:
    words = [_("Checked")] if is_checked else []
    if standing.is_begun and standing.headline is not None:
        words.append(f"{standing.headline.label}: {standing.told}")
    values = {"article": article, "section": section, "number": number, "ref": f"p{number}"}
    return render_to_string(
        "library/_stands.html", {**values, "words": " · ".join(words), "is_oob": is_oob}
    )


@lru_cache(maxsize=5000)
def where_html(place: str) -> SafeString:
    return format_html('<p class="tag where">{}</p>', place)


@dataclass(frozen=True, eq=False)  # each loading is another, so parts of pages are kept by it
class Stored:
    """A section's page as it is stored, in one language: the same for every reader."""

    section: Section
    parts: Sequence[Any]  # strings, and between them slots
    linked: frozenset[str]  # terms that it links
    checks: Mapping[str, Sequence[int]]  # ids of the questions after each passage
    asked: Sequence[int]  # ids of the questions that its passages prove, here or elsewhere
    questions: Sequence[int]  # what a learner's page asks about: those of passages and of terms

    @cached_property
    def shown(self) -> frozenset[int]:
        return frozenset([question for each in self.checks.values() for question in each])

    @cached_property
    def address(self) -> str:
        return self.section.get_absolute_url()

    @property
    def quiz(self) -> dict[str, Any] | None:
        return self.section.article.quiz_named(f"section-{self.section.slug}")

    @classmethod
    def of(cls, section: Section, language: str) -> Stored:
        known: dict[str, Stored] = section.__dict__.setdefault("stored_by_language", {})
        if language not in known:
            known[language] = cls.read(section, section.segments[language])
        return known[language]

    @classmethod
    def read(cls, section: Section, parts: Sequence[Any]) -> Stored:
        linked, checks, here = set(), dict[str, list[int]](), ""
        for part in parts:
            if isinstance(part, str):
                continue
            if part[0] == "known":
                linked.add(part[1])
            elif part[0] == "checks":
                here = part[1]
            elif part[0] == "check":
                checks.setdefault(here, []).append(int(part[1]))
        article = section.article
        terms = article.terms_asked
        asked = {
            *article.questions_at(*range(section.first, section.last + 1)).all,
            *(question for each in checks.values() for question in each),
        }
        of_terms = {q for ref in linked if ref in terms for q in terms[ref].ids.all}
        questions = sorted(asked | of_terms)
        return cls(section, parts, frozenset(linked), checks, sorted(asked), questions)


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
    form = kept(
        "library/_mark.html",
        article=article,
        number=number,
        ref=f"p{number}",
        csrf=CSRF,
        token=TOKEN,
        is_read=number in progress.read,
        is_unclear=number in progress.unclear,
        is_first=number == first,
    )
    return mark_safe(form.replace(CSRF, csrf_token).replace(TOKEN, str(uuid4())))  # noqa: S308


CSRF, TOKEN = "csrf-goes-here", "token-goes-here"
