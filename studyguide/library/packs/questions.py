"""The questions of a pack: read from their files, and held against the rest of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from quizzes import kinds
from studyguide.library.packs.schema import Draw, Evidence, Pack, Question, Quiz

if TYPE_CHECKING:
    from collections.abc import Callable

    from studyguide.library.packs.plain_yaml import Document

COMMON = set(Question.model_fields) - {"body", "file", "line"}


def read_questions(
    file: str, document: Document, fail: Callable[[str, int, Any], None]
) -> list[Question]:
    """The questions of one file. `fail` hears of every error, with file and line."""
    if not isinstance(document.value, list):
        fail(file, 1, "a list of questions is expected: begin each with - id:")
        return []
    found = (
        read_question(file, document, index, fail) for index, _item in enumerate(document.value)
    )
    return [question for question in found if question is not None]


def read_question(
    file: str, document: Document, index: int, fail: Callable[[str, int, Any], None]
) -> Question | None:
    """A kind's own keys stand beside the common ones; each part is read by its own model."""
    item = document.value[index]
    line = document.line((index,))
    if not isinstance(item, Mapping):
        fail(file, line, "a question is a mapping: begin it with - id:")
        return None
    kind = item.get("kind")
    if kind not in kinds.kinds():
        fail(file, line, f"there is no kind {kind!r}: write {', '.join(kinds.kinds())}")
        return None
    common = {key: value for key, value in item.items() if key in COMMON}
    body = {key: value for key, value in item.items() if key not in COMMON}
    try:
        made = kinds.find(kind).model_validate(body)
        return Question.model_validate({**common, "body": made, "file": file, "line": line})
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            fail(file, document.line((index, *detail["loc"])), detail)
    return None


class QuestionChecker:
    """What must hold between a question and the rest of its pack."""

    def __init__(
        self, pack: Pack, sentences: Mapping[str, int], complain: Callable[[str, int, str], None]
    ) -> None:
        """`sentences`: how many sentences the note of each passage has."""
        self.pack = pack
        self.sentences = sentences
        self.complain = complain
        self.places = {p.ref for p in pack.passages} | {n.id for n in pack.footnotes}
        self.terms = {term.id for term in pack.terms}

    def check(self) -> None:
        seen: dict[str, Question] = {}
        for question in self.pack.questions:
            first = seen.setdefault(question.id, question)
            if first is not question:
                self.say(
                    question,
                    f"the id stands at {first.file}:{first.line} too: an id is given once, "
                    "for ever",
                )
            self.question(question)
        for quiz in self.pack.quizzes:
            self.quiz(quiz)

    def say(self, question: Question, message: str) -> None:
        self.complain(question.file, question.line, f"{question.id}: {message}")

    def question(self, question: Question) -> None:
        for name in question.concepts:
            if name not in self.terms:
                self.say(question, f"concepts: there is no term {name}")
        if (question.voice == "author") == bool(question.whom):
            self.say(question, "whom: goes with voice reported, quoted or rejected, and is needed")
        for place in question.evidence:
            self.evidence(question, place)
        for ref in question.body.references():
            if ref not in self.places:
                self.say(question, f"{ref} is no passage or footnote of this pack")
        for option in question.body.unexplained():
            self.say(question, f"feedback: say why {option!r} tempts, and why it is wrong")

    def evidence(self, question: Question, place: Evidence) -> None:
        if place.at not in self.places:
            self.say(question, f"evidence: {place.at} is no passage or footnote of this pack")
            return
        count = self.sentences.get(place.at, 0)
        if place.note is not None and place.note > count:
            self.say(question, f"evidence: our note on {place.at} has {count} sentences")
        facts = self.pack.article.passages.get(place.at)
        if place.original is not None and (facts is None or place.original > facts.sentences):
            has = f"has {facts.sentences} sentences" if facts else "is not counted in article.yaml"
            self.say(question, f"evidence: {place.at} of the article {has}")

    def quiz(self, quiz: Quiz) -> None:
        taken: set[str] = set()
        for draw in quiz.draws:
            pool = {question.id for question in pool_of(self.pack, draw)} - taken
            if len(pool) < draw.count:
                self.complain(
                    "quizzes.yaml",
                    1,
                    f"{quiz.id}: {draw.count} are to be drawn, but the pool holds {len(pool)}",
                )
            if draw.questions:
                taken |= pool
        for ref in filter(None, [quiz.section]):
            if ref not in {section.id for section in self.pack.sections}:
                self.complain("quizzes.yaml", 1, f"{quiz.id}: there is no section {ref}")


def homes_of(pack: Pack) -> dict[str, tuple[str, str]]:
    """For each passage and footnote its chapter and section, in the order of the text."""
    notes: dict[str, list[str]] = {}
    for note in pack.footnotes:
        notes.setdefault(note.at, []).append(note.id)
    return {
        ref: (chapter.meta.slug, section.id)
        for chapter in pack.chapters
        for section in chapter.sections
        for passage in section.passages
        for ref in (passage.ref, *notes.get(passage.ref, ()))
    }


def pool_of(pack: Pack, draw: Draw) -> Iterable[Question]:
    """The questions that a draw may take, in the order of the pack."""
    homes = homes_of(pack)
    for question in pack.questions:
        # A question that stands nowhere is complained of elsewhere.
        chapter, section = homes.get(question.evidence[0].at, ("", ""))
        if (
            (not draw.chapters or chapter in draw.chapters)
            and (not draw.sections or section in draw.sections)
            and (not draw.kinds or question.kind in draw.kinds)
            and (not draw.aims or question.aim in draw.aims)
            and (not draw.difficulty or question.difficulty in draw.difficulty)
            and (not draw.concepts or set(question.concepts) & set(draw.concepts))
            and (not draw.questions or question.id in draw.questions)
        ):
            yield question
