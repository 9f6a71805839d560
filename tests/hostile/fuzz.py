"""`make fuzz`: mutated bytes against all of ours that reads bytes of strangers itself; atheris steers them.

Decoders of others are fuzzed by their makers; here it is our own readers, which stand before them and behind
the wall. `python -m tests.hostile.fuzz --seconds 60`; a fault ends with its input in `fuzz-crash-…`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.hostile import flips
from tipline.domain import kinds
from workers import untrusted, untrusted_results
from workers.media import boxes, preface, repair, sniff, units, wire
from workers.media.job import Job, Limits

LONGEST = 8 * 1024
Target = Callable[[bytes], object]


def hear(data: bytes) -> None:
    """The parent's side of the wall: any bytes are messages that are in bounds, or a fault that is told."""
    reader, at = wire.Reader(), 0
    step = 1 + (data[0] if data else 0)
    try:
        while at < len(data):
            for message in reader.feed(data[at : at + step]):
                assert message.kind in wire.KINDS
                believe(message.body)
            at += step
        reader.finish()
    except wire.Broken:
        return


def believe(said: Any) -> None:
    """Whatever an object says, what comes out of it is strict JSON."""
    json.dumps(untrusted.media(said), allow_nan=False).encode("utf-8")
    json.dumps(untrusted_results.plan(said), allow_nan=False).encode("utf-8")
    for task in ("suspects", "clock", "provenance", "span", "copy"):
        json.dumps(untrusted_results.of(task, said), allow_nan=False).encode("utf-8")


def parse(data: bytes) -> None:
    """Objects as JSON gives them, numbers beyond all bounds included."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return
    believe(said)


def sort(data: bytes) -> None:
    """The door and the examination agree on what is refused."""
    refused = kinds.classify(data, len(data)).refuse_code
    seen = sniff.refusal(data[: sniff.HEAD_BYTES], len(data))
    assert refused is None or seen == refused, (refused, seen)
    sniff.photo_format(data[: sniff.HEAD_BYTES])
    sniff.is_known(data[: sniff.HEAD_BYTES])


def walk(data: bytes) -> None:
    """Boxes, units and what lies before a recording, of a file that says anything of itself."""
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as output:
        file.write(data)
        file.flush()
        number = file.fileno()
        preface.length(number)
        boxes.has(number, len(data), b"moov")
        boxes.is_cut_short(number, len(data))
        if len(data) % 8 == 0:  # this one is slow
            limits = Limits(output_bytes=1 << 20)
            repair.repaired(Job(number, len(data), os.getpid(), limits, output=output.fileno()), ())


TARGETS: dict[str, Target] = {"hear": hear, "parse": parse, "sort": sort, "walk": walk}


def everything(data: bytes) -> None:
    """One target, by the first byte."""
    if data:
        names = list(TARGETS)
        TARGETS[names[data[0] % len(names)]](data[1:])


def seeds() -> Iterator[bytes]:
    """Honest bytes for each target to begin from."""
    said = {"kind": "done", "media": {"kind": "video", "width": 640, "tags": {"a": "b"}, "warnings": ["x"]}}
    header = json.dumps(said).encode()
    yield b"\0\x10" + wire.LENGTH.pack(len(header)) + header
    picture = json.dumps({"kind": "keyframe", "width": 2, "height": 1, "t": 0.5, "reason": "first"}).encode()
    yield b"\0\x03" + wire.LENGTH.pack(len(picture)) + picture + b"rgbrgb"
    yield b"\x01" + json.dumps(said["media"]).encode()
    for data in flips.good().values():
        yield b"\x02" + data[:LONGEST]
        yield b"\x03" + data[:LONGEST]


def shaken(count: int, seed: int) -> Iterator[bytes]:
    """Seeds with pieces turned over, cut, doubled: the same for the same seed, without any steering."""
    rng, known = random.Random(seed), list(seeds())
    for _ in range(count):
        data = bytearray(rng.choice(known))
        for _ in range(rng.randrange(1, 8)):
            at = rng.randrange(1, max(2, len(data)))
            change = rng.randrange(4)
            if change == 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            elif change == 1:
                del data[at : at + rng.randrange(1, 64)]
            elif change == 2:
                data[at:at] = data[at : at + rng.randrange(1, 64)]
            else:
                data[at : at + 4] = rng.choice(
                    [b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\x01"]
                )
        yield bytes(data)


def main() -> None:
    """Hand over to atheris; it ends the process itself."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    import atheris

    with tempfile.TemporaryDirectory() as corpus:
        for at, data in enumerate(seeds()):
            Path(corpus, f"{at:03d}").write_bytes(data)
        for one in (wire, untrusted, untrusted_results, kinds, sniff, boxes, preface, repair, units):
            for name, found in list(vars(one).items()):
                if getattr(found, "__module__", "") == one.__name__ and hasattr(found, "__code__"):
                    setattr(one, name, atheris.instrument_func(found))
        words = [
            sys.argv[0],
            corpus,
            f"-max_total_time={options.seconds}",
            f"-max_len={LONGEST}",
            "-timeout=10",
        ]
        atheris.Setup(words, everything)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
