"""Examines sound without a picture: voice notes, calls, the sound of a film alone.

Its length is counted, its loudness becomes a row of peaks for the parent to draw, and where browsers do not
play it a copy in AAC is written into the job's output.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from numpy.typing import NDArray

from workers.media import codes, frames, opening, writing
from workers.media.job import Job
from workers.media.report import Report

PEAKS = 1_000
PEAKS_A_SECOND = 50
COPY_RATE, COPY_BITS = 24_000, 48_000
# What every usual browser plays as it is; G.711 in a WAV is played by some, and by others without a word.
PLAYS = {
    "mov": {"aac", "mp3"},
    "mp3": {"mp3"},
    "aac": {"aac"},
    "wav": {"pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_f32le"},
    "flac": {"flac"},
    "ogg": {"vorbis", "opus", "flac"},
    "matroska": {"opus", "vorbis"},
}
BROKEN = (FFmpegError, OSError, ValueError, OverflowError)


@dataclass
class _Heard:
    """Counts of one walk through the sound."""

    samples: int = 0
    rate: int = 0
    errors: int = 0
    whole: bool = True
    peaks: list[float] = field(default_factory=list)
    _loudest: float = 0.0
    _left: int = 0

    def add(self, frame: AudioFrame) -> None:
        """Take the samples of a frame."""
        self.rate = self.rate or frame.sample_rate
        self.samples += frame.samples * self.rate // max(1, frame.sample_rate)
        self._loudest = max(self._loudest, loudness(frame))
        self._left += frame.samples
        if self._left * PEAKS_A_SECOND >= frame.sample_rate:
            self.peaks.append(self._loudest)
            self._loudest, self._left = 0.0, 0


def examine(job: Job, report: Report) -> None:
    """Count the whole sound; fill in its length, its peaks, and how it can be played."""
    budget = frames.Budget(job.limits)
    with report.step("sound"), opening.opened(job) as container:
        copy = _Copy(job.output) if _needs_copy(job, report) else None
        try:
            heard = _walk(container, budget, copy)
        finally:
            written = copy.close() if copy else False
    _conclude(report, heard, written)


def plays(container: str | None, codec: str | None) -> bool:
    """Whether browsers play such a file as it is."""
    return codec in PLAYS.get(container or "", set())


def _needs_copy(job: Job, report: Report) -> bool:
    return job.output is not None and not plays(report.media["container"], report.media.get("audio_codec"))


def _walk(container: InputContainer, budget: frames.Budget, copy: _Copy | None) -> _Heard:
    heard = _Heard()
    walk = container.demux(container.streams.audio[0])
    while True:
        try:
            packet = next(walk)
            budget.packet()
        except StopIteration:
            return heard
        except (*BROKEN, frames.Spent):
            heard.whole = False
            return heard
        for frame in _decoded(packet, heard):
            heard.add(frame)
            if copy:
                copy.add(frame)


def _decoded(packet: Packet[Any], heard: _Heard) -> list[AudioFrame]:
    try:
        found: list[Any] = list(packet.decode())
    except BROKEN:
        heard.errors += 1
        return []
    return [frame for frame in found if isinstance(frame, AudioFrame) and frame.samples and frame.sample_rate]


def loudness(frame: AudioFrame) -> float:
    """The loudest sample of a frame, from 0 to 1."""
    values: NDArray[Any] = frame.to_ndarray()
    if values.dtype == np.uint8:
        return float(np.abs(values.astype(np.int16) - 128).max()) / 128
    if np.issubdtype(values.dtype, np.integer):
        full = 2.0 ** (8 * values.dtype.itemsize - 1)
        return min(1.0, float(np.abs(values.astype(np.float64)).max()) / full)
    return min(1.0, float(np.nan_to_num(np.abs(values), posinf=1.0).max()))


def bounded(peaks: list[float]) -> list[int]:
    """At most a thousand peaks, each the loudest of its part, as whole numbers up to 255."""
    if not peaks:
        return []
    parts = np.array_split(np.array(peaks), min(PEAKS, len(peaks)))
    return [round(255 * float(part.max())) for part in parts]


def _conclude(report: Report, heard: _Heard, written: bool) -> None:
    media = report.media
    if not heard.samples:
        report.fail(codes.CORRUPT)
        return
    claimed = media.get("duration_s")
    media["duration_s"] = round(heard.samples / heard.rate, 3)
    media["waveform"] = bounded(heard.peaks)
    if not heard.whole or (claimed and claimed - media["duration_s"] > max(1.0, 0.05 * claimed)):
        report.warn(codes.TRUNCATED)
    if heard.errors:
        report.warn(codes.DAMAGED)
    if plays(media["container"], media["audio_codec"]):
        media["playable"] = "original"
    elif written:
        media["playable"] = "proxy"
        media["derived"] = {"kind": "copy", "how": "sound", "rate": float(COPY_RATE)}
    else:
        media["playable"] = "none"


class _Copy:
    """The same sound as AAC, written while it is counted. One that fails is left out, never the counting."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._out: Any = None
        self._stream: Any = None
        self._resampler: AudioResampler | None = None
        self._at, self._failed = 0, descriptor is None

    def add(self, frame: AudioFrame) -> None:
        """Encode one more frame."""
        if self._failed:
            return
        try:
            self._begin(len(frame.layout.channels))
            frame.pts = None
            for piece in self._resampler.resample(frame) if self._resampler else ():
                self._encode(piece)
        except BROKEN:
            self._failed = True

    def close(self) -> bool:
        """Finish; whether a copy was written."""
        if self._out is None:
            return False
        try:
            with self._out:
                for piece in self._resampler.resample(None) if self._resampler and not self._failed else ():
                    self._encode(piece)
                self._out.mux(self._stream.encode(None))
        except BROKEN:
            self._failed = True
        return not self._failed

    def _begin(self, channels: int) -> None:
        if self._out is not None or self._descriptor is None:
            return
        layout = "mono" if channels == 1 else "stereo"
        self._out = writing.mp4(self._descriptor, Fraction(1, COPY_RATE))
        self._stream = self._out.add_stream("aac", rate=COPY_RATE)
        self._stream.bit_rate, self._stream.layout = COPY_BITS * (1 if channels == 1 else 2), layout
        self._resampler = AudioResampler(format="fltp", layout=layout, rate=COPY_RATE, frame_size=1024)

    def _encode(self, piece: AudioFrame) -> None:
        piece.pts, piece.time_base = self._at, Fraction(1, COPY_RATE)
        self._at += piece.samples
        self._out.mux(self._stream.encode(piece))
