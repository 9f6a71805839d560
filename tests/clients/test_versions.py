"""The README names the foreign clients by the versions that these tests drive."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from tests.clients.node import ROOT, version_of


@pytest.mark.parametrize(
    ("row", "versions"),
    [
        ("| tus-js-client ", [version_of("tus-js-client")]),
        ("| Uppy: ", [version_of("@uppy/core"), version_of("@uppy/tus")]),
        ("| tuspy ", [version("tuspy")]),
    ],
)
def test_the_readme_names_the_versions_that_are_tried(row: str, versions: list[str]) -> None:
    lines = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith(row)]

    assert len(lines) == 1
    assert lines[0].split("|")[2].strip() == ", ".join(versions)
