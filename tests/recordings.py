"""Draws recordings in every form that shops, phones and recorders write, small and quick.

``film`` is a bright bar that walks over a grey wall, one step a frame: whichever frame is shown can be told
by where the bar stands. The recorders' own forms are put around its packets by hand.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests import footage

SIZE = (160, 96)
FPS = 10
RECORDED_AT = datetime(2023, 3, 8, 9, 15, 0)  # noqa: DTZ001 - a recorder's wall clock has no zone
ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    "h264": ("libx264", {"preset": "ultrafast", "crf": "24", "threads": "1"}),
    "h264-b": ("libx264", {"preset": "veryfast", "crf": "24", "threads": "1", "bf": "2"}),
    "hevc": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1"}),
    "av1": ("libsvtav1", {"preset": "12", "svtav1-params": "lp=1"}),
    "vp8": ("libvpx", {"cpu-used": "8", "deadline": "realtime"}),
    "vp9": ("libvpx-vp9", {"cpu-used": "8", "deadline": "realtime"}),
}


@dataclass(frozen=True)
class Form:
    """How a film is written: muxer, codec, pixels, and options of the muxer."""

    muxer: str
    codec: str = "h264"
    pixels: str = "yuv420p"
    mux: tuple[tuple[str, str], ...] = ()
    fps: int = FPS


def film(path: Path, form: Form, *, frames: int = 30, encoder: dict[str, str] | None = None) -> Path:
    """Write ``frames`` pictures in this form."""
    if form.codec == "av1":
        # SVT-AV1, started by root, puts the whole process at real-time priority 99 and leaves it there; all
        # that the process starts afterwards inherits it and starves the machine.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:
            elsewhere.submit(_draw, path, form, frames, encoder).result()
    else:
        _draw(path, form, frames, encoder)
    footage.unsigned(path)
    return path


def _draw(path: Path, form: Form, frames: int, encoder: dict[str, str] | None) -> None:
    name, options = ENCODERS.get(form.codec, (form.codec, {"b": "600000"}))
    with av.open(str(path), "w", format=form.muxer, options=dict(form.mux)) as out:
        stream: Any = out.add_stream(name, rate=form.fps)
        stream.width, stream.height = SIZE
        stream.pix_fmt = form.pixels
        stream.gop_size = 10
        stream.options = options | (encoder or {})
        for at in range(frames):
            picture = av.VideoFrame.from_ndarray(picture_at(at), format="gray")
            picture.pts, picture.time_base = at, Fraction(1, form.fps)
            out.mux(stream.encode(picture))
        out.mux(stream.encode())


def picture_at(at: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The wall with the bar at its place of frame ``at``."""
    wall = np.tile(np.linspace(40, 120, SIZE[0], dtype=np.uint8), (SIZE[1], 1))
    left = (at * 4) % (SIZE[0] - 16)
    wall[16:80, left : left + 16] = 235
    return wall


def bar_of(rgb: bytes, width: int, height: int) -> int:
    """Where the bar stands in a picture, so which frame it is."""
    bright = np.frombuffer(rgb, np.uint8).reshape(height, width, 3)[20:76].mean(axis=(0, 2)) > 190
    return int(np.argmax(bright))


def packets(path: Path) -> Iterator[tuple[bytes, bool, float]]:
    """Bytes, key or not, and seconds of each packet of the first stream."""
    with av.open(str(path)) as source:
        for packet in source.demux(video=0):
            if packet.size and packet.pts is not None and packet.time_base is not None:
                yield bytes(packet), packet.is_keyframe, float(packet.pts * packet.time_base)


def dahua(path: Path, *, frames: int = 30) -> Path:
    """A ``.dav`` as Dahua recorders write it: each frame in its own wrapper, with the wall clock."""
    source = film(path.with_name("dahua.ts"), Form("mpegts"), frames=frames)
    out = bytearray()
    drawn = list(packets(source))
    for number, (data, key, t) in enumerate(drawn):
        out += _dhav(data, key, number, t - drawn[0][2])
    source.unlink()
    path.write_bytes(bytes(out))
    return path


def _dhav(data: bytes, key: bool, number: int, t: float) -> bytes:
    ms = round(t * 1000)
    moment = RECORDED_AT + timedelta(seconds=ms // 1000)
    packed = (moment.year - 2000) << 26 | moment.month << 22 | moment.day << 17
    packed |= moment.hour << 12 | moment.minute << 6 | moment.second
    extra = b"\x80\x00\x14\x0c\x81\x00\x02" + bytes([FPS]) if key else b""
    length = 24 + len(extra) + len(data) + 8
    kind = 0xFD if key else 0xFC
    head = struct.pack(
        "<4sBBBBIIIHBB", b"DHAV", kind, 0, 1, 0, number, length, packed, ms % 65536, len(extra), 0
    )
    return head + extra + data + b"dhav" + struct.pack("<I", length)


def hikvision(path: Path, *, frames: int = 30, codec: str = "h264") -> Path:
    """A program stream behind forty bytes of Hikvision's own header."""
    film(path, Form("mpeg", codec), frames=frames)
    path.write_bytes(
        b"IMKH\x01\x01\x00\x00\x02\x00\x00\x10\x00\x01\x00\x70".ljust(40, b"\0") + path.read_bytes()
    )
    return path


def behind(path: Path, before: bytes) -> Path:
    """The same file with other bytes in front."""
    path.write_bytes(before + path.read_bytes())
    return path


def without_index(path: Path) -> Path:
    """What is left of an index-last film whose index was never written."""
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"moov") - 4])
    return path


def sound(path: Path, muxer: str, codec: str, *, rate: int = 8_000, seconds: float = 2) -> Path:
    """A tone that is quiet in the first half and loud in the second."""
    with av.open(str(path), "w", format=muxer) as out:
        stream: Any = out.add_stream(codec, rate=rate)
        stream.layout = "mono"
        for piece in _tone(stream, rate, seconds):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return path


def _tone(stream: Any, rate: int, seconds: float) -> list[av.AudioFrame]:
    at = np.arange(int(rate * seconds))
    wave = np.sin(at * 2 * np.pi * 440 / rate) * np.where(at < at.size / 2, 2_000, 24_000)
    whole = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], format="s16", layout="mono")
    whole.sample_rate, whole.pts, whole.time_base = rate, 0, Fraction(1, rate)
    size = stream.codec_context.frame_size or 1024
    cutter = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate, frame_size=size)
    return [*cutter.resample(whole), *cutter.resample(None)]


def film_with_sound(path: Path, *, frames: int = 30, encoder: dict[str, str] | None = None) -> Path:
    """An MP4 in which pieces of sound stand between the pictures."""
    name, options = ENCODERS["h264-b"]
    with av.open(str(path), "w", format="mp4") as out:
        stream: Any = out.add_stream(name, rate=FPS)
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.gop_size, stream.options = "yuv420p", 10, options | (encoder or {})
        voice: Any = out.add_stream("aac", rate=16_000)
        voice.layout = "mono"
        pieces = iter(_tone(voice, 16_000, frames / FPS))
        for at in range(frames):
            picture = av.VideoFrame.from_ndarray(picture_at(at), format="gray")
            picture.pts, picture.time_base = at, Fraction(1, FPS)
            out.mux(stream.encode(picture))
            for piece in (one for _, one in zip(range(2), pieces, strict=False)):
                out.mux(voice.encode(piece))
        out.mux(stream.encode())
        out.mux(voice.encode(None))
    return path


def setup_of(path: Path, name: bytes = b"avcC") -> bytes:
    """What the index of a good film says about its decoder."""
    data = path.read_bytes()
    at = data.rindex(name)
    return data[at : at - 4 + int.from_bytes(data[at - 4 : at], "big")]
