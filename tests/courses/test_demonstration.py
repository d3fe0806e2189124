from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from quizzes.models import Attempt, Question, Response, Review
from studyguide.accounts.models import User
from studyguide.courses import demonstration
from studyguide.courses.demonstration.people import Learner, said
from studyguide.courses.judging import State
from studyguide.courses.models import (
    Assignment,
    Challenge,
    Comment,
    Course,
    Excusal,
    Extension,
    JoinCode,
    MarkOverride,
    Membership,
)
from studyguide.courses.results import Results, results
from studyguide.courses.urls import urlpatterns
from studyguide.library.models import Article, LookUp, ReadingMark
from tests.courses.doing import hand_in, signed_in
from tests.every_kind import load_samples
from tests.factories import CourseFactory
from tests.promises.world import checksum

UNTIL = datetime(2026, 11, 2, tzinfo=UTC)
NOW = UNTIL + timedelta(hours=9)
LINE = "Demonstration: these people are made up."


@pytest.fixture
def text(load_asking: Callable[..., Article]) -> Article:
    return load_asking(passages=24, each=4)


def made(*, learners: int = 3, weeks: int = 1) -> demonstration.Made:
    return demonstration.make(until=UNTIL, learners=learners, weeks=weeks, now=NOW)


def demo(*options: str) -> str:
    out = StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def stand(course: Course) -> Results:
    return results(course, now=NOW)


def standing(course: Course) -> list[tuple[object, ...]]:
    """What is the same each time: not keys, addresses or tokens."""
    found = stand(course)
    return [
        (
            learner.name,
            *(
                cell and (cell.state, cell.done, cell.score, cell.done_at, cell.last_at)
                for cell in cells
            ),
        )
        for learner, cells in found.rows()
    ]


def looked_up() -> list[tuple[object, ...]]:
    rows = LookUp.objects.order_by("pk")
    return [*rows.values_list("user__username", "term__ref", "passage__ref", "at")]


def test_a_whole_class_has_something_of_everything(text: Article) -> None:
    course = made(learners=8, weeks=6).course
    found = stand(course)
    states = {cell.state for _one, cells in found.rows() for cell in cells if cell}
    assert len(found.learners) == 8
    assert set(course.assignments.values_list("kind", flat=True)) == set(Assignment.Kind.values)
    assert states == set(State)
    for log in (Extension, Excusal, MarkOverride, Comment, Challenge, Review):
        assert log.objects.exists(), log


def test_the_same_days_give_the_same_class(text: Article) -> None:
    first = standing(made(learners=3, weeks=2).course), looked_up()
    demonstration.remove()
    assert (standing(made(learners=3, weeks=2).course), looked_up()) == first
    assert looked_up()


def test_nothing_is_done_after_the_last_day(text: Article) -> None:
    made(learners=4, weeks=2)
    lasts = [
        Response.objects.latest("arrived_at").arrived_at,
        ReadingMark.objects.latest("at").at,
        LookUp.objects.latest("at").at,
        Attempt.objects.submitted().latest("submitted_at").submitted_at,
    ]
    assert all(at is not None and UNTIL - timedelta(days=14) < at < UNTIL for at in lasts)


def test_what_was_answered_was_graded_by_the_engine(text: Article) -> None:
    made()
    attempt = Attempt.objects.submitted().at_quizzes()[0]
    fractions = [
        grade.fraction for row in attempt.questions.all() for grade in row.grades.order_by("pk")
    ]
    assert attempt.score == sum(fractions)
    assert attempt.released_at is not None


def test_removed_it_leaves_no_row(text: Article) -> None:
    before = checksum()
    made(learners=4, weeks=2)
    assert checksum() != before
    assert demonstration.remove() > 100
    assert checksum() == before


def of_work(tables: dict[str, str]) -> dict[str, str]:
    """Without the marks that tell that something was changed."""
    return {name: each for name, each in tables.items() if name != "courses_workversion"}


def test_what_others_did_for_themselves_stays(
    text: Article, reader: User, answer: Callable[..., None]
) -> None:
    answer("p1-q1", at=NOW)
    before = of_work(checksum())
    course = made().course
    membership = JoinCode.objects.get(course=course).join(reader, now=NOW)
    quiz = course.assignments.get(kind="quiz")
    Assignment.objects.filter(pk=quiz.pk).update(late=Assignment.Late.FULL)
    hand_in(quiz, membership, 0.5, at=NOW)
    demonstration.remove()
    assert of_work(checksum()) == before
    assert Response.objects.get().attempt.user == reader


def test_a_copy_of_the_class_goes_with_it(text: Article) -> None:
    found = made()
    copy = CourseFactory(by=found.tutor, articles=[text], copied_from=found.course)
    demonstration.remove()
    assert not Course.objects.filter(pk=copy.pk).exists()


def test_a_copy_by_somebody_else_stays(text: Article, reader: User) -> None:
    copy = CourseFactory(by=reader, articles=[text], copied_from=made().course)
    demonstration.remove()
    copy.refresh_from_db()
    assert copy.copied_from is None


def test_there_is_one_at_a_time(text: Article) -> None:
    made()
    with pytest.raises(demonstration.DemonstrationRefused, match="already"):
        made()


def test_a_taken_user_name_is_told(text: Article) -> None:
    User.objects.create_user("Demo-Ampersand")
    with pytest.raises(demonstration.DemonstrationRefused, match="Demo-Ampersand"):
        made()
    assert not Course.objects.exists()


def test_without_a_text_the_command_says_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="load_packs"):
        demo()


def test_the_tutor_signs_in_with_what_is_printed(text: Article, client: Client) -> None:
    said = demo("--until", "2026-11-02", "--learners", "2", "--weeks", "1")
    words = {line.partition(": ")[0]: line.partition(": ")[2] for line in said.splitlines()}
    name, password = words["Sign in as its tutor"], words["Password, shown this once"]
    assert client.login(username=name, password=password)
    course = Course.objects.get()
    assert course.get_absolute_url() in said
    assert course.owner.username == name


def test_learners_cannot_sign_in(text: Article) -> None:
    made()
    learners = Membership.objects.learners()
    assert not any(one.user.has_usable_password() for one in learners.select_related("user"))


def test_beside_real_classes_it_wants_to_be_told(text: Article) -> None:
    CourseFactory()
    with pytest.raises(CommandError, match="real classes"):
        demo("--learners", "1", "--weeks", "1")
    assert "Password" in demo("--learners", "1", "--weeks", "1", "--yes")


def test_a_day_to_come_is_refused(text: Article) -> None:
    with pytest.raises(CommandError, match="to come"):
        demo("--until", "2999-01-01")


def test_the_command_removes(text: Article) -> None:
    made()
    assert "removed:" in demo("--remove")
    assert not Course.objects.exists()


def test_every_page_of_the_class_says_so(text: Article) -> None:
    found = made()
    course = found.course
    member = course.memberships.learners()[0]
    code = JoinCode.objects.get(course=course)
    group = course.groups.all()[0]
    assignment = course.assignments.all()[0]
    known = {
        "course": course.public_id,
        "assignment": assignment.public_id,
        "member": member.pk,
        "number": code.pk,
        "group": group.pk,
    }
    looked_at = 0
    for client in (signed_in(found.tutor), signed_in(member.user)):
        for pattern in urlpatterns:
            names = pattern.pattern.converters
            if "course" not in names or not names.keys() <= known.keys():
                continue
            page = client.get(reverse(pattern.name, kwargs={name: known[name] for name in names}))
            if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
                looked_at += 1
                assert LINE in page.text, pattern.name
    assert looked_at >= 20


def test_other_classes_do_not(text: Article, reader: User, reading: Client) -> None:
    made()
    course = CourseFactory(by=reader, articles=[text])
    assert LINE not in reading.get(course.get_absolute_url()).text
    assert LINE not in reading.get(reverse("courses")).text


def test_every_kind_of_question_can_be_missed(text: Article) -> None:
    """Somebody who knows nothing answers something wrong, and it can be read."""
    load_samples()
    one = Learner(0, Membership())
    one.ability = -5.0
    for question in Question.objects.filter(source="samples").select_related("current"):
        version = question.current
        assert version is not None
        value = said(one, question, version, go=0)
        version.kind_class.check(version.shown, value)
        if not version.kind_class.is_self_rated:
            assert version.load().mark(value).fraction < 1, question.kind
