"""What can be asked. Questions come from a source (a pack of some article, opaque here) and are
found again by the ids they have there; what they said is kept in versions that never change."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from quizzes import kinds
from quizzes.kinds import Body
from quizzes.rules import Rules

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_public_id() -> str:
    """12 of 31 characters: 59 bits, nobody's to guess."""
    return get_random_string(12, ALPHABET)


class Aim(models.TextChoices):
    FACT = "fact", _("Facts and figures")
    TERM = "term", _("Terms")
    ATTRIBUTION = "attribution", _("Who says it")
    UNDERSTANDING = "understanding", _("Understanding")
    ARGUMENT = "argument", _("Argument")


@dataclass(frozen=True)
class QuestionSpec:
    """A question as a source gives it. References and tags are opaque strings."""

    id: str
    body: Body
    prompt: str
    aim: str
    difficulty: int
    explanation: str
    voice: str = "author"
    whom: str = ""
    hints: Sequence[str] = ()
    evidence: Sequence[Mapping[str, Any]] = ()  # [{ref, note, original}]
    concepts: Sequence[str] = ()
    tags: Sequence[str] = ()
    is_essential: bool = False
    is_drawn: bool = True  # quizzes may take it; else it is for review alone
    position: int = 0

    @property
    def said(self) -> dict[str, Any]:
        """All that a version keeps."""
        return {
            "kind": self.body.name,
            "prompt": self.prompt,
            "shown": self.body.shown(),
            "body": self.body.model_dump(mode="json"),
            "explanation": self.explanation,
            "hints": list(self.hints),
            "evidence": [dict(item) for item in self.evidence],
            "voice": self.voice,
            "whom": self.whom,
        }

    @property
    def core(self) -> dict[str, Any]:
        """What an answer's worth depends on: statistics and cards join versions that agree here."""
        body = without_feedback(self.body.model_dump(mode="json"))
        return {"kind": self.body.name, "prompt": self.prompt, "body": body}


def without_feedback(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_feedback(v) for k, v in value.items() if k not in {"feedback", "when"}}
    if isinstance(value, list):
        return [without_feedback(item) for item in value]
    return value


def digest_of(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class QuestionQuerySet(models.QuerySet["Question"]):
    def current(self) -> Self:
        return self.filter(retired_at=None, current__isnull=False)

    def drawn(self) -> Self:
        """What quizzes are made of."""
        return self.current().filter(is_drawn=True)

    def sealed_for(self, user: Any) -> Self:
        """Questions whose answer this learner must not see yet: they stand ungraded or
        unreleased in an attempt of his."""
        return self.filter(pk__in=sealed_numbers(user))

    def with_seal(self, user: Any) -> Self:
        """Each with `is_sealed`: whether `sealed_for` has it."""
        sealed = Question.objects.sealed_for(user).filter(pk=OuterRef("pk"))
        return self.annotate(is_sealed=Exists(sealed))


def sealed_numbers(user: Any) -> models.QuerySet[Any, Any]:
    """Of the questions that `sealed_for` has."""
    from quizzes.models.attempts import AttemptQuestion

    waiting = AttemptQuestion.objects.filter(attempt__user=user).unreleased()
    return waiting.order_by().values("question")


class Question(models.Model):
    source = models.CharField(max_length=100)
    external_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    aim = models.CharField(max_length=20, choices=Aim)
    difficulty = models.PositiveSmallIntegerField()
    concepts = models.JSONField(default=list)
    tags = models.JSONField(default=list)  # what quizzes draw by, such as section:who-was-left
    is_essential = models.BooleanField(default=False)
    is_drawn = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    current = models.ForeignKey(
        "quizzes.QuestionVersion", models.PROTECT, null=True, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["source", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="question_once_in_its_source"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(retired_at__isnull=False), name="question_retired"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"

    def get_absolute_url(self) -> str:
        return reverse("question", args=[self.pk])

    @property
    def topic(self) -> str:
        """What it is first of all about; by itself where it names no concept."""
        return str(self.concepts[0])[:200] if self.concepts else f"{self.pk}"

    @property
    def is_for_memory(self) -> bool:
        """Facts, terms and attributions become review cards by themselves."""
        return self.aim in {Aim.FACT, Aim.TERM, Aim.ATTRIBUTION}


class QuestionVersionQuerySet(models.QuerySet["QuestionVersion"]):
    SECRET = ("body", "explanation", "hints", "evidence")

    def without_key(self) -> Self:
        """As a learner before release may have it: the key is never fetched."""
        return self.defer(*self.SECRET)


BODIES: dict[tuple[int, str], Body] = {}
BODIES_AT_MOST = 5000


class QuestionVersion(models.Model):
    """What a question said from some day on. Never changed: a changed pack makes a new one."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    core_digest = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=20)
    prompt = models.TextField()
    shown = models.JSONField()
    body = models.JSONField()
    explanation = models.TextField()
    hints = models.JSONField(default=list)
    evidence = models.JSONField(default=list)
    voice = models.CharField(max_length=10)
    whom = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    objects = QuestionVersionQuerySet.as_manager()

    class Meta:
        ordering = ["question", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["question", "digest"], name="version_digest_once"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a version never changes: make a new one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a version is kept for the answers that were given to it")

    @property
    def kind_class(self) -> type[Body]:
        return kinds.find(self.kind)

    def load(self) -> Body:
        """The whole question, key included. What never changes is understood once."""
        name = (self.pk, self.digest)
        if name not in BODIES:
            if len(BODIES) >= BODIES_AT_MOST:
                BODIES.clear()
            BODIES[name] = self.kind_class.model_validate(self.body)
        return BODIES[name]

    def arranged(self, seed: int) -> dict[str, Any]:
        arranged: dict[str, Any] = self.kind_class.arrange(self.shown, seed)
        return arranged


class TopicQuerySet(models.QuerySet["Topic"]):
    def of_group(self, group: str) -> Self:
        return self.filter(group=group)


class Topic(models.Model):
    """A tag as a reader would call it: what quizzes are drawn from and results summed by."""

    source = models.CharField(max_length=100)
    tag = models.CharField(max_length=150)
    group = models.CharField(max_length=20)  # section, chapter, concept ...
    label = models.CharField(max_length=200)
    position = models.PositiveIntegerField()

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["source", "tag"], name="topic_once_in_its_source")
        ]

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Draw:
    """So many questions of a pool. `any_of`: for each list at least one of its tags."""

    count: int
    any_of: Sequence[Sequence[str]] = ()
    questions: Sequence[str] = ()  # external ids; empty: all

    def admits(self, external_id: str, tags: Sequence[str]) -> bool:
        has = set(tags)
        return (not self.questions or external_id in self.questions) and all(
            has.intersection(wanted) for wanted in self.any_of
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "any_of": [list(wanted) for wanted in self.any_of],
            "questions": list(self.questions),
        }


@dataclass(frozen=True)
class QuizSpec:
    id: str
    title: str
    about: str
    group: str
    draws: Sequence[Draw]
    position: int = 0
    minutes: int = 0
    section: str = ""
    rules: Rules = field(default_factory=Rules)


class QuizQuerySet(models.QuerySet["Quiz"]):
    def current(self) -> Self:
        return self.filter(retired_at=None)

    def named(self, source: str, name: str) -> Quiz | None:
        """The quiz that a pack calls so, if it has one."""
        return self.current().filter(source=source, external_id=name).first()

    def readable_by(self, user: Any) -> Self:
        """A pack's quizzes are everybody's; one that a learner made is his own."""
        everybody = Q(owner=None)
        if user is None or not user.is_authenticated:
            return self.filter(everybody)
        return self.filter(everybody | Q(owner=user))

    def make(
        self, *, owner: Any, source: str, title: str, draws: Sequence[Draw], rules: Rules
    ) -> Quiz:
        """A quiz that a learner puts together for himself; the one there is, if it is just the
        same: so a form that is sent twice makes one, and begins one attempt."""
        asked, settled = [draw.as_json() for draw in draws], rules.snapshot()
        with transaction.atomic():
            get_user_model().objects.select_for_update().only("pk").get(pk=owner.pk)
            alike = self.current().filter(owner=owner, group="own", source=source, title=title)
            for known in alike.order_by("-pk"):
                if (known.draws, known.rules) == (asked, settled):
                    return known
            return self.create(
                owner=owner,
                source=source,
                title=title,
                group="own",
                draws=asked,
                rules=settled,
                minutes=minutes_for(sum(draw.count for draw in draws)),
            )


def minutes_for(questions: int) -> int:
    """About 40 seconds a question, feedback read."""
    return max(1, round(questions * 40 / 60))


class Quiz(models.Model):
    """A list of questions, or a sample drawn anew for each attempt."""

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id)
    source = models.CharField(max_length=100)
    external_id = models.CharField(max_length=100, null=True)  # noqa: DJ001
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="quizzes"
    )
    title = models.CharField(max_length=200)
    about = models.TextField(blank=True)
    group = models.CharField(max_length=20)
    section = models.CharField(max_length=100, blank=True)
    draws = models.JSONField()
    rules = models.JSONField(default=dict)
    minutes = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = QuizQuerySet.as_manager()

    class Meta:
        ordering = ["source", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="quiz_once_in_its_source"
            ),
            models.CheckConstraint(
                condition=Q(owner=None) | Q(external_id=None), name="quiz_is_owned_or_from_a_pack"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quiz", args=[self.public_id])

    @property
    def own_rules(self) -> Rules:
        return Rules.model_validate(self.rules)

    @property
    def size(self) -> int:
        return sum(draw["count"] for draw in self.draws)

    def draw(self, seed: int, *, without: Collection[int] = ()) -> list[tuple[int, int]]:
        """Ids of questions and of their current versions, none twice, in the order asked.

        Fewer than asked for when questions have been retired since, or are to be left out.
        """
        rows = list(
            Question.objects.drawn()
            .filter(source=self.source)
            .values_list("pk", "external_id", "tags", "current_id", "position")
        )
        chance = random.Random(seed)  # noqa: S311
        taken: dict[int, tuple[int, int]] = {}
        for item in self.draws:
            draw = Draw(item["count"], item["any_of"], item["questions"])
            free = [row for row in rows if row[0] not in taken and row[0] not in without]
            pool = [row for row in free if draw.admits(row[1], row[2])]
            for pk, _id, _tags, version, position in chance.sample(
                pool, min(draw.count, len(pool))
            ):
                taken[pk] = (version, position)
        order = sorted(taken, key=lambda pk: taken[pk][1])
        return [(pk, taken[pk][0]) for pk in order]


@dataclass
class Synced:
    created: int = 0
    changed: int = 0
    retired: int = 0


def sync_bank(
    source: str,
    *,
    questions: Iterable[QuestionSpec],
    quizzes: Iterable[QuizSpec],
    topics: Iterable[Topic],
    now: datetime,
) -> Synced:
    """Make the bank say what a source says. Nothing is deleted but topics, which nobody's record
    points at; call it inside a transaction. Raises ValueError when an id changed its kind."""
    done = Synced()
    sync_questions(source, list(questions), now, done)
    sync_quizzes(source, list(quizzes), now, done)
    wanted = {topic.tag: topic for topic in topics}
    known = {topic.tag: topic for topic in Topic.objects.filter(source=source)}
    Topic.objects.filter(pk__in=[t.pk for tag, t in known.items() if tag not in wanted]).delete()
    Topic.objects.bulk_create(
        [
            Topic(source=source, tag=t.tag, group=t.group, label=t.label, position=t.position)
            for t in wanted.values()
        ],
        update_conflicts=True,
        unique_fields=["source", "tag"],
        update_fields=["group", "label", "position"],
    )
    return done


def sync_questions(source: str, specs: Sequence[QuestionSpec], now: datetime, done: Synced) -> None:
    known = {q.external_id: q for q in Question.objects.filter(source=source)}
    versions = {
        (question, digest): pk
        for pk, question, digest in QuestionVersion.objects.filter(
            question__source=source
        ).values_list("pk", "question_id", "digest")
    }
    numbers: dict[int, int] = {}
    for question, _digest in versions:
        numbers[question] = numbers.get(question, 0) + 1
    for spec in specs:
        row = known.get(spec.id)
        if row is not None and row.kind != spec.body.name:
            raise ValueError(
                f"{spec.id} was a question of kind {row.kind}: give the new one an id of its own"
            )
        values = {
            "kind": spec.body.name,
            "aim": spec.aim,
            "difficulty": spec.difficulty,
            "concepts": list(spec.concepts),
            "tags": list(spec.tags),
            "is_essential": spec.is_essential,
            "is_drawn": spec.is_drawn,
            "position": spec.position,
            "retired_at": None,
        }
        if row is None:
            row = Question.objects.create(source=source, external_id=spec.id, **values)
            done.created += 1
        digest = digest_of(spec.said)
        version = versions.get((row.pk, digest))
        if version is None:
            numbers[row.pk] = numbers.get(row.pk, 0) + 1
            version = QuestionVersion.objects.create(
                question=row,
                number=numbers[row.pk],
                digest=digest,
                core_digest=digest_of(spec.core),
                created_at=now,
                **spec.said,
            ).pk
        different = {k: v for k, v in values.items() if getattr(row, k) != v}
        if different or row.current_id != version:
            is_new = row.current_id is None
            for name, value in different.items():
                setattr(row, name, value)
            row.current_id = version
            row.save()
            done.changed += not is_new
    kept = {spec.id for spec in specs}
    gone = [q.pk for name, q in known.items() if name not in kept and q.retired_at is None]
    done.retired += Question.objects.filter(pk__in=gone).update(retired_at=now)


def sync_quizzes(source: str, specs: Sequence[QuizSpec], now: datetime, done: Synced) -> None:
    known = {q.external_id: q for q in Quiz.objects.filter(source=source, owner=None)}
    for spec in specs:
        values = {
            "title": spec.title,
            "about": spec.about,
            "group": spec.group,
            "section": spec.section,
            "draws": [draw.as_json() for draw in spec.draws],
            "rules": spec.rules.snapshot(),
            "minutes": spec.minutes or minutes_for(sum(draw.count for draw in spec.draws)),
            "position": spec.position,
            "retired_at": None,
        }
        row = known.get(spec.id)
        if row is None:
            Quiz.objects.create(source=source, external_id=spec.id, **values)
            done.created += 1
            continue
        different = {k: v for k, v in values.items() if getattr(row, k) != v}
        if different:
            for name, value in different.items():
                setattr(row, name, value)
            row.save()
            done.changed += 1
    kept = {spec.id for spec in specs}
    gone = [q.pk for name, q in known.items() if name not in kept and q.retired_at is None]
    done.retired += Quiz.objects.filter(pk__in=gone).update(retired_at=now)
