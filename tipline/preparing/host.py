"""The machine we stand on: running its commands, its packages, and the sentences when something is wrong.

Must not know what Tipline is made of; the other files of this package do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

TAIL_LINES = 25
APT_OPTIONS = ("-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120")


class Trouble(Exception):
    """Set-up can't go on; the text says what happened and what to do now."""


class CommandFailed(Exception):
    """A command ended badly; `output` is what it had to say."""

    def __init__(self, command: Sequence[str], output: str) -> None:
        super().__init__(f"{command[0]} failed")
        self.output = output

    @property
    def tail(self) -> str:
        """The last lines, for people."""
        return "\n".join(self.output.strip().splitlines()[-TAIL_LINES:])


@contextmanager
def step(words: str) -> Iterator[None]:
    """One line on the terminal: what is being done and, at its end, how long it took."""
    start = time.monotonic()
    print(f"{words} … ", end="", flush=True)
    yield
    print(f"{time.monotonic() - start:.0f} s", flush=True)


def run(command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run to the end and answer the output; CommandFailed otherwise. Nothing reaches the terminal."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as fault:
        raise CommandFailed(command, str(fault)) from fault
    if done.returncode != 0:
        raise CommandFailed(command, done.stdout)
    return done.stdout


def clean_environment() -> dict[str, str]:
    """Our environment without what would make a Python or a Node look somewhere else."""
    drop = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "NODE_PATH", "NODE_ENV", "NODE_OPTIONS"}
    return {name: value for name, value in os.environ.items() if name not in drop}


def is_root() -> bool:
    """Whether packages may be installed without asking."""
    return os.geteuid() == 0


def apt_prefix(*, with_sudo: bool) -> list[str] | None:
    """How to call apt-get here, or None when we can't: `with_sudo` allows sudo if it asks no password."""
    if shutil.which("apt-get") is None:
        return None
    prefix = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *APT_OPTIONS]
    if is_root():
        return prefix
    if with_sudo and shutil.which("sudo"):
        try:
            run(["sudo", "-n", "true"])
        except CommandFailed:
            return None
        return ["sudo", "-n", *prefix]
    return None


def install_packages(packages: Sequence[str], *, with_sudo: bool = False) -> bool:
    """Install Debian packages if we may; whether that worked. The index is fetched only when it is needed."""
    prefix = apt_prefix(with_sudo=with_sudo)
    if prefix is None:
        return False
    try:
        try:
            run([*prefix, "install", *packages])
        except CommandFailed:
            run([*prefix, "update"])
            run([*prefix, "install", *packages])
    except CommandFailed as failed:
        print(f"\n{failed.tail}", file=sys.stderr)
        return False
    return True


def by_hand(packages: Sequence[str]) -> str:
    """The command a person may type to install packages."""
    return f"sudo apt-get update && sudo apt-get install {' '.join(packages)}"


def fetch_trouble(what: str, failed: CommandFailed, mirror: str) -> Trouble:
    """Why fetching failed, in a sentence; `mirror` is the command that points the tool somewhere nearer."""
    output = failed.output
    if "No space left on device" in output or "ENOSPC" in output:
        return Trouble(
            f"The disk is full: {what} could not be written. Free at least 2 GB and run the command again."
        )
    if any(mark in output for mark in ("DO NOT MATCH THE HASHES", "Hash mismatch", "EINTEGRITY")):
        return Trouble(
            f"{failed.tail}\n\nA fetched part of {what} is not what its lock expects; it was not installed."
            " If a mirror is in use, try another one; if it happens again, tell the maintainers."
        )
    return Trouble(
        f"{failed.tail}\n\n{what[0].upper()}{what[1:]} could not be fetched. Check the network, or name a"
        f" mirror near you ({mirror}), then run the same command again; what has arrived is kept."
    )
