"""What SECURITY.md says is proved, is proved by a test that is there; no threat is without a row."""

from __future__ import annotations

import ast
import re
from functools import cache

from tests.laws.sources import ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (\d+) \|", re.MULTILINE)
SECURITY = (ROOT / "SECURITY.md").read_text()


@cache
def _tests(path: str) -> set[str]:
    file = ROOT / path
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text())
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def test_every_test_that_is_named_is_there() -> None:
    named = NAMED.findall(SECURITY)

    assert len(named) > 60
    assert [f"{path}::{name}" for path, name in named if name not in _tests(path)] == []


def test_each_threat_has_its_row() -> None:
    assert sorted(map(int, ROW.findall(SECURITY))) == list(range(1, 60))
