"""Walks all packets without decoding: true length, number of frames, places of key frames, how even."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workers.media import frames, opening
from workers.media.gate import Packets
from workers.media.job import Job

UNEVEN = 0.2  # of the median interval; rounding to milliseconds stays below


def _no_packets() -> Packets:
    return Packets(np.empty(0), np.empty(0, np.uint32), np.empty(0, np.bool_))


@dataclass(frozen=True)
class Timeline:
    """Times in seconds, in order of presentation; the packets, in the order of the file."""

    times: NDArray[np.float64]
    key_times: NDArray[np.float64]
    bytes: int
    whole: bool
    packets: Packets = field(default_factory=_no_packets)
    is_timed: bool = True  # a bare stream has no times of its own, and no way back into its middle

    @property
    def interval(self) -> float:
        """The usual time between two frames."""
        steps = np.diff(self.times)
        steps = steps[steps > 0]
        return float(np.median(steps)) if steps.size else 1 / frames.DEFAULT_RATE

    @property
    def start(self) -> float:
        """When the first frame is shown."""
        return float(self.times[0]) if self.times.size else 0.0

    @property
    def end(self) -> float:
        """When the last frame is over."""
        return self.start + self.duration

    @property
    def duration(self) -> float:
        """From the first frame to the end of the last."""
        return float(self.times[-1] - self.times[0] + self.interval) if self.times.size else 0.0

    @property
    def rate(self) -> float | None:
        """Frames a second, on average over what is there."""
        span = float(self.times[-1] - self.times[0]) if self.times.size > 1 else 0.0
        return (self.times.size - 1) / span if span > 0 else None

    @property
    def uneven(self) -> bool:
        """Whether the pace varies (variable frame rate)."""
        steps = np.diff(self.times)
        if steps.size < 4:
            return False
        low, high = np.percentile(steps, [5, 95])
        return bool(high - low > UNEVEN * max(self.interval, 1e-6) and high - low > 0.003)

    def number(self, t: float) -> int | None:
        """The number of the frame shown at ``t``, counted from 0."""
        if not self.times.size:
            return None
        at = int(np.searchsorted(self.times, t - self.interval / 4))
        return min(at, self.times.size - 1)


def read(job: Job, budget: frames.Budget) -> Timeline:
    """Demux the file once. A budget that runs out leaves a timeline marked as not whole."""
    times, sizes, keys = array("d"), array("I"), array("b")
    tally = frames.Decoded()
    whole, timed = True, True
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        if stream is None:
            return Timeline(np.empty(0), np.empty(0), 0, True)
        clock = frames.clock_for(container, stream)
        base = float(stream.time_base or 0)
        try:
            for packet in frames.packets(container, stream, budget, tally):
                if packet.size == 0:
                    continue
                stamp = packet.pts if packet.pts is not None else packet.dts
                timed = timed and stamp is not None
                times.append(clock.of(None if stamp is None else stamp * base))
                sizes.append(packet.size)
                keys.append(packet.is_keyframe)
        except frames.Spent:
            whole = False
    packets = Packets(np.array(times), np.array(sizes, np.uint32), np.array(keys, np.bool_))
    return Timeline(
        np.sort(packets.times),
        np.sort(packets.times[packets.keys]),
        int(packets.sizes.sum(dtype=np.int64)),
        whole and not tally.ended_badly,
        packets,
        timed,
    )
