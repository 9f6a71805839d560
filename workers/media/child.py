"""The life of one child: read the job, build the wall, look at one file, say what was found, end.

Everything it says goes through ``wire`` on a private copy of standard output; whatever a library prints goes
to standard error.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

from workers.media import codes, confine, job, plain, wire

# There is no Landlock inside this layer, which shows nothing but libraries and the files handed over anyway;
# whether that holds is for the attack to find out.
HIDES_FILES = {"gvisor"}
QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENCV_IO_MAX_IMAGE_PIXELS": "64000000"}


def main(libraries: str, package: str) -> int:
    """Exit code 0 whenever an answer was given; the answer holds the failure code, if any."""
    out = _private_output()
    try:
        task = job.read(sys.stdin.buffer)
    except (ValueError, TypeError, KeyError):
        return 64
    confine.die_with_parent(task.parent)
    os.environ.update(QUIET)
    confine.limit(task.limits.memory, task.limits.cpu_seconds, task.written)
    warnings = []
    try:
        confine.build_wall(libraries, package, landlock=task.outer not in HIDES_FILES)
    except confine.Refused as reason:
        if not task.allow_unsandboxed:
            print(reason, file=sys.stderr)
            wire.send(out, "refused", {"code": codes.NO_SANDBOX})
            return 0
        warnings.append(codes.UNSANDBOXED)
    if task.attack is not None:
        from workers.media import attack

        attack.run(task, out)
        return 0
    plain.unseal(task.input, task.seal)
    plain.unseal(task.beside, task.seal_beside)
    # Only now, behind the wall, may anything that decodes be imported.
    from workers.media import examine

    examine.run(task, out, warnings)
    return 0


def _private_output() -> BinaryIO:
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb", buffering=1024 * 1024)
