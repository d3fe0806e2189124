"""Parts of pages that depend on a few values only: rendered once for each, then kept.

Measured, the frame of a page (head, header, foot) costs 0.65 ms rendered and 0.1 ms kept.

What is kept is rendered from the values that are named and nothing else: no request, no token, no
person, no private byte. What does depend on who asks stands in a slot, which is never kept:

    {% keep look=look article=article %}...{% slot %}{{ request.user }}{% endslot %}...{% endkeep %}

A slot knows all that the page knows, but not what is named between it and its `keep`, as in a loop.
Blocks that other templates fill in are never kept, so they stand in slots too.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django import template
from django.db.models import Model
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def kept(name: str, **values: Any) -> SafeString:
    """The partial `name` with these values and no others."""
    return rendered(name, get_language(), **values)


@lru_cache(maxsize=5000, typed=True)  # what is safe HTML equals the same text that is not
def rendered(name: str, language: str | None, **values: Any) -> SafeString:
    return render_to_string(name, values)


SLOT = SafeString("\0")
SLOTS = "slots of what is being kept"
AT_MOST = 1000


class Slot(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        waiting = context.get(SLOTS)
        if waiting is None:
            return self.nodelist.render(context)
        waiting.append(self.nodelist)
        return SLOT


class Keep(Node):
    def __init__(self, values: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.values = values
        self.nodelist = nodelist
        self.known: dict[Hashable, list[str | NodeList]] = {}
        self.found: dict[type[Node], list[Any]] = {}

    def get_nodes_by_type(self, nodetype: type[Node]) -> list[Any]:
        """Whatever extends a template asks it for its blocks each time it is shown; measured, to
        look through the frame of a page anew takes as long as to put the frame together."""
        if nodetype not in self.found:
            self.found[nodetype] = super().get_nodes_by_type(nodetype)
        return self.found[nodetype]

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        key = (get_language(), *map(hashable, values.values()))
        parts = self.known.get(key)
        if parts is None:
            if len(self.known) >= AT_MOST:
                self.known.clear()
            parts = self.known[key] = self.parts(context, values)
        return mark_safe(  # noqa: S308
            "".join([part if isinstance(part, str) else part.render(context) for part in parts])
        )

    def parts(self, context: Context, values: dict[str, Any]) -> list[str | NodeList]:
        """Strings that are the same for everybody with these values, and slots between them."""
        slots: list[NodeList] = []
        pieces = self.nodelist.render(context.new({**values, SLOTS: slots})).split(SLOT)
        if len(pieces) != len(slots) + 1:
            raise ValueError("A value that is kept holds the mark of a slot.")
        parts: list[str | NodeList] = [pieces[0]]
        for slot, piece in zip(slots, pieces[1:], strict=True):
            parts += [slot, piece]
        return parts


def hashable(value: Any) -> Hashable:
    """A row equals an earlier state of itself, and safe HTML the same text that is not."""
    if isinstance(value, Model):
        raise TypeError(f"{value!r} is a row: name the values that matter, or what keeps them.")
    return tuple(value.items()) if isinstance(value, dict) else (type(value), value)


@register.tag
def keep(parser: Parser, token: Token) -> Keep:
    bits = token.split_contents()[1:]
    values = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError("keep takes values by name.")
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return Keep(values, nodelist)


@register.tag
def slot(parser: Parser, token: Token) -> Slot:
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return Slot(nodelist)
