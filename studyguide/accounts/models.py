from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, NoReturn, Self
from unicodedata import category

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from studyguide.accounts import privacy

WORDS_A_MINUTE = 180  # notes and article, read with a pencil in hand
SLOWEST, FASTEST = 40, 800
EASILY_READ = "23456789abcdefghjkmnpqrstuvwxyz"  # no two that look alike


class Theme(models.TextChoices):
    SYSTEM = "auto", _("System")
    PAPER = "light", _("Paper")
    NIGHT = "dark", _("Night")


class TextSize(models.TextChoices):
    SMALL = "s", _("Small")
    NORMAL = "m", _("Normal")
    LARGE = "l", _("Large")
    LARGEST = "xl", _("Very large")


class Typeface(models.TextChoices):
    SERIF = "serif", _("Serif")
    SANS = "sans", _("Plain sans")


class Spacing(models.TextChoices):
    NORMAL = "m", pgettext_lazy("spacing", "Normal")
    WIDE = "l", pgettext_lazy("spacing", "Wide")
    WIDEST = "xl", pgettext_lazy("spacing", "Very wide")


class Measure(models.TextChoices):
    NARROW = "s", _("Narrow")
    NORMAL = "m", pgettext_lazy("line length", "Normal")
    WIDE = "l", pgettext_lazy("line length", "Wide")


class ReaderView(models.TextChoices):
    NOTES = "notes", _("Notes")
    BOTH = "both", _("Beside")
    ORIGINAL = "orig", _("Original")


class Preferences(models.Model):
    """How a reader wants pages to look. A visitor's stand in a cookie instead."""

    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.SYSTEM)
    text_size = models.CharField(
        _("text size"), max_length=2, choices=TextSize, default=TextSize.NORMAL
    )
    typeface = models.CharField(
        _("typeface"), max_length=5, choices=Typeface, default=Typeface.SERIF
    )
    line_spacing = models.CharField(
        _("line spacing"), max_length=2, choices=Spacing, default=Spacing.NORMAL
    )
    letter_spacing = models.CharField(
        _("letter spacing"), max_length=2, choices=Spacing, default=Spacing.NORMAL
    )
    measure = models.CharField(
        _("line length"), max_length=1, choices=Measure, default=Measure.NORMAL
    )
    reader_view = models.CharField(
        _("show"), max_length=5, choices=ReaderView, default=ReaderView.BOTH
    )
    is_original_first = models.BooleanField(_("original before the notes"), default=False)
    has_single_keys = models.BooleanField(_("single-key shortcuts"), default=True)

    class Meta:
        abstract = True


class OptionalEmailField(models.EmailField):  # type: ignore[type-arg]
    """Two people without an address are two people, not one address twice."""

    def get_prep_value(self, value: object) -> str | None:
        return super().get_prep_value(value) or None


class PersonManager(UserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(Preferences, AbstractUser):
    """A person. Never deleted: whoever leaves becomes a pseudonym."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = OptionalEmailField(_("e-mail address"), null=True, blank=True)
    display_name = models.CharField(_("name shown to others"), max_length=80, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    words_per_minute = models.PositiveSmallIntegerField(
        _("words a minute"),
        default=WORDS_A_MINUTE,
        validators=[MinValueValidator(SLOWEST), MaxValueValidator(FASTEST)],
    )
    # Somebody else made the password: until the person chooses one, nothing else can be done.
    has_one_time_password = models.BooleanField(_("one-time password"), default=False)

    objects = PersonManager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_ignores_case",
                violation_error_message=_("That user name is taken. Try another."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_ignores_case",
                violation_error_message=_(
                    "That address belongs to an account. Sign in with it instead."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return self.display_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    def set_one_time_password(self) -> str:
        """A password that opens one page, where another is chosen. It is returned and not kept;
        who is signed in with the old one is signed in no more. Save the person afterwards."""
        password = new_one_time_password()
        self.set_password(password)
        self.has_one_time_password = True
        return password


def new_one_time_password() -> str:
    """Three groups of four, to be read off paper: 59 bits."""
    return "-".join(get_random_string(4, EASILY_READ) for _n in range(3))


class Session(AbstractBaseSession):
    """A signed-in browser; the person's id stands in a column, so that one query
    finds both and one DELETE signs a person out everywhere."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="browser_sessions")
    started_at = models.DateTimeField(default=timezone.now)  # with this key
    seen_at = models.DateTimeField(default=timezone.now)  # to within ten minutes

    objects = BaseSessionManager["Session"]()  # type: ignore[misc]

    class Meta(AbstractBaseSession.Meta):  # type: ignore[name-defined, misc]
        abstract = False


UNSEEN = {"Cc", "Cf", "Cs"}  # Unicode's control, format and surrogate characters


class AppendOnly(Exception):  # noqa: N818
    """Somebody tried to change or remove what is only ever added to."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **changes: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise AppendOnly

    def about(self, target: str) -> AuditQuerySet:
        return self.filter(about=target)


class AuditEntry(models.Model):
    """One sensitive act: who did what to what, and when. Entries are added, never changed.

    Names do not belong in it, only ids: it outlives the people it speaks of.
    """

    ACT = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*")

    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="audit_entries", verbose_name=_("by")
    )
    act = models.CharField(_("act"), max_length=60)
    about = models.CharField(_("about"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["about", "at"], name="audit_about_at"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act} {self.about}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise AppendOnly

    @classmethod
    def record(
        cls,
        *,
        act: str,
        by: User | None,
        now: datetime,
        about: str = "",
        details: dict[str, Any] | None = None,
    ) -> AuditEntry:
        """Add an entry, in the transaction of the act itself.

        `act`: dotted lower-case words, "course.role". `about`: "course:abc". `by`: None when
        a command did it. Line breaks and unseen characters are replaced in every string, so that
        an entry is one line wherever it is shown.
        """
        if not cls.ACT.fullmatch(act):
            raise ValueError(f"not the name of an act: {act!r}")
        return cls.objects.create(
            at=now, by=by, act=act, about=one_line(about)[:200], details=plain(details or {})
        )


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def waiting(self) -> Self:
        return self.filter(undone_at=None, done_at=None)

    def due(self, now: datetime) -> Self:
        return self.waiting().filter(due_at__lte=now)


class Erasure(models.Model):
    """A person's wish to be forgotten. It waits, can be taken back, and is then carried out."""

    WAITS = timedelta(days=14)

    user = models.ForeignKey(User, models.PROTECT, related_name="erasures")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(undone_at=None, done_at=None),
                name="erasure_waiting_once",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(done_at=None),
                name="erasure_is_done_or_undone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(undone_at=None, done_at=None),
                name="erasure_waiting_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} due {self.due_at:%Y-%m-%d}"

    @classmethod
    def ask(cls, user: User, *, now: datetime) -> Erasure:
        """The one that waits, made if there is none."""
        with transaction.atomic():
            User.objects.select_for_update().only("pk").get(pk=user.pk)
            erasure, made = cls.objects.waiting().get_or_create(
                user=user, defaults={"asked_at": now, "due_at": now + cls.WAITS}
            )
            if made:
                erasure.log("asked", by=user, now=now)
            return erasure

    def undo(self, *, now: datetime) -> bool:
        """Take it back. False when it was taken back or carried out already."""
        with transaction.atomic():
            moved = Erasure.objects.waiting().filter(pk=self.pk).update(undone_at=now)
            if moved:
                self.log("undone", by=self.user, now=now)
            return bool(moved)

    def execute(self, *, now: datetime) -> bool:
        """Forget the person, all or nothing. False when there was nothing to do, or something
        stands against it: it is then looked at again the next time."""
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=self.user_id)
            if privacy.objections(user):
                return False
            moved = Erasure.objects.due(now).filter(pk=self.pk).update(done_at=now)
            if moved:
                privacy.erase(user, now)
                self.log("done", by=None, now=now)
            return bool(moved)

    def log(self, what: str, *, by: User | None, now: datetime) -> None:
        AuditEntry.record(act=f"erasure.{what}", by=by, about=f"user:{self.user_id}", now=now)


def one_line(text: str) -> str:
    """The text with line breaks and the like as spaces, and with what is not seen (control
    characters, marks that turn the direction of text) as U+FFFD."""
    return "".join(
        " " if sign.isspace() else "\N{REPLACEMENT CHARACTER}" if category(sign) in UNSEEN else sign
        for sign in text
    )


def plain(value: Any) -> Any:
    """The same value with each string in it on one line."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, dict):
        return {one_line(str(name)): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value
