"""A learner's review of today: one card at a time, and what is said beside it.

First comes what is due, the longest due first; then new cards, in the order they were made. Of
siblings (cards about the same concept) one is asked on a day, the one that has been due longest:
so they take turns. What is over the day's limits waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, IntegerField, Q, QuerySet, Subquery, Value
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from quizzes import checkpoint, drawings, mastery, references, scheduling
from quizzes.asked import Asked
from quizzes.kinds import kinds
from quizzes.models import Aim, QuestionVersion, Review, ReviewCard, ReviewSettings
from quizzes.models.attempts import day_of
from quizzes.prepared import Prepared
from quizzes.references import Reference
from quizzes.scheduling import Rating

WHOSE: dict[str, Promise] = {
    "author": _l("The author’s own claim"),
    "guide": _l("This guide’s explanation"),
    "reported": _l("Reported: %(whom)s"),
    "quoted": _l("Quoted: %(whom)s"),
    "rejected": _l("Rejected by the author: %(whom)s"),
}
BARS = 60  # blocks that can still be told apart


def whose(version: QuestionVersion) -> str:
    """Whose claim a question is about, for every card."""
    text = str(WHOSE.get(version.voice, WHOSE["author"]))
    return text % {"whom": version.whom} if version.whom else text


def asks_whose(version: QuestionVersion, aim: str) -> bool:
    """Whether to say whose claim it is would give the answer away."""
    return aim == Aim.ATTRIBUTION or version.kind in {"claim", "voice"}


def self_rated() -> list[str]:
    return [name for name, kind in kinds().items() if kind.is_self_rated]


@dataclass(frozen=True)
class Choice:
    """A rating that can be given, with when the card would come back."""

    rating: Rating
    days: int

    @property
    def name(self) -> str:
        return self.rating.name.lower()


@dataclass(frozen=True)
class Answer:
    """What a card that is said from memory shows on its other side."""

    text: str
    explanation: str
    proofs: list[Reference]


DONE, READY, TO_SHOW = range(3)


def counts_of(*, user: int, on: date) -> QuerySet[Any, Any]:
    """(which, all, part): reviews of the day and those of new cards; groups of siblings that are
    ready, and those reviewed before; of what is not sealed the number of the first card reviewed
    before, and of the first that is new."""
    done = Review.objects.counted().filter(user=user, day_on=on)
    ready = ReviewCard.objects.to_review(user, on)
    every = Count("concept", distinct=True)
    seen = Count("concept", distinct=True, filter=Q(stability__isnull=False))
    open_ones = ready.unsealed_for(user)
    person = get_user_model().objects.filter(pk=user).order_by()
    to_show = person.values_list(
        Value(TO_SHOW, output_field=IntegerField()),
        first_of(open_ones.filter(stability__isnull=False)),
        first_of(open_ones.filter(stability__isnull=True)),
    )
    reviews = summed(done, DONE, Count("pk"), Count("pk", filter=Q(was_new=True)))
    return reviews.union(summed(ready, READY, every, seen), to_show, all=True)


def first_of(cards: QuerySet[ReviewCard]) -> Subquery:
    return Subquery(cards.order_by("due_on", "pk").values("pk")[:1])


def summed(rows: QuerySet[Any, Any], which: int, every: Count, part: Count) -> QuerySet[Any, Any]:
    one = rows.order_by().values("user").annotate(every=every, part=part)
    which_one = Value(which, output_field=IntegerField())
    columns: QuerySet[Any, Any] = one.values_list(which_one, "every", "part")
    return columns


def card_of(*, card: int) -> QuerySet[ReviewCard]:
    """With all that is shown of it."""
    found = ReviewCard.objects.with_last().select_related("question__current")
    return found.filter(pk=card)


@lru_cache(maxsize=1000)
def empty_html(version: QuestionVersion, digest: str, _language: str | None) -> SafeString:
    """For one learner as for the next. Rendering takes a tenth of what the page costs."""
    return render_to_string("quizzes/_ask.html", {"q": checkpoint.open_question(version)})


COUNTS = Prepared(counts_of)
CARD = Prepared(card_of)


class Sitting:
    """What a learner's review page shows now."""

    def __init__(self, user: Any, *, now: datetime, show: int = 0) -> None:
        self.user = user
        self.today: date = day_of(user, now)
        self.show = show

    @cached_property
    def chosen(self) -> ReviewSettings:
        return ReviewSettings.of(self.user.pk)

    @cached_property
    def counts(self) -> dict[int, tuple[int, int]]:
        return {n: (a, b) for n, a, b in COUNTS.rows(user=self.user.pk, on=self.today)}

    @property
    def done(self) -> dict[str, int]:
        """How many cards were reviewed today, and how many of them were new."""
        every, new = self.counts.get(DONE, (0, 0))
        return {"all": every, "new": new}

    @property
    def totals(self) -> dict[str, int]:
        """Groups of siblings that are ready, and those with a card that was reviewed before."""
        every, reviewed = self.counts.get(READY, (0, 0))
        return {"all": every, "reviewed": reviewed}

    @property
    def next(self) -> int | None:
        """The number of the card to show: what was reviewed before goes before what is new."""
        reviewed, new = self.counts[TO_SHOW]
        return (self.room and reviewed) or (self.room_for_new and new) or None

    @property
    def room(self) -> int:
        """Cards that today's limit still lets in."""
        return max(0, self.chosen.daily_limit - self.done["all"])

    @property
    def room_for_new(self) -> int:
        return max(0, min(self.room, self.chosen.new_limit - self.done["new"]))

    @cached_property
    def left(self) -> int:
        """Cards still to be shown today."""
        if self.next is None:
            return 0
        new = self.totals["all"] - self.totals["reviewed"]
        return min(self.room, self.totals["reviewed"] + min(new, self.room_for_new))

    @property
    def waiting(self) -> int:
        """Cards that are ready, and wait for another day all the same."""
        return self.totals["all"] - self.left

    @cached_property
    def card(self) -> ReviewCard | None:
        """The one to show. Its key is read with it: it is about to be answered."""
        found: ReviewCard | None = CARD.first(card=self.next) if self.next is not None else None
        return found

    @property
    def shown(self) -> ReviewCard:
        if self.card is None:
            raise LookupError("there is no card to show")
        return self.card

    @property
    def version(self) -> QuestionVersion:
        """What the card asks; a card whose question has no version is not active."""
        current = self.shown.question.current
        if current is None:
            raise LookupError("there is nothing to ask")
        return current

    @cached_property
    def question(self) -> Asked:
        return checkpoint.open_question(self.version)

    @property
    def ask_html(self) -> SafeString | None:
        """The prompt and its fields while they are empty; None where they are not."""
        one, version = self.question, self.version
        if not one.is_open or one.value is not None or one.trouble:
            return None
        return empty_html(version, version.digest, get_language())

    @property
    def is_self_rated(self) -> bool:
        return self.version.kind_class.is_self_rated

    @property
    def aim(self) -> Promise:
        return Aim(self.shown.question.aim).label

    @property
    def whose(self) -> str:
        aim = self.shown.question.aim
        is_told = self.answer is not None or not asks_whose(self.version, aim)
        return whose(self.version) if is_told else ""

    @cached_property
    def answer(self) -> Answer | None:
        """The other side, once it was asked for."""
        if self.card is None or not self.is_self_rated or self.show != self.card.pk:
            return None
        version = self.version
        return Answer(
            version.load().answer(),
            version.explanation,
            references.links(version.evidence, back=f"{reverse('review')}?show={self.card.pk}"),
        )

    @cached_property
    def choices(self) -> list[Choice]:
        days = self.shown.intervals(self.chosen, self.today)
        return [Choice(rating, days[rating]) for rating in Rating]

    @property
    def number(self) -> int:
        return self.done["all"] + 1

    @property
    def total(self) -> int:
        return self.done["all"] + self.left

    @property
    def minutes(self) -> int:
        return max(1, round(self.left * self.chosen.seconds / 60))

    @property
    def seen_days_ago(self) -> int | None:
        if self.card is None or self.card.reviewed_on is None:
            return None
        return (self.today - self.card.reviewed_on).days

    @property
    def last_rating(self) -> Promise | None:
        last = getattr(self.card, "last_rating", None)
        return None if last is None else Rating(last).label

    @property
    def level(self) -> mastery.Level:
        return level_of(self.shown, self.today)

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple([str(rating.rule) for rating in Rating])

    def bar(self, at: int) -> SafeString:
        told = _("Card %(at)d of %(total)d") % {"at": at, "total": self.total}
        if self.total > BARS:
            return drawings.progress(at, self.total, told)
        states = ["done" if n < at else "now" if n == at else "" for n in range(1, self.total + 1)]
        return drawings.steps(states, told)

    @property
    def bar_now(self) -> SafeString:
        return self.bar(self.number)

    @property
    def bar_done(self) -> SafeString:
        return self.bar(self.done["all"])

    @cached_property
    def tomorrow(self) -> int:
        """Cards that will be due on the next day, today's rest included."""
        next_day = date.fromordinal(self.today.toordinal() + 1)
        return ReviewCard.objects.count_due(self.user.pk, next_day)

    @cached_property
    def has_cards(self) -> bool:
        if self.totals["all"] or self.done["all"]:
            return True
        return ReviewCard.objects.filter(user=self.user.pk).exists()


class Reviewed:
    """What came of an answer: the rating, why, and when the card comes back."""

    def __init__(self, review: Review, card: ReviewCard) -> None:
        self.review = review
        self.card = card

    @property
    def rating(self) -> Rating:
        return self.review.rated

    @property
    def seconds(self) -> int | None:
        """That the answer took, where that says something: of what was answered from memory."""
        response = self.review.response
        if response is None or response.seconds is None:
            return None
        is_recalled = response.version.kind_class.is_free_recall
        return max(1, round(response.seconds)) if is_recalled else None

    @property
    def others(self) -> list[Rating]:
        return [rating for rating in Rating if rating != self.rating]

    @property
    def days(self) -> int:
        return (self.card.due_on - self.review.day_on).days

    @property
    def is_new_leech(self) -> bool:
        """Whether this was one forgetting too many, and should be spoken of."""
        memory, before = self.card.memory, self.review.before or {}
        lapses = before.get("lapses") or 0
        return memory is not None and scheduling.turned_leech(lapses, memory.lapses)


def level_of(card: ReviewCard, on: date) -> mastery.Level:
    return mastery.level(card.memory, on, has_answer=card.memory is not None)
