"""One run from the first process to the sentence: senders, nemesis, healing, quiet, verdict."""

from __future__ import annotations

import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.faults import verdict as verdicts
from tests.faults.ground import prepared
from tests.faults.journal import Journal
from tests.faults.nemesis import Nemesis
from tests.faults.plan import LARGEST, Job, Stock, draw_jobs
from tests.faults.sender import Sender
from tests.faults.station import Station
from tests.faults.verdict import Verdict
from tests.faults.wire import Wire

QUIET_WITHIN_S = 120.0
SPARE = 400 * 1024 * 1024


@dataclass
class Wish:
    """What somebody asks for on the command line."""

    uploads: int
    faults: int
    seed: int
    senders: int = 6
    largest: int = LARGEST
    store: str = "local"
    database: str = "sqlite"
    hurried: bool = False
    kinds: list[str] | None = None


@dataclass
class Outcome:
    wish: Wish
    verdict: Verdict
    kinds: dict[str, int]
    faults: int
    sent_bytes: int
    longest_recovery_s: float
    slowest_kind: str
    quiet_s: float
    took_s: float

    @property
    def sentence(self) -> str:
        v = self.verdict
        return (
            f"{self.wish.uploads} uploads, {self.faults} faults of {len(self.kinds)} kinds,"
            f" seed {self.wish.seed}: {len(v.lost)} lost, {len(v.altered)} altered,"
            f" {len(v.half_visible)} half-visible"
        )

    @property
    def details(self) -> list[str]:
        v = self.verdict
        bound = 3 / max(1, v.reread)
        return [
            f"store {self.wish.store}, database {self.wish.database}; {self.sent_bytes / 1e6:,.0f} MB sent",
            f"clients: {_counted(v.clients)}; files: {_counted(v.outcomes)}",
            f"acknowledged originals re-read and equal: {v.reread}, {v.reread_bytes / 1e6:,.0f} MB",
            f"not acknowledged, yet whole: {v.unknown_whole}; states: " + _counted(v.states),
            f"with keyframes: {v.pictured}; custody log: {v.custody}",
            "failure codes: " + (_counted(v.failures) or "none"),
            "faults: " + _counted(self.kinds),
            f"longest recovery: {self.longest_recovery_s:.1f} s after {self.slowest_kind or 'none'}",
            f"quiet {self.quiet_s:.1f} s after the last sender; the whole run {self.took_s:.0f} s",
            f"with none lost, fewer than {bound:.2%} are lost at 95 % confidence (3 / {v.reread})",
        ]


def run(wish: Wish, folder: Path | None = None) -> Outcome:
    began = time.monotonic()
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tipline-faults-")))
        stock = Stock.draw(wish.seed, place / "stock")
        jobs = draw_jobs(wish.seed, wish.uploads, stock, wish.largest)
        ground = stack.enter_context(prepared(wish.store, wish.database, place, wish.seed))
        # Drawn pictures, logs and the room that a file takes twice while its sender begins it anew.
        disk = int(sum(job.size for job in jobs) * (0.2 if ground.s3 else 1.3)) + SPARE
        station = Station(place, disk_bytes=disk, hurried=wish.hurried, settings=ground.settings)
        stack.callback(station.stop)
        token = station.start()
        phones = Wire("127.0.0.1", station.port, wish.seed).start()
        stack.callback(phones.stop)
        journal = Journal(place / "journal.jsonl")
        stack.callback(journal.close)
        nemesis = Nemesis(wish.seed, station, phones, journal, ground, wish.kinds)
        _send_all(wish, jobs, phones, journal, nemesis)
        phones.heal()
        station.wait_ready(QUIET_WITHIN_S)
        quiet = verdicts.wait_until_quiet(station, QUIET_WITHIN_S)
        found = verdicts.judge(station, journal, token)
        slowest, longest = _longest_recovery(nemesis, journal)
        sent = sum(job.size for job in jobs)
        return Outcome(
            wish, found, dict(nemesis.kinds), len(nemesis.done), sent, longest, slowest, quiet,
            time.monotonic() - began,
        )  # fmt: skip


def _send_all(wish: Wish, jobs: list[Job], phones: Wire, journal: Journal, nemesis: Nemesis) -> None:
    """Files and faults keep step: no file begins before the faults that belong before it."""
    gate = _Gate(jobs, wish.faults)
    senders = [Sender(n, phones.port, journal, gate.next_job) for n in range(wish.senders)]
    for sender in senders:
        sender.start()
    try:
        for _ in range(wish.faults):
            if not any(sender.is_alive() for sender in senders):
                break
            nemesis.strike()
            gate.open()
    finally:
        gate.open_wide()
    for sender in senders:
        sender.join()
        if sender.crash:
            raise sender.crash


class _Gate:
    """Hands out files as far as the faults have come."""

    def __init__(self, jobs: list[Job], faults: int) -> None:
        self._jobs, self._faults = iter(jobs), faults
        self._each = len(jobs) / (faults + 1)
        self._given, self._passed = 0, 0
        self._moved = threading.Condition()

    def next_job(self) -> Job | None:
        with self._moved:
            self._moved.wait_for(lambda: self._given < (self._passed + 1) * self._each)
            self._given += 1
            return next(self._jobs, None)

    def open(self) -> None:
        with self._moved:
            self._passed += 1
            self._moved.notify_all()

    def open_wide(self) -> None:
        with self._moved:
            self._passed += self._faults + len("open")
            self._moved.notify_all()


def _longest_recovery(nemesis: Nemesis, journal: Journal) -> tuple[str, float]:
    """From the healing of a fault to the next piece that was kept; a fault that another one followed before
    that has no recovery of its own.
    """
    longest, slowest = 0.0, ""
    follows = [fault.began for fault in nemesis.done[1:]] + [float("inf")]
    for fault, next_began in zip(nemesis.done, follows, strict=False):
        later = [end for _, end in journal.acknowledged if fault.healed <= end < next_began]
        if later and min(later) - fault.healed > longest:
            longest, slowest = min(later) - fault.healed, fault.kind
    return slowest, longest


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
