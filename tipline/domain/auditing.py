"""Whether the custody log is what it was: its chain, its clock, and every checkpoint that anybody kept of it.

A chain alone shows what was changed clumsily. A log that was recomputed as a whole, cut at its end or put
back to an older state is shown by checkpoints from outside the database; those in it only help to say where.
Keys are taken from the entries that tell of their making: to replace one is to rewrite the log.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import cache
from multiprocessing import get_context
from typing import Any, NamedTuple

from sqlalchemy import select

from tipline.db import Database, Transaction
from tipline.domain import chain, checkpoints, custody, notes, restores, signatures
from tipline.domain.chain import Block
from tipline.domain.checkpoints import Copy
from tipline.domain.custody import Custody
from tipline.domain.merkle import Frontier
from tipline.domain.restores import Restore
from tipline.errors import N_

FAULTS = {
    "log:broken": N_("The log is broken at entry %(number)s: %(what)s."),
    "log:shorter": N_(
        "A checkpoint in %(where)s tells of %(size)s entries, but the log has %(have)s:"
        " its end was cut off, or an older database was put back."
    ),
    "log:rewritten": N_(
        "A checkpoint in %(where)s was signed over other entries: something after entry %(after)s,"
        " up to entry %(size)s, was changed after that."
    ),
    "log:restored": N_(
        "A checkpoint in %(where)s tells of %(size)s entries that are not this log's. Entry %(number)s says"
        " that the backup %(snapshot)s, up to entry %(head)s, was put back; it does not name this checkpoint."
        " If it was made between that backup and the restore, this is why; if not, the log was cut off or"
        " rewritten."
    ),
    "log:unread": N_("What lies in %(where)s is no checkpoint, or it was cut short."),
    "log:signature": N_("A checkpoint in %(where)s was altered: its signature does not fit."),
    "log:stranger": N_("A checkpoint in %(where)s was signed by a key that this log does not name."),
    "log:retired": N_(
        "A checkpoint in %(where)s over %(size)s entries was signed by a key that was retired at entry"
        " %(number)s."
    ),
    "log:key": N_("The key %(id)s in the database is not the one that the log tells of."),
    "log:clock": N_(
        "Entry %(number)s is dated %(at)s, before the one ahead of it (%(before)s), and no entry says that"
        " the clock was set back."
    ),
}
# What is said of the clock, without being a fault of the log.
CLOCK_TOLD = N_("At entry %(number)s the clock was set back from %(before)s to %(at)s; the log says so.")
PLACES = {
    "database": N_("the database"),
    "store": N_("the store (%(name)s)"),
    "file": N_("the file %(name)s"),
}
MOST_FAULTS = 50
# A checkpoint in order, but not of this log as it is now.
ELSEWHERE = ("log:rewritten", "log:shorter")


class Fault(NamedTuple):
    """One thing that is wrong; `values` fill its sentence, `of` is the checkpoint it is about."""

    code: str
    values: dict[str, object]
    of: Copy | None = None


class Key(NamedTuple):
    """A key as the log tells of it; `retired` is the entry that ended it."""

    name: str
    public: bytes
    retired: int | None = None


class Walk(NamedTuple):
    """A log from end to end; `roots` are those of the tree at the sizes that were asked for."""

    size: int
    head: str
    fault: chain.Fault | None
    roots: dict[int, bytes]
    steps: list[chain.Step]


class Verdict(NamedTuple):
    """All that was found. `newest` is the size of the newest checkpoint that holds."""

    walk: Walk
    faults: list[Fault]
    checked: int
    newest: int
    restores: list[tuple[Restore, int]] = []  # with how many checkpoints each explains

    @property
    def is_whole(self) -> bool:
        return not self.faults


def dates_of(step: chain.Step) -> dict[str, object]:
    """Both dates of a clock that went back, with their zone: whoever reads of it may live elsewhere."""
    return {name: f"{date[:19]} UTC" for name, date in (("at", step.at), ("before", step.before))}


def audit(database: Database, copies: Iterable[Copy] = (), *, processes: int = 1) -> Verdict:
    """Check the log of a database against its own checkpoints and these copies of others."""
    with database.reading() as tx:
        if processes == 1:
            return audit_within(tx, copies)
        size, keys, tried = custody.size(tx), list_keys(tx), [*checkpoints.list_copies(tx), *copies]
        faults, put_back = [*_strays(tx), *_odd_keys(tx, keys)], restores.list_restores(tx)
    walk = _walk_apart(database.url, size, sizes_of(tried), processes)
    return judge(walk, tried, keys, faults, put_back)


def audit_within(tx: Transaction, copies: Iterable[Copy] = ()) -> Verdict:
    """The same, of the state that one transaction sees."""
    keys, tried = list_keys(tx), [*checkpoints.list_copies(tx), *copies]
    walk = walk_through(tx, custody.size(tx), sizes_of(tried))
    faults = [*_strays(tx), *_odd_keys(tx, keys)]
    return judge(walk, tried, keys, faults, restores.list_restores(tx))


def walk_through(tx: Transaction, size: int, sizes: Sequence[int]) -> Walk:
    """The log within one transaction."""

    def look(after: int, end: int) -> Block:
        return chain.check_block(chain.read_rows(tx, after, end), after, _between(sizes, after, end))

    return join(size, (look(after, end) for after, end in _stretches(size)))


def _walk_apart(url: str, size: int, sizes: Sequence[int], processes: int) -> Walk:
    """The same by several processes; what is appended meanwhile stands behind `size`."""
    wanted = [(url, after, end, _between(sizes, after, end)) for after, end in _stretches(size)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        return join(size, pool.map(_look_apart, wanted))


def _look_apart(wanted: tuple[str, int, int, list[int]]) -> Block:
    url, after, end, sizes = wanted
    with _database(url).reading() as tx:
        return chain.check_block(chain.read_rows(tx, after, end), after, sizes)


@cache
def _database(url: str) -> Database:
    return Database(url)


def join(size: int, blocks: Iterable[Block]) -> Walk:
    """One log of blocks that were checked apart; ends with the first fault."""
    whole, roots, steps = Frontier(), dict[int, bytes](), list[chain.Step]()
    head, last_at, fault = chain.START, "", None
    for after, block in zip(range(0, size, chain.BLOCK), blocks, strict=True):
        fault = chain.fault_of(block, after, min(after + chain.BLOCK, size), head)
        if block.previous == head:
            roots |= {at: Frontier(at, whole.parts + parts).root() for at, parts in block.parts.items()}
        if after and block.first_at < last_at:
            steps += chain.step_of(after + 1, block.first_at, last_at, block.first_action)
        steps += block.steps
        if fault:
            break
        whole.add(Frontier(block.end - after, block.tree))
        head, last_at = block.last, block.last_at
    return Walk(size, head, fault, roots, steps)


def judge(
    walk: Walk, copies: Sequence[Copy], keys: Sequence[Key], faults: Iterable[Fault] = (),
    put_back: Sequence[Restore] = (),
) -> Verdict:  # fmt: skip
    """Compare the log with the checkpoints that were kept of it."""
    found = [*faults]
    if walk.fault:
        found.append(Fault("log:broken", {"number": walk.fault.seq, "what": walk.fault.what}))
    found += [Fault("log:clock", {"number": one.seq, **dates_of(one)}) for one in walk.steps if not one.told]
    held, explained = 0, Counter[Restore]()
    for copy in sorted(copies, key=_size):
        fault = _judge_copy(walk, copy, keys, held)
        if fault is None:
            held = max(held, _size(copy))
        elif fault.code not in ELSEWHERE:
            found.append(fault)
        elif restore := _explained(fault, put_back):
            explained[restore] += 1
        elif _is_first(fault := _hinted(fault, put_back), found):
            found.append(fault)
    return Verdict(walk, found[:MOST_FAULTS], len(copies), held, sorted(explained.items()))


def _explained(fault: Fault, put_back: Sequence[Restore]) -> Restore | None:
    """The restore that says of this very checkpoint that it is of the log before."""
    head = notes.read(fault.of.note) if fault.of else None
    return next((one for one in put_back if head and restores.root_text(head) in one.beyond), None)


def _hinted(fault: Fault, put_back: Sequence[Restore]) -> Fault:
    """The same fault, with a restore that may be its reason where there is one."""
    size = int(str(fault.values["size"]))
    for one in put_back:
        if one.head < size:
            values = {"size": size, "number": one.seq, "snapshot": one.snapshot, "head": one.head}
            return Fault("log:restored", values, fault.of)
    return fault


def _judge_copy(walk: Walk, copy: Copy, keys: Sequence[Key], held: int) -> Fault | None:
    try:
        head, public = notes.opened(copy.note, [one.public for one in keys])
    except notes.Unread as fault:
        codes = {"form": "log:unread", "signature": "log:signature", "key": "log:stranger"}
        return Fault(codes[str(fault)], {}, copy)
    key = next(one for one in keys if one.public == public)
    if key.retired is not None and head.size >= key.retired:
        return Fault("log:retired", {"size": head.size, "number": key.retired}, copy)
    if head.size > walk.size:
        return Fault("log:shorter", {"size": head.size, "have": walk.size}, copy)
    if walk.fault and head.size >= walk.fault.seq:
        return None  # the break is told already, and behind it there is no tree to compare
    if head.origin != checkpoints.ORIGIN + keys[0].name or walk.roots.get(head.size) != head.root:
        return Fault("log:rewritten", {"size": head.size, "after": held}, copy)
    return None


def _is_first(fault: Fault, found: list[Fault]) -> bool:
    """Whether nothing like it was said of this place: all that is signed later differs as well."""
    return not any(
        one.code == fault.code and one.of and fault.of and one.of.where == fault.of.where for one in found
    )


def _size(copy: Copy) -> int:
    try:
        return notes.read(copy.note).size
    except notes.Unread:
        return 0


def sizes_of(copies: Iterable[Copy]) -> list[int]:
    return sorted({_size(one) for one in copies} - {0})


def _between(sizes: Sequence[int], after: int, end: int) -> list[int]:
    return [one for one in sizes if after < one <= end]


def _stretches(size: int) -> Iterator[tuple[int, int]]:
    return ((after, min(after + chain.BLOCK, size)) for after in range(0, size, chain.BLOCK))


# --- keys


def list_keys(tx: Transaction) -> list[Key]:
    """As the log tells of them, oldest first."""
    # By columns: an entry whose time was tampered with could not be read as one.
    columns = Custody.seq, Custody.action, Custody.subject, Custody.detail
    rows = tx.execute(select(*columns).where(Custody.subject.like("key:%")).order_by(Custody.seq))
    return keys_of((one.seq, "", "", one.action, one.subject, None, None, one.detail) for one in rows)


def keys_of(rows: Iterable[chain.Row]) -> list[Key]:
    """Keys that these entries tell of."""
    found: dict[str, Key] = {}
    for row in rows:
        name = str(row[4]).removeprefix("key:")
        if row[3] == "key:make":
            # Of an entry that was tampered with no key is learnt; that it was, the chain says.
            with suppress(ValueError, KeyError, TypeError, notes.Unread):
                found[name] = Key(name, notes.decoded(json.loads(row[7])["public"]))
        elif row[3] == "key:retire" and name in found:
            found[name] = found[name]._replace(retired=row[0])
    return list(found.values())


def _odd_keys(tx: Transaction, keys: Sequence[Key]) -> Iterator[Fault]:
    told = {one.name: one.public for one in keys}
    kept = {row.id: row.raw for row in signatures.list_keys(tx)}
    for name in sorted({*told, *kept}):
        if told.get(name) != kept.get(name):
            yield Fault("log:key", {"id": name})


def _strays(tx: Transaction) -> Iterator[Fault]:
    """Entries before the first: pages would show them, and no chain and no tree goes over them."""
    for seq in tx.scalars(select(Custody.seq).where(Custody.seq < 1).order_by(Custody.seq).limit(1)):
        yield Fault("log:broken", {"number": seq, "what": chain.MISSING})


def told(verdict: Verdict) -> dict[str, Any]:
    """As it is kept to be shown later."""
    faults = [{"code": one.code, "values": one.values, "of": one.of and one.of[:2]} for one in verdict.faults]
    return {
        "size": verdict.walk.size, "head": verdict.walk.head, "checked": verdict.checked,
        "newest": verdict.newest, "faults": faults,
        "steps": [one.seq for one in verdict.walk.steps if one.told],
        "restores": [restores.values_of(*one) for one in verdict.restores],
    }  # fmt: skip


def faults_of(found: dict[str, Any]) -> list[Fault]:
    """Faults of a verdict that was kept."""
    return [
        Fault(one["code"], one["values"], Copy(one["of"][0], one["of"][1], "") if one["of"] else None)
        for one in found.get("faults", [])
    ]


Say = Callable[..., str]


def sentence(fault: Fault, say: Say) -> str:
    """What is wrong in words; `say(sentence, **values)` translates."""
    values = dict(fault.values)
    if "what" in values:
        values["what"] = say(str(values["what"]))
    if fault.of is not None:
        values["where"] = say(PLACES[fault.of.where], name=fault.of.name)
    return say(FAULTS[fault.code], **values)
