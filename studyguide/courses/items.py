"""What a class's answers say about the questions that it was asked.

Only first attempts at the quizzes set for the course, by its learners, once handed in. A mark is
what the first graded answer was worth, before penalties; a blank is worth nothing. `analyse()`
and what it calls are pure; `Analysis.of()` asks the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from django.db.models import Avg, Count, FloatField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from quizzes.grading import is_right
from quizzes.kinds import mark
from quizzes.models import Attempt, AttemptQuestion, QuestionVersion
from quizzes.references import Reference, links
from quizzes.statistics import FEW, TOO_FEW, ItemStatistics, described, option_counts
from studyguide.courses.models import Assignment, Challenge, Course

FACES = 5  # learners of other courses, below which nothing is said of them
OTHERS = 2  # courses beside this one, so that no figure is one class's
EASY, HARD, WEAK = 95.0, 20.0, 20.0  # facility; facility; discrimination x 100
LIST = 12  # different answers that are listed


class Answer(NamedTuple):
    """One question in one attempt."""

    question: int
    version: int
    attempt: int
    user: int
    context: str  # of the assignment
    mark: float
    value: Any  # None: blank


class Pooled(NamedTuple):
    """The same question in other courses."""

    answers: int
    facility: float  # per cent


class Verdict(NamedTuple):
    mark: str  # miss, part; '' where there is nothing to look at
    words: str


class Chosen(NamedTuple):
    """An option, or an answer in words, and how many gave it."""

    words: str
    given: int
    share: float  # per cent of the answers
    is_key: bool
    top: float | None  # per cent of the best third, and of the last, by the rest of the quiz
    bottom: float | None

    @property
    def bar(self) -> SafeString:
        return bar(self.share, "f-firm" if self.is_key else "f-ink")


def bar(share: float, css: str, start: float = 0.0) -> SafeString:
    place = f'x="{start:.2f}%" ' if start else ""
    return mark_safe(  # noqa: S308
        f'<svg class="bar" aria-hidden="true"><rect class="{css}" {place}width="{share:.2f}%" '
        'height="100%"/></svg>'
    )


@dataclass(frozen=True)
class Item:
    """A question, in the versions of it that ask and accept the same."""

    version: QuestionVersion  # the last of them that was answered; with its question
    number: int
    answers: Sequence[Answer]
    others: Sequence[float]  # what each made of the rest, a share
    statistics: ItemStatistics
    pooled: Pooled | None = None
    challenges: int = 0  # that wait

    @property
    def facility(self) -> float:
        return self.statistics.facility or 0.0

    @property
    def discrimination(self) -> float | None:
        return self.statistics.discrimination

    @property
    def label(self) -> str:
        return str(self.version.kind_class.label)

    @property
    def places(self) -> list[Reference]:
        return links(self.version.evidence)

    @property
    def blanks(self) -> int:
        return sum(answer.value is None for answer in self.answers)

    @cached_property
    def chosen(self) -> list[Chosen]:
        """Every option with its count; where there are none, the answers in words."""
        body, shown = self.version.load(), self.version.shown
        values = [answer.value for answer in self.answers if answer.value is not None]
        thirds = self.thirds()
        if self.version.kind in {"choice", "choices"}:
            key = set(option_counts([body.key()]))
            return [
                self.counted(option["text"], [option["key"]], values, thirds, option["key"] in key)
                for option in shown["options"]
            ]
        groups: dict[str, list[Any]] = defaultdict(list)
        for value in values:
            groups[self.version.kind_class.words(shown, value)].append(value)
        found = [
            Chosen(
                words,
                len(given),
                100 * len(given) / len(self.answers),
                is_right(mark(body, given[0]).fraction),
                None,
                None,
            )
            for words, given in groups.items()
        ]
        return sorted(found, key=lambda each: (-each.given, each.words))[:LIST]

    def counted(
        self,
        words: str,
        keys: list[str],
        values: list[Any],
        thirds: tuple[list[Any], list[Any]] | None,
        is_key: bool,  # noqa: FBT001
    ) -> Chosen:
        def share(among: Sequence[Any]) -> float:
            counts = option_counts(among)
            return 100 * sum(counts[key] for key in keys) / len(among)

        count = option_counts(values)[keys[0]]
        top, bottom = (share(third) for third in thirds) if thirds else (None, None)
        return Chosen(words, count, 100 * count / len(self.answers), is_key, top, bottom)

    def thirds(self) -> tuple[list[Any], list[Any]] | None:
        """The answers of the best and of the last third; None while answers are too few."""
        if self.statistics.is_too_few:
            return None
        ranked = sorted(zip(self.others, self.answers, strict=True), key=lambda pair: -pair[0])
        size = len(ranked) // 3
        values = [answer.value for _other, answer in ranked]
        return values[:size], values[-size:]

    @cached_property
    def magnet(self) -> Chosen | None:
        """A wrong option that more chose than the right one."""
        if self.version.kind != "choice":
            return None
        key = next(each for each in self.chosen if each.is_key)
        return max(
            (each for each in self.chosen if not each.is_key and each.given > key.given),
            key=lambda each: each.given,
            default=None,
        )

    @cached_property
    def verdict(self) -> Verdict:
        """The first rule that applies; the page states them in this order."""
        related = self.discrimination
        if self.statistics.is_too_few:
            return Verdict("", _("Too few answers to say"))
        if related is not None and related < 0:
            return Verdict("miss", _("Strong learners miss it: check the key"))
        if self.magnet is not None:
            values = {"option": self.magnet.words, "share": round(self.magnet.share)}
            return Verdict("part", _("“%(option)s” takes %(share)d%%") % values)
        if self.facility >= EASY:
            return Verdict("part", _("Almost everyone gets it: retire or sharpen"))
        if self.facility < HARD:
            return Verdict("part", _("Hardly anyone gets it: check it against the text"))
        if related is not None and (related < WEAK or self.statistics.is_questionable):
            return Verdict("part", _("Says little about who knows the text: read it again"))
        return Verdict("", _("Keep"))

    @property
    def is_flagged(self) -> bool:
        return bool(self.verdict.mark)

    @property
    def figures(self) -> dict[str, str]:
        """As they are printed, on the screen and in the export."""
        one = self.statistics
        right, related = one.facility_interval, one.discrimination_interval
        return {
            "facility": whole(one.facility),
            "facility_low": whole(right.low if right else None),
            "facility_high": whole(right.high if right else None),
            "discrimination": hundredths(one.discrimination),
            "discrimination_low": hundredths(related.low if related else None),
            "discrimination_high": hundredths(related.high if related else None),
            "efficiency": whole(one.efficiency),
            "pooled": whole(self.pooled.facility) if self.pooled else "",
            "pooled_answers": str(self.pooled.answers) if self.pooled else "",
        }

    @property
    def facility_bar(self) -> SafeString:
        return bar(self.facility, "f-ink")

    @property
    def discrimination_bar(self) -> SafeString:
        """From the axis at a quarter: below zero to its left."""
        related = self.discrimination or 0.0
        width = min(abs(related), 100 if related > 0 else 33) * 0.75
        start = 25 - width if related < 0 else 25
        css = "f-loose" if related < WEAK else "f-ink"
        return format_html(
            '<svg class="bar" aria-hidden="true"><rect class="{}" x="{}%" width="{}%" '
            'height="100%"/><line class="axis" x1="25%" x2="25%" y1="-30%" y2="130%"/></svg>',
            css,
            f"{start:.2f}",
            f"{width:.2f}",
        )


def whole(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def hundredths(value: float | None) -> str:
    return "" if value is None else f"{value / 100:.2f}".replace("-", "\N{MINUS SIGN}")


def first_answers(answers: Sequence[Answer], names: Mapping[int, str]) -> list[Answer]:
    """The first of each learner to each question: who meets it in two quizzes counts once.
    `names`: what the versions ask, by digest."""
    seen: set[tuple[int, str, int]] = set()
    found = []
    for answer in answers:
        key = (answer.question, names[answer.version], answer.user)
        if key not in seen:
            seen.add(key)
            found.append(answer)
    return found


def analyse(
    answers: Sequence[Answer], names: Mapping[int, str]
) -> list[tuple[list[Answer], list[float], ItemStatistics]]:
    """Answers, the rest of their attempts and the figures, by question and what it asks.

    A question that stands in every attempt of its quizzes is held against the rest of the
    attempt; one that was drawn, against the whole, as the rest differs. Both as shares, so that
    quizzes of different lengths can be held together.
    """
    marks: dict[int, list[float]] = defaultdict(list)
    taken: dict[str, set[int]] = defaultdict(set)
    stands: dict[tuple[int, str], int] = defaultdict(int)
    for answer in answers:
        marks[answer.attempt].append(answer.mark)
        taken[answer.context].add(answer.attempt)
        stands[answer.question, answer.context] += 1
    totals = {attempt: (sum(each), len(each)) for attempt, each in marks.items()}
    drawn = {question for (question, context), n in stands.items() if n < len(taken[context])}
    groups: dict[tuple[int, str], list[Answer]] = defaultdict(list)
    for answer in first_answers(answers, names):
        groups[answer.question, names[answer.version]].append(answer)
    found = []
    for (question, _digest), mine in groups.items():
        others = []
        for answer in mine:
            total, size = totals[answer.attempt]
            is_whole = question in drawn or size < 2
            others.append(total / size if is_whole else (total - answer.mark) / (size - 1))
        figures = described([answer.mark for answer in mine], others, 1.0, TOO_FEW)
        found.append((mine, others, figures))
    return found


@dataclass(frozen=True)
class Analysis:
    course: Course
    assignments: Sequence[Assignment]  # the quizzes that are set
    chosen: Assignment | None  # the one that was asked for
    items: Sequence[Item]  # as the text goes

    @classmethod
    def of(cls, course: Course, wanted: str = "") -> Analysis:
        """Three queries, whatever the numbers. What is wanted and not there is passed over."""
        assignments = list(
            course.assignments.existing().filter(kind=Assignment.Kind.QUIZ).order_by("position")
        )
        chosen = next((each for each in assignments if each.public_id == wanted), None)
        asked = [chosen] if chosen else assignments
        answers = answers_of(course, [each.context for each in asked])
        is_few = len({answer.user for answer in answers}) < FEW
        versions = versions_of(course, {answer.version for answer in answers}, is_few=is_few)
        names = {pk: version.core_digest for pk, version in versions.items()}
        found = analyse(answers, names)
        last = [versions[max(answer.version for answer in mine)] for mine, _o, _f in found]
        order = sorted(
            range(len(found)),
            key=lambda n: (last[n].question.source, last[n].question.position, last[n].pk),
        )
        items = [
            Item(
                last[n],
                number,
                *found[n],
                pooled=pooled_of(last[n]) if is_few else None,
                challenges=cast(Any, last[n]).waiting,
            )
            for number, n in enumerate(order, 1)
        ]
        return cls(course, assignments, chosen, items)

    def item(self, version: int) -> Item | None:
        return next((each for each in self.items if each.version.pk == version), None)

    @cached_property
    def flagged(self) -> list[Item]:
        """The worst first."""
        found = [each for each in self.items if each.is_flagged]
        return sorted(found, key=lambda one: (one.verdict.mark != "miss", one.discrimination or 0))

    @property
    def plotted(self) -> list[Item]:
        return [each for each in self.items if each.discrimination is not None]

    def ordered(self, sort: str) -> list[Item]:
        if sort == "facility":
            return sorted(self.items, key=lambda each: each.facility)
        if sort == "discrimination":
            return sorted(
                self.items,
                key=lambda each: (each.discrimination is None, each.discrimination or 0.0),
            )
        return list(self.items)

    @property
    def working(self) -> int:
        return sum(
            HARD <= each.facility < EASY and (each.discrimination or 0) >= WEAK
            for each in self.plotted
        )

    @property
    def has_pooled(self) -> bool:
        return any(each.pooled for each in self.items)

    @property
    def scatter(self) -> SafeString:
        return scatter(self.plotted)

    def exported(self) -> Iterator[Sequence[str]]:
        yield [
            _("No."),
            _("Question"),
            _("Kind"),
            _("Paragraphs"),
            _("Answers"),
            _("Left blank"),
            _("Facility, per cent"),
            _("from"),
            _("to"),
            _("Discrimination"),
            _("from"),
            _("to"),
            _("Efficiency, per cent"),
            _("Other classes: answers"),
            _("Other classes: facility, per cent"),
            _("What to do"),
        ]
        for one in self.items:
            figures = {
                name: text.replace("\N{MINUS SIGN}", "-") for name, text in one.figures.items()
            }
            yield [
                str(one.number),
                one.version.prompt,
                one.label,
                ", ".join(place.label for place in one.places),
                str(len(one.answers)),
                str(one.blanks),
                *(figures[name] for name in ("facility", "facility_low", "facility_high")),
                *(
                    figures[name]
                    for name in ("discrimination", "discrimination_low", "discrimination_high")
                ),
                figures["efficiency"],
                figures["pooled_answers"],
                figures["pooled"],
                one.verdict.words,
            ]


def answers_of(course: Course, contexts: Sequence[str]) -> list[Answer]:
    rows = (
        AttemptQuestion.objects.filter(
            attempt__context__in=contexts,
            attempt__scope=course.scope,
            attempt__state=Attempt.State.SUBMITTED,
            attempt__number=1,
            attempt__user__in=course.memberships.learners().values("user"),
        )
        .order_by("attempt", "position")
        .values_list(
            "question",
            "version",
            "attempt",
            "attempt__user",
            "attempt__context",
            "first_fraction",
            "response__value",
        )
    )
    return [Answer(q, v, a, u, c, f or 0.0, value) for q, v, a, u, c, f, value in rows]


def versions_of(course: Course, versions: set[int], *, is_few: bool) -> dict[int, QuestionVersion]:
    """With how many challenges wait, and how the question goes elsewhere."""
    waiting = (
        Challenge.objects.open()
        .filter(course=course, attempt_question__question=OuterRef("question"))
        .order_by()
        .values("course")
        .annotate(n=Count("pk"))
        .values("n")
    )
    found: QuerySet[QuestionVersion] = QuestionVersion.objects.select_related("question").annotate(
        waiting=Coalesce(Subquery(waiting), 0)
    )
    if is_few:
        shows = Course.objects.filter(is_demonstration=True)
        made_up = shows.annotate(name=Concat(Value("course:"), "public_id")).values("name")
        elsewhere = (
            AttemptQuestion.objects.filter(
                question=OuterRef("question"),
                version__core_digest=OuterRef("core_digest"),
                attempt__scope__startswith="course:",
                attempt__state=Attempt.State.SUBMITTED,
                attempt__number=1,
            )
            .exclude(attempt__scope=course.scope)
            .exclude(attempt__scope__in=made_up)
            .order_by()
            .values("question")
        )
        mean = Avg(Coalesce("first_fraction", Value(0.0), output_field=FloatField()))
        found = found.annotate(
            others=Subquery(
                elsewhere.annotate(n=Count("attempt__user", distinct=True)).values("n")
            ),
            courses=Subquery(
                elsewhere.annotate(n=Count("attempt__scope", distinct=True)).values("n")
            ),
            mean=Subquery(elsewhere.annotate(mean=mean).values("mean")),
        )
    return {version.pk: version for version in found.filter(pk__in=versions)}


def pooled_of(version: Any) -> Pooled | None:
    if (version.others or 0) < FACES or version.courses < OTHERS:
        return None
    return Pooled(version.others, 100 * version.mean)


LEFT, WIDTH, TOP, LOW = 7.0, 91.0, 6.0, 85.0  # of the plot, in per cent


def scatter(items: Sequence[Item]) -> SafeString:
    """Facility across, discrimination up from -0.2 (or the least) to 1."""
    least = min(-20.0, *(each.discrimination or 0 for each in items)) if items else -20.0

    def x(facility: float) -> str:
        return f"{LEFT + facility * WIDTH / 100:.2f}%"

    def y(related: float) -> str:
        return f"{TOP + (100 - related) / (100 - least) * (LOW - TOP):.2f}%"

    parts = [
        f'<rect class="f-leaf" x="{x(HARD)}" y="{TOP}%" width="{(EASY - HARD) * WIDTH / 100:.2f}%" '
        f'height="{(100 - WEAK) / (100 - least) * (LOW - TOP):.2f}%"/>',
        format_html('<text x="0" y="2.5%">{}</text>', _("Discrimination")),
        format_html('<text class="end" x="98%" y="93%">{}</text>', _("Facility")),
    ]
    for step in (0, 25, 50, 75, 100):
        parts.append(f'<text class="mid" x="{x(step)}" y="98%">{step}%</text>')
    for step in (0, 20, 40, 60, 80):
        parts.append(
            f'<line class="{"grid" if step else "axis"}" x1="{LEFT}%" x2="98%" y1="{y(step)}" '
            f'y2="{y(step)}"/><text class="end" x="5.6%" y="{y(step)}">{step / 100:.1f}</text>'
        )
    for each in items:
        css = "f-loose" if each.is_flagged else "f-ink"
        related = each.discrimination or 0.0
        is_late = each.facility > 90
        parts.append(
            f'<circle class="{css}" cx="{x(each.facility)}" cy="{y(related)}" r="6"/>'
            f'<text class="t-ink{" end" if is_late else ""}" '
            f'x="{x(each.facility + (-1.6 if is_late else 1.6))}" y="{y(related)}" dy=".35em">'
            f"{each.number}</text>"
        )
    told = _("Scatter plot of facility against discrimination. The table below says the same.")
    return format_html(
        '<svg class="svg scat" role="img" aria-label="{}">{}</svg>',
        told,
        mark_safe("".join(parts)),  # noqa: S308
    )
