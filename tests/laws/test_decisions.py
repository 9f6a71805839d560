"""Decisions are called by their number, so each number stands once."""

from __future__ import annotations

import re

from tests.laws.sources import ROOT


def test_decisions_are_numbered_from_one_without_a_gap() -> None:
    text = (ROOT / "DECISIONS.md").read_text()
    numbers = [int(number) for number in re.findall(r"^(\d+)\. \*\*", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1)), "give the newest decision the next number"
