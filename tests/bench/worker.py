"""One side of a comparison, in a process of its own: reads a job's name and a span from standard
input, does the job over and over for that span, and answers how often and for how much CPU (or
time, where CLOCK names perf_counter: for what another process does)."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import count
from urllib.parse import urlencode
from uuid import UUID

import time_machine

Job = Callable[[], None]


def caller(handler: object, cookies: Mapping[str, str]) -> Callable[..., tuple[int, bytes]]:
    """A way to ask a WSGI application for a page, without a server between."""
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def call(path: str, data: Mapping[str, str] | None = None, **headers: str) -> tuple[int, bytes]:
        body = urlencode(data).encode() if data is not None else b""
        address, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET" if data is None else "POST",
            "PATH_INFO": address,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": jar,
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        status: list[str] = []
        found: list[tuple[str, str]] = []

        def start(line: str, pairs: list[tuple[str, str]], _info: object = None) -> None:
            status.append(line)
            found.extend(pairs)

        answer = handler(environ, start)  # type: ignore[operator]
        content = b"".join(answer)
        answer.close()
        call.headers = dict(found)  # type: ignore[attr-defined]
        return int(status[0].split()[0]), content

    return call


def floor_jobs() -> dict[str, Job]:
    from tests.bench import floor

    floor.configure()
    import django

    django.setup()
    cookies, _nothing = floor.site()
    from django.core.handlers.wsgi import WSGIHandler

    call = caller(WSGIHandler(), cookies)
    token = cookies["csrftoken"]
    return {
        "a": lambda: expect(call("/"), 200),
        "b": lambda: expect(call("/page/"), 200),
        "c": lambda: expect(call("/answer/", {"csrfmiddlewaretoken": token, "value": "9"}), 200),
    }


def expect(answer: tuple[int, bytes], status: int) -> None:
    if answer[0] != status:
        raise RuntimeError(f"{answer[0]} instead of {status}: {answer[1][:300]!r}")


def pilcrow_jobs() -> dict[str, Job]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_packs", stdout=sys.stderr)
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from quizzes.kinds.base import key_of
    from quizzes.models import QuestionVersion
    from studyguide.accounts.models import User
    from studyguide.library.models import Section
    from studyguide.wsgi import application
    from tests.bench.learner import study

    client = Client(HTTP_HOST="localhost")
    reader = User.objects.create_user("reader")
    client.force_login(reader)
    section = Section.objects.select_related("article").get(slug="who-was-left")
    study(reader, section.article, until=timezone.now())
    client.get(section.get_absolute_url())
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    call = caller(application, cookies)
    versions = QuestionVersion.objects.filter(kind="choice", question__retired_at=None)
    keys = [
        (version.question_id, key_of(option["text"]))
        for version in versions
        for option in version.body["options"]
        if option.get("right")
    ]
    asked = section.article.questions_at(*range(section.first, section.last + 1)).all
    keys.sort(key=lambda pair: pair[0] not in asked)
    tokens = count()

    def answer() -> None:
        number = next(tokens)
        question, key = keys[number % len(keys)]
        path = f"/questions/{question}/respond/"
        data = {
            "csrfmiddlewaretoken": cookies["csrftoken"],
            "token": str(UUID(int=number)),
            "choice": key,
            "act": "check",
        }
        expect(call(path, data, hx_request="true"), 200)

    # After months of study, a section read by half and questions answered a week ago.
    half = f"/articles/{section.article.slug}/p{(section.first + section.last) // 2}/mark/"
    marked = {"mark": "upto", "token": str(UUID(int=0))}
    expect(call(half, {"csrfmiddlewaretoken": cookies["csrftoken"], **marked}), 302)
    with time_machine.travel(timezone.now() - timedelta(days=7)):
        for _turn in range(40):
            answer()

    def page(address: str) -> Job:
        return lambda: expect(call(address, accept_encoding="gzip"), 200)

    address = section.get_absolute_url()
    page(address)()
    etag = call.headers["ETag"]  # type: ignore[attr-defined]
    return {
        "section": page(address),
        "unchanged": lambda: expect(call(address, if_none_match=etag), 304),
        "article": page("/"),
        "dashboard": page(reverse("dashboard")),
        "review": page(reverse("review")),
        "answer": answer,
    }


def matrix_jobs() -> dict[str, Job]:
    from tests.bench.matrix import jobs

    return jobs()


def items_jobs() -> dict[str, Job]:
    from tests.bench.items import jobs

    return jobs()


def serve(jobs: Mapping[str, Job], lines: Iterator[str]) -> None:
    clock = getattr(time, os.environ.get("CLOCK", "process_time"))
    for line in lines:
        name, _space, seconds = line.rpartition(" ")
        job = jobs[name]
        done, begun = 0, clock()
        while (spent := clock() - begun) < float(seconds):
            job()
            done += 1
        sys.stdout.write(json.dumps([done, spent]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sides = {
        "floor": floor_jobs,
        "pilcrow": pilcrow_jobs,
        "matrix": matrix_jobs,
        "items": items_jobs,
    }
    side = sides[sys.argv[1]]()
    sys.stdout.write(json.dumps(sorted(side)) + "\n")
    sys.stdout.flush()
    serve(side, iter(sys.stdin.readline, ""))
