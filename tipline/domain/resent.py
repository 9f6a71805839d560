"""A partner's file that comes once more by the same link: the one that is here stays, and stands once.

A plain form has no memory: after a cut line all of it is sent again, and of photos and films only their
digest tells that they are here already. What a reporter sends again is asked for and kept
(`evidence.to_send_again`).
"""

from __future__ import annotations

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import custody, evidence, tips
from tipline.domain.evidence import NOT_HERE, Evidence
from tipline.domain.tips import Tip


def find(tx: Transaction, file: Evidence, sha256: str) -> Evidence | None:
    """What came by the same link before and is the same, byte for byte; not one that the store has damaged.

    Of two who send it at once the second finds the first one's: writers wait for each other (tipline.db).
    """
    if file.referral_id is None:
        return None
    same = (Evidence.referral_id == file.referral_id) & (Evidence.sha256 == sha256)
    whole = Evidence.state.not_in(NOT_HERE) & Evidence.scrub_fault.is_(None)
    query = select(Evidence).where(same, whole, Evidence.id != file.id)
    return tx.scalar(query.order_by(Evidence.number).limit(1))


def leave_out(tx: Transaction, file: Evidence, here: Evidence) -> None:
    """The row of the one that came again goes; that it came stands in the log, by the number of the first."""
    tip = tx.get_one(Tip, file.tip_id)
    custody.append(
        tx, evidence.sender_of(tx, file), "evidence:again", f"evidence:{here.id}", tip=tip.reference,
        number=here.number, size=here.size, sha256=here.sha256,
    )  # fmt: skip
    tx.delete(file)
    tips.touch(tip)
