from __future__ import annotations

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WORDS_A_MINUTE = 180  # notes and article, read with a pencil in hand
SLOWEST, FASTEST = 40, 800


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


class Session(AbstractBaseSession):
    """A signed-in browser; the person's id stands in a column, so that one query
    finds both and one DELETE signs a person out everywhere."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="browser_sessions")

    objects = BaseSessionManager["Session"]()  # type: ignore[misc]

    class Meta(AbstractBaseSession.Meta):  # type: ignore[name-defined, misc]
        abstract = False
