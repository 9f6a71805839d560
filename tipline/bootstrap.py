"""Makes this checkout ready to run on a fresh machine: `python3 tipline/bootstrap.py [--dev]`.

Standard library only, and readable by older Pythons as far as the sentence that asks for a newer one.
It names no address: parts come from the registries this machine's pip and npm are set up for. Running it
again does only what is missing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
NEWER_PYTHONS = ("python3.13", "python3.12", "python3.11", "python3.14")


def main(arguments: list[str] | None = None) -> int:
    """Do all steps; 0 when the checkout is ready, 1 with a sentence otherwise."""
    options = _parser().parse_args(arguments)
    if sys.version_info < OLDEST:
        return _go_on_with_newer_python()
    # Not before: the files of this package are written for Pythons that are new enough.
    from tipline.preparing import steps
    from tipline.preparing.host import Trouble

    try:
        steps.prepare(ROOT, with_tests=options.dev)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except PermissionError as fault:
        print(
            f"\nThis user may not use {fault.filename}. Run the command as the user this folder belongs to,"
            " or in a clone of your own.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on from here.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Make this checkout of Tipline ready to run.")
    parser.add_argument(
        "--dev", action="store_true", help="also what tests need: their parts, Chromium, a font"
    )
    return parser


def _go_on_with_newer_python() -> int:
    for name in NEWER_PYTHONS:
        path = shutil.which(name)
        if path:
            os.execv(path, [path, __file__, *sys.argv[1:]])  # noqa: S606 - a fixed list of interpreters on PATH
    print(
        "Tipline needs Python 3.11 or newer; this is {}.{}. Install a newer one (on Debian and Ubuntu:"
        " apt-get install python3.11 python3.11-venv) and run the command again.".format(
            *sys.version_info[:2]
        ),
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    # A script's own folder leads the import path; names in it must not hide others, and ours stand above it.
    sys.path[0] = str(ROOT)
    sys.exit(main())
