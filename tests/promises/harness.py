"""A server of several processes on the database under test, and learners who talk to it."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from quizzes.kinds import find
from quizzes.models import Attempt, AttemptQuestion, Draw, QuestionSpec, Quiz, QuizSpec, sync_bank
from quizzes.rules import Behaviour, Rules
from studyguide.accounts.models import User
from tests.browser.server import ROOT, free_port, wait_for

SEED = int(os.environ.get("TRUST_SEED", "1923"))
PROCESSES = 3
SOURCE = "trust"
PATIENCE = 90  # seconds that a learner goes on trying while the server is away


def database_url() -> str:
    """The test database, as another process names it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{settings.DATABASE_URL.rpartition('/')[0]}/{name}"


def environment(folder: Path) -> dict[str, str]:
    """For processes beside the tests: their database, a data folder of their own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    own |= {
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "studyguide.settings",
        "HOST": "127.0.0.1",
    }
    if settings.REDIS_URL:  # the store that is emptied before each test
        own["REDIS_URL"] = settings.CACHES["default"]["LOCATION"]
    for name in ("SITE_URL", "TEST_DATA_DIR"):
        own.pop(name, None)
    return own


def manage(folder: Path, *words: str, **changes: str) -> subprocess.Popen[str]:
    """`manage.py` in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env=environment(folder) | changes,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """What it printed; it must have gone well."""
    out, trouble = process.communicate(timeout=120)
    assert process.returncode == 0, trouble
    return out


def outcome(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its return code and what it complained of; one that serves on is stopped."""
    try:
        _out, trouble = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        _out, trouble = process.communicate()
    return process.returncode, trouble


@dataclass
class Site:
    """Several server processes, as the guide is run; they can be killed and started again."""

    folder: Path
    processes: int = PROCESSES
    prefix: tuple[str, ...] = ()  # what the server runs under
    port: int = field(default_factory=free_port)
    server: subprocess.Popen[bytes] | None = None
    learners: list[Learner] = field(default_factory=list)
    changes: dict[str, str] = field(default_factory=dict)  # of its environment

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        self.server = subprocess.Popen(
            [
                *self.prefix,
                *[sys.executable, "-m", "granian", "--interface", "wsgi"],
                *["--host", "127.0.0.1", "--port", str(self.port)],
                *["--workers", str(self.processes), "--blocking-threads", "2"],
                *["--log-level", "error", "--no-ws", "studyguide.wsgi:application"],
            ],
            env=environment(self.folder) | {"PORT": str(self.port)} | self.changes,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(f"{self.address}/accounts/login")

    def kill(self) -> None:
        """SIGKILL to the whole process group: nobody has time to tidy up."""
        if self.server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait(20)
            self.server = None

    def see_off(self) -> None:
        """Everybody's connection is closed."""
        while self.learners:
            self.learners.pop().hang_up()


@contextmanager
def serving(folder: Path, **options: Any) -> Iterator[Site]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "static").mkdir(exist_ok=True)
    if not settings.REDIS_URL:
        finish(manage(folder, "createcachetable", "--database", "cache"))
    site = Site(folder, **options)
    site.start()
    try:
        yield site
    finally:
        site.kill()
        site.see_off()


# People and their questions


def text_question(number: int, word: str = "", **changes: Any) -> QuestionSpec:
    body = {"answers": [{"text": word or f"lamp{number}"}], "slips": "false"}
    return QuestionSpec(
        **{
            "id": f"q{number}",
            "body": find("text").model_validate(body),
            "prompt": f"Which lamp is number {number}?",
            "aim": "fact",
            "difficulty": 1,
            "explanation": f"It is lamp {number}.",
            "hints": [],
            "evidence": [],
            "concepts": [],
            "tags": [],
            "position": number,
        }
        | changes
    )


def load_lamps(count: int, specs: list[QuestionSpec] | None = None) -> Quiz:
    """A bank of short answers and a quiz of all of them, graded at the end."""
    questions = [text_question(n) for n in range(1, count + 1)] if specs is None else specs
    quiz = QuizSpec(
        id="lamps",
        title="Lamps",
        about="",
        group="theme",
        draws=[Draw(count)],
        rules=Rules(behaviour=Behaviour.DEFERRED),
    )
    sync_bank(SOURCE, questions=questions, quizzes=[quiz], topics=[], now=timezone.now())
    return Quiz.objects.get(source=SOURCE, external_id="lamps")


def make_people(count: int) -> list[User]:
    start = User.objects.count()
    return User.objects.bulk_create(
        User(username=f"learner{start + n}", password="!") for n in range(count)
    )


@dataclass
class Reply:
    status: int
    body: str
    location: str = ""
    headers: str = ""


class Learner:
    """One browser of a signed-in person: his cookies, one connection at a time."""

    def __init__(self, site: Site, user: User) -> None:
        self.site = site
        self.user = user
        client = Client()
        client.force_login(user)
        self.cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={'c' * 32}"
        self.line: http.client.HTTPConnection | None = None
        site.learners.append(self)

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def post(self, path: str, *, htmx: bool = True, **fields: Any) -> Reply:
        return self.ask("POST", path, urlencode(fields, doseq=True), htmx=htmx)

    def ask(self, method: str, path: str, body: str | None = None, *, htmx: bool = False) -> Reply:
        """Raises OSError or HTTPException when no answer came."""
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=40)
        headers = {
            "Cookie": self.cookies,
            "X-CSRFToken": "c" * 32,
            "Content-Type": "application/x-www-form-urlencoded",
        } | ({"HX-Request": "true"} if htmx else {})
        try:
            self.line.request(method, path, body, headers)
            response = self.line.getresponse()
            content = response.read().decode()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise
        head = response.headers
        return Reply(response.status, content, head.get("Location", ""), str(head))

    def hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None

    def insist(self, path: str, **fields: Any) -> Reply:
        """Send until an answer comes: what a page does while the server is away."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self.post(path, **fields)
            except (OSError, http.client.HTTPException):
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)


@dataclass
class Sent:
    """An answer that the server acknowledged."""

    attempt: int
    question: int
    token: UUID
    text: str
    rev: int


@dataclass
class Sitting:
    """A learner at an attempt, with the ids and revisions that his page knows."""

    learner: Learner
    attempt: Attempt
    questions: list[int]
    revs: dict[int, int] = field(default_factory=dict)
    acks: list[Sent] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/attempts/{self.attempt.public_id}/respond/"

    def fields(self, question: int, text: str, token: UUID | None = None) -> dict[str, Any]:
        return {
            "question": question,
            "text": text,
            "token": token or uuid4(),
            "rev": self.revs.get(question, 0),
        }

    def save(self, question: int, text: str, chance: random.Random | None = None) -> None:
        """One answer, until it is acknowledged; now and then sent twice or once more later."""
        fields = self.fields(question, text)
        again = chance.random() if chance else 1.0
        if again < 0.10:  # a double click: two at once
            with ThreadPoolExecutor(2) as pool:
                twin = Learner(self.learner.site, self.learner.user)
                replies = list(
                    pool.map(lambda who: who.insist(self.path, **fields), (self.learner, twin))
                )
                twin.hang_up()
        else:
            replies = [self.learner.insist(self.path, **fields)]
            if again < 0.15:  # late: the answer got lost on its way
                replies.append(self.learner.insist(self.path, **fields))
        self.statuses += [reply.status for reply in replies]
        if replies[0].status == 200:
            self.revs[question] = fields["rev"] + 1
            sent = (self.attempt.pk, question, fields["token"], text, fields["rev"] + 1)
            self.acks.append(Sent(*sent))


def sit_down(site: Site, people: list[User], quiz: Quiz, **rules: Any) -> list[Sitting]:
    """Every one of them at an attempt of his own."""
    settled = Rules(**({"behaviour": Behaviour.DEFERRED} | rules))
    found = []
    for user in people:
        attempt = Attempt.start(user=user, quiz=quiz, now=timezone.now(), rules=settled)
        rows = AttemptQuestion.objects.filter(attempt=attempt).order_by("position")
        questions = list(rows.values_list("question", flat=True))
        found.append(Sitting(Learner(site, user), attempt, questions))
    return found


def at_once(act: Callable[[Any], Any], items: list[Any], threads: int = 16) -> list[Any]:
    """The act for all items, in threads whose connections to the database are closed again."""

    def alone(item: Any) -> Any:
        try:
            return act(item)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(alone, items))
