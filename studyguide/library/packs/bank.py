"""Questions and quizzes of a checked pack, as the quiz engine takes them: places, terms and
sections become references and tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from quizzes.kinds.recall import Recall
from quizzes.kinds.text import ShortText
from quizzes.models import Draw, QuestionSpec, QuizSpec, Synced, Topic, sync_bank
from quizzes.models import Question as BankQuestion
from studyguide.library.models import Article, Evidence, Footnote, GlossaryTerm, Passage
from studyguide.library.packs import schema
from studyguide.library.packs.questions import homes_of
from studyguide.library.packs.schema import Pack, Term
from studyguide.library.search import fold

PLACE = re.compile(r"\]\(([pn][1-9][0-9]*)\)")
MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|[*_`]|\s*\{[^}]*\}")
PLACES_OF_TERM = 2


def sync_questions(pack: Pack, article: Article, now: datetime) -> Synced:
    return sync_bank(
        pack.article.slug,
        questions=chain(specs(pack), term_specs(pack)),
        quizzes=quiz_specs(pack),
        topics=topics(pack),
        now=now,
    )


def specs(pack: Pack) -> Iterable[QuestionSpec]:
    slug = pack.article.slug
    homes = homes_of(pack)
    order = {ref: index for index, ref in enumerate(homes)}
    placed = sorted(pack.questions, key=lambda q: order[q.evidence[0].at])
    for position, question in enumerate(placed):
        chapter, section = homes[question.evidence[0].at]
        concepts = [f"{slug}:{ref}" for ref in question.concepts]
        yield QuestionSpec(
            id=question.id,
            body=question.body,
            prompt=question.prompt,
            aim=question.aim,
            difficulty=question.difficulty,
            explanation=question.explanation,
            voice=question.voice,
            whom=question.whom,
            hints=question.hints,
            evidence=[
                {"ref": f"{slug}:{place.at}", "note": place.note, "original": place.original}
                for place in question.evidence
            ],
            concepts=concepts,
            tags=[
                f"chapter:{chapter}",
                f"section:{section}",
                f"kind:{question.kind}",
                f"aim:{question.aim}",
                f"difficulty:{question.difficulty}",
                *(f"concept:{concept}" for concept in concepts),
            ],
            is_essential=question.essential,
            position=position,
        )


def term_specs(pack: Pack) -> Iterable[QuestionSpec]:
    """Two questions a term, one in each direction, for review alone: no quiz draws them and no
    passage shows them."""
    slug = pack.article.slug
    for position, term in enumerate(pack.terms):
        concept = f"{slug}:{term.id}"
        places = list(dict.fromkeys(PLACE.findall(term.definition)))[:PLACES_OF_TERM]
        common: dict[str, Any] = {
            "aim": "term",
            "difficulty": 1,
            "explanation": plain(term.definition),
            "voice": "author" if term.authors_usage else "guide",
            "evidence": [
                {"ref": f"{slug}:{ref}", "note": None, "original": None}
                for ref in (*places, term.id)
            ],
            "concepts": [concept],
            "tags": [f"concept:{concept}"],
            "is_essential": term.essential,
            "is_drawn": False,
        }
        yield QuestionSpec(
            id=f"term-{term.id}-recall",
            body=Recall(says=term.gloss),
            prompt=_("What does “%s” mean here?") % term.term,
            position=len(pack.questions) + 2 * position,
            **common,
        )
        yield QuestionSpec(
            id=f"term-{term.id}-name",
            body=name_of(term),
            prompt=_("Which word is explained so: “%s”") % hidden(term),
            position=len(pack.questions) + 2 * position + 1,
            **common,
        )


def names(term: Term) -> list[str]:
    """All that it is called, its own name first; none twice."""
    found: dict[str, str] = {}
    for name in (term.term, *term.aliases, term.expansion):
        if name:
            found.setdefault(fold(name), name)
    return list(found.values())


def name_of(term: Term) -> ShortText | Recall:
    """The word, to be typed; what cannot be typed so that it is known again is only said."""
    first, *others = names(term)
    try:
        return ShortText.model_validate({"answers": [{"text": first, "also": others}]})
    except ValidationError:
        return Recall(says=term.term)


def hidden(term: Term) -> str:
    """Its gloss, without the word that is asked for."""
    spellings = sorted(names(term), key=len, reverse=True)
    pattern = "|".join(rf"\b{re.escape(name)}(?:s|’s|es)?\b" for name in spellings)
    return re.sub(pattern, "…", term.gloss, flags=re.IGNORECASE)


def plain(source: str) -> str:
    """Markdown as running text: links keep their words."""
    return " ".join(MARKUP.sub(lambda found: found.group(1) or "", source).split())


def quiz_specs(pack: Pack) -> Iterable[QuizSpec]:
    for position, quiz in enumerate(pack.quizzes):
        yield QuizSpec(
            id=quiz.id,
            title=quiz.title,
            about=quiz.about,
            group=quiz.group,
            section=quiz.section,
            draws=[as_draw(pack.article.slug, draw) for draw in quiz.draws],
            position=position,
        )


def as_draw(slug: str, draw: schema.Draw) -> Draw:
    criteria = (
        ("chapter", draw.chapters),
        ("section", draw.sections),
        ("kind", draw.kinds),
        ("aim", draw.aims),
        ("difficulty", draw.difficulty),
        (f"concept:{slug}", draw.concepts),
    )
    return Draw(
        draw.count,
        any_of=[[f"{name}:{value}" for value in values] for name, values in criteria if values],
        questions=draw.questions,
    )


def topics(pack: Pack) -> Iterable[Topic]:
    position = 0
    for chapter in pack.chapters:
        yield Topic(
            tag=f"chapter:{chapter.meta.slug}",
            group="chapter",
            label=chapter.meta.title,
            position=(position := position + 1),
        )
        for section in chapter.sections:
            yield Topic(
                tag=f"section:{section.id}",
                group="section",
                label=section.title,
                position=(position := position + 1),
            )
    asked = {ref for question in pack.questions for ref in question.concepts}
    for term in pack.terms:
        if term.id in asked:
            yield Topic(
                tag=f"concept:{pack.article.slug}:{term.id}",
                group="concept",
                label=term.term,
                position=(position := position + 1),
            )


def link_evidence(
    pack: Pack,
    article: Article,
    passages: Mapping[str, Passage],
    footnotes: Mapping[str, Footnote],
) -> None:
    """Tie questions to their passages anew."""
    ids = dict(
        BankQuestion.objects.filter(source=pack.article.slug).values_list("external_id", "pk")
    )
    at = {note.id: note.at for note in pack.footnotes}
    wanted = [
        Evidence(
            article=article,
            question_id=ids[question.id],
            passage=passages[at.get(place.at, place.at)],
            footnote=footnotes.get(place.at),
            note=place.note,
            original=place.original,
            position=position,
        )
        for question in pack.questions
        for position, place in enumerate(question.evidence)
    ]
    known = Evidence.objects.filter(article=article)
    if [values(row) for row in known.order_by("question", "position")] != sorted(
        (values(row) for row in wanted), key=lambda row: (row[0], row[1])
    ):
        known.delete()
        Evidence.objects.bulk_create(wanted)


def values(row: Evidence) -> tuple[Any, ...]:
    return (
        row.question_id,
        row.position,
        row.passage_id,
        row.footnote_id,
        row.note,
        row.original,
    )


def asks_of(article: Article) -> dict[str, Any]:
    """Ids of the current questions by the passage that decides them, and by term."""
    passages: dict[str, list[list[int]]] = {}
    terms = {
        ref: {"term": term, "at": next((at for at in places if at[0] == "p"), ""), "ids": [[], []]}
        for ref, term, places in GlossaryTerm.objects.current()
        .filter(article=article)
        .values_list("ref", "term", "places")
    }
    questions = BankQuestion.objects.current().filter(source=article.slug)
    homes = dict(
        Evidence.objects.filter(article=article, position=0).values_list(
            "question_id", "passage__ref"
        )
    )
    for question in questions:
        # Those for review alone stand at no passage, and become cards only by "remember this".
        which = 0 if question.is_for_memory and question.is_drawn else 1
        if question.is_drawn:
            passages.setdefault(homes[question.pk], [[], []])[which].append(question.pk)
        for concept in question.concepts:
            ref = concept.rpartition(":")[2]
            if ref in terms:
                terms[ref]["ids"][which].append(question.pk)
    return {"passages": passages, "terms": terms}
