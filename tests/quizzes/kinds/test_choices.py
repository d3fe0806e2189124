from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from quizzes.kinds.choices import Choices, Rule, credit_of

RULES = [rule for rule in get_args(Rule) if rule != "weights"]  # they go by their own numbers
OPTIONS: list[dict[str, Any]] = [
    {"text": "Bread", "right": True},
    {"text": "Peace", "right": True},
    {"text": "Land", "right": True},
    {"text": "Gold", "feedback": "Not promised."},
    {"text": "Votes"},
    {"text": "Oil"},
]


def choices(**more: Any) -> Choices:
    return Choices.model_validate({"options": OPTIONS, **more})


CHOICES = choices()
KEYS = {option.text: option.key for option in CHOICES.options}


def ticked(*texts: str) -> list[str]:
    return [KEYS[text] for text in texts]


@pytest.mark.parametrize(
    ("rule", "ticks", "fraction"),  # of three right and three wrong: so many of each ticked
    [
        ("all-or-nothing", (3, 0), 1),
        ("all-or-nothing", (2, 0), 0),
        ("all-or-nothing", (3, 1), 0),
        ("net", (3, 0), 1),
        ("net", (2, 1), 1 / 3),
        ("net", (1, 2), 0),
        ("each", (3, 0), 1),
        ("each", (2, 1), 4 / 6),
        ("each", (0, 3), 0),
        ("each", (3, 3), 0.5),
        ("coverage", (3, 0), 1),
        ("coverage", (2, 1), 2 / 3 * 2 / 3),
        ("coverage", (3, 3), 0.5),
        ("subset", (2, 0), 2 / 3),
        ("subset", (2, 1), 0),
        ("balanced", (3, 0), 1),
        ("balanced", (2, 1), 1 / 3),
        ("balanced", (3, 1), 2 / 3),
        ("balanced", (3, 3), 0),
        ("balanced", (0, 1), 0),
    ],
)
def test_credit_is_as_the_rule_says(rule: Rule, ticks: tuple[int, int], fraction: float) -> None:
    right, wrong = ticks
    given = credit_of(rule, right=3, wrong=3, ticked_right=right, ticked_wrong=wrong)
    assert given == pytest.approx(fraction)


def test_one_wrong_option_costs_half_where_it_is_the_only_one() -> None:
    assert credit_of("balanced", right=2, wrong=1, ticked_right=2, ticked_wrong=1) == 0.5


counts = st.tuples(st.integers(1, 8), st.integers(2, 8))


@given(st.sampled_from(RULES), counts)
def test_ticking_nothing_gets_nothing(rule: Rule, options: tuple[int, int]) -> None:
    right, wrong = options
    assert credit_of(rule, right=right, wrong=wrong, ticked_right=0, ticked_wrong=0) == 0


@given(st.sampled_from(RULES), counts)
def test_ticking_what_is_right_gets_all(rule: Rule, options: tuple[int, int]) -> None:
    right, wrong = options
    assert credit_of(rule, right=right, wrong=wrong, ticked_right=right, ticked_wrong=0) == 1


@given(counts)
def test_ticking_all_gets_nothing_where_credit_is_balanced(options: tuple[int, int]) -> None:
    right, wrong = options
    given = credit_of("balanced", right=right, wrong=wrong, ticked_right=right, ticked_wrong=wrong)
    assert given == pytest.approx(0)


@given(st.sampled_from(RULES), counts, st.data())
def test_a_wrong_tick_more_never_pays(
    rule: Rule, options: tuple[int, int], data: st.DataObject
) -> None:
    right, wrong = options
    hits, misses = data.draw(st.integers(1, right)), data.draw(st.integers(0, wrong - 1))
    less, more = (
        credit_of(rule, right=right, wrong=wrong, ticked_right=hits, ticked_wrong=ticks)
        for ticks in (misses, misses + 1)
    )
    assert 0 <= more <= less <= 1


WEIGHTED = [
    *({**option, "weight": 1 / 3} for option in OPTIONS[:3]),
    *({**option, "weight": -1 / 3} for option in OPTIONS[3:]),
]


@pytest.mark.parametrize(
    ("texts", "fraction"),
    [
        (("Bread", "Peace", "Land"), 1),
        (("Bread", "Peace", "Gold"), 1 / 3),
        (("Bread", "Gold", "Oil"), 0),
        (tuple(KEYS), 0),
    ],
)
def test_weights_are_summed_and_kept_in_bounds(texts: tuple[str, ...], fraction: float) -> None:
    marked = choices(options=WEIGHTED, credit="weights").mark(ticked(*texts))
    assert marked.fraction == pytest.approx(fraction)


def test_weights_that_leave_a_rest_of_rounding_are_sound() -> None:
    weights = (0.4, 0.4, 0.2, -0.4, -0.4, -0.2)
    options = [{**o, "weight": w} for o, w in zip(OPTIONS, weights, strict=True)]
    assert choices(options=options, credit="weights").mark(ticked(*KEYS)).fraction < 1e-6


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"options": OPTIONS[:2]}, "at least 3"),
        ({"options": OPTIONS[3:]}, "at least one option is right"),
        ({"options": OPTIONS[:4]}, "balanced credit needs two wrong options"),
        ({"options": [*OPTIONS, {"text": "OIL."}]}, "two options are alike"),
        ({"options": WEIGHTED}, "weight goes with credit: weights"),
        ({"options": OPTIONS, "credit": "weights"}, "weight goes with credit: weights"),
        (
            {
                "options": [*WEIGHTED[:3], *({**o, "weight": 0} for o in OPTIONS[3:])],
                "credit": "weights",
            },
            "ticking all must not pay",
        ),
        (
            {"options": [{**WEIGHTED[0], "weight": 0.1}, *WEIGHTED[1:]], "credit": "weights"},
            "must sum to 1",
        ),
        ({"options": OPTIONS, "credit": "generous"}, "Input should be"),
        ({"options": OPTIONS, "tell": "no"}, "write true or false"),
    ],
)
def test_what_is_unsound_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Choices.model_validate(body)


def test_ticks_are_read_whatever_their_order() -> None:
    posted = {"choices": [*ticked("Land", "Bread"), "nonsense", KEYS["Bread"]]}
    assert CHOICES.read(CHOICES.shown(), posted) == sorted(ticked("Bread", "Land"))


def test_no_tick_is_a_blank() -> None:
    assert CHOICES.read(CHOICES.shown(), {"choices": ["nonsense"]}) is None


def test_ticks_are_put_in_words() -> None:
    assert CHOICES.words(CHOICES.shown(), ticked("Gold", "Bread")) == "Bread; Gold"


def test_each_option_is_told_what_it_was() -> None:
    marked = CHOICES.mark(ticked("Bread", "Gold"))
    states = {text: marked.parts[key].state for text, key in KEYS.items() if key in marked.parts}
    assert states == {"Bread": "right", "Gold": "miss", "Peace": "missed", "Land": "missed"}
    assert (marked.feedback, marked.tally) == (("Not promised.",), (1, 3))


def test_how_many_are_right_is_said_if_the_author_lets_it() -> None:
    assert (CHOICES.shown()["asked"], choices(tell=False).shown()["asked"]) == (3, 0)


def test_options_stay_where_their_order_matters() -> None:
    fixed = choices(shuffle=False).shown()
    assert all(Choices.arrange(fixed, seed) == fixed for seed in range(9))


def test_the_answer_is_in_words() -> None:
    assert CHOICES.answer() == "Bread; Peace; Land"
