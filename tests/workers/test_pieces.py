"""A piece of the browser copy: the times of the source, upright, small, and every frame of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests import footage
from workers.media import pieces, writing


@pytest.fixture
def target(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    path = tmp_path / "piece"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    yield path, descriptor
    os.close(descriptor)


def written(source: Path, descriptor: int, since: float = 0.0) -> tuple[dict[str, Any], list[float]]:
    """The piece of all frames from a moment on, and the positions that were taken."""
    taken = []
    with av.open(str(source)) as film:
        stream = film.streams.video[0]
        writer: pieces.PieceWriter | None = None
        for frame in film.decode(stream):
            writer = writer or pieces.PieceWriter(
                descriptor, pieces.shape_of(stream, round(frame.rotation / 90) % 4)
            )
            if frame.time is not None and frame.time >= since and writer.add(frame, frame.time):
                taken.append(frame.time)
    assert writer is not None
    return writer.close(), taken


def moments(path: Path) -> list[float]:
    with av.open(str(path)) as film:
        return [frame.time or 0.0 for frame in film.decode(video=0)]


def test_a_film_of_uneven_pace_keeps_every_frame_and_its_time(
    tmp_path: Path, target: tuple[Path, int]
) -> None:
    clip = footage.cctv_clip(tmp_path / "a.mkv", seconds=5, size=(320, 180), vfr=True)
    said, taken = written(clip.path, target[1])
    assert said == {"frames": clip.frames, "first": 0, "ticks": [1, 1000]}
    assert moments(target[0]) == taken == moments(clip.path)


def test_a_piece_from_the_middle_begins_at_nothing_and_says_where_it_belongs(
    tmp_path: Path, target: tuple[Path, int]
) -> None:
    clip = footage.cctv_clip(tmp_path / "a.mp4", seconds=4, size=(320, 180))
    said, taken = written(clip.path, target[1], since=2.0)
    assert Fraction(said["first"] * said["ticks"][0], said["ticks"][1]) == 2
    assert np.allclose(moments(target[0]), np.array(taken) - 2.0)


def test_a_turned_film_is_upright_in_the_copy(tmp_path: Path, target: tuple[Path, int]) -> None:
    clip = footage.cctv_clip(tmp_path / "a.mp4", seconds=1, size=(320, 180), rotation=90, clock=False)
    written(clip.path, target[1])
    with av.open(str(target[0])) as copy, av.open(str(clip.path)) as source:
        made = next(copy.decode(video=0))
        true = next(source.decode(video=0))
    assert (made.width, made.height, made.rotation) == (180, 320, 0)
    upright = np.rot90(true.to_ndarray(format="gray"), k=round(true.rotation / 90))
    assert np.abs(made.to_ndarray(format="gray").astype(int) - upright).mean() < 8


def test_of_sixty_frames_a_second_thirty_are_kept(tmp_path: Path, target: tuple[Path, int]) -> None:
    clip = footage.cctv_clip(tmp_path / "a.mp4", seconds=1, size=(160, 96), fps=60)
    said, taken = written(clip.path, target[1])
    assert said["frames"] == 30
    assert np.allclose(np.diff(taken), 1 / 30)


def test_times_that_go_back_are_left_out(target: tuple[Path, int]) -> None:
    writer = pieces.PieceWriter(target[1], pieces.Shape(32, 32, 0, Fraction(1, 1000), 25))
    frame = av.VideoFrame(32, 32, "yuv420p")
    assert [writer.add(frame, t) for t in (5.0, 5.04, 5.04, 1.0, 5.08)] == [True, True, False, False, True]
    assert writer.close()["frames"] == 3


def test_a_picture_of_odd_shape_gets_square_pixels_and_480_lines() -> None:
    class Context:
        width, height = 704, 576

    class Stream:
        codec_context, sample_aspect_ratio = Context, Fraction(16, 11)
        average_rate, guessed_rate, time_base = Fraction(25), None, Fraction(1, 10_000_000)

    stream: Any = Stream
    assert pieces.shape_of(stream, 0) == pieces.Shape(854, 480, 0, writing.USUAL_TICKS, 25)
    assert pieces.shape_of(stream, 1) == pieces.Shape(480, 854, 1, writing.USUAL_TICKS, 25)
