"""Many who act in the same moment, each in a thread; a test of them ends, also when one of them does not."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")
# Much longer than anything takes on a machine under load, and shorter than a whole run bears.
WITHIN_S = 300.0


def side_by_side(
    act: Callable[[Given], Made], given: Iterable[Given], within_s: float | None = None
) -> list[Made]:
    """Call `act` with each, all at once; what each returned, in order. Raises what the first raised."""
    made: dict[int, Made] = {}
    faults: dict[int, BaseException] = {}

    def one(number: int, what: Given) -> None:
        ready.wait()
        try:
            made[number] = act(what)
        except BaseException as fault:
            faults[number] = fault

    all_given = list(given)
    ready = threading.Barrier(len(all_given), timeout=WITHIN_S)
    threads = [
        threading.Thread(target=one, args=told, name=f"beside-{told[0]}", daemon=True)
        for told in enumerate(all_given)
    ]
    for thread in threads:
        thread.start()
    end_all(threads, within_s)
    for _, fault in sorted(faults.items()):
        raise fault
    return [made[number] for number in range(len(all_given))]


def end_all(threads: Iterable[threading.Thread], within_s: float | None = None) -> None:
    """Wait until all have ended; a failure that tells what the others are at, if that takes too long."""
    end = time.monotonic() + (WITHIN_S if within_s is None else within_s)
    threads = list(threads)
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    frames = sys._current_frames()
    late = {one.name: frames.get(one.ident or 0) for one in threads if one.is_alive()}
    told = [f"{name}:\n{''.join(traceback.format_stack(frame))}" for name, frame in late.items()]
    assert not late, f"{len(late)} of {len(threads)} never ended:\n" + "\n".join(told)
