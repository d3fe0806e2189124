"""P14: an import is all or nothing, and repeatable."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from pathlib import Path

from django.apps import apps

from studyguide.library.models import Article
from tests.packs import write_pack
from tests.promises import harness
from tests.promises.figures import figure

KILLS = int(os.environ.get("TRUST_IMPORTS", "4"))
QUESTIONS = 60


def questions(word: str) -> str:
    return "\n".join(
        f"""- id: q{n}
  kind: text
  aim: fact
  difficulty: 1
  prompt: Which {word} is number {n}?
  answers: [{{text: {word}{n}}}]
  explanation: It is that one.
  evidence: [{{at: p1, note: 1}}]
"""
        for n in range(1, QUESTIONS + 1)
    )


def image() -> dict[str, str]:
    """Every table that an import writes, but for the times at which it did."""
    found = {}
    for model in apps.get_models():
        label = model._meta.label_lower
        if label.startswith(("quizzes.", "library.")):
            names = [
                f.attname
                for f in model._meta.concrete_fields
                if not f.primary_key and not f.attname.endswith("_at")
            ]
            rows = sorted(repr(row) for row in model._default_manager.values_list(*names))
            found[label] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def counts() -> dict[str, int]:
    return {
        model._meta.label_lower: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label_lower.startswith(("quizzes.", "library."))
    }


def write(folder: Path, word: str) -> Path:
    root = write_pack(folder, passages=30)
    (root / "questions").mkdir(exist_ok=True)
    (root / "questions" / "light-1.yaml").write_text(questions(word))
    return folder


def load(folder: Path, content: Path) -> str:
    return harness.finish(harness.manage(folder, "load_packs", "--content", str(content)))


def test_a_killed_import_leaves_the_old_edition_or_the_new(
    transactional_db: None, tmp_path: Path
) -> None:
    chance = random.Random(harness.SEED)
    first, second = (write(tmp_path / name, name) for name in ("lamp", "oar"))
    content = {"lamp": first, "oar": second}
    images = {}
    for name in ("oar", "lamp", "oar", "lamp"):  # twice: versions of both are there for good
        begun = time.monotonic()
        load(tmp_path, content[name])
        whole = time.monotonic() - begun
        images[name] = image()
    begun = time.monotonic()
    harness.finish(harness.manage(tmp_path, "load_packs", "--check", "--content", str(first)))
    reading = time.monotonic() - begun
    assert images["lamp"] != images["oar"]
    now_is, before_or_after = "lamp", 0
    for _kill in range(KILLS):
        target = "oar" if now_is == "lamp" else "lamp"
        job = harness.manage(tmp_path, "load_packs", "--content", str(content[target]))
        time.sleep(chance.uniform(min(reading, whole) * 0.8, whole))
        os.killpg(job.pid, signal.SIGKILL)
        job.communicate()
        found = image()
        assert found in images.values()
        now_is = next(name for name, known in images.items() if known == found)
        before_or_after += 1
    figure("P14", f"{before_or_after}/{KILLS} before or after")


def test_an_import_that_fails_midway_leaves_nothing(transactional_db: None, tmp_path: Path) -> None:
    """The last thing that an import does goes wrong: all before it is taken back."""
    load(tmp_path, write(tmp_path / "lamp", "lamp"))
    before = image()
    code = (
        "from pathlib import Path\n"
        "from django.core.management import call_command\n"
        "from studyguide.library.packs import sync\n"
        "def fail(article): raise SystemExit(3)\n"
        "sync.render_all = fail\n"
        f"call_command('load_packs', content=Path({str(write(tmp_path / 'oar', 'oar'))!r}))"
    )
    job = harness.manage(tmp_path, "shell", "-v0", "-c", code)
    job.communicate()
    assert job.returncode == 3
    assert image() == before


def test_importing_twice_makes_no_further_row(transactional_db: None, tmp_path: Path) -> None:
    content = write(tmp_path / "lamp", "lamp")
    load(tmp_path, content)
    before = counts(), image()
    assert "unchanged" in load(tmp_path, content)
    assert (counts(), image()) == before
    Article.objects.update(digest="")  # as if the renderer were a new one: all is written again
    assert "unchanged" not in load(tmp_path, content)
    assert counts() == before[0]
