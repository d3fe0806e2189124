from __future__ import annotations

from studyguide.library.bars import Bar, heights, sky, skyline

BARS = [Bar(1, 100, is_read=True), Bar(2, 50), Bar(3, 0, is_here=True)]


def test_the_longest_bar_is_whole() -> None:
    assert heights(BARS)[0] == 1


def test_a_longer_paragraph_has_a_higher_bar() -> None:
    assert heights(BARS)[1] < heights(BARS)[0]


def test_read_here_and_to_do_differ() -> None:
    svg = sky(BARS, heights(BARS), slots=3)
    assert [svg.count(fill) for fill in ("f-ink", "f-now", "f-unread")] == [1, 1, 1]


def test_the_drawing_says_the_same_in_words() -> None:
    svg = skyline(BARS, [("Opening", 1, 3)])
    assert "3 bars" in svg
    assert "1 are read" in svg
    assert "at paragraph 3" in svg


def test_no_bars_no_fault() -> None:
    assert "<svg" in skyline([], [])
