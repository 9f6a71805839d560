"""Whether anything of a case has changed since a page of it was drawn; open pages ask this often."""

from __future__ import annotations

from sqlalchemy import func, select

from tipline.db import Transaction
from tipline.domain import clips
from tipline.domain.cases import Case
from tipline.domain.custody import Custody

READING = ("case:list",)  # acts that leave the case as it is


def mark(tx: Transaction, case: Case) -> str:
    """Names the state of all that the pages of a case show, in three short queries."""
    about = select(func.max(Custody.seq)).where(
        Custody.subject == f"case:{case.number}", Custody.action.not_in(READING)
    )
    return f"{clips.version(tx, case)}-{tx.scalar(about) or 0}"
