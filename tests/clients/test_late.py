"""Scripts of the pages when something comes later than it was asked for: `late.mjs` gives it bit by bit."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.clients.node import HERE, find_node


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    said = subprocess.check_output([find_node(), str(HERE / "late.mjs")], text=True, timeout=60)
    told: dict[str, Any] = json.loads(said)
    return told


def test_a_small_picture_does_not_come_after_the_pointer_has_left(found: dict[str, Any]) -> None:
    assert found["hover"] == {"left": True, "back": False, "says": "at 5"}


def test_a_field_is_asked_again_for_the_focus_as_long_as_that_is_wanted(found: dict[str, Any]) -> None:
    assert found["focus"] == {"late": True, "elsewhere": False, "never": False}


def test_what_was_typed_before_the_script_was_there_is_shown_as_it_is_read(found: dict[str, Any]) -> None:
    assert found["preview"] == "typed early"


def test_pictures_come_back_one_first_and_the_others_once_it_came(found: dict[str, Any]) -> None:
    pictures = found["pictures"]

    assert pictures["alone"] == [1, 0, 0, 0], "one that failed before the script was there, alone"
    assert pictures["silent"] == [[1, 0, 0, 0], True]
    assert pictures["next"] == [1, 1, 1, 0]
    assert (pictures["after"], pictures["isSaid"]) == ([2, 1, 1, 0], False)
    assert pictures["pauses"] == [5000, 5000, 10000], "asked less and less often"


def test_a_look_from_before_an_answer_is_asked_for_again_and_not_drawn(found: dict[str, Any]) -> None:
    assert found["look"] == {"early": [], "drawn": ["after"], "asked": 2}
