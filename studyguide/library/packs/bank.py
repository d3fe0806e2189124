"""Questions and quizzes of a checked pack, as the quiz engine takes them: places, terms and
sections become references and tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from quizzes.models import Draw, QuestionSpec, QuizSpec, Synced, Topic, sync_bank
from quizzes.models import Question as BankQuestion
from studyguide.library.models import Article, Evidence, Footnote, GlossaryTerm, Passage
from studyguide.library.packs import schema
from studyguide.library.packs.questions import homes_of
from studyguide.library.packs.schema import Pack


def sync_questions(pack: Pack, article: Article, now: datetime) -> Synced:
    return sync_bank(
        pack.article.slug,
        questions=specs(pack),
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
        which = 0 if question.is_for_memory else 1
        passages.setdefault(homes[question.pk], [[], []])[which].append(question.pk)
        for concept in question.concepts:
            ref = concept.rpartition(":")[2]
            if ref in terms:
                terms[ref]["ids"][which].append(question.pk)
    return {"passages": passages, "terms": terms}
