"""A file that says whether this host works, for readiness and the doctor: who reads it needs no broker.

`DATA/run/worker.json`: at, pid, queues, processes, sandbox (`holds`, `open`, or `off` when the operator
allowed it) and holes, the attacks that were not blocked.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tipline.domain import clock

EVERY_S = 5.0


def path_of(data: Path) -> Path:
    return data / "run" / "worker.json"


def write(data: Path, state: dict[str, Any]) -> None:
    """Replace the file as a whole, so that nobody reads half of it."""
    path = path_of(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"at": clock.stamp(clock.now()), "pid": os.getpid(), **state}))
    draft.replace(path)


def remove(data: Path) -> None:
    """The host stopped in an orderly way."""
    path_of(data).unlink(missing_ok=True)
