from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from studyguide.library.packs.read import read_pack
from studyguide.library.packs.report import report
from tests.packs import write_pack

QUESTIONS = """\
- id: burns
  kind: claim
  prompt: The lamp burns for strangers.
  aim: argument
  difficulty: 1
  evidence: [{at: p1, note: 1}, {at: p1, note: 2}, {at: p4}]
  explanation: It does.
  essential: true
  holds: true
  feedback: It burns for them.
- id: lit
  kind: date
  prompt: When was the lamp lit?
  aim: fact
  difficulty: 1
  evidence: [{at: n2}]
  explanation: It was.
  date: "1801"
  asked: year
- id: trimmed
  kind: claim
  prompt: The lantern is trimmed at noon.
  aim: fact
  difficulty: 1
  evidence: [{at: p4}]
  explanation: It is.
  holds: true
  feedback: Noon it is.
"""
QUIZZES = """\
- id: all
  title: All of it
  about: Everything.
  group: article
  draws: [{count: 1}]
"""


def with_questions(folder: Path, text: str = QUESTIONS) -> Path:
    root = write_pack(folder)
    (root / "questions").mkdir(exist_ok=True)
    (root / "questions" / "all.yaml").write_text(text, encoding="utf-8")
    (root / "quizzes.yaml").write_text(QUIZZES, encoding="utf-8")
    return root


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Any]:
    return report(read_pack(with_questions(tmp_path)))


def test_questions_and_quizzes_are_counted(found: dict[str, Any]) -> None:
    assert (found["questions"], found["quizzes"]) == (3, 1)


def test_questions_are_counted_by_kind_and_aim(found: dict[str, Any]) -> None:
    assert found["questions_by_kind"] == {"claim": 2, "date": 1}
    assert found["questions_by_aim"] == {"fact": 2, "argument": 1}


def test_a_passage_counts_a_question_once_from_any_evidence(found: dict[str, Any]) -> None:
    assert found["by_passage"] == {"p1": 1, "p2": 0, "p3": 0, "p4": 2, "p5": 0, "p6": 0}


def test_passages_without_a_question_are_named(found: dict[str, Any]) -> None:
    assert found["passages_without_question"] == ["p2", "p3", "p5", "p6"]


def test_of_footnotes_only_those_that_argue_ask_for_a_question(tmp_path: Path) -> None:
    without = report(read_pack(write_pack(tmp_path)))
    assert without["footnotes_without_question"] == ["n2"]
    assert report(read_pack(with_questions(tmp_path)))["footnotes_without_question"] == []


def test_a_question_counts_in_the_section_of_its_first_evidence(found: dict[str, Any]) -> None:
    assert [row["questions"] for row in found["by_section"]] == [2, 1]


def test_what_is_essential_is_counted(found: dict[str, Any]) -> None:
    assert found["essential"] == {
        "passages": 1,
        "terms": 1,
        "events": 0,
        "people": 0,
        "questions": 1,
    }


def told(folder: Path, settings: LazySettings, *options: str) -> str:
    settings.CONTENT_DIR = folder
    out = StringIO()
    call_command("pack_report", "lighthouses", *options, stdout=out)
    return out.getvalue()


def test_the_command_tells_questions_by_passage(tmp_path: Path, settings: LazySettings) -> None:
    with_questions(tmp_path)
    assert "questions by passage: p1 1, p2 0, p3 0, p4 2" in told(tmp_path, settings)


def test_the_command_tells_questions_of_each_section(
    tmp_path: Path, settings: LazySettings
) -> None:
    with_questions(tmp_path)
    assert "  light-1: 3 passages" in told(tmp_path, settings)
    assert "2 footnotes, 2 questions" in told(tmp_path, settings)


def test_the_command_gives_the_same_as_json(
    tmp_path: Path, settings: LazySettings, found: dict[str, Any]
) -> None:
    assert json.loads(told(tmp_path, settings, "--json")) == {**found, "errors": []}


def test_a_reference_that_leads_nowhere_is_an_error(tmp_path: Path, settings: LazySettings) -> None:
    root = with_questions(tmp_path, QUESTIONS.replace("at: n2", "at: n9"))
    (root / "quizzes.yaml").unlink()
    with pytest.raises(CommandError, match="cannot be loaded"):
        told(tmp_path, settings)
