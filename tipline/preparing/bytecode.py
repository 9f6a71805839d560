"""Our own code, compiled once for all processes: some may write nothing, and would each compile it anew.

So it is with the child behind the wall, with a service whose user does not own the checkout, and where
PYTHONDONTWRITEBYTECODE is set, as in many containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tipline.preparing import stamps
from tipline.preparing.host import CommandFailed, run, step
from tipline.preparing.places import Places

PACKAGES = ("storage", "tipline", "workers")


def prepare(places: Places) -> None:
    """Compile what changed since the last time."""
    folders = [str(places.root / name) for name in PACKAGES if (places.root / name).is_dir()]
    wanted, stamp = stamps.digest(_sources(folders)), places.stamp("bytecode")
    if not folders or stamps.is_fresh(stamp, wanted):
        return
    # Without it all works, only slower: no reason to refuse a start.
    with step("Python code"), suppress(CommandFailed, OSError), stamps.stamped(stamp, wanted):
        run([str(places.python), "-I", "-m", "compileall", "-q", *folders])


def _sources(folders: list[str]) -> Iterator[str]:
    """What a compiled file is judged by: each source with its time and size."""
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.py")):
            found = path.stat()
            yield f"{path} {found.st_mtime_ns} {found.st_size}"
