"""Something to say from memory, of which the learner is the judge.

Nobody can type what a term means so that a machine can grade it. The answer is said, then seen,
and rated; in review the two steps are two pages, elsewhere the rating is given first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from quizzes.kinds.base import Body, Marked, Part, Shown, Text, Value, one

WORDS = {"1": _("not at all"), "2": _("with effort"), "3": _("yes"), "4": _("at once")}
FRACTIONS = {"1": 0.0, "2": 0.5, "3": 1.0, "4": 1.0}


class Recall(Body):
    name = "recall"
    label = _("From memory")
    miss = _("Not this time")
    is_free_recall = True
    is_self_rated = True

    says: Text  # what should have been said

    def shown(self) -> Shown:
        return {}

    @classmethod
    def read(cls, shown: Shown, data: Mapping[str, Sequence[str]]) -> Value:
        return one(data, "recall") or None

    @classmethod
    def words(cls, shown: Shown, value: Value) -> str:
        return str(WORDS.get(str(value), ""))

    @classmethod
    def rating(cls, value: Value) -> int | None:
        return int(value) if str(value) in WORDS else 1

    def mark(self, value: Value) -> Marked:
        fraction = FRACTIONS.get(str(value), 0.0)
        state = "right" if fraction == 1 else "partly" if fraction else "miss"
        return Marked(fraction, (), {"recall": Part(state)})  # type: ignore[arg-type]

    def key(self) -> Value:
        return "3"

    def answer(self) -> str:
        return self.says


KIND = Recall
