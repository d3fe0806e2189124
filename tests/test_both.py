"""Two runs are told apart where they differ."""

from __future__ import annotations

from tests.both import Run, faults


def run(database: str, *passed: str, **changes: set[str]) -> Run:
    return Run(database, set(passed), **changes)


def test_equal_runs_pass() -> None:
    assert not faults(run("sqlite", "a"), run("postgresql", "a"))


def test_a_skip_is_a_fault() -> None:
    assert faults(run("sqlite", "a", skipped={"b"}), run("postgresql", "a"))


def test_a_test_that_ran_on_one_alone_is_a_fault() -> None:
    assert faults(run("sqlite", "a", "b"), run("postgresql", "a"))


def test_one_that_is_marked_may() -> None:
    assert not faults(run("sqlite", "a", "b", only_here={"b"}), run("postgresql", "a"))


def test_a_run_without_tests_is_a_fault() -> None:
    assert faults(run("sqlite"), run("postgresql"))
