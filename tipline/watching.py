"""Watches over the processes of one station: starts them, starts them again, stops them in order.

One thread, no signal left to chance: children live in sessions of their own, are asked to stop by us alone,
and none of them or of theirs outlives us. What the children are is handed in.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from tipline import broker
from tipline.children import Child, Order, adopt_orphans, end_orphans
from tipline.errors import N_
from tipline.i18n import say
from tipline.settings import Settings

TICK_S = 0.1
READY_WITHIN_S = 90
BROKER_WITHIN_S = 20
ASK_EVERY_S = 0.3
TIDY_EVERY_S = 5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

STOPPING = N_("Stopping … (Ctrl-C again hurries)")
STOPPED = N_("Stopped.")
BROKER_FAILED = N_("The broker does not start. Its last words:")
BROKER_MENDED = N_(
    "The broker's files were damaged and have been moved to %(folder)s. Nothing is lost: what waits is known "
    "to the database and rung again."
)
STARTED_AGAIN = N_("%(name)s ended unexpectedly and is being started again. Its last words:")
GIVEN_UP = N_(
    "%(name)s ended again and again right after its start, so everything is being stopped. Its last words:"
)
ERRAND = N_("Filling the empty instance with an example district …")
NOT_READY = N_("Tipline is not ready after %(seconds)s seconds: %(reason)s. It goes on trying; see %(logs)s.")


class Rhythm:
    """Something to be done now and then."""

    def __init__(self, every_s: float, what: Callable[[], None]) -> None:
        self.every_s = every_s
        self.what = what
        self._next = 0.0

    def beat(self) -> None:
        if time.monotonic() >= self._next:
            self.what()
            self._next = time.monotonic() + self.every_s


class Watch:
    """Holds the children; `orders` and `is_ready` are handed in so that they can be anything."""

    def __init__(
        self,
        settings: Settings,
        orders: list[Order],
        *,
        why_not_ready: Callable[[], str | None],
        when_ready: Callable[[], None],
        own_broker: bool,
        errand: Order | None = None,
    ) -> None:
        self.settings = settings
        logs = settings.data / "logs"
        self.children = [Child(order, logs) for order in orders]
        self.broker = Child(Order("broker", broker.command(settings.data), 5), logs) if own_broker else None
        self.why_not_ready = why_not_ready
        self.when_ready = when_ready
        # Something to be done once, as soon as all is ready.
        self.errand = Child(errand, logs) if errand else None
        self.stop_signals = 0
        self._is_ready = self._said_late = False
        self._began = 0.0
        self._rhythms = [
            Rhythm(ASK_EVERY_S, self._ask_whether_ready),
            Rhythm(TICK_S, self._see_errand_home),
            Rhythm(TIDY_EVERY_S, lambda: end_orphans(self._pids(), kill=False)),
        ]

    def run(self) -> int:
        """Until a signal or a hopeless child ends it; 0 after a wanted stop."""
        adopt_orphans()
        with self._signals():
            try:
                code = 1 if self.broker and not self._start_broker() else self._watch()
            finally:
                self._stop()
        self._tell(say(self.settings.locale, STOPPED))
        return code

    # --- starting

    def _start_broker(self) -> bool:
        """Start it and wait for its answer; damaged files are set aside once."""
        assert self.broker is not None  # noqa: S101 - for the type checker
        for _ in range(2):
            broker.prepare(self.settings.data)
            self.broker.start()
            process = self.broker.process
            if self._wait(lambda: broker.is_answering(self.settings.data), BROKER_WITHIN_S, process):
                return True
            if self.stop_signals:
                return False
            self.broker.kill()
            aside = broker.set_damaged_aside(self.settings.data, self.broker.last_words(40))
            if aside is None:
                break
            self._say(BROKER_MENDED, folder=aside)
        self._say(BROKER_FAILED, said=self.broker.last_words())
        return False

    def _wait(
        self, is_so: Callable[[], bool], seconds: float, process: subprocess.Popen[bytes] | None
    ) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stop_signals:
            if is_so():
                return True
            if process is not None and process.poll() is not None:
                return False
            time.sleep(TICK_S / 2)
        return False

    # --- running

    def _watch(self) -> int:
        for child in self.children:
            child.start()
        self._began = time.monotonic()
        while not self.stop_signals:
            if not self._look_after_all():
                return 1
            for rhythm in self._rhythms:
                rhythm.beat()
            time.sleep(TICK_S)
        return 0

    def _ask_whether_ready(self) -> None:
        """Until it is so once; then the errand, if there is one, then the good news."""
        if self._is_ready:
            return
        reason = self.why_not_ready()
        if reason is None:
            self._is_ready = True
            if self.errand:
                self._say(ERRAND)
                self.errand.start()
            else:
                self.when_ready()
        elif not self._said_late and time.monotonic() - self._began > READY_WITHIN_S:
            self._said_late = True
            self._say(NOT_READY, seconds=READY_WITHIN_S, reason=reason, logs=self.settings.data / "logs")

    def _see_errand_home(self) -> None:
        """What it said is for people, so all of it is shown."""
        if self.errand is None or self.errand.process is None or self.errand.is_running():
            return
        for line in self.errand.new_lines():
            self._tell(line)
        self.errand = None
        self.when_ready()

    def _look_after_all(self) -> bool:
        """False when a child is beyond help."""
        for child in self.children:
            for line in child.new_errors():
                self._tell(f"{child.order.name} │ {line}")
            if child.look_after():
                hopeless = child.is_hopeless()
                self._say(
                    GIVEN_UP if hopeless else STARTED_AGAIN, name=child.order.name, said=child.last_words()
                )
                if hopeless:
                    return False
        if self.broker and not self.broker.is_running():
            self._say(STARTED_AGAIN, name="broker", said=self.broker.last_words())
            return self._start_broker() or bool(self.stop_signals)
        return True

    def _pids(self) -> set[int]:
        return {child.process.pid for child in self._all() if child.process is not None}

    def _all(self) -> list[Child]:
        """In the order in which they stop: what brings in work first, what others lean on last."""
        return [child for child in (self.errand, *self.children, self.broker) if child is not None]

    # --- stopping

    def _stop(self) -> None:
        """One after the other; each has its grace, a second signal ends all waiting."""
        if any(child.is_running() for child in self._all()):
            self._say(STOPPING)
        before = self.stop_signals
        for child in self._all():
            child.ask_to_stop()
            while (
                child.is_running() and not child.has_had_its_grace() and self.stop_signals <= max(before, 1)
            ):
                time.sleep(TICK_S / 2)
            child.kill()
        end_orphans(set(), kill=True)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Count signals instead of obeying them; as before afterwards."""
        before = {number: signal.signal(number, self._count) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_signals += 1

    def _say(self, sentence: str, *, said: str = "", **values: object) -> None:
        self._tell(say(self.settings.locale, sentence, **values))
        for line in said.splitlines():
            self._tell(f"  │ {line}")

    def _tell(self, text: str) -> None:
        # The terminal may be gone; that must not keep us from stopping the children.
        with suppress(OSError):
            print(text, flush=True)
