"""The custody log as a file: JSON lines that stand alone, with the checkpoints that were signed over them.

The first line names the log and counts its entries, then come checkpoints, then entries in their order, each
with the very values that its hash is over. Checked without a database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from tipline.db import Transaction
from tipline.domain import auditing, chain, checkpoints, clock, custody, restores
from tipline.domain.auditing import Verdict
from tipline.domain.chain import Row
from tipline.domain.checkpoints import Copy
from tipline.errors import TiplineError

TYPE = "tipline-custody-log/1"
NAMES = ("seq", "at", "actor", "action", "subject", "tip", "reason", "detail", "previous", "hash")
TIME_LENGTH = len("2026-11-26T19:32:17.000000Z")
LONGEST_LINE = 4_000_000


class Top(NamedTuple):
    """What stands before the entries."""

    entries: int
    copies: list[Copy]


def write(tx: Transaction) -> Iterator[str]:
    """All of it, a line after the other."""
    size = custody.size(tx)
    yield _line({"type": TYPE, "entries": size, "exported_at": clock.stamp(clock.now())})
    for copy in checkpoints.list_copies(tx):
        yield _line({"checkpoint": copy.note})
    for rows in chain.read_rows(tx, 0, size):
        for row in rows:
            yield _line(told(row))


def told(row: Row) -> dict[str, Any]:
    """An entry by names, its time as it was hashed."""
    entry = dict(zip(NAMES, row, strict=True))
    entry["at"] = f"{row[1][:10]}T{row[1][11:]}Z"
    return entry


def audit(lines: Iterable[str], name: str, copies: Sequence[Copy] = ()) -> Verdict:
    """Check a log from a file against the checkpoints in it and others; raises custody:file-unclear."""
    numbered = enumerate(lines, start=1)
    top, rows = _top(numbered, name)
    tried = [*top.copies, *copies]
    sizes = auditing.sizes_of(tried)
    kept: list[Row] = []

    def look(after: int, end: int) -> chain.Block:
        inside = [one for one in sizes if after < one <= end]
        return chain.check_block(_pages(rows, end - after, kept), after, inside)

    spans = ((at, min(at + chain.BLOCK, top.entries)) for at in range(0, top.entries, chain.BLOCK))
    walk = auditing.join(top.entries, (look(*span) for span in spans))
    if walk.fault is None and next(rows, None) is not None:
        walk = walk._replace(fault=chain.Fault(top.entries + 1, chain.MISSING))
    keys, put_back = auditing.keys_of(kept), restores.restores_of(kept)
    return auditing.judge(walk, tried, keys, put_back=put_back)


def _top(numbered: Iterator[tuple[int, str]], name: str) -> tuple[Top, Iterator[Row]]:
    head = _read(*next(numbered, (1, "")))
    entries = head.get("entries")
    if head.get("type") != TYPE or not isinstance(entries, int) or not 0 <= entries < 10**12:
        raise TiplineError("custody:file-unclear", number=1)
    copies: list[Copy] = []
    for number, line in numbered:
        read = _read(number, line)
        if "checkpoint" not in read:
            return Top(entries, copies), _rows(number, read, numbered)
        copies.append(Copy("file", name, str(read["checkpoint"])))
    return Top(entries, copies), iter(())


def _rows(number: int, first: dict[str, Any], numbered: Iterator[tuple[int, str]]) -> Iterator[Row]:
    yield _row(number, first)
    for further, line in numbered:
        yield _row(further, _read(further, line))


def _pages(rows: Iterator[Row], most: int, kept: list[Row]) -> Iterator[list[Row]]:
    while page := list(islice(rows, min(most, chain.PAGE))):
        kept += [row for row in page if str(row[4]).startswith("key:") or row[3] == restores.ACTION]
        most -= len(page)
        yield page


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        if len(line) > LONGEST_LINE:
            raise ValueError("a line without end")
        read = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise TiplineError("custody:file-unclear", number=number) from fault
    if not isinstance(read, dict):
        raise TiplineError("custody:file-unclear", number=number)
    return read


def _row(number: int, entry: dict[str, Any]) -> Row:
    at = entry.get("at")
    if any(name not in entry for name in NAMES) or not isinstance(at, str) or len(at) != TIME_LENGTH:
        raise TiplineError("custody:file-unclear", number=number)
    return (entry["seq"], f"{at[:10]} {at[11:-1]}", *(entry[name] for name in NAMES[2:]))


def _line(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"
