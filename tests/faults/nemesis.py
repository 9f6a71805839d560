"""What goes wrong, and when: faults drawn from the seed, one after the other, each healed before the next."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults import wire
from tests.faults.ground import Ground
from tests.faults.journal import Journal
from tests.faults.station import Station
from tests.faults.wire import Wire

BACK_WITHIN_S = 45.0


@dataclass
class Fault:
    """One that has been: `healed` is the moment from which everything could work again."""

    kind: str
    began: float
    healed: float


class Nemesis:
    """Chooses kinds so that each comes about as often; `kinds` limits the choice."""

    def __init__(
        self, seed: int, station: Station, phones: Wire, journal: Journal, ground: Ground,
        kinds: list[str] | None = None,
    ) -> None:  # fmt: skip
        self.rng = random.Random(f"nemesis {seed}")
        self.station, self.phones, self.journal = station, phones, journal
        self.s3, self.postgres = ground.s3, ground.postgres
        self.done: list[Fault] = []
        self._acts = self._all_acts()
        if kinds:
            self._acts = {kind: self._acts[kind] for kind in kinds}
        self._bag: list[str] = []

    @property
    def kinds(self) -> Counter[str]:
        return Counter(fault.kind for fault in self.done)

    def strike(self) -> Fault:
        if not self._bag:
            self._bag = sorted(self._acts)
            self.rng.shuffle(self._bag)
        kind = self._bag.pop()
        self.journal.write("fault", kind=kind)
        fault = Fault(kind, time.monotonic(), 0.0)
        self._acts[kind]()
        fault.healed = time.monotonic()
        self.journal.write("healed", kind=kind, seconds=round(fault.healed - fault.began, 3))
        self.done.append(fault)
        return fault

    # --- the kinds

    def _all_acts(self) -> dict[str, Callable[[], None]]:
        acts: dict[str, Callable[[], None]] = {
            "web killed": lambda: self._kill_and_start("web"),
            "web process killed": self._kill_web_child,
            "web killed between object and row": self._kill_at_completion,
            "worker killed": lambda: self._kill_and_start("worker"),
            "worker host killed alone": self._kill_worker_alone,
            "worker process killed": lambda: self._kill_below("worker"),
            "decoder killed": self._kill_deepest,
            "worker frozen": self._freeze,
            "broker killed": lambda: self._kill_and_start("broker"),
            "broker emptied": self._empty_broker,
        }
        acts |= {f"line: {kind}": lambda kind=kind: self._trouble(self.phones, kind) for kind in wire.KINDS}  # type: ignore[misc]
        if self.station.is_small:
            acts["disk full"] = self._fill
        else:
            acts["disk below its reserve"] = self._raise_reserve
        if self.postgres:
            acts["database killed"] = self._kill_database
        if self.s3:
            s3 = self.s3
            acts["store: down"] = lambda: self._outage(s3)
            for kind in (*wire.KINDS, "500", "503"):
                acts[f"store: {kind}"] = lambda kind=kind: self._trouble(s3, kind)  # type: ignore[misc]
        return acts

    def _pause(self, low: float, high: float) -> None:
        time.sleep(self.rng.uniform(low, high))

    def _kill_and_start(self, name: str) -> None:
        self._pause(0.0, 0.6)
        self.station.kill(name)
        self._pause(0.0, 1.5)
        self.station.start_one(name)
        if name != "worker":
            self.station.wait_ready(BACK_WITHIN_S)

    def _kill_web_child(self) -> None:
        """The supervisor of the web server starts another by itself."""
        self._pause(0.0, 0.6)
        for pid in self.station.below("web"):
            self.station.end(pid)
        self.station.wait_ready(BACK_WITHIN_S)

    def _kill_at_completion(self) -> None:
        """Wait for a file to be complete in the store, and strike before its row can say so."""
        end = time.monotonic() + 3
        for seen in self._completions():
            if seen or time.monotonic() > end:
                break
            time.sleep(0.0005)
        self._pause(0.0, 0.004)
        self.station.kill("web")
        self._pause(0.0, 1.0)
        self.station.start_one("web")
        self.station.wait_ready(BACK_WITHIN_S)

    def _completions(self) -> Iterator[bool]:
        """Again and again: has another object been completed since this began?"""
        if self.s3:
            self.s3.passed.clear()
            while True:
                yield self.s3.passed.is_set()
        before = self.station.completed()
        while True:
            yield bool(self.station.completed() - before)

    def _kill_database(self) -> None:
        assert self.postgres
        self._pause(0.0, 0.6)
        self.postgres.kill()
        self._pause(0.0, 3.0)
        self.postgres.start()
        self.station.wait_ready(BACK_WITHIN_S)

    def _kill_worker_alone(self) -> None:
        self.station.kill_alone("worker")
        self._pause(0.0, 2.0)
        self.station.kill("worker")
        self.station.start_one("worker")

    def _kill_below(self, name: str) -> None:
        below = self.station.below(name)
        if below:
            self.station.end(self.rng.choice(below))

    def _kill_deepest(self) -> None:
        """Wait a moment for somebody at work, then kill what is farthest down: the process with the file."""
        idle = 4  # sweep, desk and two for media
        end = time.monotonic() + 3
        while time.monotonic() < end:
            below = self.station.below("worker")
            if len(below) > idle:
                self.station.end(below[-1])
                return
            time.sleep(0.02)

    def _freeze(self) -> None:
        frozen = self.station.signal_all("worker", signal.SIGSTOP)
        self._pause(0.5, 4.0)
        for pid in frozen:
            self.station.end(pid, signal.SIGCONT)

    def _empty_broker(self) -> None:
        self.station.kill("broker")
        self.station.wipe_broker()
        self._pause(0.0, 1.0)
        self.station.start_one("broker")
        self.station.wait_ready(BACK_WITHIN_S)

    def _trouble(self, line: Wire, kind: str) -> None:
        lasts = self.rng.uniform(0.5, 2.0)
        hits = self.rng.randint(1, 4)
        trouble = line.strike(kind, hits=hits, lasts_s=lasts, hold_s=self.rng.uniform(3, 12))
        while trouble.hits > 0 and time.monotonic() < trouble.until:
            time.sleep(0.02)
        line.heal()

    def _outage(self, line: Wire) -> None:
        """Longer than any call is tried again, so that calls fail for good."""
        line.strike("503", hits=10**9, lasts_s=60, hold_s=0)
        self._pause(2.0, 5.0)
        line.heal()

    def _fill(self) -> None:
        self.station.fill(leave=self.rng.choice((0, 4096, 300_000, 3_000_000)))
        self._pause(0.5, 2.5)
        self.station.empty()

    def _raise_reserve(self) -> None:
        """Where no small disk can be had: a station that believes its disk is full."""
        usual = self.station.environment["TIPLINE_MIN_FREE_BYTES"]
        for free in (str(2**49), usual):
            self.station.environment["TIPLINE_MIN_FREE_BYTES"] = free
            self.station.kill("web")
            self.station.start_one("web")
            self.station.wait_ready(BACK_WITHIN_S)
            self._pause(0.5, 1.5)
