from __future__ import annotations

from studyguide.library.era import core, era
from studyguide.library.models import Article


def test_forerunners_do_not_squeeze_the_line() -> None:
    assert core([1801, 1917, 1918, 1921, 1921, 1926, 1991]) == (1917, 1926)


def test_the_line_shows_events_and_periods(article: Article) -> None:
    drawn = era(list(article.events.all()))
    assert (drawn.first, drawn.last, drawn.outside) == (1801, 1801, 0)
    assert drawn.svg.count('height="34%"') == 2
    assert "First service" in drawn.svg


def test_without_dates_there_is_no_line() -> None:
    assert era([]).svg == ""
