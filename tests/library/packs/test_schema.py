from __future__ import annotations

from datetime import date

import pytest

from studyguide.library.packs.schema import partial_date


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("1924-01-21", date(1924, 1, 21), date(1924, 1, 21), "day"),
        ("1924-02", date(1924, 2, 1), date(1924, 2, 29), "month"),
        ("1921", date(1921, 1, 1), date(1921, 12, 31), "year"),
        ("1921-03/1922-01", date(1921, 3, 1), date(1922, 1, 31), "range"),
    ],
)
def test_a_date_is_as_exact_as_it_was_given(
    text: str, start: date, end: date, precision: str
) -> None:
    assert partial_date(text) == (start, end, precision)


@pytest.mark.parametrize("text", ["March 1921", "1921-13", "1921-02-30", "1922/1921", "21", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no date|calendar|ends before"):
        partial_date(text)
