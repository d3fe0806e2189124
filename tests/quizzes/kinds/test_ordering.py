from __future__ import annotations

from itertools import permutations
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from quizzes.kinds.base import key_of
from quizzes.kinds.ordering import Ordering, Rule, credit_of, longest_chain, longest_ordered

RULES = (
    *("absolute", "next", "next-and-last", "neighbours", "all-pairs", "longest-ordered"),
    *("longest-contiguous", "relative"),
)
TABLE = {
    "BACDEF": (0.6667, 0.6, 0.6667, 0.5833, 0.9333, 0.8333, 0.8333, 0.9333),
    "BCDEFA": (0, 0.8, 0.6667, 0.6667, 0.6667, 0.8333, 0.8333, 0.6667),
    "ABDCEF": (0.6667, 0.4, 0.5, 0.5, 0.9333, 0.8333, 0.5, 0.9333),
    "FEDCBA": (0, 0, 0, 0, 0, 0, 0, 0.4),
    "ABCDEF": (1, 1, 1, 1, 1, 1, 1, 1),
}
VECTORS = [
    (rule, given, fraction)
    for given, fractions in TABLE.items()
    for rule, fraction in zip(RULES, fractions, strict=True)
]
LINES: list[dict[str, Any]] = [
    {"id": "war", "text": "War", "when": "1914"},
    {"id": "february", "text": "February", "when": "March 1917"},
    {"id": "october", "text": "October", "when": "November 1917"},
    {"id": "nep", "text": "The NEP", "when": "1921"},
]
ORDERING = Ordering.model_validate({"lines": LINES})
WAR, FEBRUARY, OCTOBER, NEP = KEYS = [line.key for line in ORDERING.lines]


def partial(*before: tuple[str, str]) -> Ordering:
    return Ordering.model_validate({"lines": LINES, "before": before})


@pytest.mark.parametrize(("rule", "given", "fraction"), VECTORS)
def test_credit_is_as_moodle_gives_it(rule: Rule, given: str, fraction: float) -> None:
    assert credit_of(rule, given, "ABCDEF") == pytest.approx(fraction, abs=5e-5)


@pytest.mark.parametrize(
    ("rule", "fraction"), [("longest-contiguous", 0.6667), ("longest-ordered", 0.8333)]
)
def test_a_chain_may_have_others_between(rule: Rule, fraction: float) -> None:
    assert credit_of(rule, "ACDEFB", "ABCDEF") == pytest.approx(fraction, abs=5e-5)


@pytest.mark.parametrize(("given", "fraction"), [("ABCDEF", 1), ("ABCDFE", 0)])
def test_all_or_nothing_is_that(given: str, fraction: float) -> None:
    assert credit_of("all-or-nothing", given, "ABCDEF") == fraction


@given(st.sampled_from(get_args(Rule)), st.permutations("ABCDEF"))
def test_only_the_right_order_gets_all(rule: Rule, order: list[str]) -> None:
    fraction = credit_of(rule, order, "ABCDEF")
    assert 0 <= fraction <= 1
    assert (fraction == 1) == (order == list("ABCDEF"))


@given(st.permutations("ABCDE"))
def test_an_order_and_its_reverse_share_all_pairs(order: list[str]) -> None:
    shares = [credit_of("all-pairs", given, "ABCDE") for given in (order, order[::-1])]
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize(
    ("at", "ordered", "chain"), [((), 0, 0), ((2, 1, 0), 1, 1), ((0, 2, 3, 4, 5, 1), 5, 4)]
)
def test_the_longest_are_found(at: tuple[int, ...], ordered: int, chain: int) -> None:
    assert (longest_ordered(at), longest_chain(at)) == (ordered, chain)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"lines": LINES[:2]}, "at least 3"),
        ({"lines": [*LINES, {"text": "war"}]}, "two options are alike"),
        ({"lines": [*LINES, {"id": "war", "text": "Civil war"}]}, "two lines have one id"),
        ({"lines": [*LINES, {"id": "A b", "text": "Civil war"}]}, "should match pattern"),
        ({"lines": LINES, "before": [["war", "peace"]]}, "names a line that has no id"),
        (
            {"lines": [*LINES, {"text": "Civil war"}], "before": [["war", ""]]},
            "names a line that has no id",
        ),
        ({"lines": LINES, "before": [["nep", "war"]]}, "against the order of lines"),
        ({"lines": LINES, "before": [["war", "war"]]}, "against the order of lines"),
        (
            {"lines": LINES, "before": [["war", "nep"]], "credit": "next"},
            "goes with credit: all-pairs",
        ),
        ({"lines": LINES, "credit": "kendall"}, "Input should be"),
    ],
)
def test_what_is_unsound_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Ordering.model_validate(body)


def test_one_pair_the_wrong_way_round_costs_its_share() -> None:
    marked = ORDERING.mark([WAR, OCTOBER, FEBRUARY, NEP])
    assert (marked.fraction, marked.tally) == (5 / 6, (2, 4))


def test_each_line_is_told_what_orders_it() -> None:
    parts = ORDERING.mark([WAR, OCTOBER, FEBRUARY, NEP]).parts
    assert [(parts[key].state, parts[key].right) for key in KEYS] == [
        ("right", "1914"),
        ("miss", "March 1917"),
        ("miss", "November 1917"),
        ("right", "1921"),
    ]


def test_another_rule_may_be_chosen() -> None:
    lines = {"lines": LINES, "credit": "absolute"}
    assert Ordering.model_validate(lines).mark([WAR, OCTOBER, FEBRUARY, NEP]).fraction == 0.5


def test_without_pairs_all_are_ordered() -> None:
    assert len(ORDERING.pairs()) == 6


def test_what_follows_from_the_pairs_is_ordered_too() -> None:
    chain = partial(("war", "february"), ("february", "october"), ("october", "nep"))
    assert chain.pairs() == ORDERING.pairs()


def test_what_the_text_does_not_order_does_not_count() -> None:
    loose = partial(("war", "february"), ("war", "october"))
    assert loose.pairs() == {(WAR, FEBRUARY), (WAR, OCTOBER)}
    full = [order for order in permutations(KEYS) if loose.mark(order).fraction == 1]
    assert len(full) == 8


def test_of_ordered_pairs_each_gets_its_share() -> None:
    loose = partial(("war", "february"), ("february", "nep"))
    assert loose.mark([FEBRUARY, WAR, OCTOBER, NEP]).fraction == pytest.approx(2 / 3)


def test_a_line_that_nothing_orders_is_never_wrong() -> None:
    marked = partial(("war", "february")).mark([NEP, FEBRUARY, WAR, OCTOBER])
    assert {key for key in KEYS if marked.parts[key].state == "miss"} == {WAR, FEBRUARY}


@pytest.mark.parametrize("given", [[], [WAR], [*KEYS, WAR], [WAR, WAR, OCTOBER, NEP]])
def test_what_is_no_order_gets_nothing(given: list[str]) -> None:
    assert ORDERING.mark(given).fraction == 0


@pytest.mark.parametrize(
    ("order", "move", "read"),
    [
        (KEYS, [], KEYS),
        (KEYS, [f"up:{OCTOBER}"], [WAR, OCTOBER, FEBRUARY, NEP]),
        (KEYS, [f"down:{WAR}"], [FEBRUARY, WAR, OCTOBER, NEP]),
        (KEYS, [f"up:{WAR}"], KEYS),
        (KEYS, [f"down:{NEP}"], KEYS),
        (KEYS, ["up:nothing"], KEYS),
        ([NEP, NEP, "nothing", WAR, OCTOBER, FEBRUARY], [], [NEP, WAR, OCTOBER, FEBRUARY]),
        ([], [f"up:{OCTOBER}"], None),
        (["nothing"], [], None),
    ],
)
def test_lines_are_read_and_moved(order: list[str], move: list[str], read: object) -> None:
    assert ORDERING.read(ORDERING.shown(), {"order": order, "move": move}) == read


def test_lines_that_were_not_sent_come_last() -> None:
    read = ORDERING.read(ORDERING.shown(), {"order": [NEP, WAR]})
    assert read[:2] == [NEP, WAR]
    assert sorted(read) == sorted(KEYS)


def test_lines_are_not_shown_in_their_order() -> None:
    turned = Ordering.model_validate({"lines": LINES[::-1]})
    assert turned.shown() == ORDERING.shown()


def test_an_order_is_put_in_words() -> None:
    assert ORDERING.answer() == "War; February; October; The NEP"
    assert ORDERING.words(ORDERING.shown(), [key_of("The NEP"), "x"]) == "The NEP; ?"


def test_guessing_gets_half_of_all_pairs() -> None:
    shares = [ORDERING.mark(order).fraction for order in permutations(KEYS)]
    assert sum(shares) / len(shares) == pytest.approx(ORDERING.guess)
