"""`make fuzz`: mutated bytes against all of ours that reads bytes of strangers itself; atheris steers them.

Decoders of others are fuzzed by their makers; here it is our own readers, which stand before them and behind
the wall. `python -m tests.hostile.fuzz --seconds 60`; a fault ends with its input in `fuzz-crash-…`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.hostile import flips
from tipline.domain import filenames, kinds, provenance, times
from tipline.web import media, ranges
from workers import untrusted, untrusted_results
from workers.media import boxes, preface, reconyx, repair, sniff, traces, units, wire, xmp
from workers.media.job import Job, Limits

LONGEST = 8 * 1024
TALES = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    b'xmlns:e="http://ns.adobe.com/exif/1.0/" xmp:CreateDate="2024-03-09T21:14:00.5+08:00" '
    b'e:GPSLatitude="31,13.8N" e:GPSLongitude="121,28.4E" e:GPSAltitude="46/10">x</a></x:xmpmeta>',
    traces.MDPM + b"\x02\x18\x10\x20\x24\x03\x19\x09\x21\x14\x05" + b"x264 - core 164 r3095",
    b"\x01\xf1" + bytes(20) + b"\x07\0\x05\0\x0a\0\x03\0\x10\0\xe4\x07",
    b"NVR_ch1_main_20180521123305_20180521124000.dav",
    "微信图片_20240309211400.jpg".encode(),
    b"mmexport1526877185123.mp4",
)
OURS = (xmp, traces, reconyx, filenames, provenance, times)
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


def tell(data: bytes) -> None:
    """What says how a file came to be: XMP, streams, maker notes, and the name it came under."""
    with contextlib.suppress(ValueError):
        found = xmp.properties(xmp.find(data) or data)
        believe(
            {"times": xmp.dated(found), "gps": xmp.place(found), "device": xmp.device(found), "tags": found}
        )
    halves = [data, data[len(data) // 2 :]]
    said = {
        "times": [*traces.camera_clock(halves), *reconyx.clock(data)],
        "encoders": traces.encoders(halves),
    }
    believe(said)
    name = data.decode("utf-8", "surrogateescape")
    made = provenance.compose({}, untrusted_results.of("provenance", said), filename=name)
    times.contradictions(made["times"], length_s=1.0, arrived=datetime(2026, 1, 1, tzinfo=UTC))


def cut(data: bytes) -> None:
    """What a browser asks for of a file, and the name it is given: within the file, within one header."""
    size = int.from_bytes(data[:5], "big")
    header, _, rest = data[5:].decode("utf-8", "replace").partition("\n")
    part = ranges.asked_for(header, rest[:80] or None, '"tag"', size)
    assert min(part.start, part.length) >= 0
    assert part.start + part.length <= size
    assert (part.status == 200) == (part == (0, size, 200))
    for inline in (True, False):
        said = media.disposition(rest, inline=inline)
        assert said.isascii(), said
        assert said.isprintable(), said


TARGETS: dict[str, Target] = {
    "hear": hear, "parse": parse, "sort": sort, "walk": walk, "tell": tell, "cut": cut,
}  # fmt: skip


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
    for data in TALES:
        yield b"\x04" + data
    for header in ("bytes=0-", "bytes=5-9", "bytes=-7", "bytes=9-5", "bytes=0-1,4-5", "bytes=99999-"):
        yield b"\x05" + (1000).to_bytes(5, "big") + f"{header}\n门口监控 ../“a”\r\nX: y.mp4.exe".encode()


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
        for one in (wire, untrusted, untrusted_results, kinds, sniff, boxes, preface, repair, units, *OURS):
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
