"""What each step may cost: processor time, memory, and how much it may write."""

from __future__ import annotations

from dataclasses import replace

from workers.media.job import MIB, Limits

SPARE = 64 * MIB


def for_step(kind: str, size: int, limits: Limits | None = None) -> Limits:
    """The limits of a step on a file of so many bytes; what the caller set stays otherwise."""
    bounds = limits or Limits().within(size)
    # A copy without re-encoding is as large as the file; one that is encoded is smaller.
    return replace(bounds, output_bytes=2 * size + SPARE) if kind in ("first", "span", "copy") else bounds
