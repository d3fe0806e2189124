"""What this room holds about a person."""

from __future__ import annotations

import secrets
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from studyguide.accounts.models import Session, User
from studyguide.accounts.preferences import DEFAULTS
from studyguide.accounts.privacy import Excused, Holding, Room, register

OPENS = "A key that opens the account to whoever finds it"
NUMBER = _("number of this row")

HOLDINGS = [
    Holding(
        "account",
        "accounts.User",
        "pk",
        _("Your account and how pages look for you."),
        {
            "id": NUMBER,
            "username": _("user name"),
            "email": _("e-mail address"),
            "words_per_minute": _("words that you read in a minute"),
            "display_name": _("name shown to others"),
            "time_zone": _("time zone"),
            "date_joined": _("when the account was made"),
            "last_login": _("when you last signed in"),
            "is_active": _("whether you may sign in"),
            "has_one_time_password": _("whether somebody else made your password"),
            "is_staff": _("whether you administer the site"),
            "is_superuser": _("whether you may give others that right"),
            "theme": _("light or dark pages"),
            "text_size": _("text size"),
            "typeface": _("typeface"),
            "line_spacing": _("line spacing"),
            "letter_spacing": _("letter spacing"),
            "measure": _("line length"),
            "reader_view": _("notes, original, or both"),
            "is_original_first": _("whether the original stands before the notes"),
            "has_single_keys": _("whether single keys are shortcuts"),
        },
    ),
    Holding(
        "email_addresses",
        "account.EmailAddress",
        "user",
        _("Your e-mail addresses."),
        {
            "id": NUMBER,
            "user": _("number of your account"),
            "email": _("address"),
            "verified": _("whether you showed that it is yours"),
            "primary": _("whether mail goes there"),
        },
    ),
    Holding(
        "second_factors",
        "mfa.Authenticator",
        "user",
        _("Second factors and passkeys."),
        {
            "id": NUMBER,
            "user": _("number of your account"),
            "type": _("kind"),
            "created_at": _("when it was added"),
            "last_used_at": _("when it was last used"),
        },
    ),
    Holding(
        "sessions",
        "accounts.Session",
        "user",
        _("Browsers in which you are signed in, as the site knows them."),
        {
            "user": _("number of your account"),
            "started_at": _("when you signed in"),
            "seen_at": _("when it was last used, to within ten minutes"),
            "expire_date": _("when it ends at the latest"),
        },
    ),
    Holding(
        "sign_ins",
        "usersessions.UserSession",
        "user",
        _("Where you signed in."),
        {
            "id": NUMBER,
            "user": _("number of your account"),
            "created_at": _("when"),
            "last_seen_at": _("when it was last used"),
            "ip": _("network address"),
            "user_agent": _("browser, as it named itself"),
        },
    ),
    Holding(
        "recorded_acts",
        "accounts.AuditEntry",
        "by",
        _("Sensitive acts of yours, such as this export."),
        {
            "id": NUMBER,
            "by": _("number of your account"),
            "at": _("when"),
            "act": _("what you did"),
            "about": _("to what"),
            "details": _("more about it"),
        },
    ),
    Holding(
        "erasures",
        "accounts.Erasure",
        "user",
        _("When you asked to be forgotten."),
        {
            "id": NUMBER,
            "user": _("number of your account"),
            "asked_at": _("when you asked"),
            "due_at": _("from when it is carried out"),
            "undone_at": _("when you took it back"),
            "done_at": _("when it was carried out"),
        },
    ),
    Holding(
        "administration",
        "admin.LogEntry",
        "user",
        _("What you changed in the administration."),
        {
            "id": NUMBER,
            "user": _("number of your account"),
            "action_time": _("when"),
            "content_type": _("number of the kind of thing"),
            "object_id": _("number of the thing"),
            "object_repr": _("its name then"),
            "action_flag": _("1 added, 2 changed, 3 removed"),
            "change_message": _("what was changed"),
        },
    ),
]

EXCUSED = [
    Excused("accounts.User", ["password"], OPENS),
    Excused("accounts.Session", ["session_key", "session_data"], OPENS),
    Excused("mfa.Authenticator", ["data"], OPENS),
    Excused("usersessions.UserSession", ["session_key", "data"], OPENS),
    Excused(
        "account.EmailConfirmation",
        ["id", "email_address", "created", "sent", "key"],
        "Never filled: the links in our mails are signed and not stored",
    ),
    Excused(
        "accounts.User_groups",
        ["id", "user", "group"],
        "Never filled: rights here go by account, not by group",
    ),
    Excused(
        "accounts.User_user_permissions",
        ["id", "user", "permission"],
        "Never filled: rights here go by account, not one by one",
    ),
]


def erase(user: User, now: datetime) -> None:
    """The row stays, since answers and grades hang on it, under a name that means nobody."""
    for model in (Session, UserSession, Authenticator, EmailAddress):
        model.objects.filter(user=user).delete()
    of_people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=of_people, object_id=str(user.pk)).update(object_repr="")
    user.username = f"gone-{secrets.token_hex(8)}"
    user.email = None
    user.display_name = ""
    user.time_zone = "UTC"
    user.is_active = user.is_staff = user.is_superuser = user.has_one_time_password = False
    user.last_login = None
    user.date_joined = now
    for name, value in DEFAULTS.items():
        setattr(user, name, value)
    user.set_unusable_password()
    user.save()


def objections(user: User) -> list[str]:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        return [_g("You are the only administrator. Give somebody else that right first.")]
    return []


register(Room("accounts", HOLDINGS, erase, EXCUSED, objections))
