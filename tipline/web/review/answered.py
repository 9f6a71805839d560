"""Which bulletin a tip answers, as its page tells; and the case that could be joined with one tap."""

from __future__ import annotations

from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import bulletins
from tipline.domain.bulletins import Bulletin
from tipline.domain.cases import Case
from tipline.domain.links import Link
from tipline.domain.tips import Tip
from tipline.web import current


class Answered(NamedTuple):
    """`case` only while it is open, exists for whoever looks, and the tip does not stand in it yet."""

    bulletin: Bulletin
    case: Case | None


def of(tx: Transaction, tip: Tip, standing: list[tuple[Link, Case]]) -> Answered | None:
    row = tx.get(Bulletin, tip.bulletin_id) if tip.bulletin_id else None
    if row is None:
        return None
    case = bulletins.case_of(tx, row, current.actor())
    is_offered = case and case.state == "open" and case.id not in {one.id for _link, one in standing}
    return Answered(row, case if is_offered else None)
