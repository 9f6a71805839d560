"""The job as the child receives it: one bounded JSON line, from our own parent."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, BinaryIO

from workers.media import wire

MIB = 1024 * 1024
LEAST_CPU_S, CPU_S_PER_MIB = 12, 30
DECODING_SHARE = 0.8  # the rest is for handing over what was found
LEAST_WALL_S, WALL_PER_CPU = 30, 4  # others want the processor too


@dataclass(frozen=True)
class Limits:
    """What one examination may cost. Budgets count what is really done, never what a header claims."""

    wall_seconds: float = 1200.0
    cpu_seconds: int = 900
    decode_cpu_seconds: float = 780.0  # stop decoding in time to hand over what was found
    video_memory: int = 2560 * MIB
    photo_memory: int = 2560 * MIB
    video_pixels: int = 64_000_000
    photo_pixels: int = 220_000_000
    streams: int = 32
    packets: int = 20_000_000
    frames: int = 2_000_000
    keyframes: int = wire.PICTURES
    output_bytes: int = 0  # how large the file may become that the child may write, where it is given one

    def within(self, size: int) -> Limits:
        """The same for a file of this size: what is small costs little, so a trick cannot hold a worker long.

        A whole film is never that small: an hour of the leanest surveillance has over 20 MB.
        """
        cpu = min(self.cpu_seconds, LEAST_CPU_S + CPU_S_PER_MIB * size // MIB)
        decode = min(self.decode_cpu_seconds, DECODING_SHARE * cpu)
        wall = min(self.wall_seconds, LEAST_WALL_S + WALL_PER_CPU * cpu)
        return replace(self, cpu_seconds=cpu, decode_cpu_seconds=decode, wall_seconds=wall)

    @property
    def memory(self) -> int:
        """The bound before the kind of file is known."""
        return max(self.photo_memory, self.video_memory)


@dataclass(frozen=True)
class Job:
    """An open file, what to do with it, and the limits to do it under."""

    input: int  # file descriptor, already open for reading
    size: int
    parent: int
    limits: Limits
    task: str = "first"  # one of `workers.media.examine.TASKS`
    given: dict[str, Any] = field(default_factory=dict)  # what earlier steps learnt about this file
    output: int | None = None  # file descriptor, open for reading and writing: all that may be written
    # File descriptor, open for reading: what earlier steps wrote, one after another.
    pieces: int | None = None
    allow_unsandboxed: bool = False
    attack: dict[str, Any] | None = None  # try to get out instead, aiming at these
    beside: int | None = None  # file descriptor, open for reading: the end of a film that is still coming
    outer: str = "none"  # the layer around this process
    # What opens the input and what lies beside it, where they lie sealed: see `plain`.
    seal: tuple[str, int] | None = field(default=None, repr=False)
    seal_beside: tuple[str, int] | None = field(default=None, repr=False)

    @property
    def written(self) -> int:
        """How much may be written at all: nothing, unless there is an output."""
        return self.limits.output_bytes if self.output is not None else 0

    def line(self) -> bytes:
        """As one line for the child's standard input."""
        return json.dumps(asdict(self)).encode("ascii") + b"\n"


def read(stream: BinaryIO) -> Job:
    """The one line, bounded."""
    line = stream.readline(wire.JOB_BYTES + 1)
    if len(line) > wire.JOB_BYTES or not line.endswith(b"\n"):
        raise ValueError("no job")
    fields = json.loads(line)
    return Job(**{**fields, "limits": Limits(**fields["limits"])})
