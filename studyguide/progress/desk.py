"""What a learner's own pages show of one article: how far, how firm, what is next.

Five questions to the database, however much was read and answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import plan as planning
from quizzes.activity import Activity, last_days
from quizzes.grading import is_right
from quizzes.mastery import Level, Standing
from quizzes.mistakes import AT_ONCE
from quizzes.models import Attempt, Quiz
from quizzes.models.attempts import day_of
from quizzes.models.bank import minutes_for
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
from studyguide.library.reading import Contents, Progress, contents, learned_of, with_place
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


@dataclass(frozen=True)
class Row:
    section: Section
    standing: Standing


@dataclass(frozen=True)
class LooseTerm:
    term: AskedTerm
    standing: Standing


@dataclass
class Desk:
    user: User
    today: date
    hour: int  # of the learner's clock
    articles: list[Any]  # with place, last_at, ready_on and cap
    article: Any
    sections: list[Section]
    progress: Progress
    learned: Learned
    activity: Activity
    quizzes: list[Any]  # of sections, and whatever is open: with is_done and open_id
    read_days: list[date] = field(default_factory=list)

    @classmethod
    def of(cls, user: User, now: datetime, slug: str = "") -> Desk | None:
        """At the article asked for, else the last one read. None where there is no text."""
        articles = shelf_of(user)
        article = next((a for a in articles if a.slug == slug), articles[0] if articles else None)
        if article is None:
            return None
        zone, today = ZoneInfo(user.time_zone), day_of(user, now)
        states = list(
            ReadingState.objects.filter(user=user).values_list(
                "article_id", "passage__number", "is_read", "is_unclear", "read_at"
            )
        )
        since = last_days(today, CALENDAR)[0]
        return cls(
            user=user,
            today=today,
            hour=now.astimezone(zone).hour,
            articles=articles,
            article=article,
            sections=list(
                article.sections.current().select_related("chapter").defer("segments", "lede_html")
            ),
            progress=Progress.from_rows(
                [row[1:4] for row in states if row[0] == article.pk], article.place
            ),
            learned=learned_of(user, article),
            activity=Activity.of(user, since=since, until=today + timedelta(days=FORECAST - 1)),
            quizzes=quizzes_of(user, article),
            read_days=[study_day(row[4], zone) for row in states if row[4]],
        )

    # How far, how firm

    @cached_property
    def contents(self) -> Contents:
        return contents(self.article, self.sections, self.progress, self.learned)

    @cached_property
    def rows(self) -> list[Row]:
        return [
            Row(row.section, row.standing)
            for chapter in self.contents.chapters
            for row in chapter.rows
        ]

    @cached_property
    def loose_terms(self) -> list[LooseTerm]:
        """Terms begun and not firm, the loosest first."""
        found = [
            LooseTerm(term, self.learned.standing(term.ids))
            for term in self.article.terms_asked.values()
        ]
        loose = [one for one in found if one.standing.is_begun and not one.standing.is_firm]
        loose.sort(key=lambda one: (one.standing.firm_share, -one.standing.count(Level.LEARNING)))
        return loose[:LOOSE]

    @cached_property
    def studied(self) -> dict[date, int]:
        """Things done by day, of those that the calendar shows: answers, ratings, passages read."""
        first = last_days(self.today, CALENDAR)[0]
        found = dict(self.activity.studied)
        for day in self.read_days:
            if day >= first:
                found[day] = found.get(day, 0) + 1
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
        return self.due.get(self.today, 0)

    @property
    def review_minutes(self) -> int:
        return max(1, round(self.activity.review_minutes(self.today).get(self.today, 0)))

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
        return [n for n in range(section.first, section.last + 1) if n not in self.progress.read]

    def read_minutes(self, section: Section) -> int:
        size = section.last - section.first + 1
        words = section.minutes * WORDS_A_MINUTE * len(self.unread(section)) / size
        return self.minutes_for_words(words)

    def unchecked(self, section: Section) -> list[int]:
        """Questions under its passages that were not answered there."""
        asked = self.article.questions_at(*range(section.first, section.last + 1)).all
        return [question for question in asked if question not in self.learned.answers]

    def quiz_of(self, section: Section) -> Any:
        return next((q for q in self.quizzes if q.section == section.slug), None)

    def step(self, kind: str, section: Section, minutes: int) -> Step:
        """One task of a section, as the pages show it."""
        about = _("Section %(number)d, %(title)s") % {
            "number": section.number,
            "title": section.title,
        }
        url = section.get_absolute_url()
        if kind == "read":
            unread = self.unread(section)
            first = unread[0] if unread else section.first
            is_on_way = len(unread) < section.last - section.first + 1
            title = _("Read on from ¶%d") if is_on_way else _("Read from ¶%d")
            return Step(kind, minutes, title % first, f"{url}#p{first}", about)
        if kind == "check":
            count = len(self.unchecked(section))
            title = ngettext(
                "Answer %d question in the text", "Answer %d questions in the text", count
            )
            return Step(kind, minutes, title % count, f"{url}#{self.first_check(section)}", about)
        quiz = self.quiz_of(section)
        return Step(kind, minutes, _("Quiz: %s") % quiz.title, quiz.get_absolute_url(), about)

    def first_check(self, section: Section) -> str:
        """Where its first unanswered question stands."""
        for number in range(section.first, section.last + 1):
            asked = self.article.questions_at(number).all
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
        left = len(self.unchecked(section))
        return minutes_for(left) if left else 0

    def quiz_minutes(self, section: Section) -> int:
        quiz = self.quiz_of(section)
        return 0 if quiz is None or quiz.is_done else max(1, quiz.minutes)

    def next_for(self, kind: str) -> Section | None:
        """Reading goes on from the place; questions follow what is read."""
        if kind == "read":
            here = self.contents.section
            ordered = self.sections
            if here is not None:
                at = next(i for i, s in enumerate(ordered) if s.pk == here.pk)
                ordered = [*ordered[at:], *ordered[:at]]
            return next((s for s in ordered if self.unread(s)), None)
        if kind == "check":
            begun = (s for s in self.sections if len(self.unread(s)) <= s.last - s.first)
            return next((s for s in begun if self.unchecked(s)), None)
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

    @cached_property
    def days(self) -> list[tuple[planning.Day, list[Step]]]:
        """The days of the plan with their tasks as steps."""
        by_slug = {section.slug: section for section in self.sections}
        return [
            (day, [self.task_step(task, by_slug, day.on) for task in day.tasks])
            for day in (self.plan.days if self.plan else ())
        ]

    def task_step(self, task: planning.Task, sections: dict[str, Section], on: date) -> Step:
        if task.kind != "review":
            return self.step(task.kind, sections[task.ref], task.minutes)
        count = self.due.get(on, 0)
        title = ngettext("Review %d card", "Review %d cards", count) % count
        return Step("review", task.minutes, title, "")

    @property
    def now(self) -> Sequence[Step]:
        """What to do today: as planned, else what comes next."""
        if self.days:
            return [step for step in self.days[0][1] if step.kind != "review"]
        return self.steps


def shelf_of(user: User) -> list[Any]:
    """The articles, the last one read first, with the learner's place and plan."""
    position = ReadingPosition.objects.filter(user=user, article=OuterRef("pk"))
    plan = StudyPlan.objects.filter(user=user, article=OuterRef("pk"))
    shelf = with_place(Article.objects.current().defer("argument", "pages"), user).annotate(
        last_at=Subquery(position.values("at")[:1]),
        ready_on=Subquery(plan.values("ready_on")[:1]),
        cap=Subquery(plan.values("minutes_a_day")[:1]),
    )
    return list(shelf.order_by(F("last_at").desc(nulls_last=True), "title")[:50])


def quizzes_of(user: User, article: Article) -> list[Any]:
    mine = Attempt.objects.filter(user=user, quiz=OuterRef("pk"), context="")
    quizzes = Quiz.objects.current().readable_by(user).filter(source=article.slug)
    return list(
        quizzes.annotate(
            is_done=Exists(mine.submitted()), open_id=Subquery(mine.open().values("public_id")[:1])
        ).filter(Q(group="section") | Q(open_id__isnull=False))
    )
