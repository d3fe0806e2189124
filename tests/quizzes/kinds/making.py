"""Questions of every kind, and forms filled in for them, as hypothesis makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from hypothesis import strategies as st

CANARY = "canary"
Written = dict[str, Any]  # a body as an author writes it
Form = dict[str, list[str]]

words = st.text(min_size=1, max_size=12).filter(lambda text: text.strip())
names = st.text("abcdefghijk", min_size=3, max_size=9)
hexes = st.text("0123456789abcdef", min_size=10, max_size=10)
NASTY = (
    *("", "\x00", "1921\x00", "²", "½", "٣", "١٩٢١", "\u202e1921\u202c", "\ufeff", "0", "-1", "+"),
    *("9" * 4, "9" * 39, "9" * 5000, "1e400", "nan", "inf", "∞", "1 000 000", "0.0.0", ".", ","),
    *("1.1 million", "billion", "9 bn bn bn bn", "true", "false", "old", "up:", "down:x", "up:up"),
    *("*", "[[1]]", "<b>", "{}", "null", "a" * 10_000, "\u0301", "ﬃ", "İ"),
)
junk = st.text(max_size=20) | st.sampled_from(NASTY)


def canaries() -> Callable[[], str]:
    numbers = count()
    return lambda: f"{CANARY}-{next(numbers)}"


@st.composite
def distinct(draw: st.DrawFn, least: int, most: int = 6) -> list[str]:
    def folded(text: str) -> str:
        return " ".join(text.casefold().split()).rstrip(".")

    return draw(st.lists(words, min_size=least, max_size=most, unique_by=folded))


@st.composite
def choice(draw: st.DrawFn) -> Written:
    texts, secret = draw(distinct(2)), canaries()
    right = draw(st.integers(0, len(texts) - 1))
    options = [{"text": text, "right": False, "feedback": secret()} for text in texts]
    for option in options:
        option["credit"] = draw(st.sampled_from((0.0, 0.25, 0.5)))
    options[right] |= {"right": True, "credit": 0.0}
    return {"options": options, "shuffle": draw(st.booleans())}


@st.composite
def choices(draw: st.DrawFn) -> Written:
    texts, secret = draw(distinct(4)), canaries()
    flags = draw(st.permutations([True, False, False, *draw(flags_for(len(texts) - 3))]))
    rules = ("balanced", "all-or-nothing", "net", "each", "subset", "coverage", "weights")
    rule = draw(st.sampled_from(rules))
    options: list[Written] = [
        {"text": text, "right": right, "feedback": secret()}
        for text, right in zip(texts, flags, strict=True)
    ]
    if rule == "weights":
        for option in options:
            others = sum(flags) if option["right"] else len(flags) - sum(flags)
            option["weight"] = (1 if option["right"] else -1) / others
    return {"options": options, "credit": rule, "tell": draw(st.booleans())}


def flags_for(number: int) -> st.SearchStrategy[list[bool]]:
    return st.lists(st.booleans(), min_size=number, max_size=number)


@st.composite
def claim(draw: st.DrawFn) -> Written:
    secret = canaries()
    whose = [{"text": t, "right": False, "feedback": secret()} for t in draw(distinct(2, 4))]
    whose[draw(st.integers(0, len(whose) - 1))]["right"] = True
    return {
        "holds": draw(st.booleans()),
        "feedback": secret(),
        "whose": draw(st.sampled_from(([], whose))),
    }


@st.composite
def date(draw: st.DrawFn) -> Written:
    day, asked = draw(st.dates()), draw(st.sampled_from(("day", "month", "year", "range")))
    written = f"{day:%Y-%m-%d}".zfill(10)
    body: Written = {
        "date": draw(st.sampled_from({"day": (10,), "month": (10, 7)}.get(asked, (10, 7, 4)))),
        "asked": asked,
        "tolerance": draw(st.integers(0, 30)),
        "known": [{"date": written, "feedback": f"{CANARY}-1"}],
    }
    body["date"] = written[: body["date"]]
    if asked == "day" and draw(st.booleans()):
        body["old_style"] = f"{draw(st.dates()):%Y-%m-%d}".zfill(10)
    return body


@st.composite
def gaps(draw: st.DrawFn) -> Written:
    secret = canaries()
    made = []
    for _gap in range(draw(st.integers(1, 3))):
        texts = draw(distinct(3, 4))
        traps = [{"text": text, "feedback": secret()} for text in texts[1:]]
        is_chosen = draw(st.booleans())
        gap = {"answer": texts[0], "choose": is_chosen, "traps": traps if is_chosen else []}
        made.append(gap | {"label": draw(names)})
    text = " ".join(f"{draw(names)} [[{number}]]" for number in range(1, len(made) + 1))
    return {"text": text, "gaps": made}


@st.composite
def matching(draw: st.DrawFn) -> Written:
    lefts, secret = draw(distinct(2, 5)), canaries()
    rights = draw(distinct(len(lefts) + 1, len(lefts) + 1))
    pairs = [
        {"left": left, "right": right, "feedback": secret()}
        for left, right in zip(lefts, rights, strict=False)
    ]
    return {"pairs": pairs, "distractors": rights[len(lefts) :]}


@st.composite
def number(draw: st.DrawFn) -> Written:
    value = draw(st.floats(-1e12, 1e12) | st.integers(-(10**12), 10**12))
    return {
        "value": value,
        "relative": draw(st.sampled_from((0.0, 0.05))),
        "near": draw(st.sampled_from((0.0, 0.2))),
        "unit": draw(st.sampled_from(("", "%", "tons"))),
        "units": [{"name": "poods", "factor": 0.01638}],
        "known": [{"value": value * 3 + 1e13, "feedback": f"{CANARY}-1"}],
        "hint": draw(names),
    }


@st.composite
def ordering(draw: st.DrawFn) -> Written:
    secret = canaries()
    lines = [
        {"id": f"l{place}", "text": text, "when": secret()}
        for place, text in enumerate(draw(distinct(3)))
    ]
    places = st.integers(0, len(lines) - 1)
    pairs = draw(st.lists(st.tuples(places, places).filter(lambda pair: pair[0] < pair[1])))
    if pairs:
        return {"lines": lines, "before": [(f"l{a}", f"l{b}") for a, b in pairs]}
    rules = ("all-pairs", "all-or-nothing", "absolute", "relative", "next", "next-and-last")
    more = ("neighbours", "longest-ordered", "longest-contiguous")
    return {"lines": lines, "credit": draw(st.sampled_from((*rules, *more)))}


@st.composite
def passage(draw: st.DrawFn) -> Written:
    secret = canaries()
    numbers = draw(st.lists(st.integers(1, 99), min_size=2, max_size=5, unique=True))
    places = [
        {"at": f"p{n}", "text": draw(names), "right": False, "feedback": secret()} for n in numbers
    ]
    places[draw(st.integers(0, len(places) - 1))]["right"] = True
    return {"places": places}


@st.composite
def text(draw: st.DrawFn) -> Written:
    spellings = draw(distinct(1, 4))
    return {
        "answers": [
            {"text": spelling, "credit": 1.0 if place == 0 else 0.0, "feedback": f"{CANARY}-1"}
            for place, spelling in enumerate(spellings)
        ],
        "case": draw(st.booleans()),
        "slips": draw(st.booleans()),
        "hint": draw(names),
    }


@st.composite
def voice(draw: st.DrawFn) -> Written:
    people, secret = draw(distinct(1, 3)), canaries()
    roles: list[Written] = [{"how": "asserts"}]
    roles += [{"how": how, "whom": whom} for whom in people for how in ("reports", "rejects")]
    speakers = [role | {"right": False, "feedback": secret()} for role in roles]
    speakers[draw(st.integers(0, len(speakers) - 1))]["right"] = True
    return {"speakers": speakers, "statement": draw(names)}


def picked(name: str, field: str = "options") -> Callable[[Written], st.SearchStrategy[Form]]:
    """A form in which one of the keys in `field` is sent as `name`."""

    def form(shown: Written) -> st.SearchStrategy[Form]:
        keys = [option["key"] for option in shown[field]]
        return st.fixed_dictionaries({name: st.sampled_from(keys).map(lambda key: [key])})

    return form


def one_of(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.sampled_from(values).map(lambda value: [value])


def ticked(shown: Written) -> st.SearchStrategy[Form]:
    keys = [option["key"] for option in shown["options"]]
    return st.fixed_dictionaries({"choices": st.lists(st.sampled_from(keys), unique=True)})


def judged(shown: Written) -> st.SearchStrategy[Form]:
    keys = [holder["key"] for holder in shown["whose"]] or [""]
    return st.fixed_dictionaries({"verdict": one_of(["true", "false"]), "whose": one_of(keys)})


def dated(shown: Written) -> st.SearchStrategy[Form]:
    def posted(number: int) -> list[str]:
        return [str(number)]

    return st.fixed_dictionaries(
        {
            "day": st.integers(1, 31).map(posted),
            "month": st.integers(1, 12).map(posted),
            "year": st.integers(1900, 1930).map(posted),
            "to_year": st.integers(1900, 1930).map(posted),
            "style": one_of(["", "old"]),
        }
    )


def filled(shown: Written) -> st.SearchStrategy[Form]:
    return st.fixed_dictionaries(
        {
            f"gap-{gap['key']}": one_of([option["key"] for option in gap["options"]])
            if gap["options"]
            else words.map(lambda word: [word])
            for gap in shown["gaps"]
        }
    )


def matched(shown: Written) -> st.SearchStrategy[Form]:
    targets = [target["key"] for target in shown["targets"]]
    return st.fixed_dictionaries(
        {f"match-{left['key']}": one_of(targets) for left in shown["lefts"]}
    )


def ordered(shown: Written) -> st.SearchStrategy[Form]:
    keys = [line["key"] for line in shown["lines"]]
    moves = [f"{way}:{key}" for way in ("up", "down") for key in keys]
    return st.fixed_dictionaries(
        {"order": st.permutations(keys), "move": st.just([]) | one_of(moves)}
    )


def typed(name: str) -> Callable[[Written], st.SearchStrategy[Form]]:
    return lambda shown: st.fixed_dictionaries({name: words.map(lambda word: [word])})


def flagged(field: str) -> Callable[[Written], Written]:
    """The same options, of which others are right."""

    def other(body: Written) -> Written:
        flags = [{k: o[k] for k in ("right", "credit", "weight") if k in o} for o in body[field]]
        turned = [*flags[1:], flags[0]]
        options = [o | turn for o, turn in zip(body[field], turned, strict=True)]
        return body | {field: options}

    return other


def other_claim(body: Written) -> Written:
    return (
        flagged("whose")(body) | {"holds": not body["holds"]}
        if body["whose"]
        else (body | {"holds": not body["holds"]})
    )


def other_date(body: Written) -> Written:
    year = int(body["date"][:4])
    return body | {"date": f"{year - 4 if year > 4 else year + 4:04}" + body["date"][4:]}


def other_gaps(body: Written) -> Written:
    def other(gap: Written) -> Written:
        if not gap["choose"]:
            return gap | {"answer": "another answer"}
        first, *rest = gap["traps"]
        swapped = [{**first, "text": gap["answer"]}, *rest]
        return gap | {"answer": first["text"], "traps": swapped}

    return body | {"gaps": [other(gap) for gap in body["gaps"]]}


def other_pairs(body: Written) -> Written:
    rights = [pair["right"] for pair in body["pairs"]]
    turned = [*rights[1:], rights[0]]
    pairs = [pair | {"right": right} for pair, right in zip(body["pairs"], turned, strict=True)]
    return body | {"pairs": pairs}


def other_answers(body: Written) -> Written:
    return body | {"answers": [{"text": "another answer"}]}


@dataclass(frozen=True)
class Making:
    bodies: st.SearchStrategy[Written]  # feedback in them says CANARY
    forms: Callable[[Written], st.SearchStrategy[Form]]  # filled in completely, for what is shown
    other: Callable[[Written], Written]  # the same question with another key


MAKING = {
    "choice": Making(choice(), picked("choice"), flagged("options")),
    "choices": Making(choices(), ticked, flagged("options")),
    "claim": Making(claim(), judged, other_claim),
    "date": Making(date(), dated, other_date),
    "gaps": Making(gaps(), filled, other_gaps),
    "matching": Making(matching(), matched, other_pairs),
    "number": Making(number(), typed("number"), lambda body: body | {"value": 7e12, "known": []}),
    "ordering": Making(ordering(), ordered, lambda b: {"lines": b["lines"][::-1]}),
    "passage": Making(passage(), picked("choice"), flagged("places")),
    "recall": Making(
        st.builds(lambda said: {"says": f"{CANARY} {said}"}, words),
        lambda _shown: st.sampled_from("1234").map(lambda value: {"recall": [value]}),
        lambda body: {"says": "another answer"},
    ),
    "text": Making(text(), typed("text"), other_answers),
    "voice": Making(voice(), picked("choice"), flagged("speakers")),
}
