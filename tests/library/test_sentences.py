from __future__ import annotations

import pytest

from studyguide.library.sentences import sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two.", 2),
        ("It cost 13.5 million. So he said.", 2),
        ("See Vol. 3 and p. 12. Done.", 2),
        ("V. I. Lenin wrote it. He did.", 2),
        ("“Why?” she asked. Nobody knew.", 2),
        ("He said: “It is so.” Then he left.", 2),
        ("A mark.[^18] Another.[^19]", 2),
        ("A mark”.[^18] Another”[^19].", 2),
        ("It goes on ... and on. Then ends.", 2),
        ("No stop at the end", 1),
        ("In March 1921.[^12] The measures", 2),
        ("", 0),
    ],
)
def test_a_paragraph_has_so_many_sentences(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_nothing_is_lost_between_sentences() -> None:
    text = "One (two).  Three “four.” Five?\nSix!"
    assert " ".join(sentences(text)) == " ".join(text.split())
