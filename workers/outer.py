"""An outer layer around the wall, where the operator wants one: the child starts inside bubblewrap or gVisor.

The wall inside stays as it is, and so does the attack at each start of a worker that decides whether it
holds. What is run is decided by plain functions of their arguments; a host calls ``choose`` once, at its
start.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tipline.settings import OUTER_PROGRAMS

NONE, BUBBLEWRAP, GVISOR = "none", "bubblewrap", "gvisor"
PACKAGE = Path(__file__).parent / "media"
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
PASSED = "/passed"


@dataclass(frozen=True)
class Layer:
    """The chosen layer. ``parent`` is who the child finds above itself; 0 is nobody."""

    name: str = NONE
    program: str = ""

    @property
    def parent(self) -> int:
        """The number of the child's parent as the child sees it: each layer counts processes anew."""
        return {NONE: os.getpid(), BUBBLEWRAP: 1}.get(self.name, 0)

    @contextmanager
    def around(
        self, start: Path, arguments: Sequence[str], passed: Sequence[int], also: Sequence[str] = ()
    ) -> Iterator[tuple[list[str], Sequence[int]]]:
        """The command that starts the child, and the open files it inherits. It reads libraries, what its
        arguments name, and ``also``."""
        package = str(PACKAGE.parent / "__init__.py")
        reads = [*SYSTEM, sys.base_prefix, *arguments, *also, str(start.parent), package]
        reads = [path for path in dict.fromkeys(reads) if os.path.isabs(path) and os.path.exists(path)]
        python = [os.path.realpath(sys.executable), "-I", "-S"]
        if self.name == BUBBLEWRAP:
            yield bubblewrap(self.program, [*python, str(start), *arguments], reads), passed
        elif self.name == GVISOR:
            if shutil.which(self.program) is None:
                # It may be started by another program, which would be found.
                raise FileNotFoundError(self.program)
            # It hands no open files over: they are mounted, and the child opens them under the same numbers.
            files = {number: os.readlink(f"/proc/self/fd/{number}") for number in passed}
            opened = [f"{at}{'+' if _writable(at) else '='}{PASSED}/{at}" for at in passed]
            with tempfile.TemporaryDirectory(prefix="tipline-wall-") as folder:
                inner = [*python, str(start), *arguments, *opened]
                yield gvisor(self.program, Path(folder), gvisor_bundle(inner, reads, files, _writable)), ()
        else:
            yield [sys.executable, "-I", "-S", str(start), *arguments], passed


_chosen = Layer()


def choose(name: str) -> Layer:
    """Start every child of this process, and of its forks, inside this layer from now on."""
    global _chosen  # noqa: PLW0603 - a fact of the host, like its kernel; told once at its start
    if name == NONE:
        _chosen = Layer()
        return _chosen
    # What is not installed cannot be started: no child, no file opened.
    _chosen = Layer(name, shutil.which(OUTER_PROGRAMS[name]) or OUTER_PROGRAMS[name])
    return _chosen


def chosen() -> Layer:
    """The layer of this host."""
    return _chosen


def bubblewrap(program: str, inner: Sequence[str], reads: Sequence[str]) -> list[str]:
    """Its own view of files, processes, network and users; dies with its parent.

    Its first process shows the environment it was started with, whatever it clears: it is started with none.
    """
    seen = [word for path in reads for word in ("--ro-bind", path, path)]
    own = [
        "--unshare-all",
        "--die-with-parent",
        "--clearenv",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
        "--chdir",
        "/",
    ]
    return [program, *own, *seen, "--", *inner]


def gvisor_bundle(
    inner: Sequence[str], reads: Sequence[str], passed: dict[int, str], is_writable: Any
) -> dict[str, Any]:
    """What the kernel in user space shows of this host: libraries and the passed files, nothing else."""
    mounts: list[dict[str, Any]] = [{"destination": "/proc", "type": "proc", "source": "proc"}]
    mounts += [_mount(path, path, writable=False) for path in reads]
    mounts += [_mount(path, f"{PASSED}/{at}", writable=is_writable(at)) for at, path in passed.items()]
    return {
        "ociVersion": "1.0.0",
        "process": {
            "user": {"uid": os.getuid(), "gid": os.getgid()},
            "args": list(inner),
            "env": [],
            "cwd": "/",
            "noNewPrivileges": True,
        },
        "root": {"path": "rootfs", "readonly": True},
        "mounts": mounts,
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")]},
    }


def gvisor(program: str, folder: Path, bundle: dict[str, Any]) -> list[str]:
    """Writes the bundle down and gives the command that runs it, attached, so that it ends with us."""
    (folder / "rootfs").mkdir()
    (folder / "state").mkdir()
    (folder / "config.json").write_text(json.dumps(bundle))
    options = ["--root", str(folder / "state"), "--network=none", "--ignore-cgroups"]
    options += [] if os.getuid() == 0 else ["--rootless"]
    ends_with_us = [found, "--pdeathsig", "KILL"] if (found := shutil.which("setpriv")) else []
    return [*ends_with_us, program, *options, "run", "--bundle", str(folder), folder.name]


def _mount(source: str, destination: str, *, writable: bool) -> dict[str, Any]:
    options = ["rbind", "rw" if writable else "ro"]
    return {"destination": destination, "type": "bind", "source": source, "options": options}


def _writable(descriptor: int) -> bool:
    return fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
