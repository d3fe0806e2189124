from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.typed import agrees, fold, slips_allowed


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("war communism", "War Communism"),
        ("  war \t communism\n", "War Communism"),
        ("War–Communism", "War Communism"),
        ("war-communism", "War Communism"),
        ("warcommunism", "War Communism"),
        ("the Cheka", "Cheka"),
        ("Cheka", "the Cheka"),
        ("Cheka.", "Cheka"),
        ("“Cheka”", "Cheka"),
        ("«Cheka»", "Cheka"),
        ("'Cheka'", "Cheka"),
        ("St. Petersburg", "St Petersburg"),
        ("Ossip Mandelštam", "Ossip Mandelstam"),
        ("Cafe", "Café"),
        ("Cafe\u0301", "Café"),
        ("bu\u00adreau\u00adcra\u00adcy", "bureaucracy"),
        ("\u202eCheka\u202c", "Cheka"),
        ("C\u0308heka", "cheka"),
        ("ﬁrst", "first"),
        ("STRASSE", "Straße"),
    ],
)
def test_two_spellings_are_one(typed: str, wanted: str) -> None:
    assert agrees(typed, wanted, slips=False)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Trotskii", "Trotsky"),
        ("Trotski", "Trotsky"),
        ("Trotskij", "Trotsky"),
        ("Trotzky", "Trotsky"),
        ("Dzershinskii", "Dzershinsky"),
        ("Tschernow", "Chernov"),
        ("Tchernov", "Chernov"),
        ("Shtchedrin", "Schedrin"),
        ("Zinovyev", "Zinoviev"),
        ("Zinov'ev", "Zinoviev"),
        ("Boukharin", "Bukharin"),
        ("Kamenyev", "Kamenev"),
        ("Yoffe", "Ioffe"),
        ("Marks", "Marx"),
    ],
)
def test_a_russian_name_may_be_written_in_any_way(typed: str, wanted: str) -> None:
    assert agrees(typed, wanted, slips=False)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Krostadt", "Kronstadt"),
        ("Kronstatd", "Kronstadt"),
        ("Kroinstadt", "Kronstadt"),
        ("Kronstadd", "Kronstadt"),
        ("buraeucrazy", "bureaucracy"),
    ],
)
def test_a_small_slip_is_forgiven(typed: str, wanted: str) -> None:
    assert agrees(typed, wanted)
    assert not agrees(typed, wanted, slips=False)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Krastat", "Kronstadt"),
        ("Lenin", "Stalin"),
        ("nap", "NEP"),
        ("Radek", "Rykov"),
        ("1912", "1921"),
        ("1921", "1922"),
        ("10th congress", "11th congress"),
        ("tenth congress", "10th congress"),
        ("15 million", "1.5 million"),
        ("192 112", "1921 12"),
        ("", "NEP"),
        ("...", "NEP"),
    ],
)
def test_other_words_and_figures_are_other_answers(typed: str, wanted: str) -> None:
    assert not agrees(typed, wanted)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("4,700 men", "4700 men"), ("4 700", "4700"), ("10 th", "10th"), ("1917–1926", "1917-1926")],
)
def test_spaces_within_figures_may_differ(typed: str, wanted: str) -> None:
    assert agrees(typed, wanted)


@pytest.mark.parametrize(("length", "slips"), [(0, 0), (4, 0), (5, 1), (9, 1), (10, 2), (40, 2)])
def test_longer_words_forgive_more(length: int, slips: int) -> None:
    assert slips_allowed(length) == slips


def test_capitals_agree_where_they_are_asked_for() -> None:
    assert agrees("NEP", "NEP", case=True)
    assert not agrees("nep", "NEP", case=True)


def test_where_capitals_count_no_slip_is_forgiven() -> None:
    assert not agrees("Krostadt", "Kronstadt", case=True)


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        ("the state capitalism of 1918", "state capitalism*"),
        ("state capitalism", "state capitalism*"),
        ("a kind of war communism", "*war communism"),
        ("the dictatorship of one party", "the * party"),
        ("dictatorship of the party", "dictatorship * party"),
        ("x", "*"),
    ],
)
def test_a_star_stands_for_any_words(typed: str, pattern: str) -> None:
    assert agrees(typed, pattern)


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [("capitalism", "state*"), ("war", "*war communism"), ("", "*"), ("?!", "*"), ("ab", "a.b*")],
)
def test_a_star_does_not_stand_for_everything(typed: str, pattern: str) -> None:
    assert not agrees(typed, pattern)


@given(st.text())
def test_what_is_folded_has_no_stray_spaces(text: str) -> None:
    assert fold(text) == " ".join(fold(text).split())


@given(st.text(), st.text(max_size=12))
def test_anything_can_be_compared(typed: str, wanted: str) -> None:
    assert agrees(typed, wanted) in (True, False)


@given(st.text())
def test_what_has_letters_agrees_with_itself(text: str) -> None:
    assert agrees(text, text) == bool(fold(text))
