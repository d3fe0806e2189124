"""The house's rules that a machine can check."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {
    "quizzes": {"quizzes"},
    "studyguide.accounts": {"studyguide.accounts"},
    "studyguide.library": {"studyguide.library", "studyguide.accounts", "quizzes"},
    "studyguide.progress": {
        *("studyguide.progress", "studyguide.library", "studyguide.accounts", "quizzes"),
    },
    "studyguide.courses": {
        *("studyguide.courses", "studyguide.progress", "studyguide.library"),
        *("studyguide.accounts", "quizzes"),
    },
}
# Of the project's own package every room may use what belongs to no room.
SHARED = {"studyguide.http", "studyguide.kept"}
DOTTED = re.compile(r"(studyguide|quizzes)(\.\w+)+")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [
    path
    for path in TEMPLATES
    if path.parent.name in {"library", "accounts"} and not path.name.startswith("_")
]


def imports_of(source: str) -> Iterator[str]:
    """Modules that are imported, and those named in a string to be imported later."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Constant) and DOTTED.fullmatch(str(node.value)):
            yield str(node.value)


def room_of(name: str) -> str | None:
    return next((room for room in ROOMS if name == room or name.startswith(f"{room}.")), None)


def trespasses(room: str, source: str) -> list[str]:
    shared = set() if room == "quizzes" else SHARED
    return [
        name
        for name in imports_of(source)
        if name.split(".")[0] in {"studyguide", "quizzes", "tests"}
        and room_of(name) not in ROOMS[room]
        and name not in shared
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_down(room: str) -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in (ROOT / room.replace(".", "/")).rglob("*.py")
        if (names := trespasses(room, path.read_text()))
    }
    assert not found


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("quizzes", "from studyguide.http import HtmxHttpRequest"),
        ("studyguide.accounts", "import studyguide.library.models"),
        ("studyguide.library", "from studyguide.courses import models"),
        ("studyguide.library", "def late():\n    from studyguide.progress import views"),
        ("studyguide.progress", "import studyguide.settings"),
        ("quizzes", "import_module('studyguide.library.models')"),
    ],
)
def test_an_upward_import_is_found(room: str, source: str) -> None:
    assert trespasses(room, source)


def own_patterns() -> list[URLPattern]:
    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            elif re.match(r"(studyguide|quizzes)\.(?!.*admin)", pattern.callback.__module__):
                yield pattern

    return list(walk(get_resolver().url_patterns))


@pytest.mark.parametrize("pattern", own_patterns(), ids=lambda p: str(p.name))
def test_view_and_url_share_a_name(pattern: URLPattern) -> None:
    assert pattern.callback.__name__ == pattern.name


@pytest.mark.parametrize("pattern", own_patterns(), ids=lambda p: str(p.name))
def test_a_view_renders_the_template_of_its_name(pattern: URLPattern) -> None:
    path = ROOT / (pattern.callback.__module__.replace(".", "/") + ".py")
    app = pattern.callback.__module__.removeprefix("studyguide.").split(".")[0]
    tree = ast.parse(path.read_text())
    view = next(
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == pattern.name
    )
    whole = [
        node.value
        for node in ast.walk(view)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.endswith(".html")
        and not Path(node.value).name.startswith("_")
    ]
    own = f"{app}/{pattern.name}.html"
    # A view that shows another's page (a form with its errors) names that page.
    others = {f"{app}/{other.name}.html" for other in own_patterns()}
    assert not whole or own in whole or set(whole) <= others - {own}


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_template_belongs_to_a_view(path: Path) -> None:
    view = next(pattern.callback for pattern in own_patterns() if pattern.name == path.stem)
    source = (ROOT / (view.__module__.replace(".", "/") + ".py")).read_text()
    assert f'"{path.relative_to(ROOT / "templates")}"' in source


@pytest.mark.parametrize("pattern", own_patterns(), ids=lambda p: str(p.name))
def test_a_view_declares_its_methods(pattern: URLPattern) -> None:
    path = ROOT / (pattern.callback.__module__.replace(".", "/") + ".py")
    source = path.read_text()
    decorators = source.partition(f"def {pattern.name}(")[0].rpartition("\n\n")[2]
    assert re.search(r"@require_(safe|POST|http_methods)", decorators)


@pytest.mark.parametrize("pattern", own_patterns(), ids=lambda p: str(p.name))
def test_no_view_goes_without_a_csrf_token(pattern: URLPattern) -> None:
    assert not getattr(pattern.callback, "csrf_exempt", False)


def distrusted(text: str) -> list[str]:
    """What a template takes for HTML although its name does not say that it is."""
    found = re.findall(r"([^\s{}]*?)\s*\|\s*safe(?:seq)?\b", text)
    return [name for name in found if not re.fullmatch(r"[\w.]+_html", name)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_template_trusts_html_by_name_only(path: Path) -> None:
    text = path.read_text()
    assert not distrusted(text)
    assert not re.search(r"{%\s*autoescape\s+off", text)


@pytest.mark.parametrize(
    "text", ["{{ a.name|safe }}", "{{ a | safe }}", '{{ a|default:"-"|safe }}', "{{ a|safeseq }}"]
)
def test_trust_in_any_spelling_is_found(text: str) -> None:
    assert distrusted(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=|\son\w+\s*=|<style|hx-on|javascript:", text, re.IGNORECASE)
    scripts = re.findall(r"<script\b[^>]*>", text)
    assert all("src=" in script for script in scripts)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_htmx_sits_on_real_forms_and_links(path: Path) -> None:
    text = path.read_text()
    for tag in re.findall(r"<\w+[^<>]*\bhx-post=[^<>]*>", text):
        assert tag.startswith("<form")
        assert "action=" in tag
    for tag in re.findall(r"<\w+[^<>]*\bhx-get=[^<>]*>", text):
        assert tag.startswith("<a")
        assert "href=" in tag


def test_no_module_is_a_grab_bag() -> None:
    names = {
        path.name for room in ("studyguide", "quizzes") for path in (ROOT / room).rglob("*.py")
    }
    assert not names & {"utils.py", "helpers.py", "services.py", "signals.py", "common.py"}
