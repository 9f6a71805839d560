"""One job of the desk: all that is due for anybody, side by side, so that nobody waits for a dead receiver.

Each receiver has a thread of its own for as long as a try may last. Meanwhile, and once all have ended, the
job looks for what has become due. Receivers that failed last have a part of the threads, in one job at a
time, so that other jobs are soon over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context

from tipline.db import Transaction
from tipline.domain import notices, receivers, tries
from tipline.domain.notices import REPORTERS, TEST, Notice
from tipline.domain.receivers import Receiver
from tipline.domain.tries import Batch
from tipline.services import Services
from workers import written
from workers.lease import stop

SUSPECT = "notices-suspect"
MOST, MOST_SUSPECT = 96, 64
# After it nothing more is begun; the sweep rings for what is left.
WITHIN_S = 60.0
LOOK_AGAIN_S = 0.5
# Who it goes to, and whether it is a trial, which waits for nobody.
Lane = tuple[str, int, bool]
Deliver = Callable[[Services, Receiver | None, Batch], None]


class Round:
    """What runs of one job."""

    def __init__(self, services: Services, deliver: Deliver, *, takes_suspects: bool) -> None:
        self._services, self._deliver, self._takes_suspects = services, deliver, takes_suspects
        self._running: dict[Future[None], tuple[Lane, bool]] = {}
        self._until = time.monotonic() + WITHIN_S

    def run(self, number: int) -> None:
        """Until nothing is due any more, beginning with the receiver of this notice."""
        first: list[int] = [number]
        faults: list[BaseException] = []
        with ThreadPoolExecutor(MOST, thread_name_prefix="receiver") as threads:
            while True:
                if time.monotonic() < self._until and not stop.is_asked():
                    for lane, is_suspect, row, batch in self._taken(first):
                        work = threads.submit(copy_context().run, self._deliver, self._services, row, batch)
                        self._running[work] = lane, is_suspect
                first = []
                if not self._running:
                    break
                for one in wait(self._running, LOOK_AGAIN_S, FIRST_COMPLETED).done:
                    del self._running[one]
                    if fault := one.exception():
                        faults.append(fault)
        if faults:
            raise faults[0]

    def _taken(self, first: Collection[int]) -> list[tuple[Lane, bool, Receiver | None, Batch]]:
        """Begin a try for each that is due and has no thread yet."""
        busy = {lane for lane, _ in self._running.values()}
        suspects = sum(is_suspect for _, is_suspect in self._running.values())
        taken: list[tuple[Lane, bool, Receiver | None, Batch]] = []
        with self._services.database.reading() as tx:
            due = [*first, *tries.due(tx)]
        if not due:
            return []
        with written.by_turns(self._services) as tx:
            failing = notices.failing(tx)
            for number in due:
                rung = tx.get(Notice, number)
                if rung is None or len(busy) >= MOST:
                    continue
                is_trial = rung.event == TEST
                lane = (*rung.receiver, is_trial)
                is_suspect = rung.receiver in failing and not is_trial
                is_barred = is_suspect and (not self._takes_suspects or suspects >= MOST_SUSPECT)
                if lane in busy or is_barred:
                    continue
                if (found := _take(tx, number)) is None:
                    continue
                busy.add(lane)
                suspects += is_suspect
                taken.append((lane, is_suspect, *found))
        return taken


def run(services: Services, number: int, deliver: Deliver) -> None:
    """All that is due; of receivers that failed last only in one job at a time."""
    with services.database.alone(SUSPECT) as mine:
        Round(services, deliver, takes_suspects=mine).run(number)


def _take(tx: Transaction, number: int) -> tuple[Receiver | None, Batch] | None:
    batch = tries.take(tx, number)
    if batch is None or batch.kind == REPORTERS:
        return batch and (None, batch)
    row = receivers.find(tx, batch.kind, batch.number)
    if row is None:  # told in the moment in which it was removed
        tries.drop(tx, batch.rows)
        return None
    return row, batch
