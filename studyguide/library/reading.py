"""How far a reader is: what the article's and the section's pages show of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString

from quizzes.mastery import Standing
from quizzes.models.attempts import day_of
from quizzes.standing import Learned
from studyguide.accounts.models import User
from studyguide.library import bars
from studyguide.library.bars import Bar
from studyguide.library.models import Article, ReadingPosition, ReadingState, Section

Reader = User | AnonymousUser


def place_of(user: int) -> QuerySet[ReadingPosition, Any]:
    """The number of the passage where a reader last was, in the article asked about."""
    mine = ReadingPosition.objects.filter(user=user, article=OuterRef("pk"))
    return mine.values("passage__number")[:1]


def learned_of(user: Reader, article: Article) -> Learned:
    """What a reader knows of an article today."""
    return Learned.of(user, source=article.slug, on=day_of(user, timezone.now()))


@dataclass(frozen=True)
class Progress:
    """A reader's marks in one article, by number of the passage."""

    read: frozenset[int] = frozenset()
    unclear: frozenset[int] = frozenset()
    position: int | None = None  # the last place, where it is needed

    @classmethod
    def of(cls, user: Reader, article: Article) -> Progress:
        if not user.is_authenticated:
            return cls()
        states = ReadingState.objects.filter(user=user, article=article).values_list(
            "passage__number", "is_read", "is_unclear"
        )
        return cls.from_rows(list(states), None)

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[int, bool, bool]], position: int | None) -> Progress:
        return cls(
            frozenset(number for number, is_read, _ in rows if is_read),
            frozenset(number for number, _, is_unclear in rows if is_unclear),
            position,
        )

    def next_of(self, numbers: Sequence[int]) -> int | None:
        """Where to go on: the last place, or the first unread passage after it."""
        if self.position is None:
            return None
        later = [n for n in numbers if n >= self.position]
        earlier = [n for n in numbers if n < self.position]
        return next((n for n in [*later, *earlier] if n not in self.read), self.position)


@dataclass
class ContentsRow:
    section: Section
    bars: tuple[Bar, ...]  # of its passages, with all that is told of them
    relative: tuple[float, ...]  # their heights, among those of the whole text
    slots: int  # bars for which there is room
    standing: Standing  # of all cards of the section

    @property
    def sky(self) -> SafeString:
        return bars.sky(self.bars, self.relative, slots=self.slots)

    @property
    def read(self) -> int:
        return sum([bar.is_read for bar in self.bars])

    @property
    def checked(self) -> int:
        return sum([bar.is_checked for bar in self.bars])

    @property
    def firm(self) -> int:
        """Passages called firm."""
        return sum([bar.is_firm for bar in self.bars])

    @property
    def is_here(self) -> bool:
        return any(bar.is_here for bar in self.bars)


@dataclass
class ContentsChapter:
    slug: str
    label: str
    title: str
    summary: str
    first: int
    last: int
    rows: list[ContentsRow] = field(default_factory=list)
    quiz: dict[str, Any] | None = None
    rows_html: str = ""  # put together by whoever shows it

    @property
    def is_here(self) -> bool:
        return any(row.is_here for row in self.rows)


@dataclass
class Contents:
    """All that the article's page shows of chapters, sections and progress."""

    chapters: list[ContentsChapter]
    skyline: SafeString
    total: int
    read: int
    here: int | None  # number of the passage to go on at
    section: Section | None  # the section it is in
    checked: int
    firm: int
    remaining: int = 0  # unread passages of that section

    @property
    def minutes_left(self) -> int:
        if self.section is None:
            return 0
        size = self.section.last - self.section.first + 1
        return max(1, round(self.section.minutes * self.remaining / size))


def contents(
    article: Article, sections: Sequence[Section], progress: Progress, learned: Learned
) -> Contents:
    """`sections` in order, with their chapters fetched."""
    spans = tuple([section.span for section in sections])
    numbers = [n for span in spans for n in span]
    here = progress.next_of(numbers)
    passages = learned.standings(article.groups_at(tuple([range(n, n + 1) for n in numbers])))
    drawn = [
        bar_of(article, n, progress, learned, here, standing)
        for n, standing in zip(numbers, passages, strict=True)
    ]
    standings = learned.standings(article.groups_at(spans))
    relative = dict(zip(numbers, bars.heights(drawn), strict=True))
    by_number = {bar.number: bar for bar in drawn}
    slots = max((s.last - s.first + 1 for s in sections), default=1)
    chapters: dict[int, ContentsChapter] = {}
    here_section = None
    for section, span, standing in zip(sections, spans, standings, strict=True):
        chapter = chapters.setdefault(section.chapter_id, empty_chapter(section))
        chapter.last = section.last
        chapter.quiz = article.quiz_named(f"chapter-{chapter.slug}")
        if here in span:
            here_section = section
        chapter.rows.append(
            ContentsRow(
                section,
                tuple([by_number[n] for n in span]),
                tuple([relative[n] for n in span]),
                slots,
                standing,
            )
        )
    return Contents(
        chapters=[*chapters.values()],
        skyline=bars.skyline(drawn, [(c.label, c.first, c.last) for c in chapters.values()]),
        total=len(numbers),
        read=len(progress.read.intersection(numbers)),
        here=here,
        section=here_section,
        checked=sum(bar.is_checked for bar in drawn),
        firm=sum(bar.is_firm for bar in drawn),
        remaining=unread_in(here_section, progress),
    )


def empty_chapter(section: Section) -> ContentsChapter:
    chapter = section.chapter
    return ContentsChapter(
        chapter.slug,
        chapter.label,
        chapter.title,
        chapter.summary,
        section.first,
        section.last,
    )


def unread_in(section: Section | None, progress: Progress) -> int:
    if section is None:
        return 0
    return sum(n not in progress.read for n in range(section.first, section.last + 1))


def bar_of(
    article: Article,
    number: int,
    progress: Progress,
    learned: Learned,
    here: int | None,
    standing: Standing,
) -> Bar:
    facts: dict[str, Any] = article.facts
    return Bar(
        number,
        facts.get(f"p{number}", {}).get("words", 0),
        number in progress.read,
        number == here,
        learned.is_checked(article.questions_at(number)),
        standing.is_firm,
    )
