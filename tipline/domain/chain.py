"""The chain of the custody log as rows and bytes: what a hash is over, and whether entries follow each other.

Built for speed, for the whole log is checked again and again: rows come raw from the driver, and the
canonical form is written by hand, byte for byte what `json.dumps` would write (a test compares them). A block
is a stretch as long as a power of two, so blocks are checked apart from each other and still give one tree.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from tipline.db import Transaction
from tipline.domain.merkle import Frontier
from tipline.errors import N_

START = "0" * 64
BLOCK = 1 << 16
PAGE = 1024  # rows that fit into a core's own memory: longer pages are read a quarter slower
TIME_LENGTH = len("2026-11-26 19:32:17.000000")
# Clocks of several hosts never agree; what differs by less is no step back.
TOLERANCE = timedelta(minutes=2)

# What the system writes ahead of the first entry after the clock was set back.
CLOCK_BACK = "clock:back"

MISSING = N_("missing or out of order")
UNLINKED = N_("does not follow the entry before it")
CHANGED = N_("was changed after it was written")

# (seq, at, actor, action, subject, tip, reason, detail, previous, hash); `at` as hashed, but for its T and Z.
Row = Sequence[Any]
_COLUMNS = "actor, action, subject, tip, reason, detail, previous, hash FROM custody"
_SELECT = {
    "sqlite": f"SELECT seq, at, {_COLUMNS} WHERE seq > ? AND seq <= ? ORDER BY seq",
    "postgresql": "SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), "
    f"{_COLUMNS} WHERE seq > %s AND seq <= %s ORDER BY seq",
}
_text = json.encoder.encode_basestring_ascii


class Fault(NamedTuple):
    """The first entry that does not stand where and as it was written; `what` is a phrase to translate."""

    seq: int
    what: str


class Step(NamedTuple):
    """An entry that is dated before the one ahead of it, by more than clocks differ."""

    seq: int
    at: str
    before: str
    told: bool  # by an entry of the system's own


class Block(NamedTuple):
    """What the check of one block found; `parts` are the tree's complete parts at the sizes asked for."""

    fault: Fault | None
    end: int  # the last entry that was found whole
    previous: str
    last: str
    last_at: str
    parts: dict[int, list[bytes]]
    tree: list[bytes]  # its parts at the end
    steps: list[Step]
    first_at: str
    first_action: str


def canonical(row: Row) -> str:
    """The text an entry's hash is over."""
    return _form(*row[:9])


def _form(
    seq: Any, at: Any, actor: Any, action: Any, subject: Any, tip: Any, reason: Any, detail: Any,
    previous: Any, _hash: Any = None,
) -> str:  # fmt: skip
    return (
        f'{{"action":{_text(action)},"actor":{_text(actor)},"at":{_text(f"{at[:10]}T{at[11:]}Z")},'
        f'"detail":{_text(detail)},"previous":{_text(previous)},'
        f'"reason":{"null" if reason is None else _text(reason)},"seq":{seq},'
        f'"subject":{_text(subject)},"tip":{"null" if tip is None else _text(tip)}}}'
    )


def digest(row: Row) -> str:
    return sha256(canonical(row).encode()).hexdigest()


def stored_time(moment: datetime) -> str:
    """A moment as rows tell it."""
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:TIME_LENGTH]


def read_rows(tx: Transaction, after: int, end: int) -> Iterator[Sequence[Row]]:
    """Entries behind `after` up to `end`, as they lie in the database, a page at a time."""
    connection = tx.connection()
    query = _SELECT[connection.dialect.name]
    cursor = connection.connection.cursor()
    try:
        while after < end:
            page_end = min(after + PAGE, end)
            cursor.execute(query, (after, page_end))
            rows = cursor.fetchall()
            if rows:
                yield rows
            after = page_end
    finally:
        cursor.close()


def check_block(
    pages: Iterable[Sequence[Row]], after: int, sizes: Sequence[int] = (), tree: Frontier | None = None
) -> Block:
    """Check entries behind `after` against each other and add them to `tree`, or to one of their own.

    `sizes` are numbers of entries, in order, at which the tree's parts are wanted.
    """
    tree = Frontier() if tree is None else tree
    parts, steps = dict[int, list[bytes]](), list[Step]()
    first: Row | None = None
    expected, previous, last_at = after + 1, "", ""
    fault: Fault | None = None
    for rows in pages:
        if first is None and rows:
            first, previous, last_at = rows[0], rows[0][8], rows[0][1]
        begin = expected - 1
        digests, fault = _look(rows, expected, previous)
        for row in rows[: len(digests)]:
            if row[1] < last_at:
                steps += step_of(row[0], row[1], last_at, row[3])
            last_at = row[1]
        if digests:
            expected, previous = expected + len(digests), rows[len(digests) - 1][9]
        _grow(tree, digests, begin, sizes, parts)
        if fault:
            break
    start = ("", "", "") if first is None else (first[8], first[1], first[3])
    return Block(
        fault, expected - 1, start[0], previous, last_at, parts, list(tree.parts), steps, start[1], start[2]
    )


def fault_of(block: Block, after: int, end: int, head: str) -> Fault | None:
    """What is wrong with a block that should lead from `head` to entry `end`."""
    fault = block.fault
    if fault is None and block.end < end:
        fault = Fault(block.end + 1, MISSING)
    if block.previous != head and fault != Fault(after + 1, MISSING):
        return Fault(after + 1, UNLINKED)
    return fault


def _look(rows: Sequence[Row], expected: int, previous: str) -> tuple[list[bytes], Fault | None]:
    """The hashes of entries up to the first that does not stand where and as it should, and what is wrong."""
    # A hash that was begun is copied faster than a new one is made.
    digests, new = list[bytes](), sha256().copy
    for row in rows:
        if row[0] != expected:
            return digests, Fault(expected, MISSING)
        if row[8] != previous:
            return digests, Fault(expected, UNLINKED)
        hashed = new()
        try:
            hashed.update(_form(*row).encode())
        except (TypeError, ValueError):  # SQLite keeps whatever a forger puts into a column
            return digests, Fault(expected, CHANGED)
        found = hashed.digest()
        previous = row[9]
        if found.hex() != previous:
            return digests, Fault(expected, CHANGED)
        digests.append(found)
        expected += 1
    return digests, None


def _grow(
    tree: Frontier, digests: list[bytes], begin: int, sizes: Sequence[int], parts: dict[int, list[bytes]]
) -> None:
    """Add the entries behind `begin` to the tree, stopping where somebody asked how it looked."""
    done = 0
    for size in sizes[bisect_right(sizes, begin) : bisect_right(sizes, begin + len(digests))]:
        tree.extend(digests[done : size - begin])
        done = size - begin
        parts[size] = list(tree.parts)
    tree.extend(digests[done:])


def is_step_back(at: str, before: str) -> bool:
    """Whether a clock was set back between two entries; those of two hosts merely differ."""
    try:
        return datetime.fromisoformat(before) - datetime.fromisoformat(at) > TOLERANCE
    except (TypeError, ValueError):
        return True


def step_of(seq: int, at: str, before: str, action: str) -> list[Step]:
    return [Step(seq, at, before, action == CLOCK_BACK)] if is_step_back(at, before) else []
