"""A narrow YAML: mappings, lists and text. Every scalar is what was typed.

Stock YAML reads `no` as False, `12:30` as 750 and `1990-01-01` as a date, and lets
aliases grow a file a thousandfold in memory. None of that can happen here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]


@dataclass
class Document:
    value: Any  # str, list, dict; None for an empty file
    lines: dict[Path, int] = field(default_factory=dict)  # counted from 1

    def line(self, path: Path) -> int:
        """The line of what stands at `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class YamlError(ValueError):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


# The parser in C, where PyYAML was built with it: ten times as fast.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
REFUSED = (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken, yaml.DirectiveToken)


def read(text: str) -> Document:
    """Raises YamlError with a line and what to do about it."""
    try:
        for token in yaml.scan(text, Loader=Loader):
            if isinstance(token, REFUSED):
                raise YamlError(
                    token.start_mark.line + 1,
                    "anchors, aliases and tags are not read: write the text out, "
                    "and quote what begins with & * ! or %",
                )
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(
            mark.line + 1 if mark else 1,
            f"not readable as YAML ({error.problem}): quote a value that holds ': ' "
            "or begins with a quotation mark",
        ) from None
    except yaml.YAMLError as error:
        raise YamlError(1, f"not readable as YAML: {error}") from None
    document = Document(None)
    if node is not None:
        document.value = convert(node, (), document.lines)
    return document


def convert(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [convert(item, (*path, i), lines) for i, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise YamlError(line, "a key must be a word")
        if key.value in found:
            raise YamlError(line, f"{key.value!r} stands twice: keep one")
        found[key.value] = convert(value, (*path, key.value), lines)
        lines[(*path, key.value)] = line
    return found
