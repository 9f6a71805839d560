"""Covers are burned in: nothing under them survives, and nothing of the source but its pictures."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests import drawn_faces, footage
from workers import sandbox
from workers.media import codes
from workers.media.job import Limits
from workers.media.redaction import burn, covers, proof
from workers.sandbox import Answer, Keyframe

WIDTH, HEIGHT = drawn_faces.SIZE
LIMITS = Limits(output_bytes=50_000_000)
SECRETS = (b"SECRET", b"+31.2304", b"CAMERA-SERIAL")
TOLERANCE = 12  # what H.264 makes of a flat colour, away from the rim of a cover
RIM = 6


def walking(t: float) -> list[drawn_faces.Place]:
    return [(60 + 50 * t, 80.0)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds with sound, a title and a place; one face walks through it."""
    return drawn_faces.film(tmp_path_factory.mktemp("burn") / "one.mp4", walking, sound=True)


def redact(path: Path, out: Path, **given: Any) -> Answer:
    with out.open("w+b") as target:
        return sandbox.ask(path, "redaction", given={"margin": 0.2, **given}, output=target, limits=LIMITS)


def decoded(path: Path) -> list[tuple[float, Any]]:
    with av.open(str(path)) as film:
        return [(frame.time or 0.0, frame.to_ndarray(format="rgb24")) for frame in film.decode(video=0)]


def is_flat(picture: Any, left: float, top: float, right: float, bottom: float) -> bool:
    part = picture[round(top) : round(bottom), round(left) : round(right)].astype(int)
    return bool(part.size and np.abs(part - np.array(burn.FILL)).max() <= TOLERANCE)


def test_no_frame_of_a_face_survives_and_nothing_else_of_the_source(film: Path, tmp_path: Path) -> None:
    found = sandbox.ask(film, "faces", given={"length": 3.0}).result["tracks"]
    out = tmp_path / "out.mp4"

    answer = redact(film, out, tracks=found, sound=True, length=3.0)

    assert answer.failure is None
    frames = decoded(out)
    assert len(frames) == answer.result["frames"] == answer.result["checked"] == 30
    assert answer.result["covered"] == 30
    for t, picture in frames:
        x, y = walking(t)[0]
        # The face itself: from brow to mouth and from ear to ear, in every single frame.
        assert is_flat(picture, x - 14, y - 10, x + 14, y + 16), t
    with av.open(str(out)) as made:
        assert [stream.type for stream in made.streams] == ["video", "audio"]
        assert {name for name in made.metadata} <= {"major_brand", "minor_version", "compatible_brands"}
        assert all(set(one.metadata) <= {"language", "handler_name"} for one in made.streams)
    data = out.read_bytes()
    assert not any(secret in data for secret in SECRETS)
    assert any(secret in film.read_bytes() for secret in SECRETS)
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_what_is_not_covered_stays_to_be_seen(film: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    corner = {"boxes": [[0, 0.8, 0.8, 0.1, 0.1]], "start": None, "end": None}
    made = redact(film, out, tracks=[corner])
    small = redact(film, tmp_path / "small.mp4", tracks=[corner], widest=160, range=[0, 0.3])

    assert (made.result["width"], made.result["height"]) == (WIDTH, HEIGHT)
    assert (small.result["width"], small.result["height"]) == (160, 90)

    for (_, before), (_, after) in zip(decoded(film), decoded(out), strict=True):
        assert np.abs(before[:130, :240].astype(int) - after[:130, :240]).mean() < 6
    with av.open(str(out)) as made:
        assert [stream.type for stream in made.streams] == ["video"]  # nobody asked for the sound


def test_a_range_is_cut_out_and_a_cover_lasts_just_as_long_as_it_says(film: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    track = {"boxes": [[1.0, 0.1, 0.6, 0.2, 0.3]], "start": 1.0, "end": 1.55}

    answer = redact(film, out, tracks=[track], range=[0.75, 2.25], sound=True, length=3.0)

    frames = decoded(out)
    # From the frame that is shown at 0.75 to the one shown at 2.25.
    assert len(frames) == 16
    covered = [is_flat(one, 0.12 * WIDTH, 0.65 * HEIGHT, 0.28 * WIDTH, 0.85 * HEIGHT) for _, one in frames]
    assert covered == [0.95 <= 0.7 + at / 10 <= 1.56 for at in range(16)]
    assert answer.result["covered"] == sum(covered)


def test_frames_of_uneven_pace_in_a_turned_film_of_odd_sides_are_all_covered(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.08, 0.5, 0.52, 0.9, 1.4, 1.41, 1.8, 2.0]
    size = (322, 182)
    path = drawn_faces.film(tmp_path / "a.mp4", walking, times=times, size=size)
    path.write_bytes(footage.turned(path.read_bytes(), 90, size))
    upright = size[1], size[0]
    # Turned with the clock, what stood at x, y stands at height - y, x.
    rows = [[t, (size[1] - 102) / upright[0], (x - 22) / upright[1], 44 / upright[0], 44 / upright[1]]
            for t in (0.0, 2.0) for x, _ in walking(t)]  # fmt: skip
    out = tmp_path / "out.mp4"

    answer = redact(path, out, tracks=[{"boxes": rows, "start": None, "end": None}], length=2.04)

    assert answer.failure is None
    frames = decoded(out)
    assert frames[0][1].shape[:2] == (322, 182)
    assert [round(t, 2) for t, _ in frames] == times
    for t, picture in frames:
        middle = walking(t)[0][0]
        assert is_flat(picture, size[1] - 80 - 14, middle - 12, size[1] - 80 + 10, middle + 12), t


def test_one_picture_of_a_film_and_a_photo_come_back_without_what_is_covered(
    film: Path, tmp_path: Path
) -> None:
    photo = footage.photo(tmp_path / "a.jpg", gps=(31.2, 121.4), make="CAMERA-SERIAL")
    track = {"boxes": [[0, 0.25, 0.25, 0.25, 0.25]], "start": None, "end": None}
    for path, given in ((photo, {}), (film, {"still": 1.25})):
        seen: list[Keyframe] = []
        answer = sandbox.ask(
            path, "redaction", given={"tracks": [track], "margin": 0.0, **given},
            hooks=sandbox.Hooks(on_keyframe=seen.append),
        )  # fmt: skip
        assert answer.failure is None
        (picture,) = seen
        pixels = np.frombuffer(picture.rgb, np.uint8).reshape(picture.height, picture.width, 3)
        quarter = (
            slice(picture.height // 4, picture.height // 2),
            slice(picture.width // 4, picture.width // 2),
        )
        assert (pixels[quarter] == burn.FILL).all()
        assert not (pixels == burn.FILL).all(axis=2)[: picture.height // 5].any()


def test_boxes_beyond_the_picture_do_no_harm(film: Path, tmp_path: Path) -> None:
    boxes = [
        [0, -0.5, -0.5, 3, 3],
        [0, 0.99, 0.99, 0.5, 0.5],
        [0, 5, 5, 0.1, 0.1],
        [1e9, 0.4, 0.4, 1e-9, 1e-9],
    ]
    tracks = [{"boxes": [box]} for box in boxes]
    answer = redact(film, tmp_path / "o.mp4", tracks=tracks, range=[0, 0.3])

    assert (answer.failure, answer.result["frames"]) == (None, 3)


def test_boxes_that_are_no_numbers_make_no_film(film: Path, tmp_path: Path) -> None:
    with (tmp_path / "o.mp4").open("w+b") as target:
        answer = sandbox.ask(
            film,
            "redaction",
            given={"tracks": [{"boxes": [["a", 0, 0, 1, 1]]}]},
            output=target,
            limits=LIMITS,
        )
        assert answer.failure == codes.CORRUPT
        assert os.fstat(target.fileno()).st_size == 0


def test_a_film_that_takes_too_long_leaves_no_half(film: Path, tmp_path: Path) -> None:
    limits = replace(LIMITS, frames=12)
    with (tmp_path / "o.mp4").open("w+b") as target:
        answer = sandbox.ask(
            film, "redaction", given={"tracks": [{"boxes": [[0, 0, 0, 1, 1]]}]}, output=target, limits=limits
        )
        assert answer.failure == codes.TIMEOUT
        assert os.fstat(target.fileno()).st_size == 0


def test_a_film_whose_covers_do_not_hold_is_thrown_away(film: Path, tmp_path: Path) -> None:
    from tests.workers.media import looking

    out = tmp_path / "out.mp4"
    redact(film, out, tracks=[{"boxes": [[0, 0.4, 0.4, 0.2, 0.2]]}])
    job = replace(looking.job_over(film), output=os.open(out, os.O_RDWR))
    right = covers.Rect(128, 72, 192, 108)

    assert proof.check(job, [[right]] * 30, (burn.LUMA, burn.NEUTRAL), has_sound=False) == 30
    moved = covers.Rect(20, 20, 60, 60)
    assert proof.check(job, [[right]] * 29 + [[moved]], (burn.LUMA, burn.NEUTRAL), has_sound=False) == -1
    assert proof.check(job, [[right]] * 29, (burn.LUMA, burn.NEUTRAL), has_sound=False) == -1
    assert proof.check(job, [[right]] * 30, (burn.LUMA, burn.NEUTRAL), has_sound=True) == -1


def test_between_two_key_boxes_a_cover_is_wherever_it_may_be() -> None:
    (cover,) = covers.read({"tracks": [{"boxes": [[2, 0.5, 0, 0.1, 0.1], [0, 0.1, 0, 0.1, 0.1]], "end": 3}]})

    assert cover.during(1.0, 1.0) == pytest.approx((0.3, 0, 0.4, 0.1))
    # While one picture is shown long, all places that the box goes through are covered.
    assert cover.during(0.5, 1.5) == pytest.approx((0.2, 0, 0.5, 0.1))
    assert cover.during(-5, -4) == pytest.approx((0.1, 0, 0.2, 0.1))
    assert cover.during(2.9, 9) == pytest.approx((0.5, 0, 0.6, 0.1))
    assert cover.during(3.1, 3.2) is None
    assert Fraction(covers.rects([cover], 0, 0, (100, 100), 0.0)[0].left, 2).denominator == 1
