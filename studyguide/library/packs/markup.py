"""The study text of a chapter: sections, passages and their parts, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

Complain = Callable[[int, str], None]

HEADING = re.compile(r"(#{1,6}) +(.*?)\s*(?:\{([^{}]*)\})?\s*")
OPENING = re.compile(r":::+ *([a-z]+)\s*")
CLOSING = re.compile(r":::+\s*")
ITEM = re.compile(r"\d+[.)] +(.*)")
SECTION_PARTS = {"lede", "question", "closing", "discuss"}
PASSAGE_PARTS = {"editor", "stair", "general"}


@dataclass
class RawPassage:
    ref: str
    headline: str
    is_essential: bool
    line: int
    body: list[str] = field(default_factory=list)


@dataclass
class RawSection:
    id: str
    title: str
    was: tuple[str, ...]
    line: int
    parts: dict[str, str] = field(default_factory=dict)
    passages: list[RawPassage] = field(default_factory=list)

    @property
    def discuss(self) -> list[str]:
        """The items of its numbered list; a line that begins none goes on the last."""
        items: list[str] = []
        for line in self.parts.get("discuss", "").splitlines():
            match = ITEM.fullmatch(line.strip())
            if match:
                items.append(match.group(1))
            elif line.strip() and items:
                items[-1] += f" {line.strip()}"
        return items


def read_chapter(text: str, complain: Complain) -> list[RawSection]:
    """Sections of a chapter's file. What is wrong goes to `complain(line, message)`."""
    return ChapterReader(complain).read(text)


class ChapterReader:
    def __init__(self, complain: Complain) -> None:
        self.complain = complain
        self.sections: list[RawSection] = []
        self.part = ""  # the block of the section being read
        self.inner = 0  # blocks open inside a passage
        self.opened = 0

    def read(self, text: str) -> list[RawSection]:
        for number, line in enumerate(text.splitlines(), 1):
            self.take(number, line.rstrip())
        if self.part or self.inner:
            self.complain(self.opened, "this block is never closed: end it with a line :::")
        return self.sections

    def take(self, number: int, line: str) -> None:
        opening, closing = OPENING.fullmatch(line), CLOSING.fullmatch(line)
        heading = HEADING.fullmatch(line)
        if closing:
            self.close(number, line)
        elif opening:
            self.open(number, opening.group(1), line)
        elif heading:
            self.heading(number, heading)
        elif self.part:
            parts = self.sections[-1].parts
            parts[self.part] = f"{parts[self.part]}\n{line}".strip("\n")
        elif self.passage:
            self.passage.body.append(line)
        elif line.strip():
            self.complain(
                number,
                "text outside a passage: put it under a heading ## ... {#p1} or into "
                "::: lede, question, closing or discuss",
            )

    @property
    def passage(self) -> RawPassage | None:
        if not self.sections or not self.sections[-1].passages:
            return None
        return self.sections[-1].passages[-1]

    def heading(self, number: int, match: re.Match[str]) -> None:
        level, title, attributes = (
            len(match.group(1)),
            match.group(2),
            match.group(3) or "",
        )
        if self.part or self.inner:
            self.complain(self.opened, "this block is never closed: end it with a line :::")
            self.part, self.inner = "", 0
        names = attributes.split()
        ids = [name[1:] for name in names if name.startswith("#")]
        if level > 2 or len(ids) != 1 or not title:
            self.complain(
                number,
                "a heading is a section, # Title {#an-id}, or a passage, ## Claim. {#p1}",
            )
        if level == 1:
            was = [name[4:].split(",") for name in names if name.startswith("was=")]
            self.sections.append(
                RawSection(ids[0] if ids else "", title, tuple(was[0]) if was else (), number)
            )
            known = {"#", "was="}
        else:
            if not self.sections:
                self.complain(number, "a passage before the first section (# Title {#id})")
                self.sections.append(RawSection("", "", (), number))
            self.sections[-1].passages.append(
                RawPassage(ids[0] if ids else "", title, ".essential" in names, number + 1)
            )
            known = {"#", ".essential"}
        for name in names:
            if not any(name.startswith(start) for start in known):
                self.complain(number, f"{name!r} means nothing here: take it out")

    def open(self, number: int, name: str, line: str) -> None:
        if name in SECTION_PARTS:
            if not self.sections:
                self.complain(number, f"::: {name} before the first section")
                self.sections.append(RawSection("", "", (), number))
            if name in self.sections[-1].parts:
                self.complain(number, f"::: {name} stands twice in this section: keep one")
            self.part, self.opened = name, number
            self.sections[-1].parts[name] = ""
        elif name in PASSAGE_PARTS and self.passage and not self.part:
            self.inner, self.opened = self.inner + 1, number
            self.passage.body.append(line)
        else:
            parts = ", ".join(sorted(SECTION_PARTS | PASSAGE_PARTS))
            self.complain(number, f"::: {name} is not known here; there are {parts}")

    def close(self, number: int, line: str) -> None:
        if self.part:
            self.part = ""
        elif self.inner and self.passage:
            self.inner -= 1
            self.passage.body.append(line)
        else:
            self.complain(number, "::: closes a block that was not opened: take it out")
