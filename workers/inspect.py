"""``tipline media inspect``: the same sandboxed examination on a local file, without a server.

Prints one JSON object, writes keyframes into a folder if asked. Exit 0 readable, 3 kept but not decodable,
2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from workers import encode, examination
from workers.sandbox import Hooks, Keyframe

READABLE, WRONG_USAGE, NOT_DECODABLE = 0, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code."""
    parser = argparse.ArgumentParser(prog="tipline media inspect", description="Examine one photo or film.")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the keyframes into this folder")
    options = parser.parse_args(arguments)
    if not options.file.is_file():
        print(f"There is no file {str(options.file)!r}. Check the path and try again.", file=sys.stderr)
        return WRONG_USAGE
    if options.out is not None:
        try:
            options.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            print(f"The folder for keyframes cannot be made: {error.strerror}.", file=sys.stderr)
            return WRONG_USAGE
    hooks = Hooks(
        on_keyframe=lambda keyframe: _write(keyframe, options.out),
        on_progress=_show if sys.stderr.isatty() else None,
    )
    media = examination.examine(
        options.file,
        hooks=hooks,
        allow_unsandboxed=os.environ.get("TIPLINE_ALLOW_UNSANDBOXED") == "1",
    )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(json.dumps(media, ensure_ascii=False, allow_nan=False))
    return READABLE if media["failure"] is None else NOT_DECODABLE


def _write(keyframe: Keyframe, folder: Path | None) -> None:
    if folder is not None:
        (folder / f"{keyframe.name}.jpg").write_bytes(encode.full(keyframe).data)


def _show(part: float) -> None:
    print(f"\r{part:4.0%}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
