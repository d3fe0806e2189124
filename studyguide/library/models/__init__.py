from studyguide.library.models.content import (
    Article,
    AskedTerm,
    Chapter,
    Evidence,
    Footnote,
    GlossaryTerm,
    Passage,
    Person,
    Section,
    TimelineEvent,
    Work,
)
from studyguide.library.models.originals import (
    Original,
    OriginalFootnote,
    OriginalGrant,
    OriginalPassage,
)
from studyguide.library.models.reading import (
    LookUp,
    ReadingMark,
    ReadingPosition,
    ReadingState,
    mark,
)
from studyguide.library.models.search import SearchEntry

__all__ = [
    "Article",
    "AskedTerm",
    "Chapter",
    "Evidence",
    "Footnote",
    "GlossaryTerm",
    "LookUp",
    "Original",
    "OriginalFootnote",
    "OriginalGrant",
    "OriginalPassage",
    "Passage",
    "Person",
    "ReadingMark",
    "ReadingPosition",
    "ReadingState",
    "SearchEntry",
    "Section",
    "TimelineEvent",
    "Work",
    "mark",
]
