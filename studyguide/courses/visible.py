"""What a class sees of one of its learners, as its page "What your tutor sees" says it.

Each line names the right that a reader of it needs, and the pages that have it: from these
follows who sees it, and tests hold the lines against the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from studyguide.courses.access import RIGHTS, Right
from studyguide.courses.models import Course, Role


@dataclass(frozen=True)
class Line:
    key: str
    what: Promise
    note: Promise | str = ""
    right: Right | None = None  # who has it sees this; None: nobody but the learner
    pages: Sequence[str] = ()  # where it stands


LINES = (
    Line(
        "name",
        _("Your name and the name you sign in with"),
        _("And when you joined, how, and your groups."),
        Right.TEACH,
        ("members", "member"),
    ),
    Line(
        "work",
        _("What you read and answer in the texts of this class"),
        _("With when, from the day you joined. What you did before counts only if you say so."),
        Right.RESULTS,
        ("result", "result_learner"),
    ),
    Line(
        "stuck",
        _("Paragraphs where your answers go amiss"),
        _("At checkpoints of these texts, until you put one right."),
        Right.RESULTS,
        ("result_learner",),
    ),
    Line(
        "answers",
        _("Your answers at quizzes set here"),
        _("Once they are handed in."),
        Right.RESULTS,
        ("item", "result"),
    ),
    Line(
        "score",
        _("Your scores at quizzes set here"),
        _("Before they are released too. You see them from then on."),
        Right.RESULTS,
        ("gradebook", "result"),
    ),
    Line(
        "said",
        _("Extensions, excuses and comments, with their reasons"),
        _("You see them beside the assignment."),
        Right.RESULTS,
        ("result",),
    ),
    Line(
        "objections",
        _("Your objections to questions"),
        right=Right.RESULTS,
        pages=("challenges", "challenge"),
    ),
    Line(
        "adjustments",
        _("Adjustments made for you"),
        _("They are in no export."),
        Right.TEACH,
        ("member",),
    ),
    Line(
        "unclear",
        _("How many learners find a paragraph unclear"),
        _("A number without names, from five learners on."),
        Right.RESULTS,
        ("heat_map",),
    ),
    Line(
        "look_ups",
        _("How many learners looked up a term at a paragraph, and which"),
        _("A number without names, from five learners on."),
        Right.RESULTS,
        ("heat_map",),
    ),
    Line(
        "signs",
        _("When and where you sign in"),
    ),
    Line(
        "email",
        _("The e-mail address of your account"),
        _("A tutor who asked you in by e-mail knows the address that was typed there."),
    ),
    Line(
        "study",
        _("Quizzes you take for yourself"),
    ),
    Line(
        "cards",
        _("Your cards, and how you answer them"),
        _("Where reviews are set, tutors see on which days you reviewed cards of these texts."),
    ),
    Line(
        "originals",
        _("Your private copies of an original"),
    ),
    Line(
        "classes",
        _("Other classes you are in"),
    ),
)
# Where the class is set to show its learners to each other.
TO_EACH_OTHER = Line("names", _("Your name"), right=Right.READ, pages=("course",))


@dataclass(frozen=True)
class Sight:
    """All lines, by who sees them."""

    tutors: Sequence[Line]
    learners: Sequence[Line]
    nobody: Sequence[Line]


def sight(course: Course) -> Sight:
    lines = [*LINES, TO_EACH_OTHER] if course.shows_names else LINES

    def seen_by(role: Role) -> list[Line]:
        return [line for line in lines if line.right in RIGHTS[role]]

    learners = seen_by(Role.LEARNER)
    return Sight(
        tutors=[line for line in seen_by(Role.CO_TUTOR) if line not in learners],
        learners=learners,
        nobody=[line for line in lines if line.right is None],
    )
