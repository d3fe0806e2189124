"""What this room holds about a person."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from studyguide.accounts.models import User
from studyguide.accounts.privacy import Excused, Holding, Room, register
from studyguide.library.models import LookUp, Original, OriginalGrant, ReadingPosition

NUMBER = _("number of this row")
ACCOUNT = _("number of your account")
PASSAGE = _("number of the passage")

HOLDINGS = [
    Holding(
        "reading_marks",
        "library.ReadingMark",
        "user",
        _("Each mark that you made while reading, in order."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "passage": PASSAGE,
            "passage__article__slug": _("article"),
            "passage__ref": _("passage, such as p44"),
            "kind": _("read, unread, unclear or clear"),
            "at": _("when"),
            "token": _("which press of the button it was"),
        },
    ),
    Holding(
        "reading",
        "library.ReadingState",
        "user",
        _("How each passage stands for you now."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "article": _("number of the article"),
            "passage": PASSAGE,
            "passage__ref": _("passage, such as p44"),
            "is_read": _("whether you marked it as read"),
            "is_unclear": _("whether you marked it as unclear"),
            "read_at": _("when you marked it as read"),
        },
    ),
    Holding(
        "reading_positions",
        "library.ReadingPosition",
        "user",
        _("Where you last were in each article."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "article": _("number of the article"),
            "article__slug": _("article"),
            "passage": PASSAGE,
            "passage__ref": _("passage, such as p44"),
            "at": _("when"),
            "revision": _("how often your marks there changed"),
        },
    ),
    Holding(
        "look_ups",
        "library.LookUp",
        "user",
        _("Terms that you opened while reading, and at which passage."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "term": _("number of the term"),
            "term__term": _("the term"),
            "passage": PASSAGE,
            "passage__article__slug": _("article"),
            "passage__ref": _("passage, such as p44"),
            "at": _("when first"),
        },
    ),
    Holding(
        "originals",
        "library.Original",
        "owner",
        _("Copies of articles that you added."),
        {
            "id": NUMBER,
            "owner": ACCOUNT,
            "article": _("number of the article"),
            "article__slug": _("article"),
            "audience": _("who may read it"),
            "right": _("by what right it is shared, as you put it"),
            "credit": _("whose text it is, as you put it"),
            "digest": _("SHA-256 of the text"),
            "imported_at": _("when you added it"),
        },
    ),
    Holding(
        "original_passages",
        "library.OriginalPassage",
        "original__owner",
        _("The text of your copies, passage by passage."),
        {
            "id": NUMBER,
            "original": _("number of the copy"),
            "passage": PASSAGE,
            "passage__ref": _("passage, such as p44"),
            "position": _("its place"),
            "is_quotation": _("whether it is a quotation"),
            "sentences": _("its sentences"),
            "terms": _("terms of the glossary in it"),
        },
    ),
    Holding(
        "original_footnotes",
        "library.OriginalFootnote",
        "original__owner",
        _("The footnotes of your copies."),
        {
            "id": NUMBER,
            "original": _("number of the copy"),
            "number": _("number of the note"),
            "text": _("its text"),
        },
    ),
    Holding(
        "shared_originals",
        "library.OriginalGrant",
        "user",
        _("Copies of others that you may read."),
        {
            "id": NUMBER,
            "user": ACCOUNT,
            "original": _("number of the copy"),
            "source": _("what lets you in"),
        },
    ),
]

EXCUSED = [
    Excused(
        "library.OriginalPassage",
        ["body_html"],
        "Made from the sentences beside it, with the guide's links added",
    ),
    Excused(
        "library.SearchEntry",
        ["id", "article", "original", "kind", "ref", "title", "text", "words", "position"],
        "An index made from the texts that are exported",
    ),
]


def erase(user: User, now: datetime) -> None:
    """Copies go, those shared too: the right was stated by who leaves. Marks stay, of nobody."""
    Original.objects.filter(owner=user).delete()
    OriginalGrant.objects.filter(user=user).delete()
    ReadingPosition.objects.filter(user=user).delete()
    LookUp.objects.filter(user=user).delete()


register(Room("library", HOLDINGS, erase, EXCUSED))
