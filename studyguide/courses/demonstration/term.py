"""What the class is set, and its diary: what is done, by whom, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

from django.db.models import Prefetch

from quizzes import checkpoint
from quizzes.models import Attempt, Draw, Question, Quiz, Review, ReviewCard
from quizzes.models.attempts import day_of
from quizzes.models.memory import look
from quizzes.rules import Rules
from quizzes.scheduling import Rating
from studyguide.accounts.models import User
from studyguide.courses.demonstration.people import Learner, chance, said, timed_token, token
from studyguide.courses.models import (
    Arrangement,
    Assignment,
    Challenge,
    Comment,
    Course,
    Group,
    JoinCode,
    Membership,
)
from studyguide.library.models import Article, GlossaryTerm, LookUp, Passage, ReadingMark, Section
from studyguide.library.models import mark as mark_passages

QUESTIONS = 10  # of a quiz
DAY = timedelta(days=1)


class Term:
    """The class and its diary: what is done, by whom, in the order of time."""

    def __init__(
        self, article: Article, tutor: User, people: Sequence[User], *, until: datetime, weeks: int
    ) -> None:
        self.article, self.tutor, self.until, self.weeks = article, tutor, until, weeks
        self.begins = until - weeks * 7 * DAY
        self.course = Course.start(
            by=tutor,
            title="The demonstration class",
            about="Nobody here is real: names, answers and marks were made up to show how a class "
            "looks after some weeks. Try what you like; it is all taken away with the class.",
            time_zone="UTC",
            articles=[article],
            is_demonstration=True,
            now=self.begins,
        )
        JoinCode.make(self.course, by=tutor, now=self.begins, expires_at=until + 365 * DAY)
        self.learners = [
            Learner(
                number,
                self.course.admit(
                    user,
                    way=Membership.Way.ROSTER,
                    by=tutor,
                    is_account_made_here=True,
                    now=self.begins + number * timedelta(minutes=3),
                ),
            )
            for number, user in enumerate(people)
        ]
        self.diary: list[tuple[datetime, int, Callable[[], Any]]] = []

    def note(self, at: datetime, act: Callable[[], Any]) -> None:
        """What has not happened by the end is not done."""
        if at < self.until:
            self.diary.append((at, len(self.diary), act))

    def live(self) -> None:
        self.form_groups()
        for week in range(1, self.weeks + 1):
            self.set_week(week)
        self.arrange()
        for _at, _number, act in sorted(self.diary, key=lambda entry: entry[:2]):
            act()

    def form_groups(self) -> None:
        self.groups = [
            Group.objects.create(course=self.course, name=name) for name in ("Recto", "Verso")
        ]
        for part, group in enumerate(self.groups):
            group.set_members([one.membership for one in self.learners if one.number % 2 == part])

    # What is set

    @cached_property
    def sections(self) -> list[Section]:
        passages = Prefetch(
            "passages", Passage.objects.current().order_by("number"), to_attr="asked"
        )
        return list(
            Section.objects.current()
            .filter(article=self.article)
            .order_by("number")
            .prefetch_related(passages)
        )

    @cached_property
    def questions(self) -> dict[int, list[Question]]:
        """Checkpoints by the section that proves them."""
        found: dict[int, list[Question]] = {section.pk: [] for section in self.sections}
        rows: Any = (
            Question.objects.current()
            .filter(library_evidence__position=0, library_evidence__passage__section__in=found)
            .values_list("pk", "library_evidence__passage__section")
            .order_by("position", "pk")
        )
        known = Question.objects.select_related("current").in_bulk([pk for pk, _section in rows])
        for pk, section in rows:
            found[section].append(known[pk])
        return found

    def sections_of(self, week: int) -> list[Section]:
        first = 2 * (week - 1)
        return self.sections[first : first + 2] or self.sections[-1:]

    def starts(self, week: int) -> datetime:
        return self.begins + (week - 1) * 7 * DAY

    def set_week(self, week: int) -> None:
        """A reading and a quiz, or a reading and its checkpoints; reviews in the last two weeks.
        All is due early in the week after, so the last week is under way."""
        begins, sections = self.starts(week), self.sections_of(week)
        reading = self.assign(
            "read", f"Week {week}: read", week, sections=sections, due_at=begins + 8 * DAY
        )
        if week % 2:
            self.set_quiz(week)
        else:
            self.set_checkpoints(week, sections[0])
        for one in self.learners:
            self.read(one, reading, week, sections)
        if week == self.weeks and week > 1:
            self.set_reviews(week)

    def assign(
        self,
        kind: str,
        title: str,
        week: int,
        *,
        due_at: datetime,
        sections: Sequence[Section] = (),
        **more: Any,
    ) -> Assignment:
        now = self.starts(week)
        values = {"article": self.article, "opens_at": now} | more
        due_at -= timedelta(hours=6)  # 18:00
        made = Assignment.make(
            self.course, by=self.tutor, now=now, kind=kind, title=title, due_at=due_at, **values
        )
        made.set_sections(sections)
        made.publish(by=self.tutor, now=now)
        return made

    def set_checkpoints(self, week: int, section: Section) -> None:
        """In the fourth week for one of the groups alone."""
        group = self.groups[1] if week == 4 else None
        audience = Assignment.Audience.GROUP if group else Assignment.Audience.ALL
        asked = self.assign(
            *("answer", f"Week {week}: checkpoints", week),
            sections=[section],
            due_at=self.starts(week) + 9 * DAY,
            audience=audience,
            group=group,
        )
        for one in self.learners:
            if group is None or one.number % 2:
                self.answer(one, asked, week, section)

    def set_quiz(self, week: int) -> None:
        pool = [question for each in self.sections_of(week) for question in self.questions[each.pk]]
        some = [question for question in pool if question.is_drawn]
        asked = chance("quiz", week).sample(some, min(QUESTIONS, len(some)))
        if not asked:
            return
        rules = Rules(attempts=3)
        quiz = Quiz.objects.make(
            owner=self.tutor,
            source=self.article.slug,
            title=f"Quiz of week {week}",
            draws=[Draw(len(asked), questions=[question.external_id for question in asked])],
            rules=rules,
        )
        assignment = self.assign(
            *("quiz", f"Week {week}: quiz", week),
            quiz=quiz,
            rules=rules.snapshot(),
            due_at=self.starts(week) + 9 * DAY,
            late=Assignment.Late.PENALTY,
            late_penalty=0.1,
            weight=2.0,
        )
        for one in self.learners:
            self.take(one, assignment, week)

    def set_reviews(self, week: int) -> None:
        self.assign(
            *("review", f"Weeks {week - 1} and {week}: review", week - 1),
            due_at=self.until + DAY,
            days=4,
        )
        for day in range(13):
            at = self.starts(week - 1) + day * DAY + timedelta(hours=7)
            for one in self.learners:
                mood = chance("review", one.number, day)
                if one.works_in(week) and mood.random() < one.keenness:
                    self.note(at + mood.random() * 12 * DAY / 24, partial(self.review, one, at))

    # What learners do

    def moment(self, one: Learner, assignment: Assignment, week: int) -> datetime | None:
        """When a learner sits down to it; None: he lets it be."""
        mood = chance("moment", one.number, assignment.title)
        if not one.works_in(week) or mood.random() > one.steadiness:
            return None
        due = assignment.due_at or self.until
        if mood.random() < one.lateness:
            return due + mood.random() * 2.5 * DAY
        return due - (0.1 + 0.9 * mood.random()) * (due - self.starts(week))

    def read(
        self, one: Learner, assignment: Assignment, week: int, sections: Sequence[Section]
    ) -> None:
        at = self.moment(one, assignment, week)
        if at is None:
            return
        mood = chance("read", one.number, week)
        for number, section in enumerate(sections):
            passages: list[Passage] = list(section.asked)  # type: ignore[attr-defined]
            if mood.random() < 0.08:  # not to the end
                passages = passages[: max(1, len(passages) // 2)]
            sat = at + number * timedelta(hours=3)
            self.note(sat, partial(self.mark, one, passages, ReadingMark.Kind.READ, sat))
            unclear = [
                each for each in passages if mood.random() < 0.3 * chance(each.ref).random() ** 2
            ]
            if unclear:
                self.note(sat, partial(self.mark, one, unclear, ReadingMark.Kind.UNCLEAR, sat))
            for passage in passages:
                self.look_up(one, passage, sat)

    @cached_property
    def terms(self) -> dict[str, list[tuple[GlossaryTerm, float]]]:
        """By the passage that has them, with how likely one is looked up there: some terms are
        strange to many, and mostly where they come up first."""
        found: dict[str, list[tuple[GlossaryTerm, float]]] = {}
        for term in GlossaryTerm.objects.current().filter(article=self.article, is_linked=True):
            strangeness = 0.1 + 0.5 * chance("term", term.ref).random() ** 2
            for times, ref in enumerate(term.places):
                found.setdefault(ref, []).append((term, strangeness / (1 + 2 * times)))
        return found

    def look_up(self, one: Learner, passage: Passage, at: datetime) -> None:
        for term, likely in self.terms.get(passage.ref, ()):
            if chance("looks up", one.number, term.ref, passage.ref).random() < likely:
                self.note(
                    at, partial(LookUp.keep, user=one.user, term=term, passage=passage, at=at)
                )

    def mark(
        self, one: Learner, passages: list[Passage], kind: ReadingMark.Kind, at: datetime
    ) -> None:
        press = token(one.number, kind, passages[0].ref, at)
        mark_passages(passages, kind=kind, user=one.user, token=press, at=at)

    def answer(self, one: Learner, assignment: Assignment, week: int, section: Section) -> None:
        at = self.moment(one, assignment, week)
        questions = self.questions[section.pk]
        if at is None or not questions:
            return
        mood = chance("answer", one.number, week)
        if mood.random() < 0.12:
            questions = questions[: max(1, len(questions) * 2 // 3)]
        for number, question in enumerate(questions):
            sat = at + number * timedelta(seconds=30 + 40 * mood.random())
            self.note(sat, partial(self.keep, one, question, sat, Attempt.Purpose.CHECKPOINT))

    def keep(self, one: Learner, question: Question, at: datetime, purpose: str) -> None:
        version = question.current
        if version is None:
            return
        value = said(one, question, version, go=int(purpose == Attempt.Purpose.REVIEW))
        press = token(one.number, question.external_id, at)
        checkpoint.keep(one.user, version, value, token=press, now=at, purpose=purpose)

    def take(self, one: Learner, assignment: Assignment, week: int) -> None:
        at = self.moment(one, assignment, week)
        if at is None:
            return
        self.note(at, partial(self.sit, one, assignment, 0, at))
        if chance("again", one.number, week).random() < 0.6 * (1 - one.ability) + 0.1:
            later = at + DAY + timedelta(hours=2)
            self.note(later, partial(self.sit, one, assignment, 1, later))

    def sit(self, one: Learner, assignment: Assignment, go: int, at: datetime) -> None:
        """From the first question to handing in; one of them is called away."""
        mood = chance("sit", one.number, assignment.title, go)
        attempt = assignment.start(one.membership, now=at)
        rows = attempt.questions.select_related("question", "version").order_by("position")
        for row in rows:
            shown_at, at = at, at + timedelta(seconds=20 + 60 * mood.random())
            if mood.random() < 0.03:
                continue  # left blank
            value = said(one, row.question, row.version, go=go)
            press = timed_token(shown_at, one.number, assignment.title, go, row.position)
            attempt.respond(
                row.question_id, value, token=press, base_rev=row.rev, now=at, is_check=True
            )
        if (one.number, assignment.title) != (9, "Week 5: quiz"):
            attempt.submit(now=at + timedelta(seconds=20))

    def review(self, one: Learner, at: datetime) -> None:
        """A few cards of those that are due."""
        today = day_of(one.user, at)
        cards = ReviewCard.objects.to_review(one.user.pk, today).unsealed_for(one.user)
        waiting = cards.select_related("question__current").order_by("due_on", "pk")[:3]
        for number, card in enumerate(list(waiting)):
            moment = at + number * timedelta(seconds=25)
            if card.question.current and card.question.current.kind_class.is_self_rated:
                rating = Rating.GOOD if one.knows(card.question, 1) else Rating.AGAIN
                look(card, rating, day=today, now=moment, how=Review.How.RATED)
            else:
                self.keep(one, card.question, moment, Attempt.Purpose.REVIEW)

    # What the tutor does

    def arrange(self) -> None:
        """Extensions, an excusal, a mark of her own, comments, an adjustment, an objection."""
        quizzes = list(self.course.assignments.filter(kind="quiz").order_by("position"))
        readings = list(self.course.assignments.filter(kind="read").order_by("position"))
        for number, assignment, reason in (
            (1, readings[-1], "Away with the school’s orchestra."),
            (12, readings[0], "The book came late."),
        ):
            self.for_one(number, assignment, partial(self.extend, reason))
        for assignment in quizzes[:1]:
            self.for_one(3, assignment, self.override)
            self.for_one(0, assignment, self.object)
            for number, text in (
                (2, "Read ¶2 once more before you try again: whose rule is it?"),
                (4, "Well argued. Try the last three without the text."),
                (7, "Come and see me on Thursday, and bring your notes."),
            ):
                self.for_one(number, assignment, partial(self.comment, text))
        for assignment in quizzes[1:2]:
            self.for_one(6, assignment, self.excuse)
        for one in self.learners[10:11]:
            self.note(self.starts(1) + DAY, partial(self.adjust, one, self.starts(1) + DAY))

    def for_one(
        self,
        number: int,
        assignment: Assignment,
        what: Callable[[Assignment, Learner, datetime], Any],
    ) -> None:
        """The day before it is due, or as the last thing of all."""
        due = assignment.due_at or self.until
        at = min(due + DAY / 2, self.until - timedelta(minutes=1))
        for one in self.learners[number : number + 1]:
            self.note(at, partial(what, assignment, one, at))

    def extend(self, reason: str, assignment: Assignment, one: Learner, at: datetime) -> None:
        row = Arrangement.at(assignment, one.membership)
        due = (assignment.due_at or at) + 4 * DAY
        row.extend(base_revision=row.revision, reason=reason, by=self.tutor, now=at, due_at=due)

    def excuse(self, assignment: Assignment, one: Learner, at: datetime) -> None:
        row = Arrangement.at(assignment, one.membership)
        reason = "Took part in the reading at the library instead."
        row.excuse(
            is_excused=True, base_revision=row.revision, reason=reason, by=self.tutor, now=at
        )

    def override(self, assignment: Assignment, one: Learner, at: datetime) -> None:
        row = Arrangement.at(assignment, one.membership)
        reason = "I told the class a wrong page for one question; it counts as right."
        row.override(0.75, base_revision=row.revision, reason=reason, by=self.tutor, now=at)

    def comment(self, text: str, assignment: Assignment, one: Learner, at: datetime) -> None:
        Comment.say(assignment, one.membership, text=text, by=self.tutor, now=at)

    def adjust(self, one: Learner, at: datetime) -> None:
        one.membership.adjust(
            time_multiplier=1.5,
            is_untimed_practice=False,
            note="Agreed in the first week.",
            by=self.tutor,
            now=at,
        )

    def object(self, assignment: Assignment, one: Learner, at: datetime) -> None:
        """To the first answer that was not found right."""
        attempts = Attempt.objects.submitted().filter(context=assignment.context, user=one.user)
        for attempt in attempts.order_by("pk")[:1]:
            for row in attempt.questions.filter(fraction__lt=1, is_released=True)[:1]:
                row.attempt = attempt
                text = "I think the paragraph says the same in other words."
                Challenge.make(row, one.membership, text=text, now=at)
