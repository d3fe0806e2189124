"""Finds glossary terms in running text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Linkable:
    ref: str
    spellings: tuple[str, ...]  # the headword and its aliases
    is_case_exact: bool = False


@dataclass(frozen=True)
class Found:
    start: int
    end: int
    ref: str


class TermLinker:
    """Longest match, whole words, capitals by each term's own rule.

    Spellings are filed under their first word, so that the time a text takes does
    not grow with the number of terms. A plural in -s is found by itself; of a
    possessive the word without its ending.
    """

    def __init__(self, terms: Iterable[Linkable]) -> None:
        filed: dict[str, list[tuple[int, re.Pattern[str], str]]] = defaultdict(list)
        for term in terms:
            flags = 0 if term.is_case_exact else re.IGNORECASE
            for spelling in term.spellings:
                first = WORD.search(spelling)
                if first is None:
                    continue
                pattern = re.compile(spelling_pattern(spelling[first.start() :]), flags)
                filed[first.group().casefold()].append((len(spelling), pattern, term.ref))
        self.filed = {
            word: sorted(entries, key=lambda entry: -entry[0]) for word, entries in filed.items()
        }

    def find(self, text: str) -> Iterator[Found]:
        end = 0
        for word in WORD.finditer(text):
            if word.start() < end:
                continue
            found = self.match_at(text, word)
            if found:
                end = found.end
                yield found

    def match_at(self, text: str, word: re.Match[str]) -> Found | None:
        key = word.group().casefold()
        candidates = [*self.filed.get(key, ())]
        if key.endswith("s"):
            candidates += self.filed.get(key[:-1], ())
        for _length, pattern, ref in sorted(candidates, key=lambda entry: -entry[0]):
            match = pattern.match(text, word.start())
            if match:
                return Found(match.start(), match.end(), ref)
        return None


def spelling_pattern(spelling: str) -> str:
    """White space matches any, an apostrophe either form, a hyphen any dash of a word."""
    pattern = re.escape(spelling.strip())
    pattern = re.sub(r"(?:\\\s|\s)+", r"\\s+", pattern)
    pattern = re.sub("['’]", "['’]", pattern)
    pattern = pattern.replace(r"\-", "[-‐‑]")
    return pattern + r"s?(?!\w)"
