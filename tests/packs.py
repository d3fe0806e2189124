"""A small pack of our own, as files, and copies of the article that it pretends to study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

ARTICLE = """\
slug: {slug}
title: On the keeping of lighthouses
short_title: Lighthouses
cover: Part I
author: A. Keeper
source: Harbour Gazette
published: 1899-05-03
publisher_url: https://harbour.example/
lede: Who keeps the light.
licence: CC BY 4.0
licence_url: https://creativecommons.org/licenses/by/4.0/
chapters:
  - slug: opening
    label: Opening
    title: The light
    summary: What it is for.
  - slug: keepers
    number: "1.1"
    label: "1.1"
    title: Keepers
    summary: Who keeps it.
passages:
{facts}
"""
SECTION = """\
# {title} {{#{id}}}

::: lede
What this part asks.
:::

::: question
Who keeps it?
:::

{passages}
::: closing
So it stands.
:::

::: discuss
1. First question?
2. Second question?
:::
"""
FOOTNOTES = """\
works:
  - {id: almanac, author: B. Pilot, title: Almanac, place: Hull, year: "1890"}
footnotes:
  - id: n1
    at: p1
    kind: citation
    cites: [{work: almanac, pages: p7}]
    printed: B Pilot Almanac Hull 1890, p7.
  - id: n2
    at: p3
    kind: argument
    summary: The wick was never trimmed by the lamp trust.
"""
GLOSSARY = """\
- id: lamp
  term: lamp
  kind: idea
  aliases: [lantern]
  gloss: What gives the light.
  definition: The lamp of [¶1](p1).
  see: [lamp-trust]
  essential: true
- id: lamp-trust
  term: Lamp Trust
  kind: body
  native: Ламповый трест
  native_lang: ru
  gloss: Who owns the lamp.
  definition: A board.
- id: nep
  term: NEP
  kind: idea
  case: exact
  gloss: New Engine Plan.
  definition: A plan.
  authors_usage: true
"""
TIMELINE = """\
- {id: built, date: "1801", text: "The tower is built.", at: p1}
- {id: lit, date: 1801-03-09, text: "The lamp is lit.", at: [p1, n1]}
- {id: storm, when: In the great storm, after: lit, text: "The tower shakes.", at: p2}
- {id: service, date: 1801/1805, kind: period, text: "First service", at: p3}
"""
PEOPLE = """\
- id: pilot
  name: Bess Pilot
  sort: Pilot
  role: Pilot and writer.
  at: [p1, n1]
  says: [{at: p1, how: quoted, text: "The light is for strangers.", note: n1}]
"""
ARGUMENT = """\
- id: thesis
  kind: thesis
  text: Lights are kept by those who do not need them.
  at: [p1]
  parts: [{id: strangers, kind: evidence, text: "Pilots say so.", at: [n1]}]
"""
PAGE = "# Before you read {#before}\n\nText with [a link](p2).\n"
BODIES = {
    1: "The lamp burns for strangers.[^1] The Lamp Trust pays. See [what follows](p2).",
    2: "A keeper sleeps by day.\n\n::: editor\nOur remark on ¶2.\n:::",
    3: "The lantern is trimmed at noon.[^2]\n\n::: stair\n1. keeper\n2. mate\n:::",
}


def write_pack(
    folder: Path,
    *,
    passages: int = 6,
    a_section: int = 3,
    slug: str = "lighthouses",
    **files: str,
) -> Path:
    """The pack's folder under `folder`. `files` replace whole files by name with the dot
    and the slash as underscores: `glossary_yaml=...`."""
    root = folder / slug
    for name in ("chapters", "pages"):
        (root / name).mkdir(parents=True, exist_ok=True)
    numbers = list(range(1, passages + 1))
    half = max(1, (passages // 2) // a_section) * a_section
    facts = "\n".join(
        f"  p{n}: {{words: {20 + n}, sentences: 2, notes: [], quotation: false, marks: []}}"
        for n in numbers
    )
    texts = {
        "article.yaml": ARTICLE.format(slug=slug, facts=facts),
        "chapters/opening.md": chapter(numbers[:half], a_section, "light"),
        "chapters/keepers.md": chapter(numbers[half:], a_section, "keeping"),
        "footnotes.yaml": FOOTNOTES,
        "glossary.yaml": GLOSSARY,
        "timeline.yaml": TIMELINE,
        "people.yaml": PEOPLE,
        "argument.yaml": ARGUMENT,
        "pages/before.md": PAGE,
    }
    for name, text in texts.items():
        key = name.replace("/", "_").replace(".", "_")
        (root / name).write_text(files.get(key, text), encoding="utf-8")
    return root


def chapter(numbers: Sequence[int], a_section: int, name: str) -> str:
    groups = [numbers[i : i + a_section] for i in range(0, len(numbers), a_section)]
    return "\n".join(
        SECTION.format(
            title=f"{name.capitalize()} {index}",
            id=f"{name}-{index}",
            passages="".join(passage(n) for n in group),
        )
        for index, group in enumerate(groups, 1)
    )


def passage(number: int) -> str:
    body = BODIES.get(number, f"Passage {number} speaks of the lamp and of the sea.")
    essential = " .essential" if number == 1 else ""
    return f"## Claim {number} is made. {{#p{number}{essential}}}\n\n{body}\n\n"


Answer = Callable[..., None]  # what the fixture `answer` gives: (name, value, user=, at=)
QUIZZES = """\
- {id: quiz-light, title: Quiz on the light, about: About the light., group: section,
   section: light-1, draws: [{count: 2, sections: [light-1]}]}
"""


def ask(folder: Path, *, passages: int = 6, each: int = 3) -> None:
    """Add questions to a pack: under each passage `each`, the last of them on the argument, all
    on the lamp and answered by the word for it; and a quiz on the first section."""
    (folder / "questions").mkdir(exist_ok=True)
    items = [
        f"- id: p{n}-q{k}\n  kind: text\n  prompt: What burns in {n}.{k}?\n"
        f"  aim: {'argument' if k == each else 'fact'}\n  difficulty: 1\n  concepts: [lamp]\n"
        f"  evidence: [{{at: p{n}, note: 1}}]\n  explanation: The note says so.\n"
        f"  answers: [{{text: lamp}}]\n"
        for n in range(1, passages + 1)
        for k in range(1, each + 1)
    ]
    (folder / "questions" / "all.yaml").write_text("\n".join(items), encoding="utf-8")
    (folder / "quizzes.yaml").write_text(QUIZZES, encoding="utf-8")
