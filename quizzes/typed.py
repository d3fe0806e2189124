"""Typed words: when two spellings are one answer. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−_/"), " ") | {ord("-"): " "}
QUOTES = dict.fromkeys(map(ord, "'\"’‘‛“”„«»`´ʹʼ"), "")
ARTICLES = re.compile(r"^(?:the|an?) (?=\S)")
# A space that may be there or not: beside a letter, or before three figures, but 1 5 is not 15.
LOOSE_SPACE = re.compile(r"(?<!\d) | (?!\d)| (?=\d{3}(?!\d))")
# Ways of writing Russian names in Latin letters, each to one form.
TRANSLITERATION = [
    (re.compile(pattern), form)
    for pattern, form in (
        (r"tsch|tch", "ch"),
        (r"shch|sch", "sh"),
        (r"dj|dzh", "j"),
        (r"kh|x(?=[aeiou])", "h"),
        (r"tz|cz", "ts"),
        (r"(?:ii|iy|ij|yi|yy|i|y)\b", "y"),
        (r"y(?=[aeiou])|j(?=[aeiou])", "i"),
        (r"ie|io|e", "e"),
        (r"w", "v"),
        (r"ou", "u"),
        (r"ks", "x"),
        (r"(.)\1", r"\1"),
    )
]


@lru_cache(4096)
def fold(text: str, *, case: bool = False) -> str:
    """Spaces, accents, dashes, quotation marks and a leading article made one; capitals too,
    unless `case` asks that they agree."""
    plain = unicodedata.normalize("NFKD", text.translate(DASHES).translate(QUOTES))
    # Accents out, and what is not to be seen: soft hyphens, marks of direction.
    plain = "".join(
        c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
    )
    plain = " ".join(re.sub(r"[.,;:!?()\[\]]+", " ", plain).split())
    return plain if case else ARTICLES.sub("", plain.casefold())


def alike(one: str, other: str, *, case: bool = False) -> bool:
    """Whether two texts are the same words."""
    return fold(one, case=case) == fold(other, case=case) != ""


@lru_cache(4096)
def romanized(folded: str) -> str:
    """One form for Trotsky, Trotskii and Trotskij."""
    for pattern, form in TRANSLITERATION:
        folded = pattern.sub(form, folded)
    return folded


def slips_allowed(length: int) -> int:
    """How many letters may be wrong in so many: none in a short word."""
    if length < 5:
        return 0
    return 1 if length < 10 else 2


def has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)


def agrees(
    typed: str,
    pattern: str,
    *,
    case: bool = False,
    slips: bool = True,
) -> bool:
    """Whether `typed` is what `pattern` asks for; `*` in it stands for any words.

    A slip is one letter wrong, missing, too many, or two exchanged. Where figures are in it,
    no slip is allowed: 1912 is not 1921.
    """
    given, wanted = fold(typed, case=case), fold(pattern, case=case)
    if not given:
        return False
    if "*" in pattern:
        pieces = [re.escape(fold(piece, case=case)) for piece in wanted.split("*")]
        return re.fullmatch(".*".join(pieces), given) is not None
    if given == wanted or LOOSE_SPACE.sub("", given) == LOOSE_SPACE.sub("", wanted):
        return True
    if case or has_digit(wanted) or has_digit(given):
        return False
    given, wanted = romanized(given), romanized(wanted)
    allowed = slips_allowed(len(wanted)) if slips else 0
    return OSA.distance(given, wanted, score_cutoff=allowed) <= allowed
