from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, TemplateSyntaxError, engines
from django.utils.safestring import mark_safe

from studyguide.accounts.models import User


def template(source: str) -> Any:
    found: Any = engines["django"].from_string("{% load kept %}" + source)
    return lambda **values: found.template.render(Context(values))


def test_a_kept_part_is_rendered_once_for_each_value() -> None:
    seen: list[int] = []
    show = template("{% keep a=a look=look %}{{ look.see }}{{ a }}{% endkeep %}")

    def look() -> dict[str, Any]:
        return {"see": lambda: seen.append(1) or ""}  # type: ignore[func-returns-value]

    one = look()
    assert [show(a=1, look=one), show(a=1, look=one), show(a=2, look=one)] == ["1", "1", "2"]
    assert len(seen) == 2


def test_a_kept_part_knows_nothing_that_is_not_named() -> None:
    show = template(
        "{% keep a=a %}{{ a }}{{ secret }}{% include 'library/_at.html' %}{% endkeep %}"
    )

    assert "mine" not in show(a=1, secret="mine", at="mine")


def test_a_slot_is_never_kept() -> None:
    show = template(
        "{% keep a=a %}<{% if a %}{% slot %}{{ who }}{% endslot %}{% endif %}>{% endkeep %}"
    )

    assert [show(a=1, who="Ann"), show(a=1, who="Ben"), show(a=0, who="Cy")] == [
        "<Ann>",
        "<Ben>",
        "<>",
    ]


def test_what_is_safe_is_not_taken_for_the_same_text_that_is_not() -> None:
    show = template("{% keep a=a %}{{ a }}{% endkeep %}")

    assert show(a=mark_safe("<b>")) == "<b>"
    assert show(a="<b>") == "&lt;b&gt;"


def test_the_mark_of_a_slot_cannot_be_forged() -> None:
    with pytest.raises(ValueError, match="mark of a slot"):
        template("{% keep a=a %}{{ a }}{% endkeep %}")(a="\0")


def test_blocks_within_are_found_each_time() -> None:
    frame: Any = engines["django"].from_string(
        "{% load kept %}{% keep a=a %}<{% slot %}{% block b %}{% endblock %}{% endslot %}>"
        "{% endkeep %}"
    )
    shown = [
        engines["django"].from_string(f"{{% extends frame %}}{{% block b %}}{name}{{% endblock %}}")
        for name in ("Ann", "Ben")
    ]
    assert [each.render({"frame": frame, "a": 1}) for each in shown] == ["<Ann>", "<Ben>"]


def test_a_row_is_no_key() -> None:
    with pytest.raises(TypeError, match="is a row"):
        template("{% keep a=a %}{{ a }}{% endkeep %}")(a=User(username="ann"))


def test_values_have_names() -> None:
    with pytest.raises(TemplateSyntaxError):
        template("{% keep a %}{% endkeep %}")
