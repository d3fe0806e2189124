"""Questions that a learner's last answer missed, and quizzes to practise them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.grading import is_right
from quizzes.models import AttemptQuestion, Draw, Question, Quiz
from quizzes.rules import Rules

AT_ONCE = 20  # questions of a practice


def mistakes_of(user: Any) -> list[int]:
    """Ids of the rows, the last first. What waits in an open quiz of his is left out: the list
    leads to proofs."""
    told = (
        AttemptQuestion.objects.told_to(user)
        .filter(question__retired_at=None)
        .exclude(question__in=Question.objects.sealed_for(user))
        .values_list("question_id", "pk", "fraction")
    )
    seen: set[int] = set()
    found = []
    for question, pk, fraction in told:
        if question not in seen and not is_right(fraction or 0.0):
            found.append(pk)
        seen.add(question)
    return found


def practise_mistakes(user: Any, source: str) -> Quiz | None:
    """A quiz of the last mistakes in a source; None when there are none."""
    rows = AttemptQuestion.objects.filter(
        pk__in=mistakes_of(user), question__source=source, question__is_drawn=True
    )
    names = list(
        rows.order_by("-graded_at").values_list("question__external_id", flat=True)[:AT_ONCE]
    )
    if not names:
        return None
    title = ngettext("%(n)d mistake of yours", "%(n)d mistakes of yours", len(names))
    return Quiz.objects.make(
        owner=user,
        source=source,
        title=title % {"n": len(names)},
        draws=[Draw(len(names), questions=names)],
        rules=Rules(),
    )


def practise_concepts(
    user: Any, source: str, concepts: Sequence[tuple[str, str]], count: int
) -> Quiz:
    """A quiz on concepts, given as (tag, label)."""
    title = _("On %(terms)s") % {"terms": ", ".join(label for _tag, label in concepts)}
    return Quiz.objects.make(
        owner=user,
        source=source,
        title=title[:200],
        draws=[Draw(min(count, AT_ONCE), any_of=[[tag for tag, _label in concepts]])],
        rules=Rules(),
    )
