from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def get(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """The value under a key that is itself a variable; '' if there is none."""
    return (mapping or {}).get(key, "")


@register.filter
def has(values: Any, key: str) -> bool:
    return key in (values or ())


@register.filter
def place(ref: str) -> str:
    """A reference as readers know it: p44 is ¶44, n12 is note 12."""
    bare = ref.rpartition(":")[2]
    return f"¶{bare[1:]}" if bare.startswith("p") else bare
