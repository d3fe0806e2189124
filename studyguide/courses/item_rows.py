"""The table of questions as rows of HTML.

Joined here and not in a template: of a hundred questions a template takes some twenty times as long
(measured: 16 ms to 0.7 ms), and everything else of the page less than half of that.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from quizzes.models import QuestionVersion
from quizzes.references import links
from studyguide.courses.item import Item
from studyguide.courses.item_answers import FACES, VERSIONS_AT_MOST
from studyguide.courses.models import Course

STEM = 90  # characters of a question
WORDINGS: dict[tuple[int, str, str], tuple[str, str, str]] = {}
ROWS: dict[tuple[Hashable, ...], str] = {}  # by all that they say


def rows(course: Course, items: Sequence[Item], *, has_pooled: bool) -> SafeString:
    """A row in which nothing has changed is not written again."""
    page = reverse("items", args=[course.public_id])
    language = get_language() or ""
    found = []
    for item in items:
        said = (item.number, item.answers, item.blanks, item.seconds, item.verdict)
        more = (item.statistics, item.challenges, item.pooled if has_pooled else None)
        name = (page, item.version.pk, item.version.digest, language, has_pooled, *said, *more)
        if name not in ROWS:
            if len(ROWS) >= VERSIONS_AT_MOST:
                ROWS.clear()
            ROWS[name] = "".join(parts(course, item, page, language, has_pooled=has_pooled))
        found.append(ROWS[name])
    return mark_safe("".join(found))  # noqa: S308


def parts(
    course: Course, item: Item, page: str, language: str, *, has_pooled: bool
) -> Iterator[str]:
    version, figures, verdict = item.version, item.figures, item.verdict
    stem, label, places = wording(version, language)
    objections = ""
    if item.challenges:
        said = ngettext("one challenge", "%(n)s challenges", item.challenges)
        text = escape(said % {"n": item.challenges})
        challenges = reverse("challenges", args=[course.public_id])
        objections = f' <a class="small" href="{challenges}">{text}</a>'
    yield (
        f'<tr><th scope="row" class="num">{item.number}</th><td class="stem">'
        f'<a class="serif" href="{page}{version.pk}/">{stem}</a><br>'
        f'<span class="tag">{label}</span>{objections}</td><td>{places}</td>'
        f'<td class="n">{item.answers}</td><td><div class="inbar">{item.facility_bar}'
        f"<span>{figures['facility']}%</span></div>"
    )
    if figures["facility_low"]:
        low, high = figures["facility_low"], figures["facility_high"]
        yield f'<span class="small quiet">{low}–{high}%</span>'
    yield f"</td><td>{discrimination(item, figures)}</td>"
    yield f'<td class="n">{figures["efficiency"]}{"%" if figures["efficiency"] else "–"}</td>'
    if has_pooled:
        yield f'<td class="n">{elsewhere(figures)}</td>'
    if figures["seconds"]:
        text = escape(_("%(n)s s") % {"n": figures["seconds"]})
        yield f'<td class="n">{text}</td>'
    else:
        is_few = item.answers - item.blanks < FACES
        said = _("too few answers") if is_few else _("not known")
        yield f'<td class="n"><span class="quiet">{escape(said)}</span></td>'
    sign = tentative = ""
    if verdict.mark:
        sign = (
            f'<span class="tag {verdict.mark}"><svg class="i" aria-hidden="true">'
            f'<use href="#i-{verdict.mark}"/></svg></span> '
        )
    if verdict.mark and item.statistics.is_tentative:
        text = escape(_("(tentative: under 30 answers)"))
        tentative = f' <span class="small quiet">{text}</span>'
    yield f'<td class="say">{sign}{escape(verdict.words)}{tentative}</td></tr>\n'


def discrimination(item: Item, figures: dict[str, str]) -> str:
    if not figures["discrimination"]:
        is_few = item.statistics.is_too_few
        said = _("too few answers") if is_few else _("all answers alike")
        return f'<span class="quiet">{escape(said)}</span>'
    bar, value = item.discrimination_bar, figures["discrimination"]
    shown = f'<div class="inbar">{bar}<span>{value}</span></div>'
    if figures["discrimination_low"]:
        values = {"low": figures["discrimination_low"], "high": figures["discrimination_high"]}
        shown += f'<span class="small quiet">{escape(_("%(low)s to %(high)s") % values)}</span>'
    return shown


def elsewhere(figures: dict[str, str]) -> str:
    if not figures["pooled"]:
        return "–"
    said = escape(_("of %(n)s") % {"n": figures["pooled_answers"]})
    return f'{figures["pooled"]}% <span class="small quiet">{said}</span>'


def wording(version: QuestionVersion, language: str) -> tuple[str, str, str]:
    """The question, its kind and its places. A version never changes, so it is said once."""
    name = (version.pk, version.digest, language)
    if name not in WORDINGS:
        if len(WORDINGS) >= VERSIONS_AT_MOST:
            WORDINGS.clear()
        places = "".join(
            f'<a href="{escape(place.url)}">{escape(place.label)}</a> '
            for place in links(version.evidence)
        )
        stem, label = Truncator(version.prompt).chars(STEM), str(version.kind_class.label)
        WORDINGS[name] = (escape(stem), escape(label), places)
    return WORDINGS[name]
