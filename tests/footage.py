"""Draws sample footage, honest and hostile, so that the tests need no stock media.

``cctv_clip`` is a fixed camera over a shop: shelves, sensor noise, a burned-in clock, one person who walks
through at a known time. Everything is deterministic.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]
ENCODERS = {"h264": "libx264", "hevc": "libx265", "mpeg4": "mpeg4", "mjpeg": "mjpeg"}
CLOCK_STARTS = datetime(2024, 3, 9, 21, 14, 0)  # noqa: DTZ001 - a camera's wall clock has no zone
TURN = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@dataclass(frozen=True)
class Clip:
    """What is true of a drawn clip."""

    path: Path
    seconds: float
    frames: int
    fps: float
    width: int
    height: int
    person_at: tuple[float, float] | None


def cctv_clip(
    path: Path,
    *,
    seconds: float = 8,
    size: tuple[int, int] = (640, 360),
    person_at: tuple[float, float] | None = (2, 5),
    clock: bool = True,
    codec: str = "h264",
    fps: int = 10,
    rotation: int = 0,
    vfr: bool = False,
    index_first: bool = False,
    metadata: dict[str, str] | None = None,
    container: str | None = None,
    signed: bool = False,
) -> Clip:
    """Draw a clip; the suffix of ``path`` decides the container unless one is named.

    A recorder's encoder leaves no name in its films: ours is taken out, unless the clip is ``signed``.
    """
    options = {"movflags": "+faststart+use_metadata_tags" if index_first else "use_metadata_tags"}
    form = container or path.suffix.lstrip(".")
    rng = np.random.default_rng(7)
    times = _times(seconds, fps, vfr)
    boxes = form in ("mp4", "mov")
    with av.open(str(path), "w", format=_muxer(form), options=options if boxes else {}) as out:
        out.metadata.update(metadata or {})
        stream: Any = out.add_stream(ENCODERS[codec], rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size = 2 * fps
        stream.options = _encoder_options(codec)
        scene = background(size)
        for t in times:
            frame = av.VideoFrame.from_ndarray(_picture(scene, t, person_at, clock, rng), format="rgb24")
            frame.pts, frame.time_base = round(t * 1000), Fraction(1, 1000)
            if not vfr:
                frame.pts, frame.time_base = round(t * fps), Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    if not signed:
        unsigned(path)
    if rotation:
        path.write_bytes(turned(path.read_bytes(), rotation, size))
    shown = size if rotation % 180 == 0 else (size[1], size[0])
    return Clip(path, seconds, len(times), float(fps), *shown, person_at)


def unsigned(path: Path) -> None:
    """The film as a recorder would have written it: without the names of the encoders that we draw with."""
    data = path.read_bytes()
    for mark in (b"x264", b"x265", b"Lavc"):
        data = data.replace(mark, b"none")
    path.write_bytes(data)


def background(size: tuple[int, int]) -> Image.Image:
    """The shop without anybody in it."""
    width, height = size
    scene = Image.new("RGB", size, (96, 98, 92))
    draw = ImageDraw.Draw(scene)
    draw.polygon(
        [(0, height), (width, height), (width * 3 // 4, height // 2), (width // 4, height // 2)],
        (120, 112, 100),
    )
    for shelf in range(5):
        left = width * shelf // 5 + 4
        draw.rectangle(
            (left, height // 5, left + width // 6, height // 2), (70 + 18 * shelf, 84, 110 - 12 * shelf)
        )
        for row in range(1, 4):
            y = height // 5 + row * height // 13
            draw.line((left, y, left + width // 6, y), (30, 30, 34), 2)
    return scene


def _picture(
    scene: Image.Image, t: float, person_at: tuple[float, float] | None, clock: bool, rng: np.random.Generator
) -> Pixels:
    shown = scene.copy()
    draw = ImageDraw.Draw(shown)
    if person_at and person_at[0] <= t < person_at[1]:
        _person(draw, shown.size, (t - person_at[0]) / (person_at[1] - person_at[0]))
    if clock:
        text = (CLOCK_STARTS + timedelta(seconds=int(t))).strftime("%Y-%m-%d %H:%M:%S")
        draw.text((8, 4), text, (250, 250, 250), font=ImageFont.load_default(max(12, shown.height // 20)))
    noise = rng.normal(0, 1.5, (shown.height, shown.width, 1))
    return (np.asarray(shown, dtype=np.float32) + noise).clip(0, 255).astype(np.uint8)


def _person(draw: ImageDraw.ImageDraw, size: tuple[int, int], way: float) -> None:
    width, height = size
    x, tall = int(width * (0.1 + 0.7 * way)), height // 2
    top = height - tall - height // 12
    head = tall // 7
    draw.ellipse((x - head, top, x + head, top + 2 * head), (205, 160, 130))
    draw.rectangle((x - head * 2, top + 2 * head, x + head * 2, top + tall * 3 // 5), (40, 52, 120))
    stride = int(head * (1 + np.sin(way * 40)))
    draw.line((x, top + tall * 3 // 5, x - stride, top + tall), (24, 24, 28), max(3, head))
    draw.line((x, top + tall * 3 // 5, x + stride, top + tall), (24, 24, 28), max(3, head))


def _times(seconds: float, fps: int, vfr: bool) -> list[float]:
    even = [at / fps for at in range(round(seconds * fps))]
    # Phones drop frames in the dark: every other frame is missing in the second half.
    return [t for at, t in enumerate(even) if not (vfr and t > seconds / 2 and at % 2)]


def _muxer(form: str) -> str:
    return {"mkv": "matroska", "ts": "mpegts", "mpg": "mpeg", "3gp": "3gp"}.get(form, form)


def _encoder_options(codec: str) -> dict[str, str]:
    return {
        "h264": {"preset": "ultrafast", "crf": "26", "threads": "1"},
        "hevc": {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1"},
    }.get(codec, {"b": "1500000"})


def turned(data: bytes, rotation: int, size: tuple[int, int]) -> bytes:
    """The same film with a turn written into its track header, as phones do it."""
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (one * 65536 for one in TURN[rotation])
    shift = {90: (size[1], 0), 180: size, 270: (0, size[0])}[rotation]
    matrix = struct.pack(">9i", a, b, 0, c, d, 0, shift[0] * 65536, shift[1] * 65536, 1 << 30)
    return data[:at] + matrix + data[at + len(matrix) :]


def photo(
    path: Path,
    fmt: str = "JPEG",
    *,
    size: tuple[int, int] = (640, 480),
    orientation: int = 1,
    gps: tuple[float, float] | None = None,
    taken_at: str | None = None,
    offset: str | None = None,
    make: str | None = None,
    model: str | None = None,
    extra: dict[int, Any] | None = None,
) -> Path:
    """Draw a photo whose upper left quarter is red, so a wrong turn shows. Times are as EXIF writes them."""
    if fmt == "HEIF":
        pillow_heif.register_heif_opener()
    image = background(size)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), (200, 30, 30))
    book = Image.Exif()
    book[274] = orientation
    for number, text in ((271, make), (272, model)):
        if text:
            book[number] = text
    detail = {number: text for number, text in ((36867, taken_at), (36881, offset)) if text}
    book.get_ifd(0x8769).update(detail | (extra or {}))
    if gps:
        book.get_ifd(0x8825).update(_gps(*gps))
    image.save(path, fmt, exif=book.tobytes())
    return path


def _gps(lat: float, lon: float) -> dict[int, Any]:
    def parts(value: float) -> tuple[float, float, float]:
        degrees, rest = divmod(abs(value) * 3600, 3600)
        return (degrees, *divmod(rest, 60))

    return {1: "S" if lat < 0 else "N", 2: parts(lat), 3: "W" if lon < 0 else "E", 4: parts(lon)}


def sound_only(path: Path, seconds: float = 2) -> Path:
    """A film file with a tone and no picture."""
    rate = 16_000
    with av.open(str(path), "w", format="mp4") as out:
        stream: Any = out.add_stream("aac", rate=rate)
        stream.layout = "mono"
        wave = (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * 8000).astype(np.int16)
        for begin in range(0, wave.size - 1024, 1024):
            frame = av.AudioFrame.from_ndarray(wave[None, begin : begin + 1024], format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def cut(path: Path, share: float) -> Path:
    """Keep only the first part of the file, as when a copy breaks off."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def damaged(path: Path, seed: int = 3, share: float = 0.002) -> Path:
    """Overwrite bytes in the middle of the pictures, as a failing disk does."""
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    for at in rng.integers(len(data) // 4, len(data) * 3 // 4, int(len(data) * share)):
        data[int(at)] ^= 0x5A
    path.write_bytes(bytes(data))
    return path


def concat_list(path: Path, neighbour: str) -> Path:
    """A list for FFmpeg that plays the file beside it."""
    return _text(path, f"ffconcat version 1.0\nfile '{neighbour}'\n")


def playlist(path: Path, address: str) -> Path:
    """An HLS playlist whose segment lies somewhere else."""
    return _text(path, f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{address}\n#EXT-X-ENDLIST\n")


def session_description(path: Path, port: int = 40_000) -> Path:
    """An SDP text that makes a careless reader listen on the network."""
    return _text(path, f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n")


def postscript(path: Path) -> Path:
    """A PostScript program."""
    return _text(path, "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) run\n")


def drawing(path: Path) -> Path:
    """An SVG with a script."""
    return _text(path, "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")


def _text(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def pixel_bomb(path: Path, side: int = 20_000) -> Path:
    """A PNG of one bit a pixel: kilobytes on disk, gigabytes as colours."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    body = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks))
    return path


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def many_framed_gif(path: Path, frames: int = 2_000) -> Path:
    """A GIF of very many tiny frames."""
    pictures = [Image.new("P", (2, 2), at % 2) for at in range(frames)]
    for picture in pictures:
        picture.putpalette([0, 0, 0, 255, 255, 255])
    pictures[0].save(path, "GIF", save_all=True, append_images=pictures[1:], duration=10)
    return path


def giant_header(path: Path, width: int = 14_880, height: int = 16_000) -> Path:
    """A few dozen bytes of H.264 that announce an enormous picture."""
    bits = _Bits("01000010" + "00000000" + "00110100")
    for value in (0, 0, 2, 1):
        bits.golomb(value)
    bits.raw("0")
    bits.golomb(width // 16 - 1)
    bits.golomb(height // 16 - 1)
    bits.raw("1100")
    sps = b"\x67" + bits.bytes()
    pps = b"\x68\xce\x38\x80"
    idr = b"\x65\x88\x84\x00" + bytes(range(1, 30))
    path.write_bytes(b"".join(b"\x00\x00\x00\x01" + unit for unit in (sps, pps, idr)))
    return path


class _Bits:
    def __init__(self, text: str) -> None:
        self.text = text

    def raw(self, text: str) -> None:
        self.text += text

    def golomb(self, value: int) -> None:
        code = f"{value + 1:b}"
        self.text += "0" * (len(code) - 1) + code

    def bytes(self) -> bytes:
        whole = self.text + "1"
        whole += "0" * (-len(whole) % 8)
        return int(whole, 2).to_bytes(len(whole) // 8, "big")


def many_tracks(path: Path, tracks: int = 60) -> Path:
    """A film of more tracks than any camera writes."""
    with av.open(str(path), "w", format="matroska") as out:
        streams: list[Any] = [out.add_stream("mjpeg", rate=1) for _ in range(tracks)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 32, 32, "yuvj420p"
        for stream in streams:
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            frame.pts, frame.time_base = 0, Fraction(1, 1)
            out.mux(stream.encode(frame))
    return path


def hostile_exif(path: Path) -> Path:
    """A photo whose EXIF holds script, a formula, line breaks and characters that steer terminals."""
    extra = {37510: b"ASCII\0\0\0</script>", 42036: "lens\x1b[31m\r\nSet-Cookie: a=b"}
    return photo(path, make="<script>alert(1)</script>", model="=1+1\n@A1\u202egpj", extra=extra)


def polyglot(path: Path) -> Path:
    """A JPEG that is a web page and an archive as well."""
    photo(path)
    data = path.read_bytes()
    comment = b"<html><script>alert(1)</script></html>"
    page = data[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + data[2:]
    path.write_bytes(page + b"PK\x05\x06" + bytes(18))
    return path


def jpeg_bytes(size: tuple[int, int] = (64, 48)) -> bytes:
    """A small honest JPEG, for tests that only need some bytes."""
    out = io.BytesIO()
    background(size).save(out, "JPEG")
    return out.getvalue()
