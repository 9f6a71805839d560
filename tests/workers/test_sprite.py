"""Small pictures of a film for hovering: evenly spread, upright, and found again on the one they share."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from tests import counted
from workers import encode
from workers.media import frames, wire
from workers.media.film import Film
from workers.media.job import Job, Limits
from workers.media.picks import Picker
from workers.media.report import Report
from workers.media.tiles import MOST, Tiles
from workers.sandbox import Tile


def test_the_pictures_are_upright_evenly_spread_and_never_too_many(tmp_path: Path) -> None:
    path = counted.film(tmp_path / "a.mp4", [at * 40 for at in range(100)])
    out = io.BytesIO()
    film = Film(Job(0, 0, 0, Limits()), Report(out, []), frames.Budget(Limits()), Picker(most=9))
    film.turns, film.length = 1, 4.0
    small = Tiles(film)
    with av.open(str(path)) as opened:
        for frame in opened.decode(video=0):
            small.offer(frame, frame.time or 0.0)
    told = list(wire.Reader().feed(out.getvalue()))
    times = [one.body["t"] for one in told]
    assert times[0] == 0
    assert 0.25 <= min(np.diff(times)) <= max(np.diff(times)) < 0.3
    assert len(times) <= MOST
    assert {(one.body["width"], one.body["height"]) for one in told} == {(50, 90)}


def test_each_position_is_found_on_the_shared_picture() -> None:
    shades = [bytes([shade]) * (16 * 9 * 3) for shade in (20, 90, 160, 230) * 3]
    tiles = [Tile(float(at), 16, 9, rgb) for at, rgb in enumerate(shades)]
    picture, where = encode.sprite(tiles)
    assert where == {"width": 16, "height": 9, "columns": 10, "times": [float(at) for at in range(12)]}
    drawn: Any = np.asarray(Image.open(io.BytesIO(picture.data)).convert("L"))
    for at, rgb in enumerate(shades):
        row, column = divmod(at, 10)
        assert abs(int(drawn[row * 9 + 4, column * 16 + 8]) - rgb[0]) < 12
