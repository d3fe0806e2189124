"""The bare floor that pages are measured against: stock Django with database sessions, doing as
much as a page cannot do without. Settings, addresses, models and views in one file.

(a) an empty answer; (b) session, person, one article, a template of 39 KB with inheritance and a
navigation of 40; (c) session, person, CSRF, one row written, a fragment of 0.8 KB.
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from django.conf import settings

DATA = Path(os.environ["DATA_DIR"])
URL = os.environ.get("DATABASE_URL") or f"sqlite:///{DATA / 'floor.sqlite3'}"
PAGE = (
    "{% extends 'frame.html' %}{% block title %}{{ article.title }}{% endblock %}"
    "{% block main %}<h1>{{ article.title }}</h1>{{ article.body }}{% endblock %}"
)
FRAME = (
    "<!doctype html><title>{% block title %}{% endblock %}</title><p>{{ user.username }}</p><nav>"
    "{% for item in items %}<a href='/{{ item.0 }}/'{% if item.0 == here %} aria-current='page'"
    "{% endif %}>{{ item.1 }}</a>{% endfor %}</nav><main>{% block main %}{% endblock %}</main>"
)


def configure() -> None:
    database = dict(dj_database_url.parse(URL, conn_max_age=None))
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL",
        }
    settings.configure(
        SECRET_KEY="x" * 50,
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                    ],
                    "loaders": [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                (
                                    "django.template.loaders.locmem.Loader",
                                    {"frame.html": FRAME, "page.html": PAGE},
                                )
                            ],
                        )
                    ],
                },
            }
        ],
    )


def site() -> tuple[dict[str, str], dict[str, object]]:
    """Tables, rows and views; the cookies of somebody signed in, and the views by address."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection, models
    from django.http import HttpRequest, HttpResponse
    from django.middleware.csrf import get_token
    from django.shortcuts import render
    from django.test import Client
    from django.urls import path

    class Article(models.Model):
        title = models.CharField(max_length=100)
        body = models.TextField()

        class Meta:
            app_label = "floor"

        def __str__(self) -> str:
            return self.title

    class Answer(models.Model):
        user_id = models.BigIntegerField()
        value = models.TextField()
        at = models.DateTimeField(auto_now_add=True)

        class Meta:
            app_label = "floor"

        def __str__(self) -> str:
            return self.value

    items = [(f"s{n}", f"Section number {n}") for n in range(40)]

    def empty(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")

    def page(request: HttpRequest) -> HttpResponse:
        article = Article.objects.get(pk=1)
        get_token(request)
        return render(request, "page.html", {"article": article, "items": items, "here": "s7"})

    def answer(request: HttpRequest) -> HttpResponse:
        Answer.objects.create(user_id=request.user.pk, value=request.POST["value"])
        return HttpResponse("<p>" + "Right. " * 115 + "</p>")

    globals()["urlpatterns"] = [
        path("", empty),
        path("page/", page),
        path("answer/", answer),
    ]
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Article)
        editor.create_model(Answer)
    Article.objects.create(title="An article", body="word " * 7_400)
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.create_user("reader"))
    client.get("/page/")
    return {name: morsel.value for name, morsel in client.cookies.items()}, {}
