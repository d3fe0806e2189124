"""The one settings file. The environment is read here and nowhere else.

A bad value stops the start; every bad variable is named at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(eager=False)
env.read_env(str(BASE_DIR / ".env"), recurse=False)


def is_site_url(value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ValidationError("must look like https://study.example.org, without a path")


def is_database_url(value: str) -> None:
    if value and urlsplit(value).scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ValidationError("must begin with postgres:// or sqlite:///")


def is_redis_url(value: str) -> None:
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValidationError("must begin with redis://")


def is_email_url(value: str) -> None:
    if value and urlsplit(value).scheme not in {"smtp", "smtps", "smtp+tls"}:
        raise ValidationError("must begin with smtp://, smtp+tls:// or smtps://")


def one_of(*names: str) -> Any:
    def check(value: str) -> None:
        if value not in names:
            raise ValidationError(f"must be one of {', '.join(names)}")

    return check


PORT = env.int("PORT", 8000)
SITE_URL = env.str("SITE_URL", f"http://localhost:{PORT}", validate=is_site_url)
SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", False)
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")
DATABASE_URL = env.str("DATABASE_URL", "", validate=is_database_url)
REDIS_URL = env.str("REDIS_URL", "", validate=is_redis_url)
EMAIL_URL = env.str("EMAIL_URL", "", validate=is_email_url)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "")
SIGNUP = env.str("SIGNUP", "open", validate=one_of("open", "invitation", "closed"))
COURSE_CREATION = env.str("COURSE_CREATION", "anyone", validate=one_of("anyone", "tutors"))
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "var" / "static")
STATIC_COLLECTED = env.bool("STATIC_COLLECTED", False)
env.seal()

SITE = urlsplit(SITE_URL)
IS_LOOPBACK = SITE.hostname in {"localhost", "127.0.0.1", "::1"}
IS_SECURE = SITE.scheme == "https"

# Which hosts answer, which origins may post: all follows from SITE_URL, never "*".
ALLOWED_HOSTS = [SITE.hostname or ""]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
if IS_LOOPBACK:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    CSRF_TRUSTED_ORIGINS = [f"http://{host}:{SITE.port or 80}" for host in ALLOWED_HOSTS]

INSTALLED_APPS = [
    "quizzes",
    "studyguide.courses",
    "studyguide.progress",
    "studyguide.library",
    "studyguide.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "studyguide.accounts.apps.PilcrowAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "studyguide.http.RefuseUnknownMethods",
    "studyguide.http.OnlyUtf8",
    "studyguide.http.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "studyguide.http.CompressMiddleware",
    "studyguide.http.FullPageSignIn",
    "studyguide.http.LimitsOutOfReach",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "studyguide.http.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "studyguide.accounts.sessions.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studyguide.accounts.one_time.OneTimePasswords",
]

ROOT_URLCONF = "studyguide.urls"
WSGI_APPLICATION = "studyguide.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studyguide.header.header",
            ],
            "libraries": {"kept": "studyguide.kept"},
        },
    }
]

QUIZZES_REFERENCE_URL = "studyguide.library.addresses.locate"
QUIZZES_CHALLENGE_URL = "studyguide.courses.addresses.challenge_url"
QUIZZES_ORIGIN_URL = "studyguide.courses.addresses.origin"

# Answers that were acknowledged must survive a power cut: FULL, not NORMAL.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": ("PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON"),
}

# What is asked again and again is parsed and planned once for each connection. They are kept, so
# nothing stands between that would hand one on after a transaction.
POSTGRESQL_OPTIONS = {"server_side_binding": True, "prepare_threshold": 2}


def database(url: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(
        dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True)
    )
    is_sqlite = config["ENGINE"] == "django.db.backends.sqlite3"
    if is_sqlite:
        config["ENGINE"] = "studyguide.sqlite3"
    own = SQLITE_OPTIONS if is_sqlite else POSTGRESQL_OPTIONS
    config["OPTIONS"] = own | config.get("OPTIONS", {})  # what the address says, such as sslmode
    return config


DATABASES = {"default": database(DATABASE_URL or f"sqlite:///{DATA_DIR / 'pilcrow.sqlite3'}")}
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
        }
    }
else:
    # A file of its own: counters never wait for answers being written, nor these for them.
    DATABASES["cache"] = database(f"sqlite:///{DATA_DIR / 'cache.sqlite3'}")
    DATABASE_ROUTERS = ["studyguide.cache.CacheRouter"]
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache_entry",
            # Past this many, Django throws out a third, counters of limits among them.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["studyguide.accounts.backends.AuthenticationBackend"]
# 19 MiB, two passes: Django's default lets a class that signs in at nine take down
# a small server.
PASSWORD_HASHERS = [
    "studyguide.accounts.hashers.SmallArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
SESSION_ENGINE = "studyguide.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # however busy
SESSION_IDLE_AGE = 60 * 60 * 24 * 14  # when nobody used it
SESSION_IDLE_AGE_OF_STAFF = 60 * 60 * 12
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "studyguide.errors.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

HAS_MAIL = bool(EMAIL_URL)
if HAS_MAIL:
    MAIL = urlsplit(EMAIL_URL)
    EMAIL_HOST = MAIL.hostname or "localhost"
    EMAIL_PORT = MAIL.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[MAIL.scheme]
    EMAIL_HOST_USER = unquote(MAIL.username or "")
    EMAIL_HOST_PASSWORD = unquote(MAIL.password or "")
    EMAIL_USE_TLS = MAIL.scheme == "smtp+tls"
    EMAIL_USE_SSL = MAIL.scheme == "smtps"
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = DEFAULT_FROM_EMAIL or f"pilcrow@{SITE.hostname}"

ACCOUNT_ADAPTER = "studyguide.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
# Without mail nothing may wait for mail: the address is then a matter of choice.
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*" if HAS_MAIL else "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if HAS_MAIL else "none"
ACCOUNT_FORMS = {
    "login": "studyguide.accounts.forms.SignInForm",
    "signup": "studyguide.accounts.forms.MakeAccountForm",
    "reauthenticate": "studyguide.accounts.forms.OnceMoreForm",
}
ACCOUNT_UNIQUE_EMAIL = True
# A class of hundreds comes from one address; a name is guessed at from anywhere. Ten an hour
# for each of the two names an account has, user name and address.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "300/m/ip,10/h/key",
    "signup": "300/m/ip",
    "reset_password": "60/m/ip,5/h/key",
    "reset_password_from_key": "60/m/ip",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_LOOPBACK
MFA_TOTP_ISSUER = "Pilcrow"

# Requests
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
FILE_UPLOAD_HANDLERS = [
    "studyguide.http.ShortUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Words and time
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [BASE_DIR / "studyguide" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Collected: hashed names, compressed once, cached for ever. Else straight from static/.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_COLLECTED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
CONTENT_DIR = BASE_DIR / "studyguide" / "content"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}

if not SECRET_KEY.strip():
    raise ImproperlyConfigured("SECRET_KEY is empty: put a long random value there.")
