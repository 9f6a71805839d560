"""What is sent in one run, drawn from the seed: sizes, contents, ways of sending. Sends nothing itself."""

from __future__ import annotations

import hashlib
import math
import random
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests import footage

LARGEST = 30 * 1024 * 1024
POOL = LARGEST + 64
CHUNKS = (10_007, 64 * 1024, 256 * 1024, 1024 * 1024, 4 * 1024 * 1024, 8 * 1024 * 1024, 2**40)
PROGRAM = b"#!/bin/sh\n"
OWN = "our own"
# Who sends a file, and how often.
CLIENTS = {OWN: 70, "tuspy": 20, "tus-js-client": 10}


@dataclass(frozen=True)
class Stock:
    """Bytes that contents are cut from: noise, and a few real clips and photos."""

    noise: bytes
    clips: tuple[tuple[str, bytes], ...]

    @classmethod
    def draw(cls, seed: int, folder: Path) -> Stock:
        folder.mkdir(parents=True, exist_ok=True)
        shapes = [("mp4", "h264"), ("mov", "mpeg4"), ("ts", "h264")]
        drawn = []
        for ending, codec in shapes:
            path = folder / f"clip.{ending}"
            footage.cctv_clip(path, seconds=2, size=(320, 192), person_at=(0.5, 1.5), codec=codec, fps=8)
            drawn.append((ending, path.read_bytes()))
        drawn.append(("jpg", footage.photo(folder / "photo.jpg", size=(320, 240)).read_bytes()))
        return cls(random.Random(seed).randbytes(POOL), tuple(drawn))


@dataclass(frozen=True)
class Job:
    """One file and the way it is sent."""

    number: int
    filename: str
    head: bytes  # the beginning, up to `size`
    noise_at: int
    size: int
    client: str
    chunk: int
    checksums: bool  # each piece goes with its SHA-256
    bends: bool  # now and then a checked piece is damaged on its way
    first_along: bool  # creation-with-upload
    says_digest: bool
    ending: str  # stay, leave (stops half way and never comes back), remove (takes the file back half way)
    own_tip: bool
    with_text: bool
    refused: bool
    stock: Stock

    def content(self) -> bytes:
        rest = max(0, self.size - len(self.head))
        return (self.head + self.stock.noise[self.noise_at : self.noise_at + rest])[: self.size]

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content()).hexdigest()


def draw_jobs(seed: int, count: int, stock: Stock, largest: int = LARGEST) -> list[Job]:
    """The files of a run; the same for the same seed and count."""
    rng = random.Random(seed)
    return [_draw(rng, number, stock, largest) for number in range(count)]


def _draw(rng: random.Random, number: int, stock: Stock, largest: int) -> Job:
    head, ending = f"tipline faults {number:06}\n".encode(), "dav"
    refused = rng.random() < 0.03
    size = max(1, int(math.exp(rng.uniform(0, math.log(largest)))))
    real = not refused and rng.random() < 0.2
    if real:
        ending, clip = rng.choice(stock.clips)
        # Whatever follows a film or photo is not shown, but makes each of them another file.
        head = clip + (b"" if ending == "ts" else head)
        size = len(head) if ending == "ts" or rng.random() < 0.7 else len(head) + size
    if refused:
        head, size = PROGRAM + head, max(size, len(PROGRAM))
    client = rng.choices(list(CLIENTS), list(CLIENTS.values()))[0]
    checksums = client == OWN and rng.random() < 0.35
    # A chunk that would need thousands of requests teaches no more than one that needs dozens.
    chunk = rng.choice([one for one in CHUNKS if one * 60 >= size])
    return Job(
        number=number, filename=f"相机{number:06}.{ending}", head=head,
        noise_at=rng.randrange(0, max(1, POOL - size)), size=size, client=client, chunk=chunk,
        checksums=checksums,
        bends=checksums and rng.random() < 0.4, first_along=rng.random() < 0.3,
        says_digest=rng.random() < 0.5,
        ending=rng.choices(("stay", "leave", "remove"), (0.92, 0.05, 0.03))[0],
        own_tip=rng.random() < 0.5, with_text=rng.random() < 0.6, refused=refused, stock=stock,
    )  # fmt: skip
