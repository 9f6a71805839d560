"""Checks of what every store promises, tried through the contract alone."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Barrier

from storage import keys
from storage.base import KeyTaken, Missing, OffsetMismatch, SessionGone, Store
from storage.hashing import sha256_of
from storage.probing.telling import Told

RACERS = 16
ROUNDS = 3
_TEN = b"0123456789"
_RANGES = ((0, None), (0, 1), (3, 4), (9, 1), (9, 50), (10, None), (10, 5), (99, None))
_PART = 5 * 1024 * 1024
_SPEED_BYTES = 24 * 1024 * 1024
_SMALL_PUTS = 12


@dataclass
class Corner:
    """Two hosts that know nothing of each other but the place."""

    store: Store
    other: Store


def drawn(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311 - any bytes serve


def race(run: Callable[[int], None]) -> list[int]:
    """Who wins when all start at once; who finds the key taken has lost."""
    start = Barrier(RACERS)

    def runner(number: int) -> bool:
        start.wait()
        try:
            run(number)
        except KeyTaken:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        return [number for number, won in enumerate(pool.map(runner, range(RACERS))) if won]


def round_trip(corner: Corner) -> Told:
    key, data = keys.original("round-trip"), drawn(70_001)
    corner.store.put(key, data)
    size = corner.other.stat(key).size
    with corner.other.open(key) as reader:
        back = reader.read()
    corner.store.delete(key)
    try:
        corner.other.stat(key)
    except Missing:
        is_gone = True
    else:
        is_gone = False
    if size != len(data) or back != data:
        return Told("round-trip-other")
    return Told("round-trip") if is_gone else Told("round-trip-stays")


def ranges(corner: Corner) -> Told:
    key = keys.original("ranges")
    corner.store.put(key, _TEN)
    for start, length in _RANGES:
        with corner.store.open(key, start, length) as reader:
            if reader.read() != _TEN[start : None if length is None else start + length]:
                return Told("ranges-wrong", start=start, length="∞" if length is None else length)
    return Told("ranges")


def first_put_wins(corner: Corner) -> Told:
    """Write-once rests on this."""
    for number in range(ROUNDS):
        key = keys.original(f"first-{number}")
        winners = race(lambda runner, key=key: _put_once(corner, key, bytes([runner])))  # type: ignore[misc]
        late = _is_taken(lambda key=key: _put_once(corner, key, b"late"))  # type: ignore[misc]
        with corner.other.open(key) as reader:
            kept = reader.read()
        if len(winners) != 1 or not late or kept != bytes(winners):
            return Told("first-many", winners=len(winners) + (not late), racers=RACERS)
    return Told("first", racers=RACERS)


def resuming(corner: Corner) -> Told:
    """Pieces of odd sizes, a second host that goes on, a step back, completion from the first."""
    key, data = keys.original("resuming"), drawn(2 * _PART + 12_345)
    session = corner.store.begin(key)
    known = _PART + 1_001
    corner.store.append(session, 0, _pieces(data[:known], 99_991))
    if corner.other.size(session) != known:
        return Told("resuming-fails")
    # A host dies with bytes nobody was told of: others take their place.
    corner.other.append(session, known, [b"not these" * 1000])
    corner.store.append(session, known, _pieces(data[known:], 1_000_003))
    soon = datetime.now(UTC) + timedelta(days=1)
    if session not in {found.text for found in corner.other.list_sessions(soon)}:
        return Told("resuming-unlisted")
    corner.other.complete(session, len(data))
    if corner.store.complete(session, len(data)).size != len(data):
        return Told("resuming-fails")
    with corner.store.open(key) as reader:
        if sha256_of(reader) != sha256_of(BytesIO(data)):
            return Told("resuming-fails")
    return Told("resuming")


def aborting(corner: Corner) -> Told:
    session = corner.store.begin(keys.original("aborting"))
    corner.store.append(session, 0, [drawn(_PART + 7)])
    corner.store.abort(session)
    soon = datetime.now(UTC) + timedelta(days=1)
    left = [found.text for found in corner.other.list_sessions(soon) if found.text == session]
    try:
        corner.other.size(session)
    except SessionGone:
        return Told("aborting-stays") if left else Told("aborting")
    return Told("aborting-stays")


def too_early(corner: Corner) -> Told:
    """Completing what is not there yet must be refused, and lose nothing."""
    key = keys.original("early")
    session = corner.store.begin(key)
    corner.store.append(session, 0, [b"abc"])
    try:
        corner.store.complete(session, 4)
    except OffsetMismatch as fault:
        corner.store.append(session, fault.have, [b"d"])
        corner.store.complete(session, 4)
    else:
        return Told("early-taken")
    with corner.store.open(key) as reader:
        return Told("early") if reader.read() == b"abcd" else Told("early-taken")


def speed(corner: Corner) -> Told:
    waits = []
    for number in range(_SMALL_PUTS):
        began = time.perf_counter()
        corner.store.put(keys.rendition("speed", f"small-{number}"), _TEN)
        waits.append(time.perf_counter() - began)
    key, data = keys.original("speed"), drawn(_SPEED_BYTES)
    began = time.perf_counter()
    session = corner.store.begin(key)
    corner.store.append(session, 0, _pieces(data, 1024 * 1024))
    corner.store.complete(session, len(data))
    up = time.perf_counter() - began
    began = time.perf_counter()
    with corner.store.open(key) as reader:
        sha256_of(reader)
    down = time.perf_counter() - began
    return Told(
        "speed",
        wait=f"{statistics.median(waits) * 1000:.1f}",
        longest=f"{max(waits) * 1000:.0f}",
        up=f"{len(data) / up / 1e6:.0f}",
        down=f"{len(data) / down / 1e6:.0f}",
    )


def _put_once(corner: Corner, key: str, data: bytes) -> None:
    corner.store.put(key, data, if_absent=True)


def _is_taken(act: Callable[[], None]) -> bool:
    try:
        act()
    except KeyTaken:
        return True
    return False


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]
