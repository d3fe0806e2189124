"""What a class's answers say about its questions, and nothing about another class."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from quizzes.models import Attempt
from quizzes.recount import rebuild
from quizzes.rules import Rules
from quizzes.tokens import token_at
from studyguide.accounts import privacy
from studyguide.accounts.models import AuditEntry, User
from studyguide.courses import item_answers
from studyguide.courses.item_answers import VERSIONS
from studyguide.courses.items import Analysis
from studyguide.courses.models import Assignment, Course, Membership
from studyguide.courses.views import items as views
from studyguide.library.models import Article
from tests.courses.doing import bank, signed_in
from tests.every_kind import SAMPLES, question_of
from tests.factories import TERM, AssignmentFactory, CourseFactory, MembershipFactory
from tests.queries import no_writes, queries

DAY = timedelta(days=1)
Does = Callable[..., Attempt]


@pytest.fixture
def quiz(course: Course, article: Article) -> Assignment:
    return a_quiz(course, article)


def a_quiz(course: Course, article: Article, title: str = "Quiz") -> Assignment:
    return AssignmentFactory(
        course=course,
        title=title,
        kind=Assignment.Kind.QUIZ,
        quiz=bank(article) if title == "Quiz" else course.assignments.get(title="Quiz").quiz,
        rules=Rules().snapshot(),  # type: ignore[arg-type]
    )


def take(
    assignment: Assignment, member: Membership, how: str = "right", **other: str | dict[str, object]
) -> Attempt:
    """Answer each kind of choice as told, each in 40 seconds, and leave all else blank. `other`:
    by kind."""
    attempt = assignment.start(member, now=TERM + DAY)
    for number, name in enumerate(("choice", "choices", "text")):
        question = question_of(name)
        assert question.current
        sample = SAMPLES[name]
        form = {"right": sample.right, "wrong": sample.wrong}.get(str(other.get(name, how)), {})
        value = question.current.kind_class.read(question.current.shown, form)
        token = token_at(TERM + DAY - timedelta(seconds=40), number)
        attempt.respond(question.pk, value, token=token, base_rev=0, now=TERM + DAY)
    attempt.submit(now=TERM + DAY)
    return attempt


def page(course: Course, more: str = "") -> str:
    return f"/courses/{course.public_id}/items/{more}"


def of(course: Course, name: str, wanted: str = ""):  # type: ignore[no-untyped-def]
    question = question_of(name)
    return next(
        one for one in Analysis.of(course, wanted).items if one.version.question_id == question.pk
    )


def test_figures_are_of_first_answers(quiz: Assignment, course: Course) -> None:
    for how in ("right", "right", "wrong"):
        member = MembershipFactory(course=course)
        take(quiz, member, how)
        take(quiz, member, "wrong")
    one = of(course, "choice")
    assert (one.answers, round(one.facility)) == (3, 67)
    assert of(course, "date").blanks == 3


def test_options_are_counted(quiz: Assignment, course: Course) -> None:
    for how in ("right", "right", "wrong"):
        take(quiz, MembershipFactory(course=course), how)
    counts = {each.words: (each.given, each.is_key) for each in of(course, "choice").chosen}
    assert counts == {"Lamp": (2, True), "Oar": (1, False), "Wick": (0, False)}


def test_a_wrong_option_chosen_more_often_is_a_magnet(quiz: Assignment, course: Course) -> None:
    for n in range(12):
        take(quiz, MembershipFactory(course=course), "right", choice="wrong" if n > 3 else "right")
    one = of(course, "choice")
    assert one.verdict.mark == "part"
    assert one.verdict.words == "“Oar” takes 67%"


def test_strong_learners_missing_it_is_said(quiz: Assignment, course: Course) -> None:
    for n in range(12):
        is_strong = n % 2 == 0
        take(
            quiz,
            MembershipFactory(course=course),
            "right" if is_strong else "wrong",
            choice="wrong" if is_strong else "right",
        )
    one = of(course, "choice")
    assert one.discrimination < 0
    assert one.verdict.words == "Strong learners miss it: check the key"


def test_own_study_and_others_do_not_count(
    quiz: Assignment, course: Course, article: Article, tutor: User
) -> None:
    member = MembershipFactory(course=course)
    take(quiz, member)
    assert quiz.quiz
    own = Attempt.start(user=MembershipFactory(course=course).user, quiz=quiz.quiz, now=TERM)
    own.submit(now=TERM)
    gone = MembershipFactory(course=course)
    take(quiz, gone)
    gone.leave(now=TERM + DAY)
    foreign = CourseFactory(by=tutor, articles=[article])
    take(elsewhere(foreign, quiz), MembershipFactory(course=foreign, user=member.user))
    assert of(course, "choice").answers == 2
    assert of(foreign, "choice").answers == 1


def elsewhere(course: Course, quiz: Assignment) -> Assignment:
    return AssignmentFactory(
        course=course, kind=Assignment.Kind.QUIZ, quiz=quiz.quiz, rules=quiz.rules
    )


@pytest.mark.parametrize(
    ("courses", "each", "is_shown"), [(2, 5, True), (2, 4, False), (1, 6, False)]
)
def test_other_courses_stand_beside_a_small_class(
    quiz: Assignment, course: Course, courses: int, each: int, is_shown: bool
) -> None:
    """From five learners of each up, and never one other course alone."""
    take(quiz, MembershipFactory(course=course), "right")
    for _n in range(courses):
        there = elsewhere(CourseFactory(), quiz)
        for _m in range(each):
            take(there, MembershipFactory(course=there.course), "wrong")
    pooled = of(course, "choice").pooled
    assert (pooled is not None) == is_shown
    if pooled:
        assert pooled == (courses * each, 0.0)


def test_demonstrations_are_not_pooled(quiz: Assignment, course: Course) -> None:
    take(quiz, MembershipFactory(course=course), "right")
    for _n in range(2):
        there = elsewhere(CourseFactory(is_demonstration=True), quiz)
        for _m in range(5):
            take(there, MembershipFactory(course=there.course), "wrong")
    assert of(course, "choice").pooled is None


def test_an_assignment_can_be_looked_at_alone(
    quiz: Assignment, course: Course, article: Article, teaching: Client
) -> None:
    second = a_quiz(course, article, "Second")
    for _n in range(2):
        take(quiz, MembershipFactory(course=course), "right")
    take(second, MembershipFactory(course=course), "wrong")
    assert of(course, "choice").answers == 3
    assert of(course, "choice", second.public_id).facility == 0
    assert "Second" in teaching.get(page(course), {"assignment": second.public_id}).text


def test_each_question_leads_to_its_passage_and_its_answers(
    quiz: Assignment, course: Course, teaching: Client, learner: Membership
) -> None:
    take(quiz, learner, "wrong")
    one = of(course, "choice")
    text = teaching.get(page(course)).text
    assert page(course, f"{one.version.pk}/") in text
    assert one.places[0].url in text
    behind = teaching.get(page(course, f"{one.version.pk}/")).text
    assert f"/results/{learner.pk}/{quiz.public_id}/" in behind
    assert "Oar" in behind


@pytest.mark.parametrize(
    ("learners", "is_known", "shown"),
    [(4, True, "too few answers"), (5, False, "not known"), (5, True, "30 s")],
)
def test_the_median_time_is_told_of_five_learners_or_more(
    quiz: Assignment,
    course: Course,
    teaching: Client,
    learners: int,
    shown: str,
    *,
    is_known: bool,
) -> None:
    """The same in the table, in the export and on the question's own page."""
    for n in range(learners):
        attempt = quiz.start(MembershipFactory(course=course), now=TERM + DAY)
        row = attempt.questions.select_related("version").get(version__kind="text")
        shown_at, now = TERM + DAY, TERM + DAY + timedelta(seconds=10 * (n + 1))
        token = token_at(shown_at, n) if is_known else uuid4()
        attempt.respond(row.question_id, "x", token=token, base_rev=0, now=now)
        attempt.submit(now=now)
    one, is_told = of(course, "text"), shown == "30 s"
    table = teaching.get(page(course)).text
    assert f'<td class="n">{shown}</td>' in re.sub("</?span.*?>", "", table)
    assert table.count("30 s<") == is_told  # of one question, and of no blank
    text = teaching.get(page(course, f"{one.version.pk}/")).text
    assert ("Half of them took 30 seconds or less." in text) == is_told
    row = exported(course, teaching)[one.number]
    assert row["Median time, seconds"] == ("30" if is_told else "")


def exported(course: Course, teaching: Client) -> list[dict[str, str]]:
    """By the numbers of the questions, from 1."""
    answer = teaching.post(page(course, "export/"))
    file = io.StringIO(answer.content.decode("utf-8-sig"))
    return [{}, *csv.DictReader(file)]


def test_what_differs_in_spelling_alone_is_one_answer(
    quiz: Assignment, course: Course, article: Article
) -> None:
    """As most wrote it; but never what is right with what is wrong."""
    take(quiz, MembershipFactory(course=course))
    one = of(course, "text")
    right = one.chosen[0].words
    values = [right, f"{right.upper()}.", right, "Oar", "the oar", "the oar", None]
    found = [(each.words, each.given, each.is_key) for each in one.in_words(values)]
    assert found == [(right, 3, True), ("the oar", 3, False)]
    assert [each.given for each in one.in_words([f"oar{' ' * n}" for n in range(150)])] == [150]


@pytest.mark.parametrize("wrote", [4, 5])
def test_beside_the_worst_stand_the_answers_that_were_given_most(
    quiz: Assignment, course: Course, article: Article, tutor: User, wrote: int
) -> None:
    """Of five who answered or more. Each counts with the first answer."""
    second = a_quiz(course, article, "Second")
    for n in range(12):
        member = MembershipFactory(course=course)
        is_strong = n >= wrote
        take(quiz, member, "right" if is_strong else "wrong", text="" if is_strong else "right")
        take(second, member, text="wrong")
    VERSIONS.clear()
    teaching, one = signed_in(tutor), of(course, "text")
    words = one.chosen[0].words
    for _turn in ("as versions are first seen", "and later"):
        with queries(at_most=6), no_writes():
            text = teaching.get(page(course)).text
        worst = text[text.index('id="worst"') : text.index('id="tb"')]
        assert one.version.prompt in worst
        assert (f">{words} <" in worst and f"{wrote} · {100 * wrote / 12:.0f}%" in worst) == (
            wrote == 5
        )
        assert "Last third" not in worst


def test_of_many_the_first_are_looked_into(
    quiz: Assignment, course: Course, teaching: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(12):
        how = ("right", "wrong") if n < 6 else ("wrong", "right")
        take(quiz, MembershipFactory(course=course), how[0], text=how[1])
    VERSIONS.clear()
    monkeypatch.setattr(item_answers, "ATTEMPTS", 7)
    analysis = Analysis.of(course, with_words=True)
    worst = analysis.flagged[0]
    assert worst.looked_into == 7
    assert [each.given for each in worst.top] == [6, 1]
    VERSIONS.clear()
    assert "Of the first 7 answers." in teaching.get(page(course)).text


def test_too_few_answers_are_said_to_be(
    quiz: Assignment, teaching: Client, learner: Membership
) -> None:
    take(quiz, learner)
    assert "too few answers" in teaching.get(page(quiz.course)).text


def test_the_export_says_what_the_screen_says(
    quiz: Assignment, course: Course, teaching: Client, tutor: User
) -> None:
    for n in range(12):
        take(quiz, MembershipFactory(course=course), "right" if n % 3 else "wrong")
    rows = exported(course, teaching)
    one = of(course, "choice")
    row = rows[one.number]
    assert row["Question"] == one.version.prompt
    assert row["Facility, per cent"] == one.figures["facility"]
    assert row["Median time, seconds"] == one.figures["seconds"] == "40"
    cells = [cell for row in rows for pair in row.items() for cell in pair]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert AuditEntry.objects.filter(act="items.export", by=tutor).exists()


def test_only_tutors_see_it(reading: Client, learning: Client, course: Course) -> None:
    for client, status in ((reading, 404), (learning, 403)):
        assert client.get(page(course)).status_code == status
        assert client.get(page(course, "1/")).status_code == status
        assert client.post(page(course, "export/")).status_code == status


def test_a_question_nobody_answered_here_is_not_there(
    quiz: Assignment, course: Course, teaching: Client
) -> None:
    current = question_of("choice").current
    assert current
    take(elsewhere(CourseFactory(), quiz), MembershipFactory())
    assert teaching.get(page(course, f"{current.pk}/")).status_code == 404


def test_wrong_methods_are_refused(teaching: Client, course: Course) -> None:
    assert teaching.post(page(course)).status_code == 405
    assert teaching.get(page(course, "export/")).status_code == 405


@pytest.mark.parametrize("learners", [0, 1, 12])
def test_it_costs_the_same_for_all_sizes(
    quiz: Assignment, course: Course, tutor: User, learners: int
) -> None:
    for _n in range(learners):
        take(quiz, MembershipFactory(course=course))
    teaching = signed_in(tutor)
    with queries(at_most=6), no_writes():
        assert teaching.get(page(course)).status_code == 200


def test_what_is_held_back_is_named_and_not_counted(
    quiz: Assignment, course: Course, teaching: Client, tutor: User
) -> None:
    quiz.edit(base_revision=0, by=tutor, now=TERM, rules=Rules(release="by_hand").snapshot())
    take(quiz, MembershipFactory(course=course))
    assert "Held back, and not counted" in teaching.get(page(course)).text
    assert not Analysis.of(course).items
    quiz.release(by=tutor, now=TERM + DAY)
    assert "Held back" not in teaching.get(page(course)).text
    assert of(course, "choice").answers == 1


def test_who_left_is_counted_and_not_listed(
    quiz: Assignment, course: Course, teaching: Client, learner: Membership
) -> None:
    gone = MembershipFactory(course=course, user__display_name="Zora Gone")
    for member in (learner, gone):
        take(quiz, member)
    gone.leave(now=TERM + DAY)
    text = teaching.get(page(course, f"{of(course, 'choice').version.pk}/")).text
    assert "One answer is counted and not listed" in text
    assert "Zora Gone" not in text


def test_figures_stay_when_a_learner_is_forgotten(quiz: Assignment, course: Course) -> None:
    members = [MembershipFactory(course=course) for _n in range(12)]
    for n, member in enumerate(members):
        take(quiz, member, "right" if n % 3 else "wrong")
    before = [(one.figures, one.blanks, one.answers) for one in Analysis.of(course).items]
    assert of(course, "text").seconds == 40
    privacy.erase(members[0].user, TERM + DAY)
    rebuild(course.scope)
    assert [(one.figures, one.blanks, one.answers) for one in Analysis.of(course).items] == before


def test_thirds_are_of_the_class(quiz: Assignment, course: Course) -> None:
    for n in range(12):
        take(quiz, MembershipFactory(course=course), "right" if n < 6 else "wrong")
    chosen = {each.words: (each.top, each.bottom) for each in of(course, "choice").chosen}
    assert chosen == {"Lamp": (100, 0), "Oar": (0, 100), "Wick": (0, 0)}


def test_a_drawn_question_is_held_against_the_whole(quiz: Assignment, course: Course) -> None:
    first, second = MembershipFactory(course=course), MembershipFactory(course=course)
    take(quiz, first)
    assert of(course, "choice").reading == "rest"
    question = question_of("choice")
    question.is_drawn = False
    question.save()
    quiz.start(second, now=TERM + DAY).submit(now=TERM + DAY)
    assert of(course, "choice").reading == "whole"
    assert of(course, "text").reading == "rest"


def test_answers_are_listed_by_the_hundred(
    quiz: Assignment, course: Course, teaching: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    for _n in range(3):
        take(quiz, MembershipFactory(course=course))
    where = page(course, f"{of(course, 'choice').version.pk}/")
    assert "Page 1 of 2" in teaching.get(where).text
    text = teaching.get(where, {"page": "2"}).text
    assert 'start="3"' in text
    assert teaching.get(where, {"page": "x"}).status_code == 200


def test_of_several_tries_the_first_stands_with_its_own_mark(
    course: Course, learner: Membership, article: Article
) -> None:
    rules = Rules(behaviour="tries").snapshot()  # type: ignore[arg-type]
    quiz = AssignmentFactory(course=course, kind="quiz", quiz=bank(article), rules=rules)
    attempt = quiz.start(learner, now=TERM)
    for name in ("choice", "text"):
        row = attempt.questions.get(question=question_of(name))
        kind, shown = row.version.kind_class, row.version.arranged(row.seed)
        for rev, form in enumerate((SAMPLES[name].wrong, SAMPLES[name].right)):
            value = kind.read(shown, dict(form))
            sent = {"token": uuid4(), "base_rev": rev, "now": TERM, "is_check": True}
            attempt.respond(row.question_id, value, **sent)  # type: ignore[arg-type]
    attempt.submit(now=TERM)
    wrong = SAMPLES["text"].wrong
    for _turn in ("as it happened", "made anew"):
        counts = {each.words: each.given for each in of(course, "choice").chosen}
        assert counts == {"Lamp": 0, "Oar": 1, "Wick": 0}
        words = of(course, "text")
        assert [each.words for each in words.chosen] == next(iter(wrong.values()))
        assert [each.mark for each in words.listed] == [0.0]
        rebuild(course.scope)
