from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from quizzes import certainty
from quizzes.mastery import Standing
from studyguide.progress import charts

TODAY = date(2026, 5, 6)  # a Wednesday
FIRM, LOOSE, NEW = Standing(firm=4), Standing(firm=1, learning=3), Standing(new=4)


def sure(*groups: tuple[int, int, int]) -> certainty.Summary:
    """Groups of (certainty, right, wrong)."""
    return certainty.summary(
        certainty.Sure(level, float(n < right))
        for level, right, wrong in groups
        for n in range(right + wrong)
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([NEW, NEW], "Nothing answered yet"),
        ([FIRM, NEW], "Section 1 is firm"),
        ([FIRM, FIRM, NEW], "Sections 1 and 2 are firm"),
        ([FIRM, FIRM, FIRM, LOOSE], "Sections 1, 2 and 3 are firm; 4 is the one to revisit"),
        ([FIRM, FIRM], "Every section is firm"),
        ([LOOSE, NEW], "No section is firm yet; 1 is the loosest"),
        ([Standing(learning=2), NEW], "Cards are young: nothing is firm yet"),
    ],
)
def test_the_sections_are_summed_up(rows: list[Standing], words: str) -> None:
    assert charts.sections_finding(list(enumerate(rows, 1))) == words


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ({}, "No card falls due in the next two weeks"),
        ({0: 3, 1: 2}, "Today is the heaviest day: 3 cards"),
        ({0: 1, 1: 2}, "Tomorrow is the heavy day: 2 cards"),
        ({5: 1}, "Monday 11 May is the heaviest day: 1 card"),
    ],
)
def test_the_forecast_is_summed_up(due: dict[int, int], words: str) -> None:
    days = {TODAY + timedelta(days=n): count for n, count in due.items()}
    plot = charts.forecast(days, TODAY, 14)
    assert plot.finding == words
    assert sum(count for _day, count in plot.rows) == sum(due.values())


def test_the_calendar_of_one_is_not_kept_for_the_next() -> None:
    charts.calendar({TODAY - timedelta(days=1): 40}, TODAY, 112)
    assert charts.calendar({}, TODAY, 112).svg.count("f-leaf") == 111


def test_the_calendar_ends_today() -> None:
    svg = charts.calendar({TODAY: 3}, TODAY, 112).svg
    assert svg.count("f-now") == 1
    assert svg.count("<rect") == 112


@pytest.mark.parametrize(("count", "fill"), [(0, "f-leaf"), (1, "v1"), (9, "v2"), (400, "v5")])
def test_more_has_a_stronger_colour(count: int, fill: str) -> None:
    assert charts.fill_of(count, is_today=False) == fill


def test_a_gap_is_no_fault() -> None:
    assert charts.calendar({}, TODAY, 112).finding == "No day studied yet"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (sure((1, 5, 5), (3, 2, 18)), "When you say “Sure”, you are right less often"),
        (sure((1, 18, 0), (3, 18, 0)), "You could be surer"),
        (sure((1, 5, 5), (3, 19, 1)), "You are as sure as you are right"),
    ],
)
def test_certainty_is_held_against_correctness(given: certainty.Summary, words: str) -> None:
    plot = charts.calibration(given)
    assert plot is not None
    assert words in plot.finding


@pytest.mark.parametrize("given", [sure(), sure((1, 5, 5)), sure((1, 40, 40))])
def test_too_few_answers_say_nothing(given: certainty.Summary) -> None:
    assert charts.calibration(given) is None


def test_every_drawing_is_whole() -> None:
    drawings = [
        charts.meter(LOOSE, "<told>"),
        charts.forecast({TODAY: 2}, TODAY, 14).svg,
        charts.calendar({TODAY: 2}, TODAY, 112).svg,
        charts.calibration(sure((1, 10, 10), (3, 10, 10))).svg,  # type: ignore[union-attr]
    ]
    for svg in drawings:
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert "viewBox" not in root.attrib
        assert "style" not in svg
