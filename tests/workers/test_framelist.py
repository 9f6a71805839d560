"""The list of frames: checked as if an attacker had written it, small however long the film is."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers import framelist
from workers.media import wire

BODY: dict[str, Any] = {"tick": [1, 25], "first": 1.5, "begins": 0.0}


def rows(*pairs: tuple[int, int]) -> bytes:
    return b"".join(wire.ROW.pack(*pair) for pair in pairs)


def spelled(runs: list[list[int]]) -> list[int]:
    return [step for times, *pattern in runs for _ in range(times) for step in pattern]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=60))
def test_runs_stand_for_the_steps_they_were_made_of(steps: list[int]) -> None:
    assert spelled(list(framelist.runs(steps))) == steps


def test_ten_hours_of_even_frames_are_a_few_bytes() -> None:
    many = 100_000
    listed = framelist.FrameList((1, 25), 0.0, 0.0, list(range(many)), list(range(many)))
    assert len(json.dumps(framelist.described(listed, "copy"))) < 250


def test_thirty_frames_a_second_in_milliseconds_are_one_run() -> None:
    assert list(framelist.runs([33, 33, 34] * 1000)) == [[1000, 33, 33, 34]]


def test_the_document_says_what_plays_when_each_frame_comes_and_its_number() -> None:
    listed = framelist.checked(BODY, rows((10, 7), (11, 8), (12, 10), (20, 12)))
    assert framelist.described(listed, "original") == {
        "version": 1,
        "file": "original",
        "count": 4,
        "tick": [1, 25],
        "start": 10,
        "steps": [[1, 1, 1, 8]],
        "first_number": 7,
        "number_steps": [[1, 1, 2, 2]],
        "first_s": 1.5,
        "begins_s": 0.0,
    }


@pytest.mark.parametrize(
    ("change", "raw"),
    [
        ({"tick": [0, 25]}, rows((0, 0))),
        ({"tick": [1, True]}, rows((0, 0))),
        ({"tick": [1]}, rows((0, 0))),
        ({"first": "1"}, rows((0, 0))),
        ({"begins": 3.0}, rows((0, 0))),
        ({}, rows((5, 0), (4, 1))),
        ({}, rows((0, 1), (1, 0))),
        ({}, rows((0, -5))),
        ({}, rows((2**53, 0))),
    ],
)
def test_a_list_that_lies_is_refused(change: dict[str, Any], raw: bytes) -> None:
    with pytest.raises(wire.Broken):
        framelist.checked({**BODY, **change}, raw)


@pytest.mark.parametrize("announced", [0, -1, True, "9", None, wire.TABLE_ROWS + 1])
def test_a_table_cannot_announce_more_than_is_allowed(announced: Any) -> None:
    out = io.BytesIO()
    wire.send(out, "table", {"rows": announced})
    with pytest.raises(wire.Broken):
        list(wire.Reader().feed(out.getvalue()))


def test_rows_come_through_in_pieces_of_any_size() -> None:
    out = io.BytesIO()
    raw = rows((1, 1), (2, 2), (3, 3))
    wire.send(out, "table", {"rows": 3, **BODY}, raw)
    wire.send(out, "done", {})
    reader = wire.Reader()
    found = [one for at in range(len(out.getvalue())) for one in reader.feed(out.getvalue()[at : at + 1])]
    assert [one.kind for one in found] == ["table", "done"]
    assert found[0].pixels == raw
