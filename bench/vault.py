"""What encryption of files costs: uploads, keyframes and reads of the same station with it and without it.

Both sides take turns on the same machine in one run; each figure is the median of its rounds. Films of the
wanted sizes are made of one clip by repeating it, without encoding anything anew.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av

from bench import first_keyframe, pushing, servers
from bench.intake import CHUNK, GIB, MEMORY
from bench.pushing import MIB
from storage import Keyring, Store, seal_store
from storage.local import LocalStore
from storage.memory import MemoryStore

SIDES = ("off", "on")
SIZES = (20, 100, 1000)
RANGES, RANGE = 400, 256 * 1024
GOOD_ENOUGH = 1.10
Figures = dict[str, dict[str, list[float]]]


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench vault", description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size of the upload")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="films, in MB")
    parser.add_argument("--rounds", type=int, default=3)
    said = parser.parse_args(arguments)
    if not first_keyframe.FOOTAGE.is_file():
        print(f"There is no file {first_keyframe.FOOTAGE}.", file=sys.stderr)
        return 2
    room = 4 * max(said.mib * MIB, *(size * 1_000_000 for size in (*said.sizes, 1)))
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > room
    place = Path(tempfile.mkdtemp(prefix="tipline-bench-", dir=MEMORY if roomy else None))
    figures: Figures = {}
    try:
        _uploads(figures, place, said.mib * MIB, said.rounds)
        _reads(figures, place, min(said.mib * MIB, GIB // 2), said.rounds)
        _show("uploads and reads", figures)
        films = [film(place, size) for size in said.sizes]
        _keyframes(figures, place, films, said.rounds)
        _show("all", figures)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return 0


def _uploads(figures: Figures, place: Path, length: int, rounds: int) -> None:
    """Both servers are alive all the time and take turns."""
    with (
        servers.ours(place / "web-off", TIPLINE_ENCRYPT="0") as off,
        servers.ours(place / "web-on", TIPLINE_ENCRYPT="1") as on,
    ):
        sides = {"off": off, "on": on}
        for server in sides.values():
            pushing.push(server, 32 * MIB, CHUNK)
        for turn in range(rounds):
            for name, chunk in (("one PATCH", length), ("8 MiB PATCHes", CHUNK)):
                for side, server in sorted(sides.items(), reverse=bool(turn % 2)):
                    before = server.cpu_s()
                    took = pushing.push(server, length, chunk)
                    spent = server.cpu_s() - before
                    server.empty()
                    _note(figures, f"upload, {name}, s/GB", side, took / (length / 1e9))
                    _note(figures, f"upload, {name}, CPU s/GB", side, spent / (length / 1e9))


def _reads(figures: Figures, place: Path, length: int, rounds: int) -> None:
    """What a page and a package read, straight from the store, in processor time of this process."""
    ring = Keyring(MemoryStore(), "the secret of a bench")
    name = ring.make()
    disk = LocalStore(place / "reads")
    sides: dict[str, Store] = {"off": disk, "on": seal_store(disk, ring, lambda key: name)}
    for side, store in sides.items():
        session = store.begin(f"original/{side}")
        store.append(session, 0, _blocks(length))
        store.complete(session, length)
    for _ in range(rounds):
        for side, store in sides.items():
            key, drawn = f"original/{side}", random.Random(7)
            began = time.process_time()
            for _ in range(RANGES):
                with store.open(key, drawn.randrange(length - RANGE), RANGE) as reader:
                    reader.read(RANGE)
            _note(figures, "a range of 256 KiB, CPU ms", side, (time.process_time() - began) * 1000 / RANGES)
            began = time.process_time()
            with store.open(key) as reader:
                while reader.read(MIB):
                    pass
            _note(
                figures, "the whole file read, CPU s/GB", side, (time.process_time() - began) / (length / 1e9)
            )
    shutil.rmtree(place / "reads")


def _keyframes(figures: Figures, place: Path, films: list[Path], rounds: int) -> None:
    """A station for each side, both alive all the time, so that they meet the same moments."""
    with (
        first_keyframe.instance(place / "off", TIPLINE_ENCRYPT="0") as off,
        first_keyframe.instance(place / "on", TIPLINE_ENCRYPT="1") as on,
    ):
        for path in films:
            for turn in range(rounds):
                for side, running in sorted({"off": off, "on": on}.items(), reverse=bool(turn % 2)):
                    found = first_keyframe.measure(running, path)
                    _note(figures, f"{path.stem}, first keyframe, s", side, found.first_s)
                    _note(figures, f"{path.stem}, all keyframes, s", side, found.all_s)
            _show(path.stem, figures)


def film(place: Path, megabytes: int) -> Path:
    """The clip again and again until the film is so large."""
    path = place / f"{megabytes} MB.mp4"
    times = max(1, round(megabytes * 1e6 / first_keyframe.FOOTAGE.stat().st_size))
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as made:
        with av.open(str(first_keyframe.FOOTAGE)) as clip:
            target = made.add_stream_from_template(clip.streams.video[0])
            length = clip.streams.video[0].duration or 0
            base = clip.streams.video[0].time_base or Fraction(1)
        for turn in range(times):
            with av.open(str(first_keyframe.FOOTAGE)) as clip:
                for packet in clip.demux(clip.streams.video[0]):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.dts, packet.pts = packet.dts + turn * length, packet.pts + turn * length
                    packet.time_base, packet.stream = base, target
                    made.mux(packet)
    return path


def _blocks(length: int) -> Iterable[bytes]:
    for start in range(0, length, len(pushing.BLOCK)):
        yield pushing.BLOCK[: length - start]


def _note(figures: Figures, what: str, side: str, value: float) -> None:
    figures.setdefault(what, {}).setdefault(side, []).append(value)


def _show(title: str, figures: Figures) -> None:
    print(f"\n{title}\n\n| what | off | on | on / off |\n|---|---|---|---|")
    for what, sides in figures.items():
        off, on = (statistics.median(sides[side]) for side in SIDES)
        ratio = on / off if off else 0.0
        mark = "" if ratio <= GOOD_ENOUGH else " **over 1.10**"
        print(f"| {what} | {off:.2f} | {on:.2f} | {ratio:.2f}{mark} |", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
