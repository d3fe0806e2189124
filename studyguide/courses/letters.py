"""Mail that asks people into a course. Nothing waits for it: whoever asked is told what could not
be sent, and has the link to hand over."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from smtplib import SMTPException, SMTPRecipientsRefused
from time import monotonic

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from studyguide.courses.limits import may_write_to
from studyguide.courses.models import Course, Invitation, Role

log = logging.getLogger(__name__)
ANSWER_WITHIN = 5  # seconds that a mail server may take for one step
PATIENCE = 15  # seconds that somebody waits for all letters of a request


def invitation_letter(invitation: Invitation, course: Course, address: str) -> EmailMessage:
    """`address`: of the page where it is accepted."""
    values = {
        "name": one_line(invitation.by.get_full_name()),
        "course": one_line(course.title),
        "address": address,
        "day": date_format(invitation.expires_at.astimezone(timezone.get_current_timezone())),
    }
    as_tutor = invitation.role == Role.CO_TUTOR
    said = [
        _("%(name)s asks you into the class “%(course)s” as a co-tutor.")
        if as_tutor
        else _("%(name)s asks you into the class “%(course)s”."),
        _("See what it is, and come in if you like:\n%(address)s"),
        _("The link is good until %(day)s, once, for whoever has it: keep it to yourself."),
        _("You need an account, and can make one on the way.")
        if settings.SIGNUP != "closed"
        else _("You need an account; on this site tutors make them."),
        _("Nobody was told whether you have one. If this is not for you, do nothing."),
    ]
    return EmailMessage(
        subject=_("Your place in the class “%(course)s”") % values,
        body="\n\n".join(part % values for part in said) + "\n",
        to=[invitation.email],
    )


def one_line(text: str) -> str:
    return " ".join(text.split())


def post(letters: Sequence[EmailMessage]) -> list[str]:
    """Send them; the addresses that none went to. Where there is no mail, all of them."""
    left = {letter.to[0]: letter for letter in letters}
    if not settings.HAS_MAIL or not left:
        return list(left)
    until = monotonic() + PATIENCE
    try:
        with get_connection(timeout=ANSWER_WITHIN) as connection:
            for address, letter in list(left.items()):
                if monotonic() > until:
                    break
                if not may_write_to(address, timezone.now().timestamp()):
                    continue
                try:
                    connection.send_messages([letter])
                except SMTPRecipientsRefused:
                    continue
                del left[address]
    except (OSError, SMTPException) as error:
        log.error("no invitation could be sent: %s", type(error).__name__)
    return list(left)
