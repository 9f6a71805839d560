"""Installs Python parts that a lock names, after checking every digest.

pip alone is enough; uv, itself a locked part, only makes it five times faster. Whatever registry pip is
configured for is used, and none is named here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tipline.preparing.host import CommandFailed, clean_environment, fetch_trouble, run
from tipline.preparing.places import Places

MIRROR = "pip config set global.index-url ADDRESS"
# A lock is the whole tree: nothing is resolved again, and what one part asks for beside it stays out.
LOCKED = ("install", "--quiet", "--require-hashes", "--no-deps")


def install(places: Places, lock: str) -> None:
    """Install `requirements-LOCK.lock` as a whole."""
    try:
        pip(places, [*LOCKED, "-r", str(places.lock("tools"))])
        # One of the parts has no wheel: it is built with the locked tool just installed, not a fetched one.
        arguments = [*LOCKED, "--no-build-isolation", "-r", str(places.lock(lock))]
        try:
            _uv(places, arguments)
        except CommandFailed:
            # A proxy, a mirror or a cache that uv can't use: pip knows how this machine is set up.
            pip(places, arguments)
    except CommandFailed as failed:
        raise fetch_trouble("the Python parts", failed, MIRROR) from failed


def install_one(places: Places, lock: str, what: str) -> None:
    """Install a small lock of one part, without what that part would ask for."""
    try:
        pip(places, [*LOCKED, "-r", str(places.lock(lock))])
    except CommandFailed as failed:
        raise fetch_trouble(what, failed, MIRROR) from failed


def uninstall(places: Places, names: Sequence[str]) -> None:
    """Remove parts; those that are not there are no fault."""
    pip(places, ["uninstall", "--quiet", "--yes", *names])


def pip(places: Places, arguments: Sequence[str]) -> str:
    """Run the environment's pip, kept inside the environment."""
    settings = {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return run([str(places.python), "-I", "-m", "pip", *arguments], env=clean_environment() | settings)


def uv_settings(pip_config: str) -> dict[str, str]:
    """What `pip config list` says, in the words of uv, so that both fetch from the same place."""
    found = dict(re.findall(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", pip_config, flags=re.MULTILINE))
    names = {"index-url": "UV_DEFAULT_INDEX", "trusted-host": "UV_INSECURE_HOST", "cert": "SSL_CERT_FILE"}
    return {names[key]: value for key, value in found.items() if key in names}


def _uv(places: Places, arguments: Sequence[str]) -> None:
    environment = clean_environment() | uv_settings(pip(places, ["config", "list"]))
    environment |= {"VIRTUAL_ENV": str(places.venv), "UV_COMPILE_BYTECODE": "1", "UV_NO_PROGRESS": "1"}
    run([str(places.venv / "bin" / "uv"), "pip", *arguments], env=environment, cwd=places.root)
