"""A filmed screen is told by its signs; windows, letterboxes and shelves are not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from tests import filmed
from tests.workers.media.looking import job_over
from tipline.domain import provenance
from workers.media import provenance as look
from workers.media import screens

# Films move; of the photos beside the checkout none came near (they cost a second each).
FORMS = (".mp4", ".mov", ".avi", ".gif")
SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "media"


FILMS = sorted(one for one in os.listdir(SHARED) if one.endswith(FORMS)) if SHARED.is_dir() else []


def _may_be_one(pictures: list[screens.Gray], *, is_phone: bool = False) -> bool:
    return provenance.is_filmed_screen(screens.signs(pictures), is_phone=is_phone)


def test_a_screen_filmed_by_hand_is_told() -> None:
    assert _may_be_one(filmed.by_hand())
    assert _may_be_one(filmed.by_hand(margin=0.05, tilt=0.01))


def test_a_phone_close_to_the_screen_sees_moire() -> None:
    close = filmed.by_hand(margin=-0.05)
    assert screens.signs(close)["moire"] >= provenance.STRONG_RIPPLES  # type: ignore[index]
    assert _may_be_one(close, is_phone=True)
    assert not _may_be_one(close, is_phone=False)


def test_the_signs_survive_a_messenger() -> None:
    packed = [
        np.asarray(cv2.imdecode(cv2.imencode(".jpg", one, [1, 60])[1], 0), dtype=np.uint8)
        for one in filmed.by_hand()
    ]
    assert _may_be_one(packed)


def test_a_lit_window_before_a_fixed_camera_is_none() -> None:
    frame = filmed.filmed(filmed.shop())
    noisy = [
        np.asarray((frame + np.random.default_rng(at).normal(0, 3, frame.shape)).clip(0, 255), dtype=np.uint8)
        for at in range(5)
    ]
    smooth = [np.asarray(cv2.GaussianBlur(one, (0, 0), 2.5), dtype=np.uint8) for one in noisy]
    assert screens.signs(smooth)["quads"] == 5  # type: ignore[index]
    assert not _may_be_one(smooth, is_phone=True)


def test_a_letterbox_is_none() -> None:
    boxed = np.zeros((720, 1280), np.uint8)
    boxed[90:630] = cv2.resize(filmed.shop(), (1280, 540))
    assert screens.lit_quad(boxed) is None
    assert not _may_be_one([boxed] * 4, is_phone=True)


def test_shelves_and_blinds_are_periodic_along_the_picture_and_are_none() -> None:
    y, x = np.mgrid[0:720, 0:1280]
    blinds = (128 + 90 * np.sin(y * 0.9) + 20 * np.sin(x * 0.7)).clip(0, 255).astype(np.uint8)
    assert not _may_be_one([blinds] * 4, is_phone=True)
    assert screens.moire(blinds[:64, :64]) == 0.0


def test_a_photo_of_a_screen_needs_both_signs(tmp_path: Path) -> None:
    close = filmed.filmed(filmed.shop(), margin=0.05)
    Image.fromarray(close).save(tmp_path / "input", "JPEG", quality=90)
    told = look.examine(job_over(tmp_path / "input"))["screen"]
    assert (told["frames"], told["quads"]) == (1, 1)
    calm = {**told, "moire": 5.0}
    assert provenance.is_filmed_screen({**told, "moire": 12.0}, is_phone=False)
    assert not provenance.is_filmed_screen(calm, is_phone=True)


def _film(path: Path, pictures: list[screens.Gray], keys_every: int) -> Path:
    with av.open(str(path), "w", format="mp4") as out:
        stream: Any = out.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.gop_size, stream.options = keys_every, {"preset": "ultrafast", "threads": "1"}
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        out.mux(stream.encode())
    return path


@pytest.mark.parametrize("keys_every", [1, 250])
def test_a_film_of_a_screen_is_told_however_rare_its_key_frames_are(keys_every: int, tmp_path: Path) -> None:
    told = screens.of_film(job_over(_film(tmp_path / "input", filmed.by_hand(), keys_every)))
    assert told is not None
    assert (told["frames"], told["quads"]) == (4, 4)
    assert provenance.is_filmed_screen(told, is_phone=False)


def test_no_picture_gives_no_signs() -> None:
    assert screens.signs([]) is None
    assert not provenance.is_filmed_screen(None, is_phone=True)


@pytest.mark.parametrize("name", FILMS)
def test_no_real_file_beside_the_checkout_is_taken_for_a_filmed_screen(name: str) -> None:
    told = look.examine(job_over(SHARED / name))
    assert not provenance.is_filmed_screen(told["screen"], is_phone=True)
