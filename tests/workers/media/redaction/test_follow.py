"""A drawn box follows what stands in it, and the track ends where that was last seen."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from workers import sandbox, untrusted_redaction
from workers.media import frames
from workers.media.job import Job, Limits
from workers.media.redaction import backwards

WIDTH, HEIGHT, SIDE = 320, 180, 30
FPS, SECONDS = 10, 3.0
Way = Callable[[float], tuple[float, float] | None]
PATTERN = np.random.default_rng(5).integers(0, 255, (SIDE // 5, SIDE // 5, 3)).repeat(5, 0).repeat(5, 1)


def film(path: Path, way: Way, *, flat: bool = False, seconds: float = SECONDS) -> Path:
    """A chequered patch on a quiet ground, its upper left corner where ``way`` says."""
    ground = np.random.default_rng(3).integers(90, 110, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "20", "threads": "1"}
        for at in range(round(seconds * FPS)):
            shown = np.full_like(ground, 100) if flat else ground.copy()
            place = way(at / FPS)
            if place and not flat:
                x, y = (round(one) for one in place)
                part = shown[max(0, y) : y + SIDE, max(0, x) : x + SIDE]
                part[:] = PATTERN[max(0, -y) :, max(0, -x) :][: part.shape[0], : part.shape[1]]
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def follow(path: Path, t: float, place: tuple[float, float], *, back: bool = False) -> dict[str, Any]:
    box = [place[0] / WIDTH, place[1] / HEIGHT, SIDE / WIDTH, SIDE / HEIGHT]
    given = {"length": SECONDS, "t": t, "box": box, "until": None, "back": back}
    answer = sandbox.ask(path, "track", given=given)
    assert answer.failure is None
    return answer.result


def corner(result: dict[str, Any], t: float) -> tuple[float, float]:
    rows = np.array(result["boxes"])
    return float(np.interp(t, rows[:, 0], rows[:, 1]) * WIDTH), float(
        np.interp(t, rows[:, 0], rows[:, 2]) * HEIGHT
    )


def test_a_moving_patch_is_followed_to_the_end(tmp_path: Path) -> None:
    def way(t: float) -> tuple[float, float]:
        return 20 + 70 * t, 60 + 40 * np.sin(2 * t)

    result = follow(film(tmp_path / "a.mp4", way), 0.5, way(0.5))

    assert result["lost"] is None
    assert result["end"] == pytest.approx(3.0)
    assert result["boxes"][0][0] == 0.5
    for t in (0.5, 1.0, 2.0, 2.9):
        assert corner(result, t) == pytest.approx(way(t), abs=4)


def test_a_patch_is_followed_back_to_where_it_came_in(tmp_path: Path) -> None:
    def way(t: float) -> tuple[float, float]:
        return -120 + 90 * t, 60 + 20 * np.sin(2 * t)

    path = film(tmp_path / "a.mp4", lambda t: way(t) if way(t)[0] > -SIDE else None)
    result = follow(path, 2.5, way(2.5), back=True)

    assert [one[0] for one in result["boxes"]] == sorted(one[0] for one in result["boxes"])
    assert result["boxes"][-1][0] == 2.5
    for t in (1.7, 2.0, 2.5):
        assert corner(result, t) == pytest.approx(way(t), abs=4)
    assert result["lost"]["why"] == "edge"
    assert 1.0 <= result["lost"]["t"] <= 1.6
    assert result["start"] < result["lost"]["t"]
    assert result["end"] is None


def test_the_pictures_of_a_film_come_backwards_however_few_are_held_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film(tmp_path / "a.mp4", lambda t: (100, 60), seconds=2)
    monkeypatch.setattr(backwards, "STRETCH_S", 0.7)
    monkeypatch.setattr(backwards, "HELD_BYTES", 4 * 16 * 9)
    convert = frames.Converter()
    with path.open("rb") as file:
        job = Job(file.fileno(), path.stat().st_size, 0, Limits())
        shown = backwards.pictures(job, -1.0, 1.802, lambda frame, turns: convert.gray(frame, 16, 9))
        times = [round(t, 3) for _, t in shown]

    assert times == [at / 10 for at in range(18, -1, -1)]


def test_where_it_leaves_the_picture_the_track_ends_and_says_so(tmp_path: Path) -> None:
    def way(t: float) -> tuple[float, float]:
        return 200 + 90 * t, 60

    result = follow(film(tmp_path / "a.mp4", way), 0.0, way(0.0))

    assert result["lost"]["why"] == "edge"
    assert 0.9 <= result["lost"]["t"] <= 1.6
    assert result["end"] < 2.6


def test_what_is_hidden_for_a_moment_is_found_again_and_for_long_is_lost(tmp_path: Path) -> None:
    def blinks(t: float) -> tuple[float, float] | None:
        return None if 1.0 <= t < 1.4 else (100 + 10 * t, 60)

    def goes(t: float) -> tuple[float, float] | None:
        return None if t >= 1.0 else (100, 60)

    found = follow(film(tmp_path / "a.mp4", blinks), 0.0, (100, 60))
    lost = follow(film(tmp_path / "b.mp4", goes), 0.0, (100, 60))

    assert found["lost"] is None
    assert corner(found, 2.8) == pytest.approx((128, 60), abs=3)
    assert lost["lost"] == {"t": 0.9, "why": "hidden"}
    assert lost["end"] == pytest.approx(1.6, abs=0.11)


def test_one_colour_cannot_be_followed_and_that_is_told(tmp_path: Path) -> None:
    result = follow(film(tmp_path / "a.mp4", lambda t: None, flat=True, seconds=1), 0.0, (100, 60))

    assert result["lost"]["why"] == "flat"
    assert len(result["boxes"]) == 1


def test_what_a_child_says_of_a_way_is_checked() -> None:
    rows = [[1, 0.1, 0.1, 0.2, 0.2], [0.5, 0.1, 0.1, 0.2, 0.2], ["2", 0, 0, 1, 1], [2, 0.9, 0.9, 0.5, 0.5]]
    checked = untrusted_redaction.track({"boxes": rows, "end": float("inf"), "lost": {"t": 1, "why": "<b>"}})

    assert [row[0] for row in checked["boxes"]] == [1.0, 2.0]
    assert checked["boxes"][1][3] == pytest.approx(0.1)
    assert checked["end"] is None
    assert checked["lost"] == {"t": 1.0, "why": "other"}
