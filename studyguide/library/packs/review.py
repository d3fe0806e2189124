"""What an author should look at again before a reader does: rules that a machine can check.

A rule may be wrong about a question. A comment then defends it, directly above the question or
among its lines: `# review: <rule>: reason`. Sections and passages, which stand in Markdown, are
named in a comment of article.yaml or a file of questions: `# review: <rule> p44: reason`.
"""

from __future__ import annotations

import calendar
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import combinations, pairwise

import snowballstemmer
from rapidfuzz import fuzz

from quizzes.kinds import Body
from quizzes.kinds.base import Unreadable
from quizzes.kinds.choice import Choice
from quizzes.kinds.choices import Choices
from quizzes.kinds.claim import Claim
from quizzes.kinds.date import Date
from quizzes.kinds.gaps import Gaps
from quizzes.kinds.matching import Matching
from quizzes.kinds.number import SCALES, SPACES, Number, plain_figure, read_number
from quizzes.kinds.passage import FindPassage
from quizzes.kinds.text import ShortText
from quizzes.kinds.voice import Voice
from quizzes.typed import fold
from studyguide.library.originals.align import align
from studyguide.library.originals.parse import Parsed
from studyguide.library.packs.render import FOOTNOTE_MARK, Renderer
from studyguide.library.packs.report import questions_by_place, questions_by_section
from studyguide.library.packs.schema import Pack, Question
from studyguide.library.sentences import sentences

Original = Mapping[str, Sequence[str]]  # sentences of the article by ref of passage or footnote
Told = tuple[str, str]  # the rule, and what it found

EVIDENCE_RULE = "evidence-lacks-key"
DEFENCE = re.compile(r"(?:^|\s)#\s*review:\s*([a-z-]+)(?:\s+([\w-]+))?\s*:\s*(\S.*)")
MINUTES = (3, 7)  # of a section
FEWEST_OF_SECTION, FEWEST_OF_PASSAGE = 12, 2  # questions
ALIKE = 80  # per cent
LONGER, LETTERS_LONGER = 1.15, 5  # both: among short names a share alone says nothing
LONG_OPTION = 40  # letters; below it nobody compares lengths
NEGATIVE = re.compile(
    r"\b(?:not(?! only\b)|never|except|none|nobody|nothing|neither|nor|cannot|"
    r"no(?!\.?\s*\d| (?:more|less|fewer) than\b))\b|n['’]t\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"“[^”]*”|‘[^’]*’(?!\w)")
POINTING = re.compile(r"\b(?:that|this|these|those|so|such|here)\b", re.IGNORECASE)
STEMMER = snowballstemmer.stemmer("english")
MONTHS = [name.casefold() for name in calendar.month_name[1:]]
STOPPED = """
    a about above after again against all also although always am an and any are as at be because
    been before being below between both but by can cent could did do does doing done down during
    each either else ever every few for from further had has have having he her here him his how
    however i if in into is it its itself just less made make many may me might more most much must
    my nor not of off often on once only or other others our out over own per same says she should
    some such than that the their them then there these they this those through to too under until
    up upon very was we were what when where whether which while who whom whose why will with within
    without would yet you your
"""
STOP_WORDS = frozenset(STOPPED.split())
NUMERALS = {"dozen": 12}
for first, step, names in (
    (0, 1, "zero one two three four five six seven eight nine ten eleven twelve thirteen"),
    (14, 1, "fourteen fifteen sixteen seventeen eighteen nineteen"),
    (20, 10, "twenty thirty forty fifty sixty seventy eighty ninety"),
    (1, 1, "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"),
    (
        13,
        1,
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    ),
):
    NUMERALS |= {name: first + step * place for place, name in enumerate(names.split())}
SHARES = ["half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
SCALE_WORDS = {name: scale for name, scale in SCALES.items() if len(name) > 2}
SHORT_SCALE = re.compile(r"(\d+(?:[.,]\d+)*)\s?(k|m|mn|bn)\b")
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
YEARS = re.compile(r"\b(\d\d)\d\d\s?[-‐–/]\s?(\d\d)\b")  # 1917-21


@dataclass(frozen=True, order=True)
class Finding:
    file: str
    line: int
    rule: str
    id: str  # of the question, section or passage
    message: str
    defence: str = ""  # the author's reason; '' when there is none


def review(pack: Pack, *, pace: int, original: Original | None = None) -> list[Finding]:
    """In order of files and lines. `pace`: words a minute. Without an original the rule
    on evidence is left out."""
    return Reviewer(pack, pace, original).findings()


def original_of(pack: Pack, parsed: Parsed) -> dict[str, list[str]]:
    """A copy of the article, paired with the passages and notes of the pack."""
    found: dict[str, list[str]] = defaultdict(list)
    refs = align(parsed, pack.article.passages, salt=pack.article.slug).refs
    for paragraph, ref in zip(parsed.paragraphs, refs, strict=True):
        if ref is not None:
            found[ref] += [FOOTNOTE_MARK.sub("", text) for text in sentences(paragraph.text)]
    for number, paragraphs in enumerate(parsed.notes, 1):
        found[f"n{number}"] += [text for part in paragraphs for text in sentences(part)]
    return dict(found)


def defences(pack: Pack) -> dict[Told, str]:
    """Reasons by rule and id."""
    starts: dict[str, dict[int, str]] = {"article.yaml": {}}
    for question in pack.questions:
        starts.setdefault(question.file, {})[question.line] = question.id
    found: dict[Told, str] = {}
    for file, ids in starts.items():
        owner, above = "", list[str]()
        for number, line in enumerate((pack.folder / file).read_text("utf-8").split("\n"), 1):
            if line.lstrip().startswith("#"):
                above.append(line)
                continue
            # A blank line ends what stands above the next question.
            owner = ids.get(number, owner)
            for match in filter(None, map(DEFENCE.search, [*above, line])):
                found[match[1], match[2] or owner] = match[3].strip()
            above = []
    return found


class Reviewer:
    def __init__(self, pack: Pack, pace: int, original: Original | None) -> None:
        self.pack = pack
        self.pace = pace
        self.original = original
        self.renderer = Renderer.of(pack)
        notes = {p.ref: self.renderer.render(p.body, here=p.ref) for p in pack.passages}
        self.note_words = {ref: len(note.text.split()) for ref, note in notes.items()}
        self.numbers = {p.ref: p.number for p in pack.passages}
        self.numbers |= {note.id: self.numbers[note.at] for note in pack.footnotes}
        self.introduced: dict[str, str] = {}
        self.vocabulary: set[str] = set()
        for passage in pack.passages:
            text = f"{passage.headline} {notes[passage.ref].text}"
            for ref in [*notes[passage.ref].terms, *self.met_in(text)]:
                self.introduced.setdefault(ref, passage.ref)
            self.vocabulary.update(re.findall(r"\w+", text))

    def findings(self) -> list[Finding]:
        checks: tuple[Callable[[Question], Iterable[Told]], ...] = (
            *(self.evidence, self.feedback, self.longest, self.uneven, self.negative, self.early),
        )
        found = [
            Finding(q.file, q.line, rule, q.id, message)
            for q in self.pack.questions
            for check in checks
            for rule, message in check(q)
        ]
        found += [*self.twins(), *self.sections()]
        reasons = defences(self.pack)
        return sorted(replace(f, defence=reasons.get((f.rule, f.id), "")) for f in found)

    def terms_in(self, text: str) -> list[str]:
        return [found.ref for found in self.renderer.linker.find(text)]

    def met_in(self, text: str) -> Iterator[str]:
        """Whoever has read "half-state of the workers" has met "workers" too."""
        for found in self.renderer.linker.find(text):
            yield found.ref
            yield from self.met_in(text[found.start : found.end].partition(" ")[2])

    # Rules of one question

    def evidence(self, question: Question) -> Iterator[Told]:
        if self.original is None:
            return
        pieces: list[str] = []
        for place in question.evidence:
            found = self.original.get(place.at, ())
            # A copy may have fewer sentences than ours: then the whole passage.
            at = place.original if place.original and place.original <= len(found) else None
            pieces += found[at - 1 : at] if at else found
        missing = list(lacking(question.body, " ".join(pieces)))
        if missing:
            places = ", ".join(
                f"{p.at} sentence {p.original}" if p.original else p.at for p in question.evidence
            )
            yield EVIDENCE_RULE, f"the article does not have {', '.join(missing)} at {places}"

    def feedback(self, question: Question) -> Iterator[Told]:
        wrong = list(explained(question.body))
        for (one, told), (other, said) in combinations(wrong, 2):
            if fuzz.ratio(fold(told), fold(said)) > ALIKE:
                yield "feedback-alike", f"{one!r} and {other!r} are told nearly the same"
        for option, told in wrong:
            spoken = self.content(option)
            # "That was in 1913" speaks of a figure well enough, "Here" of a passage.
            is_figure = not content_words(option) - set(map(stem, MONTHS))
            may_point = is_figure or isinstance(question.body, FindPassage)
            is_pointed_at = may_point and POINTING.search(told)
            if spoken and not is_pointed_at and not spoken & self.content(told):
                yield "feedback-off-option", f"the feedback on {option!r} does not speak of it"

    def content(self, text: str) -> set[str]:
        """What a text speaks of: stems, figures, terms. The author goes by either name."""
        found = content_words(text) | {f"@{ref}" for ref in self.terms_in(text)}
        found |= {f"={number:g}" for number in numbers_in(text) if number != 1}
        is_author = found & content_words(self.pack.article.author)
        return found | {stem("author")} if is_author else found

    def longest(self, question: Question) -> Iterator[Told]:
        if isinstance(question.body, (FindPassage, Matching)):
            return
        for options in option_sets(question.body):
            keys = [text for text, is_right in options if is_right]
            longest = max((len(text) for text, is_right in options if not is_right), default=0)
            shortest = min(map(len, keys), default=0)
            if longest and shortest >= max(longest * LONGER, longest + LETTERS_LONGER):
                yield "key-longest", f"the key {keys[0]!r} is longer than every other option"

    def uneven(self, question: Question) -> Iterator[Told]:
        for options in option_sets(question.body):
            texts = [text.strip("“”‘’\"' ") for text, _is_right in options]
            short, long = min(map(len, texts)), max(map(len, texts))
            if long > max(2 * short, LONG_OPTION):
                yield "options-uneven", f"one option has {long} letters, another {short}"
            if len({text.endswith((".", "?", "!")) for text in texts}) > 1:
                yield "options-uneven", "some options end in a full stop, others do not"
            begun = [text for text in texts if text[:1].isalpha() and not self.is_name(text)]
            if len({text[0].isupper() for text in begun}) > 1:
                yield "options-uneven", "some options begin with a capital, others do not"

    def is_name(self, text: str) -> bool:
        """Whether it begins with a word that our notes never write without a capital."""
        word = re.split(r"\W", text, maxsplit=1)[0]
        return word in self.vocabulary and word.lower() not in self.vocabulary

    def negative(self, question: Question) -> Iterator[Told]:
        found = NEGATIVE.search(QUOTED.sub("", question.prompt))
        if found and not isinstance(question.body, (Claim, Voice)):
            yield "negative-stem", f"the prompt asks with {found.group()!r}"

    def early(self, question: Question) -> Iterator[Told]:
        here = self.numbers[question.evidence[0].at]
        for ref in dict.fromkeys(self.terms_in(question.prompt)):
            first = self.introduced.get(ref)
            if first and self.numbers[first] > here:
                yield "term-early", f"{ref} is first met at {first}, after p{here}"

    # Rules of the whole

    def twins(self) -> Iterator[Finding]:
        seen: dict[Told, Question] = {}
        for q in self.pack.questions:
            asked = f"{q.prompt} {getattr(q.body, 'text', '')} {getattr(q.body, 'statement', '')}"
            first = seen.setdefault((fold(asked), fold(q.body.answer())), q)
            if first is not q:
                message = f"{first.id} asks the same and has the same key"
                yield Finding(q.file, q.line, "same-question", q.id, message)

    def sections(self) -> Iterator[Finding]:
        facts = self.pack.article.passages
        of_section, of_place = questions_by_section(self.pack), questions_by_place(self.pack)
        for chapter in self.pack.chapters:
            file = f"chapters/{chapter.meta.slug}.md"
            for section in chapter.sections:
                refs = [passage.ref for passage in section.passages]
                words = sum(self.note_words[ref] for ref in refs)
                words += sum(facts[ref].words for ref in refs if ref in facts)
                minutes = max(1, round(words / self.pace))
                if not MINUTES[0] <= minutes <= MINUTES[1]:
                    message = f"takes {minutes} minutes, not {MINUTES[0]} to {MINUTES[1]}"
                    yield Finding(file, section.line, "section-length", section.id, message)
                if of_section[section.id] < FEWEST_OF_SECTION:
                    message = f"{of_section[section.id]} questions, not {FEWEST_OF_SECTION}"
                    yield Finding(file, section.line, "section-questions", section.id, message)
                for p in section.passages:
                    if of_place[p.ref] < FEWEST_OF_PASSAGE:
                        message = f"{of_place[p.ref]} questions, not {FEWEST_OF_PASSAGE}"
                        yield Finding(file, p.line - 1, "passage-questions", p.ref, message)


# Parts of a question


def explained(body: Body) -> Iterator[tuple[str, str]]:
    """Wrong options, and what those are told who took them."""
    match body:
        case Choice() | Choices():
            found = [(o.text, o.feedback) for o in body.options if not o.right]
        case Claim():
            found = [(h.text, h.feedback) for h in body.whose if not h.right]
        case FindPassage():
            found = [(f"{p.at} {p.text}", p.feedback) for p in body.places if not p.right]
        case Voice():
            found = [
                (f"{s.how} {s.whom}" if s.whom else "the author asserts it", s.feedback)
                for s in body.speakers
                if not s.right
            ]
        case Matching():
            found = [(f"{pair.left} – {pair.right}", pair.feedback) for pair in body.pairs]
        case Gaps():
            found = [(trap.text, trap.feedback) for gap in body.gaps for trap in gap.traps]
        case ShortText():
            found = [(a.text, a.feedback) for a in body.answers if a.credit < 1]
        case Number():
            found = [(f"{known.value:,.10g}", known.feedback) for known in body.known]
        case Date():
            found = [(in_words(known.date.start), known.feedback) for known in body.known]
        case _:
            found = []
    return ((option, told) for option, told in found if told)


def option_sets(body: Body) -> Iterator[list[tuple[str, bool]]]:
    """What stands side by side to choose from, and whether it is right. Of who-says-it the
    words are ours, not the author's of the question."""
    match body:
        case Choice() | Choices():
            yield [(option.text, option.right) for option in body.options]
        case Claim() if body.whose:
            yield [(holder.text, holder.right) for holder in body.whose]
        case FindPassage() if all(place.text for place in body.places):
            yield [(place.text, place.right) for place in body.places]
        case Matching():
            rights = dict.fromkeys(pair.right for pair in body.pairs)
            yield [(text, text in rights) for text in (*rights, *body.distractors)]
        case Gaps():
            for gap in body.gaps:
                if gap.choose:
                    yield [(text, text == gap.answer) for text in gap.options]


def lacking(body: Body, text: str) -> Iterator[str]:
    """The figures, dates and names of a key that a text does not have."""
    match body:
        case Number():
            scales = [SCALES[w] for w in body.unit.casefold().split() if w in SCALES]
            factors = [1, *scales, *(1 / unit.factor for unit in body.units)]
            if not any(is_in(abs(body.value) * factor, text) for factor in factors):
                yield body.answer()
        case Date():
            days = [body.date.start]
            if body.asked == "range" and body.date.precision == "range":
                days.append(body.date.end)
            elif body.old_style:
                days.append(body.old_style.start)
            told = [has_day(day, body.asked, text) for day in days]
            # Either calendar will do; of a range both years are needed.
            if not (all(told) if body.asked == "range" else any(told)):
                yield body.answer()
        case ShortText():
            right = [answer for answer in body.answers if answer.credit == 1]
            yield from unnamed([s for a in right for s in (a.text, *a.also)], text)
        case Gaps():
            for gap in body.gaps:
                yield from unnamed([gap.answer, *gap.also], text)


def unnamed(spellings: Sequence[str], text: str) -> Iterator[str]:
    """The first spelling, if it is a name or figure that the text has in none of them."""
    is_name = any(c.isupper() or c.isdigit() for c in spellings[0])
    if is_name and not any(has_name(spelling, text) for spelling in spellings):
        yield repr(spellings[0])


def has_name(spelling: str, text: str) -> bool:
    pattern = ".*?".join(re.escape(fold(piece)) for piece in spelling.split("*"))
    if re.search(rf"(?<!\w){pattern}s?(?!\w)", fold(text)):
        return True
    try:
        return is_in(read_number(spelling)[0], text)
    except Unreadable:
        return False


# Words and figures


def content_words(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", fold(text))
    known = STOP_WORDS | NUMERALS.keys() | SCALE_WORDS.keys()
    return {stem(word) for word in words if word not in known}


@lru_cache(8192)
def stem(word: str) -> str:
    """Five letters of it: Bolshevik and Bolshevism, party and parties are about one thing."""
    return str(STEMMER.stemWord(word))[:5]


def in_words(day: date) -> str:
    return f"{calendar.month_name[day.month]} {day.year}"


def has_day(day: date, asked: str, text: str) -> bool:
    found = numbers_in(text)
    if day.year not in found:
        return False
    if asked in {"year", "range"}:
        return True
    month = calendar.month_name[day.month]
    is_month = re.search(rf"\b(?:{month}|{month[:3]}t?)\b", text, re.IGNORECASE) is not None
    return is_month and (asked == "month" or day.day in found)


def is_in(value: float, text: str) -> bool:
    return any(math.isclose(value, number, rel_tol=1e-9) for number in numbers_in(text))


@lru_cache(1024)
def numbers_in(text: str) -> frozenset[float]:
    """Every number that a text may mean, rather too many than too few: 1,118,000 and 1 118 000,
    six, twenty-five, 1.1 million, and of two thirds the share of one and of a hundred."""
    found = {float(century + year) for century, year in YEARS.findall(text)}
    found |= {float(plain_figure(n)) * SCALES[scale] for n, scale in SHORT_SCALE.findall(text)}
    for version in {text, SPACES.sub("", text)}:
        tokens = [token.casefold() for token in TOKEN.findall(version)]
        simple = {float(plain_figure(token)) for token in tokens if token[0].isdigit()}
        simple |= {
            *map(float, map(NUMERALS.__getitem__, NUMERALS.keys() & tokens)),
            *shares(tokens),
        }
        scales = {SCALE_WORDS[token] for token in tokens if token in SCALE_WORDS}
        found |= simple | {number * scale for number in simple for scale in scales}
        found |= set(spelt_out(tokens))
    return frozenset(found)


def shares(tokens: Sequence[str]) -> Iterator[float]:
    """Two thirds: exact, and as one might round it."""
    for before, token in pairwise(["", *tokens]):
        name = token.removesuffix("s").replace("halve", "half")
        if name in SHARES:
            share = NUMERALS.get(before, 1) / (SHARES.index(name) + 2)
            yield from (share, *(round(share, places) for places in (1, 2, 3)))
            yield from (100 * share, *(round(100 * share, places) for places in (0, 1)))


def spelt_out(tokens: Sequence[str]) -> Iterator[float]:
    """Two hundred and fifty thousand."""
    total = current = 0
    for word in [*tokens, ""]:
        if word in NUMERALS:
            current += NUMERALS[word]
        elif SCALE_WORDS.get(word) == 100:
            current = 100 * max(current, 1)
        elif word in SCALE_WORDS:
            total, current = total + SCALE_WORDS[word] * max(current, 1), 0
        elif word != "and":
            if total + current:
                yield float(total + current)
            total = current = 0
