"""Finding faces, following a box and burning covers in: how much faster than real time, on one core.

The film is drawn: heads that the model takes for faces walk through a room, 25 pictures a second. Everything
runs as a worker runs it, in the child behind the wall, and a covered film is read back and checked as always.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests import drawn_faces
from workers import limiting, local, sandbox

SIZES = {"1280x720": (1280, 720), "1920x1080": (1920, 1080), "3840x2160": (3840, 2160)}
FPS = 25


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench redaction", description=__doc__)
    parser.add_argument("--seconds", type=float, default=12.0, help="length of the film (default 12)")
    asked = parser.parse_args(arguments)
    print("| film | work | times real time |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, size in SIZES.items():
            path = drawn(Path(folder) / f"{name}.mp4", size, asked.seconds)
            for work, took in measured(path, asked.seconds):
                print(f"| {name}, {FPS} pictures a second, two faces | {work} | {asked.seconds / took:.1f} |")
    return 0


def drawn(path: Path, size: tuple[int, int], seconds: float) -> Path:
    """Two heads that cross the room, each on a way of its own."""
    width, height = size

    def places(t: float) -> list[drawn_faces.Place]:
        part = t / seconds
        return [(width * (0.1 + 0.7 * part), height * 0.4), (width * (0.9 - 0.6 * part), height * 0.6)]

    return drawn_faces.film(path, places, seconds=seconds, fps=FPS, size=size, r=22)


def processor_s() -> float:
    """Of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(path: Path, seconds: float) -> list[tuple[str, float]]:
    """What each work took of a processor, in seconds: what else the machine does is left out."""
    size = path.stat().st_size
    begun = processor_s()
    found = sandbox.ask(path, "faces", given={"length": seconds}, limits=limiting.for_step("faces", size))
    searched = processor_s() - begun
    tracks: list[dict[str, Any]] = found.result["tracks"]
    assert len(tracks) >= 2, "the faces were not found, so the figure would say nothing"
    box = tracks[0]["boxes"][0]
    begun = processor_s()
    given = {"t": box[0], "box": box[1:], "until": None, "length": seconds}
    sandbox.ask(path, "track", given=given, limits=limiting.for_step("track", size))
    followed = processor_s() - begun
    bounds = replace(limiting.for_step("redaction", size), output_bytes=2**31)
    with local.output() as output:
        begun = processor_s()
        given = {"tracks": tracks, "margin": 0.2, "length": seconds}
        made = sandbox.ask(path, "redaction", given=given, output=output, limits=bounds)
        burned = processor_s() - begun
    assert made.result["checked"] == made.result["frames"] > 0, made.failure
    return [
        ("faces found (five looks a second)", searched),
        ("one box followed through every picture", followed),
        ("covers burned in, every frame read back and checked", burned),
    ]
