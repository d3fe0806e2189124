"""A copy of the article on lighthouses, with the shapes that make reading one hard.

All words are ours; only the shapes are those of real supplements: marks glued to words,
years and decimals, quotations over several paragraphs, a note of two paragraphs.
"""

from __future__ import annotations

FRONT = [
    "HarbourGazette",
    "3.5.1899",
    "SUPPLEMENT: On the keeping of lighthouses",
    "Part I",
    "(A drawing of this tower can be found\xa0HERE)",
]
BODY = [
    "The lamp burns for strangers and not for those who trim its wick.1 Nobody thanks it.",
    "Of 13.5 million candles burnt, 44.5% went to waste, and 2,000 were stolen in 1801-5.",
    "A pilot called it the “eye of the coast”2. Others called it a lantern with a tower.",
    "“Since the tower was built the rocks have taken nobody, which is all that can be said.",
    "This is a state of affairs that no harbour master had ever been used to.",
    "On the other hand the oil has never once been paid for by the town.”3",
    "1.1. Keepers",
    "The first keeper came in March 1801.4 He left at the age of 54.5 Ships passed all the same.",
    "The Trust’s Congress6 (which met on the quay) paid “the half of it”.7 That was in 10 days.",
    "“The lamp is ours,” said the Trust, and it “will be ours” for ever, or so they thought.",
]
SIGNATURE = ["B. Mate"]
NOTES = [
    "  1. B Pilot Almanac Hull 1890, p7.↩︎",
    "  2. ibid p8.↩︎",
    "  3. ibid Vol 2, pp11,12.↩︎",
    "  4. See the harbour book (Hull nd).↩︎",
    "  5. The keeper’s own count. It cannot be right, since he was born in the great storm.\n\n"
    "    His wife gives “a ‘round’ figure” in another place.↩︎",
    "  6. Two hundred came.↩︎",
    '  7. "The half" was a third (Almanac p9).↩︎',
]
MARKED = {1: [1], 3: [2], 6: [3], 7: [4, 5], 8: [6, 7]}


def plain() -> str:
    return "\n\n".join([*FRONT, *BODY, *SIGNATURE, *NOTES]) + "\n"
