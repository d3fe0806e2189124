"""The kinds of question. Each module here that defines KIND is one; nothing else lists them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from quizzes.kinds.base import Body, Marked, Part, Shown, Unreadable, Value, mark

__all__ = ["Body", "Marked", "Part", "Shown", "Unreadable", "Value", "find", "kinds", "mark"]


@cache
def kinds() -> dict[str, type[Body]]:
    """By name, in order of the modules' names."""
    found: dict[str, type[Body]] = {}
    for module in pkgutil.iter_modules(__path__):
        kind = getattr(importlib.import_module(f"{__name__}.{module.name}"), "KIND", None)
        if kind is not None:
            found[kind.name] = kind
    return found


def find(name: str) -> type[Body]:
    """Raises KeyError for a name that is no kind."""
    return kinds()[name]
