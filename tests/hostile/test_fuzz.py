"""Mutated bytes against our own readers, a few in every run; `make fuzz` goes on for a minute, steered."""

from __future__ import annotations

import os
import tempfile

import pytest

from tests.hostile import fuzz
from workers.media import boxes


def test_no_reader_of_ours_fails_on_what_it_does_not_expect() -> None:
    for data in fuzz.shaken(120, seed=20_241):
        fuzz.everything(data)


def test_every_target_is_reached() -> None:
    reached = {list(fuzz.TARGETS)[data[0] % len(fuzz.TARGETS)] for data in fuzz.seeds()}
    assert reached == set(fuzz.TARGETS)


@pytest.mark.parametrize("length", [2**63 - 1, 2**64 - 1, 16])
def test_a_box_that_ends_beyond_all_positions_ends_the_walk(length: int) -> None:
    data = b"\0\0\0\x01free" + length.to_bytes(8, "big")
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        assert boxes.has(file.fileno(), len(data), b"free")
        assert boxes.is_cut_short(file.fileno(), os.fstat(file.fileno()).st_size) == (length > len(data))
