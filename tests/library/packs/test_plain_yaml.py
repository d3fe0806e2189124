from __future__ import annotations

import pytest

from studyguide.library.packs.plain_yaml import YamlError, read


@pytest.mark.parametrize("value", ["no", "12:30", "1990-01-01", "0x10", "1_000", "~", "1e3"])
def test_a_scalar_is_what_was_typed(value: str) -> None:
    assert read(f"key: {value}").value == {"key": value}


def test_a_key_twice_is_refused_with_its_line() -> None:
    with pytest.raises(YamlError, match="stands twice") as found:
        read("a: 1\nb: 2\na: 3\n")
    assert found.value.line == 3


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x", "a: !!python/name:os.system x"])
def test_anchors_and_tags_are_refused(text: str) -> None:
    with pytest.raises(YamlError, match="anchors"):
        read(text)


def test_broken_yaml_says_where() -> None:
    with pytest.raises(YamlError, match="quote a value") as found:
        read("a: 1\nb: 'open\n")
    assert found.value.line >= 2


def test_the_line_of_a_nested_value_is_known() -> None:
    assert read("- a: 1\n- a: 2\n  b: 3\n").line((1, "b")) == 3
