"""Looking for entries of the custody log, and proving of those found that they stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select

from tipline.db import Transaction
from tipline.domain import chain, checkpoints, policy
from tipline.domain.actors import Actor
from tipline.domain.custody import Custody
from tipline.domain.merkle import Tree

# What acts are about, as one chooses from; each is the beginning of its acts' names.
KINDS = (
    "tip", "evidence", "case", "link", "message", "contact", "derivative", "redaction", "share", "package",
    "hold", "erasure", "account", "factor", "token", "key", "checkpoint", "clock", "log",
    "topic", "slot", "booking", "question",
)  # fmt: skip
MOST_EXPORTED = 50_000


class Wanted(NamedTuple):
    """What is looked for. `about` is a subject, an actor or a tip; `words` stand in the reason."""

    about: str = ""
    who: str = ""
    kind: str = ""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def told(self) -> dict[str, str]:
        """What was asked, for the log."""
        return {name: str(value) for name, value in self._asdict().items() if value}


class Proof(NamedTuple):
    """That an entry stands in the log of which `note` is a checkpoint; `path` as RFC 6962 has it."""

    seq: int
    size: int
    path: list[bytes]
    note: str


def search(
    tx: Transaction, viewer: Actor, wanted: Wanted, *, before: int | None = None, limit: int = 100
) -> list[Custody]:
    """Newest first, without what does not exist for the viewer."""
    query = _narrowed(select(Custody), wanted).order_by(Custody.seq.desc()).limit(limit)
    if before:
        query = query.where(Custody.seq < before)
    return list(tx.scalars(_visible(query, viewer)))


def find(tx: Transaction, viewer: Actor, seq: int) -> Custody | None:
    """One entry, if the viewer may read it."""
    found: Custody | None = tx.scalar(_visible(select(Custody).where(Custody.seq == seq), viewer))
    return found


def prove(tx: Transaction, seqs: Sequence[int]) -> Iterator[Proof]:
    """A proof for each entry that the newest checkpoint is over; one walk over the log serves all."""
    newest = checkpoints.latest(tx)
    if newest is None or not seqs:
        return
    rows = (row for rows in chain.read_rows(tx, 0, newest.size) for row in rows)
    tree = Tree(bytes.fromhex(row[9]) for row in rows)
    for seq in seqs:
        if seq <= tree.size:
            yield Proof(seq, newest.size, tree.inclusion(seq - 1), newest.note)


def _visible(query: Select[Any], viewer: Actor) -> Select[Any]:
    hidden, closed = policy.hidden_subjects(viewer), policy.closed_references(viewer)
    query = query.where(~hidden)
    if closed is not None:
        query = query.where(or_(Custody.tip.is_(None), Custody.tip.not_in(closed)))
    return query


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    about, who = wanted.about, wanted.who
    if about:
        names = (Custody.subject == about) | (Custody.actor == about) | (Custody.tip == about.upper())
        query = query.where(names)
    if who:
        kind = Custody.actor.startswith(who, autoescape=True)
        query = query.where(kind if who.endswith(":") else Custody.actor == who)
    if wanted.kind:
        query = query.where(Custody.action.startswith(f"{wanted.kind}:", autoescape=True))
    if wanted.words:
        query = query.where(Custody.reason.icontains(wanted.words, autoescape=True))
    if wanted.since:
        query = query.where(Custody.at >= wanted.since)
    if wanted.until:
        query = query.where(Custody.at < wanted.until)
    return query
