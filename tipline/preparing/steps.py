"""The order of set-up. Each step looks for itself whether anything is left to do."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tipline.preparing import browser, bytecode, catalogues, frontend, paper, python_parts
from tipline.preparing.host import Trouble
from tipline.preparing.places import Places

ROOM_NEEDED = 1_500_000_000


def prepare(root: Path, *, with_tests: bool) -> None:
    """Make the checkout at `root` ready; raises Trouble with a sentence."""
    places = Places(root)
    with _alone(root):
        if not places.node_modules.exists() or not places.python.exists():
            check_room(shutil.disk_usage(root).free, root)
        python_parts.prepare(places, with_tests=with_tests)
        bytecode.prepare(places)
        frontend.prepare(places, with_tests=with_tests)
        catalogues.prepare(places)
        paper.prepare(places, with_tests=with_tests)
        if with_tests:
            browser.prepare()


def check_room(free: int, root: Path) -> None:
    """Refuse to begin an install that can't end."""
    if free < ROOM_NEEDED:
        raise Trouble(
            f"Only {free / 1e9:.1f} GB are free where {root} lies; setting up takes about"
            f" {ROOM_NEEDED / 1e9:.1f} GB. Free some disk and run the same command again."
        )


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Two set-ups of one checkout wait for each other; the folder itself is the lock, so nothing is left."""
    folder = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this checkout is under way; waiting for it …", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
