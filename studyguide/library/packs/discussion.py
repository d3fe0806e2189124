"""The open questions of all sections on one page, made from the sections themselves."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studyguide.library.packs.schema import Pack, Page, Section

SLUG = "questions-for-discussion"  # no page of a pack may be called so


def discussion(pack: Pack) -> list[Page]:
    asking = [section for section in pack.sections if section.discuss]
    if not asking:
        return []
    opening = _("Two for each section, to talk over or to write about. Nobody marks them.")
    body = "\n\n".join([opening, *map(part, asking)])
    return [Page(slug=SLUG, title=_("Questions for discussion"), body=body)]


def part(section: Section) -> str:
    first, last = section.passages[0], section.passages[-1]
    span = f"¶{first.number}" if first is last else f"¶{first.number}–{last.number}"
    questions = [f"{index}. {text}" for index, text in enumerate(section.discuss, 1)]
    return "\n\n".join([f"## {section.title}", f"[{span}]({first.ref})", "\n".join(questions)])
