"""What the senders know: written down and fsynced before and after each step, then read by the verdict.

A sender that heard nothing does not know: that is UNKNOWN, neither success nor failure.
"""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.plan import Job


@dataclass
class Tip:
    """A tip a sender opened."""

    reference: str
    token: str
    receipt_code: str


@dataclass
class Record:
    """One file as its sender knows it."""

    job: Job
    outcome: str = "UNKNOWN"  # UNKNOWN, acknowledged, refused, removed
    evidence: str | None = None
    tip: Tip | None = None
    pieces: int = 0
    kept: int = 0  # bytes the server said it has
    faults: list[str] = field(default_factory=list)


class Journal:
    """One file of JSON lines; safe to use from many threads."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._lock = threading.Lock()
        self.began = time.monotonic()
        self.records: dict[int, Record] = {}
        self.tips: dict[str, Tip] = {}
        # When a piece that was begun at the first time was acknowledged, at the second.
        self.acknowledged: list[tuple[float, float]] = []

    def write(self, event: str, **facts: Any) -> None:
        line = json.dumps({"t": round(time.monotonic() - self.began, 3), "event": event, **facts})
        with self._lock:
            os.write(self._file, line.encode() + b"\n")
            os.fdatasync(self._file)

    def begin(self, job: Job) -> Record:
        record = self.records[job.number] = Record(job)
        self.write("begin", job=job.number, size=job.size, sha256=job.sha256)
        return record

    def opened(self, tip: Tip) -> None:
        self.tips[tip.reference] = tip
        self.write("tip", reference=tip.reference, receipt=tip.receipt_code)

    def close(self) -> None:
        os.close(self._file)
