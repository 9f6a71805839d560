"""A photo of somebody of the station, drawn anew: `python -m workers.portrait` turns a picture into a JPEG.

The bytes are a stranger's until the child behind the wall has turned them into pixels; what is written holds
these pixels alone. Exit 3: no photo that can be read; 4: too small to be one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from workers import encode, outer
from workers.sandbox import Hooks, Keyframe, ask

SIDE = 640  # of the square that is shown
LEAST = 96
UNREADABLE, TOO_SMALL = 3, 4


def main() -> int:
    parser = argparse.ArgumentParser(prog="workers.portrait")
    parser.add_argument("--outer", default="none")
    parser.add_argument("--allow-unsandboxed", action="store_true")
    options = parser.parse_args()
    outer.choose(options.outer)
    picture = _look(sys.stdin.buffer.read(), options.allow_unsandboxed)
    if picture is None:
        return UNREADABLE
    if min(picture.width, picture.height) < LEAST:
        return TOO_SMALL
    sys.stdout.buffer.write(encode.square(picture, SIDE))
    return 0


def _look(untrusted_data: bytes, allow_unsandboxed: bool) -> Keyframe | None:
    """The picture as pixels, if these bytes are a photo."""
    seen: list[Keyframe] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo"
        path.write_bytes(untrusted_data)
        answer = ask(path, hooks=Hooks(on_keyframe=seen.append), allow_unsandboxed=allow_unsandboxed)
    return seen[0] if seen and answer.media["kind"] == "photo" else None


if __name__ == "__main__":
    sys.exit(main())
