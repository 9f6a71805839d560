"""Files that have not come whole, as the log tells of them: begun anew, or soon given up."""

from __future__ import annotations

from datetime import datetime

from tipline.db import Transaction
from tipline.domain import clock, custody, tips
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip


def restart(tx: Transaction, evidence: Evidence, *, had: int) -> None:
    """The store lost what had arrived of an unfinished file: it is sent again from the beginning."""
    tip = tx.get_one(Tip, evidence.tip_id)
    custody.append(
        tx, SYSTEM, "evidence:restart", f"evidence:{evidence.id}", tip=tip.reference, number=evidence.number,
        had=had,
    )  # fmt: skip
    tips.touch(tip)


def warn(tx: Transaction, evidence: Evidence, until: datetime) -> None:
    """An unfinished file will soon be given up; said once for each moment at which that would be."""
    said = custody.list_of(tx, subject=f"evidence:{evidence.id}", actions={"evidence:expiring"})
    if any(entry.facts()["until"] == clock.stamp(until) for entry in said):
        return
    tip = tx.get_one(Tip, evidence.tip_id)
    custody.append(
        tx, SYSTEM, "evidence:expiring", f"evidence:{evidence.id}", tip=tip.reference,
        number=evidence.number, until=clock.stamp(until),
    )  # fmt: skip
    tips.touch(tip)


def count_restarts(tx: Transaction, evidence: Evidence) -> int:
    return len(custody.list_of(tx, subject=f"evidence:{evidence.id}", actions={"evidence:restart"}))
