from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = ["pyproject.toml", "requirements/base.lock", "requirements/dev.lock"]


@pytest.mark.parametrize("name", FILES)
def test_no_index_or_host_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", text)


@pytest.mark.parametrize("name", FILES[1:])
def test_every_requirement_is_hashed(name: str) -> None:
    blocks = re.split(r"\n(?=[a-z])", (ROOT / name).read_text().strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_what_runs_is_what_was_tested() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements/base.lock").items() <= pins("requirements/dev.lock").items()
