"""What a learner's own pages show of one article: how far, how firm, what is next.

Six questions to the database, however much was read and answered. They are compiled once, and give
values, not rows: measured, models and their queries were half of what the dashboard cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import plan as planning
from quizzes.activity import Activity
from quizzes.grading import is_right
from quizzes.mastery import Level, Standing
from quizzes.mistakes import AT_ONCE
from quizzes.models import Attempt, Quiz
from quizzes.models.attempts import day_of
from quizzes.models.bank import minutes_for
from quizzes.prepared import Prepared
from quizzes.scheduling import study_day
from quizzes.standing import Learned
from studyguide.accounts.models import WORDS_A_MINUTE, User
from studyguide.library.models import (
    Article,
    AskedTerm,
    ReadingPosition,
    ReadingState,
    Section,
)
from studyguide.library.page import due_count
from studyguide.library.reading import Contents, Progress, contents, learned_of, place_of
from studyguide.library.shelf import KeptArticle, kept_article, progress_in
from studyguide.progress.models import StudyPlan

FORECAST = 14  # days
CALENDAR = 16 * 7  # days
LOOSE = 5  # terms
NEXT = 4  # things to do


@dataclass(frozen=True)
class Step:
    """Something to do, with what it costs. `kind` as in quizzes.plan, or open, mistakes."""

    kind: str
    minutes: int
    title: str
    url: str
    about: str = ""


class Row(NamedTuple):
    section: Section
    standing: Standing


class LooseTerm(NamedTuple):
    term: AskedTerm
    standing: Standing


class OnDesk(NamedTuple):
    """An article as a learner has it."""

    pk: int
    digest: str
    loaded_at: datetime
    slug: str
    short_title: str
    due_count: int | None  # cards that wait for him, of all articles
    place: int | None  # number of the passage where he last was
    ready_on: date | None
    cap: int | None  # minutes a day at most

    @property
    def kept(self) -> KeptArticle:
        return kept_article(self.pk, self.digest, self.loaded_at)


class OwnQuiz(NamedTuple):
    """A quiz of a section, or whatever is open."""

    public_id: str
    title: str
    section: str
    minutes: int
    is_done: bool
    open_id: str | None


@dataclass
class Desk:
    user: User
    today: date
    hour: int  # of the learner's clock
    articles: list[OnDesk]
    article: OnDesk
    kept: KeptArticle
    progress: Progress
    learned: Learned
    activity: Activity
    quizzes: list[OwnQuiz]
    read_days: Mapping[date, int]  # passages read, by study day

    @classmethod
    def of(cls, user: User, now: datetime, slug: str = "") -> Desk | None:
        """At the article asked for, else the last one read. None where there is no text."""
        zone, today = ZoneInfo(user.time_zone), day_of(user, now)
        articles = [OnDesk(*row) for row in SHELF.rows(user=user.pk, today=today)]
        article = next((a for a in articles if a.slug == slug), articles[0] if articles else None)
        if article is None:
            return None
        kept = article.kept
        read_days: dict[date, int] = {}
        for at, count in READ_AT.rows(user=user.pk):
            day = study_day(at, zone)
            read_days[day] = read_days.get(day, 0) + count
        since, until = today - timedelta(days=CALENDAR - 1), today + timedelta(days=FORECAST - 1)
        return cls(
            user=user,
            today=today,
            hour=now.astimezone(zone).hour,
            articles=articles,
            article=article,
            kept=kept,
            progress=progress_in(user, article.pk, article.place),
            learned=learned_of(user, kept.article),
            activity=Activity.of(user, since=since, until=until),
            quizzes=[OwnQuiz(*row) for row in QUIZZES.rows(user=user.pk, source=article.slug)],
            read_days=read_days,
        )

    @property
    def sections(self) -> list[Section]:
        return self.kept.sections

    # How far, how firm

    @cached_property
    def contents(self) -> Contents:
        """All that is shown of an article; only a newcomer's page asks for so much."""
        return contents(self.kept.article, self.sections, self.progress, self.learned)

    @cached_property
    def rows(self) -> list[Row]:
        spans = tuple([section.span for section in self.sections])
        standings = self.learned.standings(self.kept.article.groups_at(spans))
        return [Row(*pair) for pair in zip(self.sections, standings, strict=True)]

    @cached_property
    def loose_terms(self) -> list[LooseTerm]:
        """Terms begun and not firm, the loosest first."""
        terms = self.kept.article.terms_asked.values()
        standings = self.learned.standings(self.kept.asked_of_terms)
        loose = [
            LooseTerm(term, standing)
            for term, standing in zip(terms, standings, strict=True)
            if standing.is_begun and not standing.is_firm
        ]
        loose.sort(key=lambda one: (one.standing.firm_share, -one.standing.count(Level.LEARNING)))
        return loose[:LOOSE]

    @cached_property
    def studied(self) -> dict[date, int]:
        """Things done by day, of those that the calendar shows: answers, ratings, passages read."""
        first = self.today - timedelta(days=CALENDAR - 1)
        found = dict(self.activity.studied)
        for day, count in self.read_days.items():
            if day >= first:
                found[day] = found.get(day, 0) + count
        return found

    @property
    def is_new(self) -> bool:
        return not (
            self.progress.read
            or self.progress.position
            or self.learned.answers
            or self.learned.levels
            or self.studied
            or self.activity.due
        )

    # Reviews

    @cached_property
    def due(self) -> dict[date, int]:
        return self.activity.due_by(self.today)

    @property
    def due_today(self) -> int:
        """As the header and the review have it: of cards on one term, one a day."""
        return self.article.due_count or 0

    @property
    def review_minutes(self) -> int:
        all_today = self.due.get(self.today, 0) or 1
        minutes = self.activity.review_minutes(self.today).get(self.today, 0)
        return max(1, round(minutes * self.due_today / all_today))

    @property
    def greeting(self) -> str:
        name = {"name": self.user.get_full_name()}
        if 4 <= self.hour < 12:
            return _("Good morning, %(name)s") % name
        if 12 <= self.hour < 18:
            return _("Good afternoon, %(name)s") % name
        return _("Good evening, %(name)s") % name

    # What to do

    def minutes_for_words(self, words: float) -> int:
        return planning.reading_minutes(round(words), self.user.words_per_minute)

    def unread(self, section: Section) -> list[int]:
        return self.left_to_read[section.slug]

    @cached_property
    def left_to_read(self) -> dict[str, list[int]]:
        """Numbers of the passages that are not read, by section."""
        read = self.progress.read
        return {
            section.slug: [n for n in section.span if n not in read] for section in self.sections
        }

    def read_minutes(self, section: Section) -> int:
        size = section.last - section.first + 1
        words = section.minutes * WORDS_A_MINUTE * len(self.unread(section)) / size
        return self.minutes_for_words(words)

    @cached_property
    def left_to_check(self) -> dict[str, int]:
        """How many questions under its passages were not answered there, by section."""
        answers = self.learned.answers
        return {
            section.slug: sum(question not in answers for question in self.asked_in(section))
            for section in self.sections
        }

    def asked_in(self, section: Section) -> list[int]:
        return self.kept.article.questions_at(*section.span).all

    def quiz_of(self, section: Section) -> Any:
        return next((q for q in self.quizzes if q.section == section.slug), None)

    def step(self, kind: str, section: Section, minutes: int) -> Step:
        """One task of a section, as the pages show it."""
        about = _("Section %(number)d, %(title)s") % {
            "number": section.number,
            "title": section.title,
        }
        url = self.kept.addresses[section.pk]
        if kind == "read":
            unread = self.unread(section)
            first = unread[0] if unread else section.first
            is_on_way = len(unread) < section.last - section.first + 1
            title = _("Read on from ¶%d") if is_on_way else _("Read from ¶%d")
            return Step(kind, minutes, title % first, f"{url}#p{first}", about)
        if kind == "check":
            count = self.left_to_check[section.slug]
            title = ngettext(
                "Answer %d question in the text", "Answer %d questions in the text", count
            )
            return Step(kind, minutes, title % count, f"{url}#{self.first_check(section)}", about)
        quiz = self.quiz_of(section)
        url = reverse("quiz", args=[quiz.public_id])
        return Step(kind, minutes, _("Quiz: %s") % quiz.title, url, about)

    def first_check(self, section: Section) -> str:
        """Where its first unanswered question stands."""
        for number in section.span:
            asked = self.kept.article.questions_at(number).all
            if any(question not in self.learned.answers for question in asked):
                return f"c-p{number}"
        return f"p{section.first}"

    @cached_property
    def steps(self) -> list[Step]:
        """What to do next without a plan: what is open, then on through the text."""
        found = [
            Step(
                "open",
                quiz.minutes,
                _("Go on with: %s") % quiz.title,
                reverse("attempt", args=[quiz.open_id]),
                _("You have it open."),
            )
            for quiz in self.quizzes
            if quiz.open_id
        ]
        for kind, minutes_of in (
            ("read", self.read_minutes),
            ("check", self.check_minutes),
            ("quiz", self.quiz_minutes),
        ):
            section = self.next_for(kind)
            if section is not None:
                found.append(self.step(kind, section, minutes_of(section)))
        missed = sum(not is_right(fraction) for fraction, _prompt in self.learned.answers.values())
        if missed:
            minutes = minutes_for(min(missed, AT_ONCE))
            about = _("Each leads to the sentence that proves it.")
            title = _("Look again at what went another way")
            found.append(Step("mistakes", minutes, title, reverse("mistakes"), about))
        return found[:NEXT]

    def check_minutes(self, section: Section) -> int:
        left = self.left_to_check[section.slug]
        return minutes_for(left) if left else 0

    def quiz_minutes(self, section: Section) -> int:
        quiz = self.quiz_of(section)
        return 0 if quiz is None or quiz.is_done else max(1, quiz.minutes)

    @property
    def numbers(self) -> list[int]:
        return [n for s in self.sections for n in range(s.first, s.last + 1)]

    def next_for(self, kind: str) -> Section | None:
        """Reading goes on from the place; questions follow what is read."""
        if kind == "read":
            here, ordered = self.progress.next_of(self.numbers), self.sections
            at = next((i for i, s in enumerate(ordered) if here and s.first <= here <= s.last), 0)
            ordered = [*ordered[at:], *ordered[:at]]
            return next((s for s in ordered if self.unread(s)), None)
        if kind == "check":
            begun = (s for s in self.sections if len(self.unread(s)) <= s.last - s.first)
            return next((s for s in begun if self.left_to_check[s.slug]), None)
        read = (s for s in self.sections if not self.unread(s))
        return next((s for s in read if self.quiz_minutes(s)), None)

    # Ready by a day

    @cached_property
    def plan(self) -> planning.Plan | None:
        if self.article.ready_on is None:
            return None
        pieces = [
            planning.Piece(
                section.slug,
                self.read_minutes(section),
                self.check_minutes(section),
                self.quiz_minutes(section),
            )
            for section in self.sections
        ]
        return planning.plan(
            pieces,
            reviews=self.activity.review_minutes(self.today),
            today=self.today,
            ready_on=self.article.ready_on,
            cap=self.article.cap,
        )

    @property
    def days(self) -> list[tuple[planning.Day, list[Step]]]:
        """The days of the plan with their tasks as steps."""
        return [(day, self.steps_of(day)) for day in (self.plan.days if self.plan else ())]

    def steps_of(self, day: planning.Day) -> list[Step]:
        by_slug = {section.slug: section for section in self.sections}
        return [self.task_step(task, by_slug, day.on) for task in day.tasks]

    def task_step(self, task: planning.Task, sections: dict[str, Section], on: date) -> Step:
        if task.kind != "review":
            return self.step(task.kind, sections[task.ref], task.minutes)
        count = self.due.get(on, 0)
        title = ngettext("Review %d card", "Review %d cards", count) % count
        return Step("review", task.minutes, title, "")

    @cached_property
    def now(self) -> Sequence[Step]:
        """What to do today: as planned, else what comes next."""
        if self.plan:
            return [step for step in self.steps_of(self.plan.days[0]) if step.kind != "review"]
        return self.steps


def shelf(*, user: int, today: date) -> QuerySet[Article, Any]:
    """The articles, the last one read first, with the learner's place and plan."""
    position = ReadingPosition.objects.filter(user=user, article=OuterRef("pk"))
    plan = StudyPlan.objects.filter(user=user, article=OuterRef("pk"))
    found: QuerySet[Article] = Article.objects.current().annotate(
        due=due_count(user, today),
        place=Subquery(place_of(user)),
        last_at=Subquery(position.values("at")[:1]),
        ready_on=Subquery(plan.values("ready_on")[:1]),
        cap=Subquery(plan.values("minutes_a_day")[:1]),
    )
    columns = ("pk", "digest", "loaded_at", "slug", "short_title", "due", "place")
    ordered = found.order_by(F("last_at").desc(nulls_last=True), "title")
    return ordered.values_list(*columns, "ready_on", "cap")[:50]


def read_at(*, user: int) -> QuerySet[ReadingState, Any]:
    """Instants with the passages read at each: one press marks many."""
    read = ReadingState.objects.filter(user=user, read_at__isnull=False).order_by()
    return read.values("read_at").annotate(count=Count("pk")).values_list("read_at", "count")


def quizzes_of(*, user: int, source: str) -> QuerySet[Quiz, Any]:
    opened = Attempt.objects.open().filter(user=user, context="")
    mine = Attempt.objects.filter(user=user, quiz=OuterRef("pk"), context="")
    quizzes = Quiz.objects.current().readable_by(User(pk=user)).filter(source=source)
    found = quizzes.annotate(
        is_done=Exists(mine.submitted()), open_id=Subquery(mine.open().values("public_id")[:1])
    ).filter(Q(group="section") | Q(pk__in=opened.values("quiz")))
    return found.values_list("public_id", "title", "section", "minutes", "is_done", "open_id")


SHELF, READ_AT, QUIZZES = Prepared(shelf), Prepared(read_at), Prepared(quizzes_of)
