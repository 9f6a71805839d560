"""Films whose frames carry their number as black and white bars, to see which frame a player really shows."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests import footage

BITS = 10
SIZE = (320, 176)
MUXERS = {"mkv": "matroska", "ts": "mpegts", "mpg": "mpeg"}


def picture(number: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """Bars from left to right, the highest bit first, white for 1; the lower half is duller."""
    across = (np.arange(size[0]) * BITS // size[0])[None, :]
    bars = np.where((number >> (BITS - 1 - across)) & 1, 235, 16).repeat(size[1], axis=0)
    bars[size[1] // 2 :] = bars[size[1] // 2 :] * 3 // 4 + 32
    return bars.astype(np.uint8)[..., None].repeat(3, axis=2)


def number_of(gray: NDArray[Any]) -> int:
    """The number that an upright gray picture carries, read in its upper half."""
    height, width = gray.shape
    row = gray[height // 4]
    bits = [int(row[(2 * at + 1) * width // (2 * BITS)] > 128) for at in range(BITS)]
    return int("".join(map(str, bits)), 2)


def film(
    path: Path,
    times: Sequence[int],
    *,
    time_base: Fraction = Fraction(1, 1000),
    codec: str = "libx264",
    bframes: int = 0,
    sound: str | None = None,
    options: dict[str, str] | None = None,
    rotation: int = 0,
    hole: tuple[int, int] = (0, 0),
) -> Path:
    """Draw one frame for each time, in ticks; a tone beside it if a codec for sound is named.

    The sound says nothing at all of the milliseconds within ``hole``.
    """
    form = path.suffix.lstrip(".")
    with av.open(str(path), "w", format=MUXERS.get(form, form), options=options or {}) as out:
        stream: Any = out.add_stream(codec, rate=25, options=_options(codec, bframes))
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.time_base = stream.codec_context.time_base = time_base
        stream.codec_context.gop_size = 12
        tone = _sound(out, sound) if sound else None
        for number, at in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = at, time_base
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
        if tone is not None:
            _play(out, tone, float((times[-1] - times[0]) * time_base) + 0.04, hole)
    if rotation:
        path.write_bytes(footage.turned(path.read_bytes(), rotation, SIZE))
    return path


def _options(codec: str, bframes: int) -> dict[str, str]:
    if codec != "libx264":
        return {"q": "3", "flags": "+qscale"} if codec in ("mjpeg", "mpeg4") else {}
    return {"preset": "ultrafast", "crf": "22", "threads": "1", "bf": str(bframes), "b_strategy": "0"}


def _sound(out: Any, codec: str) -> Any:
    stream = out.add_stream(codec, rate=8000)
    stream.layout = "mono"
    return stream


def _play(out: Any, stream: Any, seconds: float, hole: tuple[int, int]) -> None:
    wave = (np.sin(np.arange(int(seconds * 8000)) * 2 * np.pi * 440 / 8000) * 8000).astype(np.int16)
    for begin in range(0, wave.size, 1024):
        if hole[0] <= begin // 8 < hole[1]:
            continue
        frame = av.AudioFrame.from_ndarray(wave[None, begin : begin + 1024], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, begin, Fraction(1, 8000)
        out.mux(stream.encode(frame))
    out.mux(stream.encode())


def cut_by_edit_list(path: Path, ticks: int, timescale_ratio: int = 1) -> Path:
    """Make the film begin later: its edit list hides everything before so many ticks of its picture track."""
    data = bytearray(path.read_bytes())
    at = data.index(b"elst")
    (media_time,) = struct.unpack_from(">i", data, at + 16)
    struct.pack_into(">i", data, at + 16, media_time + ticks * timescale_ratio)
    path.write_bytes(bytes(data))
    return path
