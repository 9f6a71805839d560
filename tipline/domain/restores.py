"""Backups that were put back, as the log tells of them, and the old checkpoints they explain.

A restore names the checkpoints that were kept outside and tell of more entries than came back. These alone
it explains. Who puts an older database back under such an entry cannot hide it: each check tells of it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import chain, custody
from tipline.domain.custody import Custody
from tipline.domain.notes import Head
from tipline.errors import N_

ACTION = "backup:restore"
TOLD = N_(
    "Entry %(number)s says that the backup %(snapshot)s was put back. Entries after %(head)s of the log"
    " before are gone; that explains this many checkpoints kept from then: %(checkpoints)s. Whoever keeps the"
    " backups should know of this restore."
)


class Restore(NamedTuple):
    """A backup that was put back up to entry `head`, as entry `seq` tells.

    `beyond` are roots of checkpoints that were kept outside then and tell of more than came back. They alone
    are explained by it: what is signed after the restore must fit as ever.
    """

    seq: int
    snapshot: str
    head: int
    beyond: frozenset[str]


def root_text(head: Head) -> str:
    """A checkpoint as the entry of a restore names it."""
    return f"{head.size}:{base64.b64encode(head.root).decode()}"


def list_restores(tx: Transaction) -> list[Restore]:
    """As the log tells of them, oldest first."""
    query = select(Custody).where(Custody.action == ACTION).order_by(Custody.seq)
    return restores_of(custody.row_of(row) for row in tx.scalars(query))


def restores_of(rows: Iterable[chain.Row]) -> list[Restore]:
    """Restores that these entries tell of."""
    found = []
    for row in rows:
        if row[3] == ACTION:
            said = json.loads(row[7])
            beyond = frozenset(said.get("beyond", ()))
            found.append(Restore(row[0], str(said["snapshot"]), int(said["head"]), beyond))
    return found


def values_of(restore: Restore, explained: int) -> dict[str, Any]:
    """What TOLD says of a restore that explains so many checkpoints."""
    return {
        "number": restore.seq, "snapshot": restore.snapshot, "head": restore.head, "checkpoints": explained,
    }  # fmt: skip
