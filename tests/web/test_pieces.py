"""Bodies are read in pieces that fit their line."""

from __future__ import annotations

import io

import pytest

from tipline.web import pieces
from tipline.web.pieces import FIRST, LARGEST, SMALLEST, pieces_of


class Clock:
    """Time that passes only while a body is read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(pieces.time, "monotonic", lambda: self.now)


class Line(io.BytesIO):
    """A body that comes at so many bytes a second."""

    def __init__(self, data: bytes, clock: Clock, rate: float) -> None:
        super().__init__(data)
        self.clock, self.rate = clock, rate

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.clock.now += len(piece) / self.rate
        return piece


def test_a_fast_line_is_read_in_ever_larger_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * 40_000

    found = list(pieces_of(Line(data, Clock(monkeypatch), 1e9), len(data)))

    assert b"".join(found) == data
    assert len(found[0]) == FIRST
    assert max(map(len, found)) == LARGEST


def test_a_slow_line_is_read_in_small_pieces_so_that_little_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(400_000)

    found = list(pieces_of(Line(data, Clock(monkeypatch), 16_384), len(data)))

    assert b"".join(found) == data
    assert {len(one) for one in found[3:-1]} == {SMALLEST}


def test_a_line_that_recovers_is_read_in_large_pieces_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    line = Line(bytes(20_000_000), clock, 16_384)
    found = []
    for piece in pieces_of(line, 20_000_000):
        found.append(len(piece))
        if len(found) == 5:
            line.rate = 1e9

    assert found[4] == SMALLEST
    assert max(found) == LARGEST


@pytest.mark.parametrize("length", [0, 1, FIRST, FIRST + 1, 3 * LARGEST])
def test_nothing_beyond_the_length_is_touched(length: int) -> None:
    body = io.BytesIO(bytes(length) + b"next request")

    assert b"".join(pieces_of(body, length)) == bytes(length)
    assert body.read() == b"next request"


def test_a_body_without_a_length_is_read_to_its_end_and_a_cut_one_gives_what_came() -> None:
    assert b"".join(pieces_of(io.BytesIO(bytes(300_000)), None)) == bytes(300_000)
    assert b"".join(pieces_of(io.BytesIO(bytes(1_000)), 5_000)) == bytes(1_000)
