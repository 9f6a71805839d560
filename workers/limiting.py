"""What each step may cost: processor time, memory, and how much it may write."""

from __future__ import annotations

from dataclasses import replace

from workers.media.job import MIB, Limits

SPARE = 64 * MIB
# Encoded anew in full size: ten minutes of it are slow, and may become larger than the film they are from.
LONG_WORK = frozenset({"clip", "redaction", "shared"})
WATCHED = frozenset({"faces", "track"})  # every frame is decoded, and nothing written
MOST_OF_A_CLIP = 4096 * MIB


def for_step(kind: str, size: int, limits: Limits | None = None) -> Limits:
    """The limits of a step on a file of so many bytes; what the caller set stays otherwise."""
    bounds = limits or Limits().within(size)
    # A copy without re-encoding is as large as the file; one that is encoded is smaller.
    if kind in ("first", "span", "copy"):
        return replace(bounds, output_bytes=2 * size + SPARE)
    if kind in LONG_WORK:
        bounds = replace(bounds, cpu_seconds=3000, decode_cpu_seconds=2900.0, wall_seconds=3400.0)
        return replace(bounds, output_bytes=MOST_OF_A_CLIP)
    if kind in WATCHED:
        return replace(bounds, cpu_seconds=3000, decode_cpu_seconds=2900.0, wall_seconds=3400.0)
    # A walk over all packets of a film is its length's work, however small the picture that comes of it.
    return replace(bounds, cpu_seconds=900, decode_cpu_seconds=780.0) if kind == "still" else bounds
