"""A tip that tells what another told before: which one that is, and what is known of chains of them.

A duplicate keeps its own files and its own thread; it only points. Whoever marks one points at the end of the
chain; where an end becomes a duplicate later, pages follow the chain.
"""

from __future__ import annotations

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import tips
from tipline.domain.actors import Actor
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

LONGEST_CHAIN = 50
MOST_SHOWN = 50
_FIELD = "of"


def mark(tx: Transaction, actor: Actor, tip: Tip, target: Tip, reason: str = "") -> Tip:
    """Say that `target` told the same before; returns the tip at the end of its chain, which is pointed at.

    Raises duplicate:itself, duplicate:circle, duplicate:withdrawn or duplicate:marked.
    """
    if target.id == tip.id:
        raise _refused("duplicate:itself")
    root = root_of(tx, target)
    if root.id == tip.id:
        raise _refused("duplicate:circle", other=target.reference)
    if root.state in ("withdrawn", "draft"):
        raise _refused("duplicate:withdrawn", other=root.reference)
    if tip.state == "duplicate" and tip.duplicate_of_id == root.id:
        raise _refused("duplicate:marked", other=root.reference)
    tips.move(tx, actor, tip, "duplicate", reason=reason, of=root)
    tips.touch(root)
    return root


def read_target(tx: Transaction, reference: str) -> Tip:
    """The tip somebody typed: `T-1037`, or the number alone; raises duplicate:unknown."""
    typed = reference.strip().upper().replace("T－", "T-")
    found = tips.find_tip(tx, f"T-{typed}" if typed.isdecimal() else typed) if typed else None
    if found is None or found.state == "draft":
        raise _refused("duplicate:unknown" if typed else "duplicate:target-needed")
    return found


def root_of(tx: Transaction, tip: Tip) -> Tip:
    """The end of the chain; the tip itself if it is no duplicate."""
    for _step in range(LONGEST_CHAIN):
        above = tx.get(Tip, tip.duplicate_of_id) if tip.duplicate_of_id else None
        if above is None or tip.state != "duplicate":
            return tip
        tip = above
    return tip


def list_of(tx: Transaction, tip: Tip) -> list[Tip]:
    """Tips that are marked as telling the same as this one, directly."""
    query = select(Tip).where(Tip.duplicate_of_id == tip.id, Tip.state == "duplicate")
    return list(tx.scalars(query.order_by(Tip.id).limit(MOST_SHOWN)))


def _refused(code: str, **values: str) -> TiplineError:
    return TiplineError(code, fields={_FIELD: code}, **values)
