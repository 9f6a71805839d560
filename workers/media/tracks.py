"""The picture track of a browser copy, as packets in order: copied from the film, or joined from pieces.

Times count from the first picture that is shown, so that a copy begins at nothing whatever clock its source
runs on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from av.container import InputContainer
from av.packet import Packet

from workers.media import frames
from workers.media.table import Table

# Seconds to put packets of several tracks in order by, and the packet, ready to be written.
Track = Iterator[tuple[float, "Packet[Any]"]]


class CannotCopy(Exception):
    """The packets do not make a film that a browser would play: it has to be encoded."""


def copied(source: InputContainer, stream: Any, out: Any, table: Table, budget: frames.Budget) -> Track:
    """The packets as they are. When each is to be decoded follows from when all are shown."""
    order = np.sort(table.stamps)
    if np.any(np.diff(order) <= 0):
        raise CannotCopy  # two frames at one moment
    shown = table.stamps - table.shown[0]
    decoded = order - table.shown[0] - int(np.max(order - table.stamps))
    steps = np.append(np.diff(order), np.median(np.diff(order)) if order.size > 1 else 1).astype(np.int64)
    at = -table.skipped
    for packet in frames.packets(source, stream, budget, frames.Decoded()):
        if packet.size and 0 <= at < shown.size:
            packet.time_base, packet.stream = table.tick, out
            packet.pts, packet.dts, packet.duration = int(shown[at]), int(decoded[at]), int(steps[at])
            yield float(decoded[at] * table.tick), packet
        at += bool(packet.size)


@dataclass(frozen=True)
class Piece:
    """One piece, opened, and where in the film it begins, in ticks."""

    source: InputContainer
    first: int


def joined(parts: Sequence[Piece], out: Any, tick: Fraction, budget: frames.Budget) -> Track:
    """Pieces one after the other. A frame that two of them hold is taken once."""
    last = -1
    for part in parts:
        stream = part.source.streams.video[0]
        if stream.time_base is None:
            raise CannotCopy
        scale = stream.time_base / tick
        shift = part.first - parts[0].first
        for packet in frames.packets(part.source, stream, budget, frames.Decoded()):
            if not packet.size or packet.pts is None:
                continue
            at = round(packet.pts * scale) + shift
            if at <= last:
                if packet.is_keyframe:
                    raise CannotCopy  # what follows needs the frame that would be left out
                continue
            last = at
            packet.time_base, packet.pts, packet.dts, packet.stream = tick, at, at, out
            yield float(at * tick), packet


def placed(packet: Packet[Any]) -> tuple[float, Packet[Any]]:
    """A packet of an encoder, by its own time."""
    return float((packet.dts or 0) * (packet.time_base or 0)), packet
