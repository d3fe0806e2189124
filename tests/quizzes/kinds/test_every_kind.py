"""What holds of every kind of question, the ones yet to be written included."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from quizzes import kinds
from quizzes.kinds import Body, Unreadable, Value, mark
from tests.quizzes.kinds.making import CANARY, MAKING, NASTY, Form, Written, hexes, junk

RIGHT = 1 - 1e-6  # from here on a fraction is right
EVERY = pytest.mark.parametrize("kind", kinds.kinds())


def made(kind: str, written: Written) -> Body:
    """A question that can be loaded; hypothesis thinks of others as well."""
    try:
        return kinds.find(kind).model_validate(written)
    except ValidationError:
        reject()


def body_of(kind: str, data: st.DataObject) -> Body:
    return made(kind, data.draw(MAKING[kind].bodies))


def spoilt(form: Form) -> st.SearchStrategy[Form]:
    """The form as nobody's browser sends it."""
    values = [value for values in form.values() for value in values]
    anything = st.lists(junk | hexes | (st.sampled_from(values) if values else junk), max_size=4)
    return st.fixed_dictionaries(
        {}, optional={name: st.just(value) | anything for name, value in form.items()}
    )


def in_any_order(shown: Any) -> Any:
    if isinstance(shown, dict):
        return sorted((key, in_any_order(value)) for key, value in shown.items())
    if isinstance(shown, list):
        return sorted((in_any_order(value) for value in shown), key=repr)
    return shown


def names_in(shown: Any) -> set[str]:
    if isinstance(shown, dict):
        return set(shown).union(*map(names_in, shown.values()))
    if isinstance(shown, list):
        return set().union(*map(names_in, shown))
    return set()


def test_every_kind_is_tried_here() -> None:
    assert set(MAKING) == set(kinds.kinds())


@EVERY
def test_a_kind_goes_by_its_own_name(kind: str) -> None:
    assert kinds.find(kind).name == kind
    assert kinds.find(kind).label


def posted(body: Body, data: st.DataObject) -> Iterator[Value]:
    """What is read from forms that went wrong: in any way, and in every field in every bad way."""
    shown = body.shown()
    form = data.draw(MAKING[body.name].forms(shown))
    yield body.read(shown, form)
    yield body.read(shown, data.draw(spoilt(form)))
    for name in form:
        for nasty in NASTY:
            yield body.read(shown, form | {name: [nasty]})


@EVERY
@given(data=st.data())
@settings(max_examples=30)
def test_whatever_is_posted_is_read_and_gets_a_fraction(kind: str, data: st.DataObject) -> None:
    body = body_of(kind, data)
    assert all(0 <= mark(body, value).fraction <= 1 for value in posted(body, data))


@EVERY
@given(data=st.data())
@settings(max_examples=30)
def test_whatever_is_posted_can_be_put_in_words(kind: str, data: st.DataObject) -> None:
    body = body_of(kind, data)
    shown = body.shown()
    assert all(isinstance(body.words(shown, value), str) for value in posted(body, data))


@EVERY
@given(data=st.data())
@settings(max_examples=30)
def test_what_is_refused_is_refused_with_a_reason(kind: str, data: st.DataObject) -> None:
    body = body_of(kind, data)
    refused = []
    for value in posted(body, data):
        try:
            body.check(body.shown(), value) if value is not None else None
        except Unreadable as reason:
            refused.append(str(reason))
    assert all(refused)


@EVERY
@given(data=st.data())
@settings(max_examples=30)
def test_an_answer_outlives_its_storage(kind: str, data: st.DataObject) -> None:
    for value in posted(body_of(kind, data), data):
        stored = json.dumps(value)
        assert json.loads(stored) == value
        assert "\\u0000" not in stored


@EVERY
@given(data=st.data())
@settings(max_examples=10)
def test_an_answer_is_no_longer_than_a_field_takes(kind: str, data: st.DataObject) -> None:
    body = body_of(kind, data)
    shown = body.shown()
    names = [*data.draw(MAKING[kind].forms(shown)), "text", "number", "recall", "year"]
    value = body.read(shown, {name: ["9" * 1_000_000] for name in names})
    assert len(json.dumps(value)) < 1000 * (1 + len(names))


@EVERY
@given(data=st.data())
def test_an_answer_is_the_same_as_itself(kind: str, data: st.DataObject) -> None:
    body = body_of(kind, data)
    given = [value for value in posted(body, data) if value is not None]
    assert all(body.is_same(value, value) for value in given)


@EVERY
@given(data=st.data())
def test_the_key_gets_full_marks(kind: str, data: st.DataObject) -> None:
    body = body_of(kind, data)
    body.check(body.shown(), body.key())
    assert mark(body, body.key()).fraction > RIGHT
    assert body.answer()


@EVERY
@given(data=st.data())
def test_a_blank_gets_nothing(kind: str, data: st.DataObject) -> None:
    body = body_of(kind, data)
    assert body.read(body.shown(), {}) is None
    assert mark(body, None).fraction == 0
    assert body.words(body.shown(), None) == ""


@EVERY
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_the_order_of_options_changes_no_mark(kind: str, data: st.DataObject, seed: int) -> None:
    body = body_of(kind, data)
    shown = body.shown()
    form = data.draw(MAKING[kind].forms(shown))
    value, again = body.read(shown, form), body.read(body.arrange(shown, seed), form)
    assert value == again
    assert mark(body, value) == mark(body, again)


@EVERY
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_an_arrangement_adds_and_drops_nothing(kind: str, data: st.DataObject, seed: int) -> None:
    shown = body_of(kind, data).shown()
    arranged = kinds.find(kind).arrange(shown, seed)
    assert in_any_order(arranged) == in_any_order(shown)
    assert arranged == kinds.find(kind).arrange(shown, seed)


@EVERY
@given(data=st.data())
def test_what_is_shown_tells_no_feedback(kind: str, data: st.DataObject) -> None:
    shown = body_of(kind, data).shown()
    assert CANARY not in json.dumps(shown)
    assert not names_in(shown) & {"right", "credit", "feedback", "weight", "when", "answer"}


@EVERY
@given(data=st.data())
def test_another_key_looks_the_same(kind: str, data: st.DataObject) -> None:
    written = data.draw(MAKING[kind].bodies)
    body, other = made(kind, written), made(kind, MAKING[kind].other(written))
    assert body.shown() == other.shown()


@EVERY
@given(data=st.data())
def test_what_is_shown_is_json(kind: str, data: st.DataObject) -> None:
    shown = body_of(kind, data).shown()
    assert json.loads(json.dumps(shown)) == shown


@EVERY
@given(data=st.data())
def test_guessing_pays_less_than_knowing(kind: str, data: st.DataObject) -> None:
    assert 0 <= body_of(kind, data).guess < 1


@EVERY
@given(data=st.data())
def test_a_stored_body_is_the_same_question(kind: str, data: st.DataObject) -> None:
    body = body_of(kind, data)
    stored = json.dumps(body.model_dump(mode="json"))
    assert kinds.find(kind).model_validate(json.loads(stored)) == body


DICE = """
    from __future__ import annotations

    from quizzes.kinds.base import Body, Marked


    class Dice(Body):
        name = "dice"
        label = "Dice"

        pips: int

        def shown(self):
            return {}

        def mark(self, value):
            return Marked(float(value == self.key()))

        def key(self):
            return str(self.pips)

        def answer(self):
            return self.key()

        @classmethod
        def read(cls, shown, data):
            return (data.get("pips") or [None])[-1]

        @classmethod
        def words(cls, shown, value):
            return value or ""


    KIND = Dice
"""


@pytest.fixture
def dice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Body]]:
    """A kind made of one module that nothing else names."""
    (tmp_path / "dice.py").write_text(dedent(DICE))
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    kinds.kinds.cache_clear()
    yield kinds.find("dice")
    kinds.kinds.cache_clear()
    sys.modules.pop("quizzes.kinds.dice", None)


def test_a_new_kind_is_one_module(dice: type[Body]) -> None:
    body = dice.model_validate({"pips": 6})
    assert mark(body, body.read(body.shown(), {"pips": ["6"]})).fraction == 1


def test_a_new_kind_takes_nothing_from_the_others(dice: type[Body]) -> None:
    assert set(kinds.kinds()) == {*MAKING, "dice"}


def test_no_other_name_is_a_kind() -> None:
    with pytest.raises(KeyError):
        kinds.find("dice")
