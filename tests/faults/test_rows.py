# SPDX-License-Identifier: MIT
"""The table of faults is complete, and every test that it names is there."""

from __future__ import annotations

from pathlib import Path

from tests.faults.rows import IN_PART, MORE, ROWS, UNFIT
from tests.faults.test_bad_files import REFUSED

TESTS = Path(__file__).parents[1]


def test_each_of_the_46_rows_is_tested_or_says_why_not():
    assert ROWS.keys() | UNFIT.keys() == set(range(1, 47))
    assert not ROWS.keys() & UNFIT.keys()
    assert IN_PART.keys() <= ROWS.keys()
    assert len(ROWS) >= 40
    assert all(line for line in (*UNFIT.values(), *IN_PART.values()))


def test_every_test_that_the_table_names_is_there():
    for named in (*(name for _, names in ROWS.values() for name in names), *MORE.values()):
        file, _, function = named.partition("::")
        assert not function or f"def {function}(" in (TESTS / file).read_text(encoding="utf-8"), named
        assert (TESTS / file).exists(), named


def test_there_are_enough_bad_inputs():
    assert len(REFUSED) >= 30
