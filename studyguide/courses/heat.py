"""The text, shaded by how a class answered the questions that its passages prove.

What is said of few learners is said of nobody: below five, a passage has no figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from quizzes.tallying import UNIT
from studyguide.courses.item import Item
from studyguide.courses.item_answers import FACES
from studyguide.courses.items import items_of
from studyguide.courses.models import Course, Membership, Role
from studyguide.library.bars import Bar, heights, percent
from studyguide.library.models import Article, Evidence, LookUp, Passage, ReadingMark, ReadingState

STEPS = ((48, "v5"), (36, "v4"), (24, "v3"), (12, "v2"), (0, "v1"))  # per cent missed
NAMED = 3  # bars that carry their number
APART = 4


@dataclass(frozen=True)
class Place:
    """A passage, as the class stands to it."""

    passage: Passage
    items: Sequence[Item]  # questions that it proves
    read: int | None  # per cent of the class; None: too few learners
    unclear: int | None  # learners; None: fewer than five
    looked_up: int | None  # learners who looked up a term there; None: fewer than five

    @cached_property
    def learners(self) -> int:
        """So many at least: those who answered the question that most of them answered."""
        return max((item.answers for item in self.items), default=0)

    @cached_property
    def missed(self) -> float | None:
        """Per cent of what the answers could be worth; None: too few learners."""
        if self.learners < FACES:
            return None
        marks = sum(item.sums.mark_sum for item in self.items) / UNIT
        return 100 * (1 - marks / sum(item.answers for item in self.items))

    @property
    def facility(self) -> float | None:
        return None if self.missed is None else 100 - self.missed

    @property
    def fill(self) -> str:
        if self.missed is None:
            return "f-track"
        return next(name for least, name in STEPS if self.missed >= least)


@dataclass(frozen=True)
class Heat:
    articles: Sequence[Article]  # that the course works on
    article: Article | None
    places: Sequence[Place]

    @classmethod
    def of(cls, course: Course, wanted: str = "") -> Heat:
        """The article that is wanted; else the first."""
        articles = list(
            Article.objects.filter(course_articles__course=course)
            .order_by("course_articles__position")
            .only("slug", "title", "short_title")
        )
        article = next((each for each in articles if each.slug == wanted), None)
        article = article or next(iter(articles), None)
        return cls(articles, article, places(course, article) if article else [])

    @cached_property
    def hot(self) -> list[Place]:
        """The most missed first."""
        known = [each for each in self.places if each.missed]
        return sorted(known, key=lambda each: -(each.missed or 0))[:NAMED]

    def at(self, ref: str) -> Place | None:
        return next((each for each in self.places if each.passage.ref == ref), None)

    @property
    def drawing(self) -> SafeString:
        named: list[Passage] = []
        for each in self.hot:  # neighbours' numbers would cover each other
            if all(abs(each.passage.number - other.number) >= APART for other in named):
                named.append(each.passage)
        return drawn(self.places, {passage.pk for passage in named})


def of_learners(course: Course, prefix: str, at: str) -> Q:
    """Work that counts for the course: by its learners, from joining on unless they said so."""
    learning = {
        f"{prefix}__course": course,
        f"{prefix}__role": Role.LEARNER,
        f"{prefix}__state": Membership.State.ACTIVE,
    }
    return Q(**learning) & Membership.counts(at, prefix)


def by_passage(
    rows: QuerySet[ReadingState] | QuerySet[ReadingMark] | QuerySet[LookUp],
) -> dict[int, int]:
    """How many learners."""
    counted = rows.order_by().values_list("passage").annotate(n=Count("user", distinct=True))
    return dict(counted)


def look_ups(course: Course) -> QuerySet[LookUp]:
    return LookUp.objects.filter(of_learners(course, "user__memberships", "at"))


def terms_at(course: Course, place: Place) -> list[tuple[str, int]]:
    """Terms that enough learners looked up in a passage, and how many; the most first."""
    if place.looked_up is None:
        return []
    counted = look_ups(course).filter(passage=place.passage).values_list("term__term")
    found = counted.annotate(n=Count("user", distinct=True)).filter(n__gte=FACES)
    return list(found.order_by("-n", "term__sort_key"))


def enough(learners: int) -> int | None:
    return learners if learners >= FACES else None


def places(course: Course, article: Article) -> list[Place]:
    passages = (
        Passage.objects.current()
        .filter(article=article)
        .select_related("section__chapter")
        .only("ref", "number", "headline", "words", "section__chapter__label")
        .order_by("number")
    )
    size = course.memberships.learners().count()
    proofs = dict(
        Evidence.objects.filter(article=article, position=0).values_list("question", "passage")
    )
    items: dict[int, list[Item]] = defaultdict(list)
    for item in items_of(course, questions=list(proofs)) if proofs else ():
        items[proofs[item.version.question_id]].append(item)
    read = by_passage(
        ReadingState.objects.read()
        .filter(article=article)
        .filter(of_learners(course, "user__memberships", "read_at"))
    )
    still = ReadingState.objects.filter(
        user=OuterRef("user"), passage=OuterRef("passage"), is_unclear=True
    )
    unclear = by_passage(
        ReadingMark.objects.filter(Exists(still), kind=ReadingMark.Kind.UNCLEAR)
        .filter(passage__article=article)
        .filter(of_learners(course, "user__memberships", "at"))
    )
    looked_up = by_passage(look_ups(course).filter(passage__article=article))
    found = []
    for passage in passages:
        passage.article = article
        found.append(
            Place(
                passage,
                items[passage.pk],
                round(100 * read.get(passage.pk, 0) / size) if size >= FACES else None,
                enough(unclear.get(passage.pk, 0)),
                enough(looked_up.get(passage.pk, 0)),
            )
        )
    return found


def drawn(places: Sequence[Place], named: set[int]) -> SafeString:
    """A bar for each passage: a link where there is something to see behind it."""
    step = 100 / max(len(places), 1)
    bars = [Bar(each.passage.number, each.passage.words) for each in places]
    parts: list[str] = []
    for index, (place, height) in enumerate(zip(places, heights(bars), strict=True)):
        top = 12 + 68 * (1 - height)
        rect = (
            f'<rect class="{place.fill}" x="{percent(index * step)}" '
            f'width="{percent(step * 0.8)}" y="{percent(top)}" height="{percent(80 - top)}"/>'
        )
        number = place.passage.number
        if place.missed is None:
            parts.append(rect)
            continue
        told = _("¶%(number)d: %(missed)d%% missed") % {
            "number": number,
            "missed": round(place.missed),
        }
        parts.append(
            format_html(
                '<a href="{}" aria-label="{}">{}</a>',
                f"?article={place.passage.article.slug}&passage={place.passage.ref}#passage",
                told,
                mark_safe(rect),  # noqa: S308
            )
        )
        if place.passage.pk in named:
            x = percent((index + 0.4) * step)
            parts.append(f'<text class="mid t-ink" x="{x}" y="{percent(top - 3)}">¶{number}</text>')
    parts += chapters(places, step)
    return format_html(
        '<svg class="svg heat is-loose" role="group" aria-label="{}">{}</svg>',
        _("The text as bars, one for each paragraph, shaded by the share of answers missed"),
        mark_safe("".join(parts)),  # noqa: S308
    )


def chapters(places: Sequence[Place], step: float) -> list[str]:
    """A line below the bars of each, with its label and numbers."""
    spans: dict[str, list[int]] = defaultdict(list)
    for index, place in enumerate(places):
        spans[place.passage.section.chapter.label].append(index)
    found = []
    for label, indexes in spans.items():
        first, last = indexes[0], indexes[-1]
        x, end = first * step, (last + 0.8) * step
        found.append(
            f'<line class="axis" x1="{percent(x)}" x2="{percent(end)}" y1="85%" y2="85%"/>'
            + format_html(
                '<text class="t-ink" x="{}" y="97%">{}<tspan class="wide" dx=".6em">¶{}–{}'
                "</tspan></text>",
                percent(x),
                label,
                places[first].passage.number,
                places[last].passage.number,
            )
        )
    return found
