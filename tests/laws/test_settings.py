"""What an operator may set is written down, in the words of the code."""

from __future__ import annotations

import os
import re

import pytest

from tests.laws.sources import ROOT, files, python, strings
from tipline import settings

NAME = re.compile(r"TIPLINE_[A-Z][A-Z0-9_]*[A-Z0-9]")
ROW = re.compile(
    r"^\| `(?P<name>TIPLINE_[A-Z0-9_]+)` \| (?P<default>[^|]+) \| (?P<sentence>[^|]+) \|$", re.MULTILINE
)


@pytest.mark.parametrize("name", settings.sentences())
def test_every_setting_has_a_sentence(name: str) -> None:
    sentence = settings.sentences()[name]

    assert sentence[0].isupper() or sentence[0].isdigit()
    assert sentence.endswith(".")
    assert "|" not in sentence  # it stands in a table


def test_the_table_of_the_readme_says_what_the_code_says() -> None:
    rows = {row["name"]: row for row in ROW.finditer((ROOT / "README.md").read_text(encoding="utf-8"))}

    assert {name: row["sentence"].strip() for name, row in rows.items()} == settings.sentences()
    assert [name for name, row in rows.items() if not row["default"].strip()] == []


def test_a_default_in_the_table_is_the_default_of_the_code() -> None:
    """Where the code has a plain one; what depends on the data folder is told in words."""
    rows = {
        row["name"]: row["default"] for row in ROW.finditer((ROOT / "README.md").read_text(encoding="utf-8"))
    }
    loaded = settings.load({})
    for name in (
        "host",
        "port",
        "workers",
        "locale",
        "timezone",
        "ack_minutes",
        "max_tip_files",
        "behind_proxy",
    ):
        assert f"`{getattr(loaded, name)}`" in rows[settings.variable(name)]


def test_no_setting_is_spoken_of_that_does_not_exist() -> None:
    known = {*settings.sentences(), "TIPLINE_STORY_PICTURES"}  # the journeys read it, no station does
    texts = {source.name: " ".join(strings(source)) for source in python()}
    for path in [ROOT / "Makefile", *files(".", ".md"), *files("templates", ".html")]:
        texts[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")

    spoken = {(where, name) for where, text in texts.items() for name in NAME.findall(text)}
    assert sorted(one for one in spoken if one[1] not in known) == []


def test_this_test_runs_without_settings_of_its_own() -> None:
    """A variable left over in a shell must not decide what the tests prove."""
    assert settings.unknown(dict(os.environ)) == []
