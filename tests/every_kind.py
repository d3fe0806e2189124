"""One question of each kind, with forms that answer it rightly, wrongly and partly.

Every text that a learner must not see before release carries the word `canary`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from quizzes.kinds import Body, find
from quizzes.kinds.base import key_of
from quizzes.models import Draw, Question, QuestionSpec, Quiz, QuizSpec, Topic, sync_bank
from quizzes.rules import Rules

Form = Mapping[str, list[str]]
SOURCE = "samples"
SECRET = "canary feedback"


@dataclass(frozen=True)
class Sample:
    body: dict[str, Any]
    right: Form
    wrong: Form
    partly: Form


def form(**fields: str | list[str]) -> Form:
    return {
        name.replace("_", "-") if name.startswith(("gap", "match")) else name: (
            value if isinstance(value, list) else [value]
        )
        for name, value in fields.items()
    }


def option(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "feedback": f"{SECRET} on {text}", **more}


def k(text: str) -> str:
    return key_of(text)


SAMPLES: dict[str, Sample] = {
    "choice": Sample(
        {"options": [option("Lamp", right=True), option("Oar"), option("Wick", credit=0.5)]},
        right=form(choice=k("Lamp")),
        wrong=form(choice=k("Oar")),
        partly=form(choice=k("Wick")),
    ),
    "choices": Sample(
        {
            "options": [
                option("Lamp", right=True),
                option("Wick", right=True),
                option("Oar"),
                option("Sail"),
            ]
        },
        right=form(choices=[k("Lamp"), k("Wick")]),
        wrong=form(choices=[k("Oar")]),
        partly=form(choices=[k("Lamp")]),
    ),
    "claim": Sample(
        {
            "holds": True,
            "feedback": SECRET,
            "whose": [option("The keeper", right=True), option("The pilot")],
        },
        right=form(verdict="true", whose=k("The keeper")),
        wrong=form(verdict="false", whose=k("The pilot")),
        partly=form(verdict="true", whose=k("The pilot")),
    ),
    "date": Sample(
        {
            "date": "1801-03",
            "asked": "month",
            "tolerance": 4,
            "known": [{"date": "1805", "feedback": SECRET}],
        },
        right=form(month="3", year="1801"),
        wrong=form(month="6", year="1805"),
        partly=form(month="5", year="1801"),
    ),
    "gaps": Sample(
        {
            "text": "The [[1]] burns for [[2]].",
            "gaps": [
                {"answer": "lamp", "traps": [{"text": "oar", "feedback": SECRET}]},
                {
                    "answer": "strangers",
                    "choose": True,
                    "traps": [{"text": "keepers", "feedback": SECRET}],
                },
            ],
        },
        right=form(gap_1="lamp", gap_2=k("strangers")),
        wrong=form(gap_1="oar", gap_2=k("keepers")),
        partly=form(gap_1="lamp", gap_2=k("keepers")),
    ),
    "matching": Sample(
        {
            "pairs": [
                {"left": "Keeper", "right": "Tower", "feedback": SECRET},
                {"left": "Pilot", "right": "Boat", "feedback": SECRET},
            ],
            "distractors": ["Quay"],
        },
        right={f"match-{k('Keeper')}": [k("Tower")], f"match-{k('Pilot')}": [k("Boat")]},
        wrong={f"match-{k('Keeper')}": [k("Boat")], f"match-{k('Pilot')}": [k("Quay")]},
        partly={f"match-{k('Keeper')}": [k("Tower")], f"match-{k('Pilot')}": [k("Quay")]},
    ),
    "number": Sample(
        {
            "value": 215_000,
            "near": 0.2,
            "known": [{"value": 730_000, "feedback": SECRET}],
        },
        right=form(number="215,000"),
        wrong=form(number="730,000"),
        partly=form(number="200 000"),
    ),
    "ordering": Sample(
        {
            "lines": [
                {"text": "Built", "when": "canary 1801"},
                {"text": "Lit", "when": "canary 1802"},
                {"text": "Shaken", "when": "canary 1803"},
            ]
        },
        right=form(order=[k("Built"), k("Lit"), k("Shaken")]),
        wrong=form(order=[k("Shaken"), k("Lit"), k("Built")]),
        partly=form(order=[k("Lit"), k("Built"), k("Shaken")]),
    ),
    "passage": Sample(
        {
            "places": [
                {"at": "p1", "text": "on the lamp", "right": True},
                {"at": "p2", "text": "on sleep", "feedback": SECRET},
                {"at": "p3", "text": "on noon", "credit": 0.5, "feedback": SECRET},
            ]
        },
        right=form(choice=k("p1")),
        wrong=form(choice=k("p2")),
        partly=form(choice=k("p3")),
    ),
    "recall": Sample(
        {"says": f"{SECRET}: it burns for strangers"},
        right=form(recall="3"),
        wrong=form(recall="1"),
        partly=form(recall="2"),
    ),
    "text": Sample(
        {
            "answers": [
                {"text": "Canary lantern", "also": ["lantern"]},
                {"text": "candle", "credit": 0.5, "feedback": SECRET},
                {"text": "torch", "credit": 0, "feedback": SECRET},
            ]
        },
        right=form(text="Lantern"),
        wrong=form(text="torch"),
        partly=form(text="candle"),
    ),
    "voice": Sample(
        {
            "speakers": [
                {"how": "quotes", "whom": "Bess Pilot", "right": True},
                {"how": "asserts", "feedback": SECRET},
                {"how": "rejects", "whom": "Bess Pilot", "feedback": SECRET},
            ]
        },
        right=form(choice=k("quotes Bess Pilot")),
        wrong=form(choice=k("asserts ")),
        partly=form(choice=k("rejects Bess Pilot")),
    ),
}


def body_of(kind: str) -> Body:
    return find(kind).model_validate(SAMPLES[kind].body)


def specs() -> list[QuestionSpec]:
    return [
        QuestionSpec(
            id=f"sample-{kind}",
            body=body_of(kind),
            prompt=f"What does the {kind} ask?",
            aim="fact" if position % 2 else "argument",
            difficulty=1,
            explanation=f"canary explanation of {kind}",
            hints=[f"canary hint for {kind}"],
            evidence=[{"ref": "lighthouses:p1", "note": 1, "original": None}],
            concepts=["lighthouses:lamp"],
            tags=[f"kind:{kind}", "section:light", "aim:fact" if position % 2 else "aim:argument"],
            position=position,
        )
        for position, kind in enumerate(SAMPLES)
    ]


def quiz_specs(rules: Rules | None = None) -> list[QuizSpec]:
    return [
        QuizSpec(
            id="all-kinds",
            title="All kinds",
            about="One question of each kind.",
            group="theme",
            draws=[Draw(len(SAMPLES))],
            rules=rules or Rules(),
        )
    ]


def load_samples(rules: Rules | None = None) -> Quiz:
    """A bank with one question of each kind, and a quiz of them all."""
    topics = [Topic(tag="section:light", group="section", label="The light", position=1)]
    now = timezone.now()
    sync_bank(SOURCE, questions=specs(), quizzes=quiz_specs(rules), topics=topics, now=now)
    return Quiz.objects.get(source=SOURCE, external_id="all-kinds")


def question_of(kind: str) -> Question:
    return Question.objects.get(source=SOURCE, external_id=f"sample-{kind}")
