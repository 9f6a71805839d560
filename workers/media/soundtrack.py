"""The sound track of a browser copy: as it is where browsers play it, else made anew as AAC.

Recorders write telephone sound (G.711, ADPCM) that browsers stay silent at without a word. Where the source
has a hole, silence fills it, so that sound and picture stay together.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from workers.media import frames
from workers.media.tracks import Track, placed

RATES = frozenset({8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000})
USUAL_RATE, BITS_EACH = 44_100, 64_000
BEFORE_S = 0.5  # decoders of sound need what came just before
TOGETHER_S = 0.1  # sound may be off by so much before it is moved
FRAME = 1024
Samples = NDArray[np.float32]


def stream_of(container: InputContainer) -> AudioStream | None:
    """The sound that is heard: the first that can be read."""
    for stream in container.streams.audio:
        if stream.codec_context is not None:
            return stream
    return None


def jump(source: InputContainer, stream: Any, t: float) -> None:
    """To a little before a moment on the source's clock, where the source knows how."""
    with suppress(FFmpegError, OSError):
        source.seek(max(0, round((t - BEFORE_S) / stream.time_base)), stream=stream)


def copied(source: InputContainer, stream: Any, out: Any, start: float, budget: frames.Budget) -> Track:
    """The packets as they are; ``start`` is when the first picture is shown, on the source's clock."""
    base = float(stream.time_base)
    last, expected = None, None
    for packet in frames.packets(source, stream, budget, frames.Decoded()):
        told = packet.pts if packet.pts is not None else packet.dts
        at = expected if told is None else told - round(start / base)
        if not packet.size or at is None:
            continue
        expected = at + (packet.duration or 0)
        if at < 0 or (last is not None and at <= last):
            continue
        last = at
        packet.pts, packet.dts, packet.stream = at, at, out
        yield at * base, packet


class Encoder:
    """Makes AAC of whatever can be decoded, on one even clock of samples."""

    def __init__(self, out: OutputContainer, stream: AudioStream) -> None:
        context = stream.codec_context
        self.rate = context.sample_rate if context.sample_rate in RATES else USUAL_RATE
        self.channels = 1 if context.channels == 1 else 2
        layout = "mono" if self.channels == 1 else "stereo"
        self._stream: Any = out.add_stream("aac", rate=self.rate)
        self._stream.layout = layout
        self._stream.bit_rate = BITS_EACH * self.channels
        self._layout = layout
        self._resampler = AudioResampler(format="fltp", layout=layout, rate=self.rate)

    def track(
        self,
        source: InputContainer,
        stream: Any,
        start: float,
        end: float,
        budget: frames.Budget,
        *,
        beyond: float = 1.0,
    ) -> Track:
        """Packets of the sound from ``start`` to so much ``beyond`` the end, on the source's clock."""
        most = int((end - start + beyond) * self.rate)
        waiting, at = np.empty((self.channels, 0), np.float32), 0
        for piece in self._even(source, stream, start, budget):
            waiting = np.concatenate([waiting, piece], axis=1)
            while waiting.shape[1] >= FRAME and at < most:
                yield from self._encode(waiting[:, :FRAME], at)
                waiting, at = waiting[:, FRAME:], at + FRAME
            if at >= most:
                break
        for packet in self._stream.encode():
            yield placed(packet)

    def _even(
        self, source: InputContainer, stream: Any, start: float, budget: frames.Budget
    ) -> Iterator[Samples]:
        """Samples without holes; what is told twice is left out."""
        done = 0
        for frame in self._decoded(source, stream, budget):
            samples = np.asarray(frame.to_ndarray(), dtype=np.float32)
            place = done if frame.time is None else round((frame.time - start) * self.rate)
            off = place - done
            if abs(off) > TOGETHER_S * self.rate:
                samples = samples[:, max(0, -off) :]
                for _ in range(max(0, off) // USUAL_RATE):
                    budget.packet()
                    yield np.zeros((self.channels, USUAL_RATE), np.float32)
                rest = max(0, off) % USUAL_RATE
                samples = np.concatenate([np.zeros((self.channels, rest), np.float32), samples], axis=1)
                done += max(0, off) - rest
            done += samples.shape[1]
            yield samples

    def _decoded(self, source: InputContainer, stream: Any, budget: frames.Budget) -> Iterator[AudioFrame]:
        for packet in frames.packets(source, stream, budget, frames.Decoded()):
            try:
                found: list[Any] = list(packet.decode())
                ready = [one for frame in found for one in self._resampler.resample(frame)]
            except (FFmpegError, ValueError):
                continue  # a bad packet costs itself
            yield from ready

    def _encode(self, samples: Samples, at: int) -> Track:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=self._layout)
        frame.sample_rate, frame.pts = self.rate, at
        for packet in self._stream.encode(frame):
            yield placed(packet)
