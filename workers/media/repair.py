"""Makes a copy that can be shown of a film whose index was lost. The original is only read.

What a decoder must know first (the parameter sets) is looked for in the pictures themselves, where most
recorders write it; in what remains of an index; and in other films of the same camera, given with the job.
Without it nothing can be shown, and that is said. No times are left in such a file: pictures are counted at
their rate.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame

from workers.media import opening, preface, units, writing
from workers.media.job import Job
from workers.media.units import H264, START, Codec, Hevc, Window

SEARCH_FRONT, SEARCH_END = 64 * 1024 * 1024, 64 * 1024 * 1024
IN_PICTURES, IN_REMAINS, IN_OTHER = "in-pictures", "in-remains", "in-other-film"
LEAST_PICTURES = 2
MOST_REMAINS = 8  # set-ups tried of those that a file holds
SAMPLE = 60  # pictures decoded to learn whether their order is that of the file
SHARE_OF_TIME = 0.35
SETUPS, LONGEST_SETUP = {"h264": "avcC", "hevc": "hvcC"}, 2_000
TICKS = 100  # of the copy's clock, for each picture
DEFAULT_RATE = Fraction(25)
# A parameter set of either codec behind its length, or behind a start code, and the one that follows it.
SETS_H264 = re.compile(rb"\x00\x00\x00.[\x27\x47\x67][\x42\x4d\x58\x64\x6e\x7a\xf4].", re.DOTALL)
SETS_HEVC = re.compile(rb"\x00\x00\x00.\x40\x01\x0c", re.DOTALL)


@dataclass(frozen=True)
class Source:
    """Where pictures may lie, how they are coded, and the parameter sets that are not among them."""

    codec: Codec
    sets: bytes  # as start code and unit, one after the other; empty when they lie among the pictures
    begin: int
    how: str


@dataclass(frozen=True)
class Repaired:
    """What became of it."""

    size: int
    pictures: int
    rate: float
    how: str
    whole: bool


def repaired(job: Job, others: tuple[bytes, ...] = ()) -> Repaired | None:
    """Write the copy into the job's output. None when there is nothing to make one of."""
    if job.output is None:
        return None
    window = Window(job.input, job.size)
    for source in _sources(window, preface.length(job.input), others):
        try:
            done = _write(job, job.output, window, source)
        except (FFmpegError, OSError, ValueError, OverflowError):
            continue
        if done is not None and done.pictures >= LEAST_PICTURES:
            return done
    return None


def _sources(window: Window, begin: int, others: tuple[bytes, ...]) -> Iterator[Source]:
    """Every way that might work, the most likely first."""
    begin = _media_begin(window, begin)
    front = window.at(begin, SEARCH_FRONT)
    for codec, pattern in ((H264(), SETS_H264), (Hevc(), SETS_HEVC)):
        match = pattern.search(front)
        if match:
            yield Source(codec, b"", begin + match.start(), IN_PICTURES)
    del front
    for setup, how in [
        *((one, IN_REMAINS) for one in islice(_remains(window), MOST_REMAINS)),
        *((one, IN_OTHER) for one in others),
    ]:
        sets = parameter_sets(setup)
        if sets is not None:
            yield Source(sets[0], sets[1], begin, how)


def _media_begin(window: Window, at: int) -> int:
    """The inside of the box that holds the pictures; the same place where there is none."""
    start = at
    for _ in range(64):
        box = window.at(at, 16)
        size, name = int.from_bytes(box[:4], "big"), box[4:8]
        if name == b"mdat":
            return at + (16 if size == 1 else 8)
        if size < 8 or not name.isascii():
            break
        at += size
    return start


def _remains(window: Window) -> Iterator[bytes]:
    """Decoder set-ups left of a damaged index, at the front and at the end of the file."""
    for at in {0, max(0, window.size - SEARCH_END)}:
        piece = window.at(at, SEARCH_END)
        for match in re.finditer(rb"avcC|hvcC", piece):
            size = int.from_bytes(piece[match.start() - 4 : match.start()], "big")
            if 15 < size < 4096:
                yield match.group() + piece[match.end() : match.start() - 4 + size]


def setup_of(job: Job) -> str | None:
    """What the index of a good film says about its decoder, as text: it may help another film."""
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        context = stream.codec_context if stream else None
        name = SETUPS.get(context.codec.canonical_name) if context else None
        setup = bytes(context.extradata or b"") if context else b""
        usable = name is not None and setup[:1] == b"\x01" and len(setup) <= LONGEST_SETUP
        return f"{name}:{setup.hex()}" if usable else None


def setups(texts: Iterable[str]) -> tuple[bytes, ...]:
    """The same, read back."""
    parts = (text.partition(":") for text in texts)
    return tuple(name.encode("ascii") + bytes.fromhex(digits) for name, _, digits in parts)


def parameter_sets(setup: bytes) -> tuple[Codec, bytes] | None:
    """The parameter sets in a decoder's set-up (``avcC`` or ``hvcC`` and its bytes), with start codes."""
    name, body = setup[:4], setup[4:]
    try:
        if name == b"avcC" and body[0] == 1:
            return H264(), b"".join(START + one for one in _of_avc(body))
        if name == b"hvcC" and body[0] == 1:
            return Hevc(), b"".join(START + one for one in _of_hevc(body))
    except IndexError:
        pass
    return None


def _of_avc(body: bytes) -> Iterator[bytes]:
    at = 5
    for mask in (0x1F, 0xFF):
        count, at = body[at] & mask, at + 1
        for _ in range(count):
            length = int.from_bytes(body[at : at + 2], "big")
            if at + 2 + length > len(body):
                return  # counts that are a lie
            yield body[at + 2 : at + 2 + length]
            at += 2 + length


def _of_hevc(body: bytes) -> Iterator[bytes]:
    at = 23
    for _ in range(body[22]):
        count, at = int.from_bytes(body[at + 1 : at + 3], "big"), at + 3
        for _ in range(count):
            length = int.from_bytes(body[at : at + 2], "big")
            if at + 2 + length > len(body):
                return
            yield body[at + 2 : at + 2 + length]
            at += 2 + length


class _Stream:
    """The units as a bare stream, made as it is read; no name, no seeking."""

    def __init__(self, window: Window, source: Source) -> None:
        self._pieces = _with_start_codes(window, source)
        self._rest = bytearray()

    def read(self, count: int) -> bytes:
        """The next bytes; none at the end."""
        while len(self._rest) < count and (piece := next(self._pieces, None)) is not None:
            self._rest += piece
        out = bytes(self._rest[:count])
        del self._rest[:count]
        return out


def _with_start_codes(window: Window, source: Source) -> Iterator[bytes]:
    if window.at(source.begin, 4) == START:  # some recorders write start codes into their MP4 files
        for at in range(source.begin, window.size, units.WINDOW):
            yield window.at(at, units.WINDOW)
        return
    yield source.sets
    for unit in units.found(window, source.codec, source.begin, window.size):
        yield START + window.at(unit.offset, unit.length)


def _write(job: Job, output: int, window: Window, source: Source) -> Repaired | None:
    budget = SHARE_OF_TIME * job.limits.decode_cpu_seconds
    order = _order(job, window, source, time.process_time() + budget)
    if order is None:
        return None
    with opening.bare(job, _Stream(window, source), source.codec.name) as bare:
        stream: Any = bare.streams.video[0]
        rate = stream.guessed_rate or DEFAULT_RATE
        ticks = Fraction(rate.denominator, rate.numerator * TICKS)
        delay = max((at - shown for at, shown in enumerate(order.places) if shown >= 0), default=0)
        copy = writing.mp4(output, ticks)
        stop_at, whole = time.process_time() + budget, order.whole
        with copy:
            track: Any = copy.add_stream_from_template(stream)
            written = 0
            for at, packet in enumerate(_pictures(bare, stream)):
                shown = order.of(at)
                if time.process_time() > stop_at:
                    whole = False
                    break
                if shown is None:
                    continue
                packet.time_base, packet.stream, packet.duration = ticks, track, TICKS
                packet.dts, packet.pts = (at - delay) * TICKS, shown * TICKS
                copy.mux(packet)
                written += 1
    return Repaired(os.fstat(output).st_size, written, float(rate), source.how, whole)


def _pictures(container: Any, stream: Any) -> Iterator[Packet[Any]]:
    for packet in container.demux(stream):
        if packet.size:
            yield packet


@dataclass(frozen=True)
class _Order:
    """Which place each picture of the file takes when shown."""

    places: list[int]
    as_written: bool  # the order of the file, so that places need not be looked up
    whole: bool

    def of(self, at: int) -> int | None:
        """The place of the picture at this position; None when it cannot be shown."""
        if self.as_written:
            return at
        return self.places[at] if at < len(self.places) and self.places[at] >= 0 else None


def _order(job: Job, window: Window, source: Source, stop_at: float) -> _Order | None:
    """Decode a few pictures, and all of them when they are not written in the order they are shown."""
    with opening.bare(job, _Stream(window, source), source.codec.name) as bare:
        stream: Any = bare.streams.video[0]
        trial = _Trial(stream.codec_context)
        shown = trial.shown
        count, whole = 0, True
        for at, packet in enumerate(_pictures(bare, stream)):
            count += 1
            packet.pts = packet.dts = at
            trial.take(packet)
            if len(shown) >= SAMPLE and shown == sorted(shown) and at < SAMPLE * 2:
                return _Order([], True, True) if trial.suits(source) else None
            if time.process_time() > stop_at:
                whole = False
                break
        trial.take(None)
    if not shown or not trial.suits(source):
        return None
    if shown == sorted(shown):
        return _Order([], True, whole)
    places = [-1] * count
    for place, at in enumerate(dict.fromkeys(one for one in shown if 0 <= one < count)):
        places[at] = place
    return _Order(places, False, whole)


class _Trial:
    """What a decoder makes of the pictures, one after the other."""

    def __init__(self, decoder: Any) -> None:
        self.decoder = decoder
        self.decoder.thread_count = 1
        self.shown: list[int] = []
        self.key_is_good: list[bool] = []

    def take(self, packet: Packet[Any] | None) -> None:
        """Decode it; None at the end."""
        try:
            frames: list[Any] = list(self.decoder.decode(packet))
        except FFmpegError:
            return
        for frame in frames:
            if isinstance(frame, VideoFrame) and frame.pts is not None:
                self.shown.append(frame.pts)
                if frame.key_frame:
                    self.key_is_good.append(not frame.is_corrupt)

    def suits(self, source: Source) -> bool:
        """Whether parameter sets from elsewhere fit these pictures: another camera's give green noise."""
        good, every = sum(self.key_is_good), len(self.key_is_good)
        return not source.sets or (good > 0 and good * 2 >= every)
