"""Good files with single bits turned over, by a seed, as a failing card or a bored attacker does it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import footage
from tests.hostile.looking import look

SHARE = 1e-4  # of all bits
SHARED = Path(__file__).resolve().parents[3] / "shared" / "media"
LARGEST = 1024 * 1024
PHOTOS = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".avif": "AVIF", ".tif": "TIFF", ".heic": "HEIF"}


@cache
def good() -> dict[str, bytes]:
    """A small honest file of each kind, drawn; by name."""
    found = {}
    with TemporaryDirectory() as folder:
        for suffix, form in PHOTOS.items():
            path = Path(folder) / f"photo{suffix}"
            footage.photo(
                path, form, size=(160, 120), gps=(31.2, 121.5), taken_at="2024:03:09 21:14:00", make="X"
            )
            found[path.name] = path.read_bytes()
        for suffix, codec in (
            (".mp4", "h264"),
            (".mkv", "hevc"),
            (".avi", "mjpeg"),
            (".ts", "h264"),
            (".mov", "mpeg4"),
        ):
            path = Path(folder) / f"film{suffix}"
            footage.cctv_clip(path, seconds=1, size=(160, 90), codec=codec)
            found[path.name] = path.read_bytes()
        found["sound.mp4"] = footage.sound_only(Path(folder) / "sound.mp4").read_bytes()
        found["many.gif"] = footage.many_framed_gif(Path(folder) / "many.gif", 40).read_bytes()
    return found


def beside() -> dict[str, bytes]:
    """Real files of the shared set that are small enough, where it lies beside the checkout."""
    if not SHARED.exists():
        return {}
    small = (
        path for path in sorted(SHARED.iterdir()) if path.stat().st_size < LARGEST and path.suffix != ".tsv"
    )
    return {path.name: path.read_bytes() for path in small}


def flipped(data: bytes, rng: random.Random) -> bytes:
    """At least one bit turned over; now and then the front alone, where the headers are."""
    turned = bytearray(data)
    most = min(len(data), 512) if rng.random() < 0.3 else len(data)
    for _ in range(max(1, round(8 * most * SHARE))):
        turned[rng.randrange(most)] ^= 1 << rng.randrange(8)
    return bytes(turned)


def damaged(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """So many damaged copies, the same for the same seed."""
    rng = random.Random(seed)
    files = list((good() | beside()).items())
    for at in range(count):
        name, data = files[at % len(files)]
        yield f"{at:05d}-{name}", flipped(data, rng)


def report(count: int, seed: int) -> int:
    """Show them all and print what became of them; gives the number of dead workers and slow files."""
    answers: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    slowest, largest, dead = 0.0, 0, []
    begun = time.monotonic()
    with TemporaryDirectory() as folder:
        for name, data in damaged(count, seed):
            path = Path(folder) / name
            path.write_bytes(data)
            outcome = look(path)
            answers[outcome.answer] += 1
            codes[outcome.code or "ok"] += 1
            slowest, largest = max(slowest, outcome.seconds), max(largest, outcome.mib)
            if (
                outcome.answer not in ("accept", "cannot", "reject")
                or outcome.seconds > 20
                or not outcome.unchanged
            ):
                dead.append(name)
            path.unlink()
    print(f"\n{count} damaged copies, seed {seed}: {dict(answers)}; {time.monotonic() - begun:.0f} s")
    print(f"codes: {dict(codes.most_common())}")
    print(f"slowest {slowest:.1f} s, most memory {largest} MiB; broken: {dead or 'none'}")
    return len(dead)
