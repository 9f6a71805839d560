"""The Python side: an environment in `.venv`, the parts of a lock, a launcher for the program."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import sys

from tipline.preparing import installer, libraries, stamps
from tipline.preparing.host import (
    CommandFailed,
    Trouble,
    by_hand,
    clean_environment,
    install_packages,
    run,
    step,
)
from tipline.preparing.places import Places

WORKING = "import sys, pip; assert sys.version_info >= (3, 11); print(sys.version)"
LAUNCHER = """#!/bin/sh
# The same as `python -m tipline`, from any folder. -P keeps that folder out of the import path.
exec "$(dirname "$(readlink -f "$0")")/python" -P -m tipline "$@"
"""


def prepare(places: Places, *, with_tests: bool) -> None:
    """Environment, parts and launcher."""
    version = _version_inside(places)
    if version is None or not _was_made_here(places):
        _make_environment(places)
        version = _version_inside(places)
    wanted = {name: stamps.digest([version or "", name], [places.lock(name)]) for name in ("", "dev")}
    # The lock of the tests holds every part of the other one, so having it is having both.
    enough = ("dev",) if with_tests else ("", "dev")
    stamp = places.stamp("python")
    if not any(stamps.is_fresh(stamp, wanted[name]) for name in enough):
        with stamps.stamped(stamp, wanted[enough[0]]):
            with step("Python parts of Tipline and its tests" if with_tests else "Python parts of Tipline"):
                installer.install(places, enough[0])
            libraries.make_loadable(places)
    _write_launcher(places)


def _version_inside(places: Places) -> str | None:
    """Version of the environment's Python, or None if it does not work or is too old."""
    try:
        return run([str(places.python), "-I", "-c", WORKING])
    except CommandFailed:
        return None


def _was_made_here(places: Places) -> bool:
    """False for an environment that was moved or copied: its commands would start another one."""
    try:
        head = (places.venv / "bin" / "pip").read_text(errors="replace")[:1000]
    except OSError:
        return False
    return str(places.python.parent) in head


def _make_environment(places: Places) -> None:
    _need_venv_module()
    with step("Python environment"):
        if places.venv.is_symlink() or places.venv.is_file():
            places.venv.unlink()
        shutil.rmtree(places.venv, ignore_errors=True)
        try:
            run([sys.executable, "-I", "-m", "venv", str(places.venv)], env=clean_environment())
        except CommandFailed as failed:
            raise Trouble(f"{failed.tail}\n\nPython could not make the folder {places.venv}.") from failed


def _need_venv_module() -> None:
    """Debian ships Python without what `venv` needs."""
    if _has_venv():
        return
    packages = ["python{}.{}-venv".format(*sys.version_info[:2])]
    with step("Python's venv module, from the system's packages"):
        install_packages(packages)
    importlib.invalidate_caches()
    if not _has_venv():
        raise Trouble(
            f"This Python can't make environments yet. Run: {by_hand(packages)}\nThen run the command again."
        )


def _has_venv() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))


def _write_launcher(places: Places) -> None:
    """`.venv/bin/tipline`, and our packages importable in the environment from any folder."""
    site = next((places.venv / "lib").glob("python3.*/site-packages"))
    launcher = places.venv / "bin" / "tipline"
    for path, text in ((site / "tipline.pth", f"{places.root}\n"), (launcher, LAUNCHER)):
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)
    launcher.chmod(0o755)
