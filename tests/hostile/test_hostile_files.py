"""Files made to trick or to exhaust, drawn here: each is a result, none reaches out or takes along."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import footage
from workers import examination
from workers.media import codes
from workers.media.job import Limits

CASES: dict[str, tuple[Callable[[Path], Any], set[str | None]]] = {
    "empty.jpg": (lambda path: path.write_bytes(b""), {codes.EMPTY}),
    "drawing.svg": (footage.drawing, {codes.SCRIPT}),
    "postscript.jpeg": (footage.postscript, {codes.SCRIPT}),
    "session.mov": (footage.session_description, {codes.PLAYLIST}),
    "noise.mp4": (lambda path: path.write_bytes(np.random.default_rng(1).bytes(50_000)), {codes.UNKNOWN}),
    "text.avi": (lambda path: path.write_text("only some words\n" * 50), {codes.DOCUMENT}),
    "document.mp4": (lambda path: path.write_bytes(b"%PDF-1.7\n" + bytes(500)), {codes.DOCUMENT}),
    "bomb.png": (footage.pixel_bomb, {codes.TOO_MANY_PIXELS}),
    "giant.h264": (footage.giant_header, {codes.TOO_MANY_PIXELS, codes.NO_FRAMES, codes.CORRUPT}),
    "no pictures.mp4": (lambda path: path.write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0" * 9), {codes.INDEX_LOST}),
    "half.jpg": (lambda path: path.write_bytes(footage.jpeg_bytes((640, 480))[:4000]), {None}),
    "stub.jpg": (lambda path: path.write_bytes(footage.jpeg_bytes()[:30]), {codes.CORRUPT}),
    "tracks.mkv": (footage.many_tracks, {None}),
    "frames.gif": (footage.many_framed_gif, {None}),
    "exif.jpg": (footage.hostile_exif, {None}),
    "polyglot.jpg": (footage.polyglot, {None}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_is_a_result(name: str, tmp_path: Path) -> None:
    draw, expected = CASES[name]
    path = tmp_path / "input"
    draw(path)
    before = path.read_bytes()
    media = examination.examine(path, limits=Limits(wall_seconds=120))
    assert media["failure"] in expected
    assert bool(media["keyframes"]) == (media["failure"] is None)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["input"]


@pytest.mark.parametrize("suffix", ["mp4", "avi", "m3u8", "ts"])
def test_a_playlist_connects_to_nobody(suffix: str, tmp_path: Path, canary: socket.socket) -> None:
    host, port = canary.getsockname()
    media = examination.examine(footage.playlist(tmp_path / f"input.{suffix}", f"http://{host}:{port}/a.ts"))
    assert media["failure"] == codes.PLAYLIST
    with pytest.raises(BlockingIOError):
        canary.accept()


@pytest.mark.parametrize("prefix", [b"", b"\n", b"\x00\x00", b"\x47" * 3])
def test_a_list_never_shows_the_file_beside_it(prefix: bytes, tmp_path: Path) -> None:
    footage.cctv_clip(tmp_path / "neighbour.mp4", seconds=2)
    path = footage.concat_list(tmp_path / "input.mp4", "neighbour.mp4")
    path.write_bytes(prefix + path.read_bytes())
    media = examination.examine(path)
    assert media["failure"] in {codes.PLAYLIST, codes.UNKNOWN, codes.DOCUMENT}
    assert media["keyframes"] == []


def test_a_film_cut_short_shows_what_is_there_and_says_so(tmp_path: Path) -> None:
    clip = footage.cctv_clip(tmp_path / "cut.mp4", index_first=True)
    media = examination.examine(footage.cut(clip.path, 0.6))
    assert media["failure"] is None
    assert codes.TRUNCATED in media["warnings"]
    assert 2 < media["duration_s"] < 6
    assert media["keyframes"]


def test_a_film_that_lost_its_index_is_kept_with_its_own_code(tmp_path: Path) -> None:
    clip = footage.cctv_clip(tmp_path / "cut.mp4")
    assert examination.examine(footage.cut(clip.path, 0.6))["failure"] == codes.INDEX_LOST


def test_a_film_with_bad_bytes_shows_the_rest(tmp_path: Path) -> None:
    clip = footage.cctv_clip(tmp_path / "bad.mp4")
    media = examination.examine(footage.damaged(clip.path))
    assert media["failure"] is None
    assert codes.DAMAGED in media["warnings"]
    assert media["frame_count"] > clip.frames * 0.8


def test_a_length_that_is_a_lie_is_not_believed(tmp_path: Path) -> None:
    clip = footage.cctv_clip(tmp_path / "lie.mkv", seconds=4)
    data = clip.path.read_bytes()
    at = data.index(b"\x44\x89\x88") + 3  # the Duration element of Matroska: a float of eight bytes
    clip.path.write_bytes(data[:at] + np.array([68 * 365 * 86_400_000.0], ">f8").tobytes() + data[at + 8 :])
    media = examination.examine(clip.path)
    assert media["duration_s"] == pytest.approx(4, abs=0.3)
    assert codes.DURATION_DIFFERS in media["warnings"]
    assert media["keyframes"]


def test_hostile_words_in_the_metadata_come_out_as_one_clean_line(tmp_path: Path) -> None:
    media = examination.examine(footage.hostile_exif(tmp_path / "input"))
    words = [*media["tags"].values(), *media["device"].values()]
    assert any("<script>" in word for word in words)
    assert all(word.isprintable() or not any(ord(one) < 32 for one in word) for word in words)


def test_sound_without_a_picture_says_so(tmp_path: Path) -> None:
    media = examination.examine(footage.sound_only(tmp_path / "input"))
    assert (media["kind"], media["failure"], media["keyframes"]) == ("audio", None, [])
    assert media["warnings"] == [codes.NO_PICTURE]
    assert media["duration_s"] == pytest.approx(2, abs=0.2)


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener
