"""The kept faults still fit the code, and none of the promises is without one."""

from __future__ import annotations

import pytest

from tests.mutants.run import ROOT, Mutant, mutants

PROMISES = {f"P{n}" for n in (*range(1, 21), 23, 28, 30, 31)}


def test_each_promise_has_its_fault_and_its_test() -> None:
    assert {mutant.name for mutant in mutants()} == PROMISES
    assert all((ROOT / mutant.test.partition("::")[0]).is_file() for mutant in mutants())


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_a_fault_can_still_be_planted(mutant: Mutant) -> None:
    assert not mutant.fits(ROOT)
