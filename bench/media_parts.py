"""Photos beside plain Pillow, two workers beside one, and the browser copy in times of real time.

Each line measures both sides in one run, on footage drawn here. Ours go through the sandboxed child, one for
a file, with fingerprint and three sizes encoded; plain Pillow decodes, turns and saves the same three sizes.
"""

from __future__ import annotations

import argparse
import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from PIL import Image, ImageOps

from bench import hour
from tipline.domain.composing import Planned
from workers import encode, examination, limiting, sandbox
from workers.sandbox import Hooks, Keyframe

SIDES = (4000, 3000)


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench media-parts", description=__doc__)
    parser.add_argument("--photos", type=int, default=12)
    parser.add_argument("--minutes", type=int, default=5, help="of drawn film")
    said = parser.parse_args(arguments)
    print("| what | ours | beside | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="tipline-bench-") as folder:
        print(_photos(Path(folder), said.photos), flush=True)
    film = hour.clip(said.minutes)
    print(_two_workers(film, said.minutes * 60.0), flush=True)
    print(_copy(film, said.minutes * 60.0), flush=True)
    return 0


def _photos(folder: Path, count: int) -> str:
    paths = [_drawn(folder / f"{number}.jpg", number) for number in range(count)]
    ours = _seconds(lambda: [sandbox.ask(path, hooks=Hooks(on_keyframe=_three_sizes)) for path in paths])
    plain = _seconds(lambda: [_plain(path) for path in paths])
    cells = (
        f"{count / ours:.1f} a second",
        f"plain Pillow, no wall: {count / plain:.1f}",
        f"{plain / ours:.2f}",
    )
    return f"| photos of 12 MP, one worker | {' | '.join(cells)} |"


def _two_workers(film: Path, seconds: float) -> str:
    halves = [Planned("span", 0, 0.0, seconds / 2), Planned("span", 1, seconds / 2, seconds)]
    spans = [[half.start_s, half.end_s] for half in halves]
    begun = {"media": sandbox.ask(film).media, "plan": {"suspects": [], "spans": spans, "copy": ""}}

    def look(planned: Planned) -> None:
        _done(sandbox.ask(film, "span", given=examination.given(planned, begun, [])))

    one = _seconds(lambda: [look(half) for half in halves])
    with ThreadPoolExecutor(2) as pool:
        two = _seconds(lambda: list(pool.map(look, halves)))
    real = f"{seconds / two:.0f} times real time", f"one worker: {seconds / one:.0f}", f"{one / two:.2f}"
    return f"| every frame of 1080p25, two workers | {' | '.join(real)} |"


def _copy(film: Path, seconds: float) -> str:
    """One span with its piece of the copy beside the same span without, in CPU seconds."""
    media = sandbox.ask(film).media
    spent = {}
    for how in ("", "encode"):
        begun: dict[str, Any] = {
            "media": media,
            "plan": {"suspects": [], "spans": [[0.0, seconds]], "copy": how},
        }
        planned = Planned("span", 0, 0.0, seconds)
        with tempfile.TemporaryFile() as output:
            before = _cpu()
            answer = sandbox.ask(
                film,
                "span",
                given=examination.given(planned, begun, []),
                output=cast(BinaryIO, output) if how else None,
                limits=limiting.for_step("span", film.stat().st_size),
            )
            _done(answer)
            spent[how] = _cpu() - before
    cells = (
        f"{seconds / spent['encode']:.1f} times real time a core",
        f"without a copy: {seconds / spent['']:.1f}",
        f"{spent[''] / spent['encode']:.2f}",
    )
    return f"| every frame of 1080p25 and its browser copy at once | {' | '.join(cells)} |"


def _done(answer: sandbox.Answer) -> None:
    """A figure of a look that failed would be a lie."""
    if answer.failure or not answer.result["tally"]["frames"]:
        raise SystemExit(f"the look ended with {answer.failure}")


def _drawn(path: Path, seed: int) -> Path:
    chance = np.random.default_rng(seed)
    small = chance.integers(0, 255, (SIDES[1] // 8, SIDES[0] // 8, 3), dtype=np.uint8)
    Image.fromarray(small).resize(SIDES, Image.Resampling.BICUBIC).save(path, "JPEG", quality=90)
    return path


def _three_sizes(keyframe: Keyframe) -> None:
    for size in (encode.full, encode.medium, encode.small):
        size(keyframe)


def _plain(path: Path) -> None:
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.save(io.BytesIO(), "JPEG", quality=encode.JPEG_QUALITY)
    for side in (encode.MEDIUM, encode.SMALL):
        small = upright.copy()
        small.thumbnail((side, side))
        small.save(io.BytesIO(), "WEBP", quality=encode.WEBP_QUALITY, method=encode.WEBP_EFFORT)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
