"""What this room holds about a person: as learner, and as tutor."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.models import User
from studyguide.accounts.privacy import Excused, Holding, Room, register
from studyguide.courses.models import (
    Challenge,
    Comment,
    Course,
    Excusal,
    Extension,
    Handover,
    Invitation,
    MarkOverride,
    Membership,
    PackReport,
    Role,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Columns = dict[str, "StrOrPromise"]
NUMBER = _("number of this row")
ACCOUNT = _("number of your account")
CLASS: Columns = {"course": _("number of the class"), "course__title": _("name of the class")}
ASSIGNMENT: Columns = {
    "arrangement__assignment__title": _("assignment"),
    "revision": _("which change of what is arranged it was"),
    "reason": _("why"),
    "at": _("when"),
}
ARRANGEMENT = _("number of what is arranged")
EXTENDED: Columns = {
    "due_at": _("another due date"),
    "closes_at": _("another closing date"),
    "extra_tries": _("tries more than others"),
    "time_multiplier": _("time at quizzes, times"),
}
SCORED: Columns = {
    "before": _("score that was set before, from 0 to 1"),
    "score": _("score that was set, from 0 to 1; empty: the work counts"),
}

AS_LEARNER = [
    Holding(
        "memberships",
        "courses.Membership",
        "user",
        _("The classes you are in or were in, and what is arranged for you there."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            **CLASS,
            "role": _("learner, tutor or co_tutor"),
            "state": _("pending, active, left or removed"),
            "way": _("how you came in"),
            "code": _("number of the code you came in by"),
            "is_account_made_here": _("whether the class made your account"),
            "asked_at": _("when you asked"),
            "joined_at": _("since when you are in"),
            "left_at": _("when you left"),
            "counts_from_at": _("since when your work counts"),
            "counted_before_at": _("when you let earlier work count"),
            "time_multiplier": _("your time at quizzes, times"),
            "is_untimed_practice": _("whether practice has no time limit"),
            "note": _("note to the tutors and you"),
        },
    ),
    Holding(
        "group_places",
        "courses.GroupPlace",
        "membership__user",
        _("Groups that you are in."),
        {
            "id": NUMBER,
            "membership": _("number of your membership"),
            "group": _("number of the group"),
            "group__name": _("group"),
        },
    ),
    Holding(
        "arrangements",
        "courses.Arrangement",
        "membership__user",
        _("What is arranged for you at an assignment."),
        {
            "id": NUMBER,
            "membership": _("number of your membership"),
            "assignment": _("number of the assignment"),
            "assignment__title": _("assignment"),
            "is_chosen": _("whether it was set for you by name"),
            **EXTENDED,
            "excused_at": _("when you were excused"),
            "score": _("score that a tutor set, from 0 to 1"),
            "revision": _("how often it was changed"),
        },
    ),
    Holding(
        "extensions",
        "courses.Extension",
        "arrangement__membership__user",
        _("Each time that you were given longer."),
        {"id": NUMBER, "arrangement": ARRANGEMENT, **ASSIGNMENT, **EXTENDED},
    ),
    Holding(
        "excusals",
        "courses.Excusal",
        "arrangement__membership__user",
        _("Each time that you were excused, or that was taken back."),
        {
            "id": NUMBER,
            "arrangement": ARRANGEMENT,
            **ASSIGNMENT,
            "is_excused": _("whether you were excused from then on"),
        },
    ),
    Holding(
        "marks_set",
        "courses.MarkOverride",
        "arrangement__membership__user",
        _("Each mark that a tutor set for you by hand."),
        {"id": NUMBER, "arrangement": ARRANGEMENT, **ASSIGNMENT, **SCORED},
    ),
    Holding(
        "comments",
        "courses.Comment",
        "membership__user",
        _("What tutors said to you about assignments."),
        {
            "id": NUMBER,
            "membership": _("number of your membership"),
            "assignment": _("number of the assignment"),
            "assignment__title": _("assignment"),
            "text": _("what was said"),
            "at": _("when"),
        },
        only=Q(withdrawn_at=None),
    ),
    Holding(
        "challenges",
        "courses.Challenge",
        "membership__user",
        _("Judgements that you objected to."),
        {
            "id": NUMBER,
            "membership": _("number of your membership"),
            **CLASS,
            "attempt_question": _("number of the question in the attempt"),
            "text": _("what you wrote"),
            "state": _("open, upheld or declined"),
            "made_at": _("when you objected"),
            "reply": _("the tutor's reply"),
            "ruling": _("number of the ruling that came of it"),
            "decided_at": _("when it was decided"),
        },
    ),
    Holding(
        "invitations",
        "courses.Invitation",
        "user",
        _("Invitations to classes that were sent to your account."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            **CLASS,
            "email": _("always empty: it went to your account"),
            "username": _("your user name as the tutor wrote it"),
            "name": _("your name as the tutor wrote it"),
            "role": _("as what you were invited"),
            "at": _("when"),
            "expires_at": _("until when it was good"),
            "accepted_at": _("when it was accepted"),
            "withdrawn_at": _("when it was withdrawn"),
        },
    ),
    Holding(
        "invitations_accepted",
        "courses.Invitation",
        "accepted_by",
        _("Invitations to classes that you accepted."),
        {"id": NUMBER, "accepted_by": ACCOUNT, **CLASS, "accepted_at": _("when")},
    ),
    Holding(
        "handovers_to_you",
        "courses.Handover",
        "to__user",
        _("Classes that were offered to you."),
        {
            "id": NUMBER,
            "to": _("number of your membership"),
            **CLASS,
            "at": _("when"),
            "accepted_at": _("when you accepted"),
            "declined_at": _("when it was declined or taken back"),
        },
    ),
]

AS_TUTOR = [
    Holding(
        "codes",
        "courses.JoinCode",
        "by",
        _("Codes to join by that you made."),
        {
            "id": NUMBER,
            "by": ACCOUNT,
            **CLASS,
            "seats": _("for how many learners"),
            "made_at": _("when you made it"),
            "expires_at": _("until when it is good"),
            "revoked_at": _("when it was revoked"),
        },
    ),
    Holding(
        "invitations_sent",
        "courses.Invitation",
        "by",
        _("Invitations that you sent."),
        {"id": NUMBER, "by": ACCOUNT, **CLASS, "role": _("as what"), "at": _("when")},
    ),
    Holding(
        "lists_taken_in",
        "courses.Roster",
        "by",
        _("Lists of learners that you took in."),
        {
            "id": NUMBER,
            "by": ACCOUNT,
            **CLASS,
            "at": _("when"),
            "accounts": _("how many accounts were made"),
            "invitations": _("how many people were asked in"),
        },
    ),
    Holding(
        "handovers_offered",
        "courses.Handover",
        "by",
        _("Classes that you offered to somebody."),
        {"id": NUMBER, "by": ACCOUNT, **CLASS, "at": _("when")},
    ),
    Holding(
        "extensions_given",
        "courses.Extension",
        "by",
        _("Times that you gave somebody longer."),
        {"id": NUMBER, "by": ACCOUNT, **ASSIGNMENT},
    ),
    Holding(
        "excusals_given",
        "courses.Excusal",
        "by",
        _("Times that you excused somebody, or took that back."),
        {"id": NUMBER, "by": ACCOUNT, **ASSIGNMENT},
    ),
    Holding(
        "marks_given",
        "courses.MarkOverride",
        "by",
        _("Marks that you set by hand."),
        {"id": NUMBER, "by": ACCOUNT, **ASSIGNMENT, **SCORED},
    ),
    Holding(
        "comments_made",
        "courses.Comment",
        "by",
        _("What you said to learners about assignments."),
        {
            "id": NUMBER,
            "by": ACCOUNT,
            "assignment__title": _("assignment"),
            "text": _("what you said"),
            "at": _("when"),
            "withdrawn_at": _("when you took it back"),
        },
    ),
    Holding(
        "challenges_decided",
        "courses.Challenge",
        "decided_by",
        _("Objections that you decided."),
        {
            "id": NUMBER,
            "decided_by": ACCOUNT,
            **CLASS,
            "state": _("upheld or declined"),
            "reply": _("your reply"),
            "decided_at": _("when"),
        },
    ),
    Holding(
        "originals_in_classes",
        "courses.CourseOriginal",
        "by",
        _("Copies of an article that you shared with a class."),
        {
            "id": NUMBER,
            "by": ACCOUNT,
            **CLASS,
            "original": _("number of the copy"),
            "right": _("your right to share it"),
            "at": _("when"),
            "withdrawn_at": _("when you stopped sharing it"),
        },
    ),
    Holding(
        "pack_reports",
        "courses.PackReport",
        "by",
        _("What you reported to the author of a pack."),
        {
            "id": NUMBER,
            "by": ACCOUNT,
            "question": _("number of the question"),
            "version": _("number of the question as it stood then"),
            "source": _("article"),
            "ref": _("passage, such as p44"),
            "text": _("what is wrong"),
            **CLASS,
            "at": _("when"),
            "settled_at": _("when it was settled"),
            "answer": _("the answer"),
        },
    ),
    Holding(
        "pack_reports_settled",
        "courses.PackReport",
        "settled_by",
        _("Reports on a pack that you settled."),
        {
            "id": NUMBER,
            "settled_by": ACCOUNT,
            "source": _("article"),
            "answer": _("your answer"),
            "settled_at": _("when"),
        },
    ),
]

OF_A_CLASS = (
    "What a class is asked belongs to the class; only the owner of a quiz leads to a person"
)
EXCUSED = [
    Excused("courses.JoinCode", ["code"], "Lets whoever finds it into the class"),
    Excused("courses.Invitation", ["token"], "Lets whoever finds it into the class"),
    Excused(
        "courses.WorkVersion",
        ["mark", "user"],
        "A number by chance that tells that something was done, and not what",
    ),
    Excused(
        "courses.Roster", ["token"], "A number that means nothing: it tells one form of another"
    ),
    Excused(
        "courses.Assignment",
        [
            *("id", "course", "public_id", "position", "title", "instructions", "kind", "article"),
            *("quiz", "rules", "days", "published_at", "opens_at", "due_at", "closes_at", "late"),
            *("late_penalty", "required_score", "weight", "audience", "group", "revision"),
            "removed_at",
        ],
        OF_A_CLASS,
    ),
    Excused(
        "courses.AssignmentSection",
        ["id", "assignment", "section", "position", "passages", "questions"],
        OF_A_CLASS,
    ),
]


def owned(user: User) -> Q:
    return Q(
        memberships__user=user,
        memberships__role=Role.TUTOR,
        memberships__state=Membership.State.ACTIVE,
    )


def objections(user: User) -> list[str]:
    """A class that is open needs somebody who owns it."""
    return [
        _g("You own the class %(title)s. Hand it over or archive it first.")
        % {"title": course.title}
        for course in Course.objects.existing().current().filter(owned(user))
    ]


def erase(user: User, now: datetime) -> None:
    """Scores, dates and who was in which class stay, of nobody, so that the figures of a class do
    not move. Words about the person or by the person go, and so do adjustments."""
    mine = Membership.objects.filter(user=user).select_related("course", "user")
    here = [Membership.State.ACTIVE, Membership.State.PENDING]
    for membership in mine.filter(state__in=here).exclude(role=Role.TUTOR):
        membership.leave(now=now)
    mine.update(note="", time_multiplier=1.0, is_untimed_practice=False)
    Handover.objects.open().filter(Q(to__user=user) | Q(by=user)).update(declined_at=now)
    for log in (Extension, Excusal, MarkOverride):
        log.objects.filter(Q(arrangement__membership__user=user) | Q(by=user)).update(reason="")
    Comment.objects.filter(Q(membership__user=user) | Q(by=user)).update(text="")
    Challenge.objects.filter(membership__user=user).update(text="", reply="")
    Challenge.objects.filter(decided_by=user).update(reply="")
    PackReport.objects.filter(by=user).update(text="")
    PackReport.objects.filter(settled_by=user).update(answer="")
    forget_invitations(user, now)


def forget_invitations(user: User, now: datetime) -> None:
    """Those to the person's addresses and name become invitations of the account, used up."""
    known = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    addresses = {address.lower() for address in [*known, user.email] if address}
    mine = Invitation.objects.filter(
        Q(user=user)
        | Q(accepted_by=user)
        | Q(email__in=addresses)
        | Q(username=user.username.lower())
    )
    nothing = {"user": user, "email": "", "username": "", "name": ""}
    mine.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=now, **nothing)
    mine.update(**nothing)


register(Room("courses", [*AS_LEARNER, *AS_TUTOR], erase, EXCUSED, objections))
