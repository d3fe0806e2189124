"""One question as a page shows it: open, answered, or with what its answer was worth.

What may not be seen yet is not here: templates get what they may show and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import references
from quizzes.grading import is_right, is_wrong
from quizzes.kinds import Marked, Part, Value, find, mark
from quizzes.models import Attempt, AttemptQuestion, QuestionVersion
from quizzes.models.attempts import UNTOLD
from quizzes.references import Reference
from quizzes.rules import ALL, Behaviour
from quizzes.tokens import new_token


@dataclass
class Feedback:
    state: str  # right, part, miss
    verdict: str
    said: Sequence[str] = ()  # about the answer that was given
    answer: str = ""
    explanation: str = ""
    proofs: Sequence[Reference] = ()


@dataclass
class Asked:
    """`name` prefixes ids in the page; `value` is the answer as it stands, or None."""

    name: str
    number: int
    question: int
    kind: str
    label: str | Promise
    prompt: str
    shown: Mapping[str, Any]
    value: Value = None
    is_open: bool = True
    rev: int = 0
    token: UUID = field(default_factory=new_token)
    certainty: int | None = None
    has_certainty: bool = False
    is_deferred: bool = False
    trouble: str = ""  # why the answer could not be taken; what to do
    hint: str = ""
    tries_left: int = 0
    saved_at: datetime | None = None
    marked: Marked | None = None
    feedback: Feedback | None = None
    points: float | None = None
    conflict: Any = None
    waits: str = ""  # why nothing is told of it yet
    challenge_url: str = ""  # where the judgement can be objected to
    regraded: str = ""  # why a tutor had it judged anew
    memory: str = ""  # in the learner's review: kept, stopped, none; '' where that is not asked

    @property
    def template(self) -> str:
        return f"quizzes/kinds/_{self.kind}.html"

    @property
    def parts(self) -> Mapping[str, Part]:
        return self.marked.parts if self.marked else {}

    @property
    def worth(self) -> int:
        """The most points that it can bring."""
        return 3 if self.has_certainty else 1

    @property
    def months(self) -> list[Any]:
        return [MONTHS[number] for number in range(1, 13)]

    @property
    def lines(self) -> list[Any]:
        """Of an ordering: its lines in the order of the answer, or as they were dealt."""
        by_key = {line["key"]: line for line in self.shown["lines"]}
        order = [key for key in self.value or () if key in by_key]
        return [by_key[key] for key in order] + [
            line for key, line in by_key.items() if key not in order
        ]

    @property
    def words(self) -> str:
        """The answer as it stands, in words."""
        return "" if self.value is None else find(self.kind).words(dict(self.shown), self.value)

    @property
    def is_blank(self) -> bool:
        return self.value is None

    @property
    def is_legend(self) -> bool:
        """Whether the prompt names a group of fields, not one field or a list."""
        return self.kind in {"choice", "choices", "claim", "date", "passage", "recall", "voice"}


def feedback_for(
    version: QuestionVersion,
    value: Value,
    marked: Marked,
    *,
    fraction: float,
    shows: frozenset[str] = frozenset(ALL),
    back: str = "",
) -> Feedback:
    """What to say about an answer, in the parts that may be seen."""
    body = version.load()
    if is_right(fraction):
        state, verdict = "right", _("Right")
        if body.is_free_recall and "answer" in shows:
            verdict = _("Right: %(answer)s") % {"answer": body.answer()}
    elif is_wrong(fraction):
        state = "miss"
        verdict = _("No answer given") if value is None else str(body.miss)
    else:
        state, verdict = "part", _("Partly right")
        if marked.tally is not None:
            verdict = _("Partly right: %(hits)d of %(total)d") % {
                "hits": marked.tally[0],
                "total": marked.tally[1],
            }
    if "correctness" not in shows:
        state, verdict = "", _("Your answer is in")
    proofs = references.links(version.evidence, back=back) if "explanation" in shows else []
    return Feedback(
        state=state,
        verdict=verdict,
        said=marked.feedback if "feedback" in shows else (),
        answer=body.answer() if state != "right" and "answer" in shows else "",
        explanation=version.explanation if "explanation" in shows else "",
        proofs=proofs,
    )


def visible(marked: Marked, shows: frozenset[str]) -> Marked:
    """The marks of single parts, as far as they may be seen."""
    if "correctness" not in shows:
        return Marked(marked.fraction)
    parts = {
        key: Part(
            part.state if part.state != "missed" or "answer" in shows else "",
            part.feedback if "feedback" in shows else "",
            part.right if "answer" in shows else "",
        )
        for key, part in marked.parts.items()
        if "answer" in shows or part.state != "right" or marked.fraction
    }
    return Marked(marked.fraction, marked.feedback, parts, marked.tally)


def asked(
    row: AttemptQuestion,
    attempt: Attempt,
    *,
    now: datetime,
    trouble: str = "",
    typed: Value = None,
) -> Asked:
    """A question of an attempt. Reads the key only where feedback is due."""
    rules = attempt.own_rules
    version = row.version
    shown = version.arranged(row.seed)
    is_over = attempt.is_over(now)
    value = row.response.value if row.response is not None else None
    one = Asked(
        name=f"q{row.position}",
        number=row.position,
        question=row.question_id,
        kind=version.kind,
        label=label_of(version),
        prompt=version.prompt,
        shown=shown,
        value=value,
        is_open=not is_over and not row.is_final,
        rev=row.rev,
        certainty=row.response.certainty if row.response is not None else None,
        has_certainty=rules.has_certainty,
        is_deferred=rules.behaviour == Behaviour.DEFERRED,
        trouble=trouble,
        saved_at=row.response.arrived_at if row.response is not None else None,
    )
    if typed is not None:
        one.value = typed
    if one.is_open and row.tries and not attempt.is_held:
        one.hint = version.hints[row.tries - 1] if row.tries <= len(version.hints) else ""
        one.tries_left = row.allowed_tries - row.tries
    may_see = row.is_released or attempt.is_released(now)
    if one.is_open or not may_see or row.fraction is None:
        return one
    if attempt.is_held:
        one.waits = str(UNTOLD)
    else:
        shows = rules.shows(submitted_at=attempt.submitted_at, now=now)
        marked = mark(version.load(), value)
        back = f"{attempt.get_absolute_url()}?q={row.position}#q{row.position}"
        if attempt.state == Attempt.State.SUBMITTED:
            back = f"{attempt.get_absolute_url()}results/#q{row.position}"
        one.marked = visible(marked, shows)
        one.feedback = feedback_for(
            version, value, marked, fraction=row.fraction, shows=shows, back=back
        )
        if "marks" in shows and not row.is_excluded:
            one.points = row.points
    return one


def label_of(version: QuestionVersion) -> str:
    kind = version.kind_class
    number = version.shown.get("asked") if version.kind == "choices" else None
    if number:
        return ngettext("Choose one", "Choose %(n)d", number) % {"n": number}
    return str(kind.label)
