"""Containers, codecs, turns and photo formats, each drawn and looked at through the wall."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import footage
from tipline.domain import composing
from tipline.domain.composing import Done
from workers import examination, sandbox
from workers.sandbox import Hooks


def look(path: Path, *steps: str) -> tuple[dict[str, Any], list[sandbox.Keyframe]]:
    """The first step, and of those that follow it the named ones."""
    pictures: list[sandbox.Keyframe] = []
    hooks = Hooks(on_keyframe=pictures.append)
    begun = sandbox.ask(path, hooks=hooks)
    done = [examination.first(begun)]
    for planned in composing.following(begun.media, begun.plan):
        if planned.kind in steps:
            given = examination.given(planned, done[0].found, begun.keyframes)
            answer = sandbox.ask(path, planned.kind, given=given, hooks=hooks)
            done.append(Done(planned.kind, planned.number, answer.result, answer.failure))
    return composing.compose(done, [picture.listed for picture in pictures]), pictures


def corner(picture: sandbox.Keyframe, bottom: bool, right: bool) -> np.ndarray:
    rgb = np.frombuffer(picture.rgb, np.uint8).reshape(picture.height, picture.width, 3)
    y = slice(-20, -5) if bottom else slice(5, 20)
    x = slice(-20, -5) if right else slice(5, 20)
    return np.asarray(rgb[y, x].mean(axis=(0, 1)))


@pytest.mark.parametrize(
    ("name", "codec", "mime", "playable"),
    [
        ("a.mp4", "h264", "video/mp4", "original"),
        ("a.mov", "h264", "video/quicktime", "original"),
        ("a.mp4", "hevc", "video/mp4", "none"),
        ("a.mkv", "hevc", "video/x-matroska", "none"),
        ("a.avi", "mpeg4", "video/x-msvideo", "none"),
        ("a.avi", "mjpeg", "video/x-msvideo", "none"),
        ("a.ts", "h264", "video/mp2t", "none"),
    ],
)
def test_a_clip_of_any_usual_make_is_read(
    name: str, codec: str, mime: str, playable: str, tmp_path: Path
) -> None:
    clip = footage.cctv_clip(tmp_path / name, seconds=4, person_at=(1, 3), codec=codec)
    media, pictures = look(clip.path, "suspects")
    assert (media["failure"], media["mime"], media["playable"]) == (None, mime, playable)
    assert media["video_codec"] == codec
    assert media["frame_count"] == clip.frames
    assert media["duration_s"] == pytest.approx(4, abs=0.2)
    assert not media["vfr"]
    assert len(pictures) >= 2


@pytest.mark.parametrize(
    ("turn", "bottom", "right"), [(0, False, False), (90, False, True), (180, True, True), (270, True, False)]
)
def test_a_turned_clip_comes_out_upright(turn: int, bottom: bool, right: bool, tmp_path: Path) -> None:
    """The clock stands in the upper left of the coded picture; a clockwise turn takes that corner along."""
    clip = footage.cctv_clip(tmp_path / "a.mp4", seconds=2, person_at=None, rotation=turn)
    media, pictures = look(clip.path)
    assert media["rotation"] == turn
    assert (media["width"], media["height"]) == (clip.width, clip.height)
    assert (pictures[0].width, pictures[0].height) == (clip.width, clip.height)
    rgb = np.frombuffer(pictures[0].rgb, np.uint8).reshape(clip.height, clip.width, 3)
    white = np.argwhere(rgb.min(axis=2) > 225)
    y, x = white.mean(axis=0)
    assert (y > clip.height / 2, x > clip.width / 2) == (bottom, right)


def test_uneven_pace_is_noticed_and_times_are_true(tmp_path: Path) -> None:
    clip = footage.cctv_clip(tmp_path / "a.mp4", vfr=True, person_at=(5, 7))
    media, _ = look(clip.path, "suspects")
    assert media["vfr"]
    assert media["frame_count"] == clip.frames
    assert media["activity"]["events"][0]["start"] == pytest.approx(5, abs=0.6)


def test_an_empty_shop_gives_few_pictures_its_end_among_them_and_no_event(tmp_path: Path) -> None:
    media, pictures = look(footage.cctv_clip(tmp_path / "a.mp4", seconds=12, person_at=None).path, "suspects")
    assert media["activity"]["events"] == []
    assert len(pictures) <= 3
    assert max(one.t for one in pictures) > 11.8


def test_a_phone_clip_tells_where_and_when(tmp_path: Path) -> None:
    said = {
        "com.apple.quicktime.location.ISO6709": "+31.2304+121.4737/",
        "com.apple.quicktime.creationdate": "2024-03-09T21:14:00+0800",
        "com.apple.quicktime.make": "Apple",
        "com.apple.quicktime.model": "iPhone 13",
    }
    media, _ = look(footage.cctv_clip(tmp_path / "a.mov", seconds=2, metadata=said).path)
    assert media["gps"] == {"lat": 31.2304, "lon": 121.4737}
    assert media["captured_at"] == "2024-03-09T21:14:00+08:00"
    assert media["captured_at_source"] == "quicktime:creationdate"
    assert media["device"]["model"] == "iPhone 13"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
@pytest.mark.parametrize(
    ("orientation", "bottom", "right"),
    [(1, False, False), (3, True, True), (6, False, True), (8, True, False)],
)
def test_a_photo_is_turned_once(
    form: str, orientation: int, bottom: bool, right: bool, tmp_path: Path
) -> None:
    path = footage.photo(
        tmp_path / "input", form, orientation=orientation, taken_at="2024:03:09 21:14:00", offset="+08:00"
    )
    media, pictures = look(path)
    upright = (480, 640) if orientation in (6, 8) else (640, 480)
    assert (media["failure"], media["kind"]) == (None, "photo")
    assert (media["width"], media["height"]) == upright == (pictures[0].width, pictures[0].height)
    assert media["rotation"] == {1: 0, 3: 180, 6: 90, 8: 270}[orientation]
    assert media["captured_at"] == "2024-03-09T21:14:00+08:00"
    red = corner(pictures[0], bottom, right)
    assert red[0] > 150
    assert red[1] < 90


def test_a_photo_larger_than_the_wall_lets_through_is_shown_smaller(tmp_path: Path) -> None:
    path = footage.photo(tmp_path / "input", size=(8000, 5000))
    media, pictures = look(path)
    assert (media["width"], media["height"]) == (8000, 5000)
    assert pictures[0].width * pictures[0].height <= 24_000_000
    assert pictures[0].width / pictures[0].height == pytest.approx(1.6, abs=0.01)
    assert "media:scaled-down" in media["warnings"]
